// Refusals of GitHub and git: their messages and remedies.
import { Refusal, refuse } from '../enrollment/problem.js'
import { FailedRequest } from '../network/index.js'

/** What octokit throws when GitHub refuses: a status, or GraphQL's list of errors. */
export interface GitHubError {
  readonly status?: number
  readonly message?: string
  readonly errors?: readonly { readonly type?: string; readonly message: string }[]
}

/** A sentence of GitHub or git, for use within one of ours. */
export function withoutFullStop(text: string): string {
  return text.replace(/[.\s]+$/, '')
}

/** GitHub's message on one line. If it has none (some responses are HTML pages), the status or type. */
export function messageOf(error: unknown): string {
  const { status, message = String(error), errors } = error as GitHubError
  const all = errors?.map(({ type, message: text }) => (type === undefined ? text : `${text} (${type})`)).join(' / ')
  const plain = (all ?? (/<html|<!doctype/i.test(message) ? '' : message)).replace(/\s+/g, ' ').trim().slice(0, 1000)
  return status === undefined || errors !== undefined ? plain : `HTTP ${status} ${plain}`.trim()
}

/** Whether GitHub responded and refused. */
export function isClientError(error: unknown): error is GitHubError {
  const { status = 0, errors } = error as GitHubError
  return !(error instanceof Refusal) && (errors !== undefined || (status >= 400 && status < 500))
}

/** Whether the token lacks the permission. */
export function isForbidden(error: unknown): boolean {
  return isClientError(error) && error.status === 403
}

/** For `catch`: null if GitHub refused or did not respond; anything else is a bug, and thrown. */
export function nothingIfFailed(error: unknown): null {
  if (error instanceof FailedRequest || isClientError(error)) return null
  throw error
}

/**
 * Turns a failed request about a pull request, or about the dashboard issue, into an error with its purpose, GitHub's
 * message and the remedy.
 *
 * @param doing the purpose, as the beginning of a sentence.
 * @param repository OWNER/REPO.
 * @param issueToken of an issue: name of the input with the token that was used.
 */
export function refusedRequest(
  error: unknown,
  doing: string,
  repository: string,
  issueToken: string | null = null,
): Error {
  if (!isClientError(error)) return error as Error
  const { status = 0 } = error
  const [token, permission] =
    issueToken === null ? ['github-token', 'pull-requests: write'] : [issueToken, 'issues: write']
  const remedies: Readonly<Record<number, string>> = {
    401: `Check ${token}.`,
    403: `The ${token} needs the permission ${permission} on ${repository}.`,
    404: `Check that the ${token} can see ${repository}, with the permission ${permission}.`,
    410: `Turn on issues in the settings of ${repository}, or remove \`issue: true\` from settings.dashboard.`,
  }
  const remedy = remedies[status] ?? "Check GitHub's message."
  const code = issueToken === null ? 'comment-refused' : 'issue-refused'
  return refuse(code, `${doing} was refused: ${withoutFullStop(messageOf(error))}.`, { remedy })
}

/** A commit that was rejected. */
export interface RefusedCommit {
  readonly method: 'api' | 'push'
  /** OWNER/REPO, or the URL pushed to. */
  readonly repository: string
  readonly branch: string
  /** The message of GitHub or git, without tokens. */
  readonly message: string
  /** The commit was too big for the API, so `commit-method: api` is not a remedy. */
  readonly tooBigForApi?: boolean
}

/** Turns a rejection into an error with its remedy. */
export function refusedCommit(refused: RefusedCommit): Refusal {
  const { method, repository, branch, message } = refused
  const what = method === 'api' ? `the commit on ${branch} of ${repository}` : `the push to ${branch} of ${repository}`
  const verb = isTransientGitError(message) ? 'failed' : 'was refused'
  return refuse('commit-refused', `${what} ${verb}: ${withoutFullStop(message)}.`, { remedy: commitRemedy(refused) })
}

/**
 * The remedy for a rejection.
 *
 * GitHub's messages are not stable and differ between API and git, so each cause has several: classic branch protection
 * (GH006), rulesets (GH013), email privacy (GH007), file size (GH001), SAML, archived repositories. The first match
 * wins, specific before general.
 */
function commitRemedy(refused: RefusedCommit): string {
  const { message } = refused
  const [, remedy] = COMMIT_REMEDIES.find(([pattern]) => pattern.test(message)) ?? []
  if (remedy !== undefined) return typeof remedy === 'string' ? remedy : remedy(refused)
  return isTransientGitError(message) ? runAgain(message) : "Check GitHub's message and run this again."
}

const BYPASS = 'Let the token bypass the branch rules, or commit to another branch with state-ref.'

const COMMIT_REMEDIES: readonly (readonly [RegExp, string | ((refused: RefusedCommit) => string)])[] = [
  [/SAML/, 'Authorize the state-token for the organization (Configure SSO on its settings page), or use an App.'],
  [/archived/i, 'Unarchive the repository, or disable the workflow that runs this.'],
  [/rate limit|abuse detection/i, 'Run this again when the limit has reset.'],
  [
    /GH007|email privacy|private email/i,
    'Set user.email in the checkout to a public address (…@users.noreply.github.com), or use commit-method: api.',
  ],
  [
    /GH001|exceeds GitHub.s file size limit|large files detected/i,
    'Remove the file it names from the commits that are pushed.',
  ],
  [/verified signature|must be signed|not signed/i, unsigned],
  [/locked branch/i, 'The branch is locked: unlock it in its protection, or commit to another branch with state-ref.'],
  [
    /required status check|checks are expected|required workflow|code scanning is waiting/i,
    `Checks cannot run on a commit that does not exist yet. ${BYPASS}`,
  ],
  [
    /through a pull request|approving review|approved review|merge queue|through the merge/i,
    `The branch accepts changes only through pull requests. ${BYPASS}`,
  ],
  [/GH006|GH013|protected (?:branch|ref)|rule violation|pre-receive hook|not authorized to push|PROTECTION/i, BYPASS],
  [
    /couldn't find remote ref|could not resolve to a branch|branch\b.*\bnot (?:exist|found)/i,
    'The branch is gone: recreate it, or set state-ref to another one.',
  ],
  [/bad credentials|authentication failed|invalid username|\b401\b/i, 'Check state-token.'],
  [/not accessible|FORBIDDEN|\b403\b|denied|write access|permission/i, mayNotWrite],
  [
    /does not exist|not found|could not resolve to|\b404\b/i,
    'Check state-repository and state-ref, and that the state-token sees them.',
  ],
  [
    /returned error: 30\d/,
    'The repository has moved: set state-repository to its new name, or check it out from there.',
  ],
  [/went wrong/i, 'GitHub had a problem: run this again later.'],
]

function unsigned({ method, tooBigForApi }: RefusedCommit): string {
  if (method === 'api') return "The rule does not accept GitHub's signature: let the token bypass it."
  if (tooBigForApi !== true) return 'A rule requires signed commits: use commit-method: api.'
  return 'A rule requires signed commits, and this one is too big for the API: let the token bypass the rule for this push, or enroll the images in several steps.'
}

function mayNotWrite({ repository }: RefusedCommit): string {
  return `The state-token needs contents: write on ${repository}; the workflow's own token cannot write to another repository.`
}

/** Server errors and broken connections, in git's words: curl's part of the message differs between versions. */
const TRANSIENT =
  /\bHTTP (?:429|5\d\d)|returned error: (?:429|5\d\d)|RPC failed; curl (?!22\b)|unable to access '[^']*': (?!The requested URL|.*(?:certificate|from proxy))|early EOF|unexpected disconnect|hung up unexpectedly/i

/** The connection breaks after a refusal as well. */
const REFUSED = /\bHTTP 4(?!29)\d\d/

/** Whether git failed in a transient way: then a retry makes sense, and nothing was refused. */
export function isTransientGitError(message: string): boolean {
  return TRANSIENT.test(message) && !REFUSED.test(message)
}

/** The remedy of a transient error. Repeating our git and API requests has no further effect. */
function runAgain(message: string): string {
  if (/\b429\b/.test(message)) return 'Run this again when the limit has reset.'
  return 'The server or the network had a problem: run this again later.'
}

/** The remedy for a failed read by git, from its output. */
export function gitRemedy(stderr: string): string {
  if (/returned error: 30\d/i.test(stderr)) {
    return 'The repository has moved: set state-repository to its new name.'
  }
  if (isTransientGitError(stderr)) return runAgain(stderr)
  if (/couldn't find remote ref/i.test(stderr)) {
    return 'The branch does not exist (any more): create it, or set state-ref to another one.'
  }
  if (/could not read Username|Authentication failed|40[134]|not found/i.test(stderr)) {
    return 'Check that the repository exists and that state-token may read it (and write it, to commit).'
  }
  return "Check git's message and try again."
}
