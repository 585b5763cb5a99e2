import { type Refusal, refuse } from '../enrollment/problem.js'
import { isTransient, runAgain } from './transient-git-errors.js'

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
  const verb = isTransient(said) ? 'failed' : 'was refused'
  return refuse(`${what} ${verb}: ${said.replace(/[.\s]+$/, '')}.`, { remedy: remedyFor(refused) })
}

/**
 * What mends a refusal.
 *
 * GitHub's texts are no interface and differ between API and git, so each cause has several: classic branch protection
 * (GH006), rulesets (GH013), email privacy (GH007), file size (GH001), SAML, archived repositories. The first that
 * fits wins, the narrower before the wider.
 */
export function remedyFor(refused: RefusedCommit): string {
  const cause = CAUSES.find(({ pattern }) => pattern.test(refused.said))
  if (cause !== undefined) return cause.remedy(refused)
  return isTransient(refused.said) ? runAgain(refused.said) : 'Look at what GitHub says and run again.'
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
