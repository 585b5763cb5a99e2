// What GitHub and git say when they do not do what we want, and what remedies it.
import { Refusal, refuse } from '../enrollment/problem.js'

/** What octokit rejects with when GitHub says no: by status, or in GraphQL's list of errors. */
export interface GitHubError {
  readonly status?: number
  readonly message?: string
  readonly errors?: readonly { readonly type?: string; readonly message: string }[]
}

/** A sentence of others, to be continued. */
export function withoutFullStop(text: string): string {
  return text.replace(/[.\s]+$/, '')
}

/** What GitHub said, on one line. The status or type tells where the text does not: some answers are pages of HTML. */
export function messageOf(error: unknown): string {
  const { status, message = String(error), errors } = error as GitHubError
  const said = errors?.map(({ type, message: text }) => (type === undefined ? text : `${text} (${type})`)).join(' / ')
  const plain = (said ?? (/<html|<!doctype/i.test(message) ? '' : message)).replace(/\s+/g, ' ').trim().slice(0, 1000)
  return status === undefined || errors !== undefined ? plain : `HTTP ${status} ${plain}`.trim()
}

/** Whether GitHub answered, and the answer was no. */
export function isClientError(error: unknown): error is GitHubError {
  const { status = 0, errors } = error as GitHubError
  return !(error instanceof Refusal) && (errors !== undefined || (status >= 400 && status < 500))
}

/** Whether the token may not do what was asked. */
export function isForbidden(error: unknown): boolean {
  return isClientError(error) && error.status === 403
}

/**
 * A request about a pull request that failed, as an error that says what was wanted, what GitHub said and what mends it.
 *
 * @param doing what was wanted, as the beginning of a sentence.
 * @param repository OWNER/REPO.
 */
export function refusedRequest(error: unknown, doing: string, repository: string): Error {
  if (!isClientError(error)) return error as Error
  const { status = 0 } = error
  const said = withoutFullStop(messageOf(error))
  return refuse(`${doing} was refused: ${said}.`, {
    remedy: REMEDIES[status]?.(repository) ?? 'Look at what GitHub says.',
  })
}

const REMEDIES: Readonly<Record<number, (repository: string) => string>> = {
  401: () => 'Check github-token.',
  403: (repository) => `The github-token needs the permission pull-requests: write on ${repository}.`,
  404: (repository) => `Check that the github-token may see ${repository}, with the permission pull-requests: write.`,
}

/** A commit that GitHub did not take. */
export interface RefusedCommit {
  readonly method: 'api' | 'push'
  /** OWNER/REPO, or the address pushed to. */
  readonly repository: string
  readonly branch: string
  /** What GitHub or git said, without tokens. */
  readonly said: string
  /** The commit was too big for the API, so that `commit-method: api` is no way out. */
  readonly tooBigForApi?: boolean
}

/** Turns an answer of GitHub into an error that says what to do about it. */
export function refusedCommit(refused: RefusedCommit): Refusal {
  const { method, repository, branch, said } = refused
  const what = method === 'api' ? `the commit on ${branch} of ${repository}` : `the push to ${branch} of ${repository}`
  const verb = isTransientGitError(said) ? 'failed' : 'was refused'
  return refuse(`${what} ${verb}: ${withoutFullStop(said)}.`, { remedy: remedyFor(refused) })
}

/**
 * What remedies a refusal.
 *
 * GitHub's texts are no interface and differ between API and git, so each cause has several: classic branch protection
 * (GH006), rulesets (GH013), email privacy (GH007), file size (GH001), SAML, archived repositories. The first that
 * fits wins, the narrower before the wider.
 */
export function remedyFor(refused: RefusedCommit): string {
  const cause = CAUSES.find(({ pattern }) => pattern.test(refused.said))
  if (cause !== undefined) return cause.remedy(refused)
  return isTransientGitError(refused.said) ? runAgain(refused.said) : 'Look at what GitHub says and run again.'
}

interface Cause {
  readonly pattern: RegExp
  readonly remedy: (refused: RefusedCommit) => string
}

const BYPASS = 'Let the token bypass the branch rules, or commit to another branch with state-ref.'

const CAUSES: readonly Cause[] = [
  {
    pattern: /SAML/,
    remedy: () => 'Authorize the state-token for the organization (Configure SSO on its settings page), or use an App.',
  },
  { pattern: /archived/i, remedy: () => 'Unarchive the repository, or disable the workflow that runs this.' },
  { pattern: /rate limit|abuse detection/i, remedy: () => 'GitHub asks for a pause: run this again later.' },
  {
    pattern: /GH007|email privacy|private email/i,
    remedy: () =>
      'Set user.email in the checkout to an address that may be shown (…@users.noreply.github.com), or use commit-method: api.',
  },
  {
    pattern: /GH001|exceeds GitHub.s file size limit|large files detected/i,
    remedy: () => 'Take the file it names out of the commits that are pushed.',
  },
  { pattern: /verified signature|must be signed|not signed/i, remedy: unsigned },
  {
    pattern: /locked branch/i,
    remedy: () => 'The branch is locked: unlock it in its protection, or commit to another branch with state-ref.',
  },
  {
    pattern: /required status check|checks are expected|required workflow|code scanning is waiting/i,
    remedy: () => `Checks cannot have run on a commit that is not there yet. ${BYPASS}`,
  },
  {
    pattern: /through a pull request|approving review|approved review|merge queue|through the merge/i,
    remedy: () => `The branch takes changes by pull request only. ${BYPASS}`,
  },
  {
    pattern: /GH006|GH013|protected (?:branch|ref)|rule violation|pre-receive hook|not authorized to push|PROTECTION/i,
    remedy: () => BYPASS,
  },
  {
    pattern: /couldn't find remote ref|could not resolve to a branch|branch\b.*\bnot (?:exist|found)/i,
    remedy: () => 'The branch is gone: create it again, or name another in state-ref.',
  },
  { pattern: /bad credentials|authentication failed|invalid username|\b401\b/i, remedy: () => 'Check state-token.' },
  { pattern: /not accessible|FORBIDDEN|\b403\b|denied|write access|permission/i, remedy: mayNotWrite },
  {
    pattern: /does not exist|not found|could not resolve to|\b404\b/i,
    remedy: () => 'Check state-repository and state-ref, and that the state-token sees them.',
  },
  {
    pattern: /returned error: 30\d/,
    remedy: () =>
      'The repository has another address now: name that one in state-repository, or check it out from there.',
  },
  { pattern: /went wrong/i, remedy: () => 'GitHub is in trouble: run this again later.' },
]

function unsigned({ method, tooBigForApi }: RefusedCommit): string {
  if (method === 'api') return 'The rule takes no signature of GitHub: let the token bypass it.'
  if (tooBigForApi !== true) return 'A rule asks for signed commits: use commit-method: api.'
  return 'A rule asks for signed commits, and this one is too big for the API: let the token bypass the rule for this push, or enrol the images in several steps.'
}

function mayNotWrite({ repository }: RefusedCommit): string {
  return `The state-token needs contents: write on ${repository}; the workflow's own token cannot write to another repository.`
}

/**
 * The server's own trouble, and connections that break, in the words of git: what curl says behind them has another
 * wording in each version.
 */
const TRANSIENT =
  /\bHTTP (?:429|5\d\d)|returned error: (?:429|5\d\d)|RPC failed; curl (?!22\b)|unable to access '[^']*': (?!The requested URL|.*(?:certificate|from proxy))|early EOF|unexpected disconnect|hung up unexpectedly/i

/** After a refusal the connection breaks as well. */
const REFUSED = /\bHTTP 4(?!29)\d\d/

/** Whether git failed in a way that passes by itself: then it is worth another attempt, and was not refused. */
export function isTransientGitError(said: string): boolean {
  return TRANSIENT.test(said) && !REFUSED.test(said)
}

/** The remedy of a transient error. Nothing we do with git or the API is done twice by it. */
function runAgain(said: string): string {
  if (/\b429\b/.test(said)) return 'The server asks for a pause: run this again later.'
  return 'The server, or the way to it, is in trouble: run this again later.'
}

/** What remedies a git that failed to read, by what it said. */
export function gitRemedy(said: string): string {
  if (/returned error: 30\d/i.test(said)) {
    return 'The repository has another address now: name that one in state-repository.'
  }
  if (isTransientGitError(said)) return runAgain(said)
  if (/couldn't find remote ref/i.test(said)) {
    return 'The branch is not there (any more): create it, or name another in state-ref.'
  }
  if (/could not read Username|Authentication failed|40[134]|not found/i.test(said)) {
    return 'Check that the repository exists and that state-token may read it (and write it, to commit).'
  }
  return 'Look at what git says and try again.'
}
