import { describe, expect, it } from 'vitest'
import { type RefusedCommit, refusedCommit } from '../../../src/publish/refusals.js'

const refused = (method: 'api' | 'push', message: string, more: Partial<RefusedCommit> = {}): RefusedCommit => ({
  method,
  repository: 'acme/state',
  branch: 'main',
  message,
  ...more,
})

const remedyFor = (commit: RefusedCommit) => refusedCommit(commit).problems[0]?.remedy

/** What GitHub answers, as people have put it into public issues, and the words a remedy must have. */
const ANSWERS: readonly (readonly ['api' | 'push', string, RegExp])[] = [
  [
    'push',
    'error: GH006: Protected branch update failed for refs/heads/main. / - Changes must be made through a pull request. / protected branch hook declined',
    /only through pull requests.*bypass.*state-ref/,
  ],
  [
    'push',
    'error: GH006: Protected branch update failed for refs/heads/main. / error: 6 of 6 required status checks are expected. / protected branch hook declined',
    /Checks cannot run.*bypass/,
  ],
  [
    'push',
    'error: GH006: Protected branch update failed for refs/heads/master. / error: Required status check "pretis.flexpret" is expected.',
    /Checks cannot run.*bypass/,
  ],
  [
    'push',
    'error: GH006: Protected branch update failed for refs/heads/x. / error: At least 1 approving review is required by reviewers with write access.',
    /only through pull requests/,
  ],
  [
    'push',
    "error: GH006: Protected branch update failed for refs/heads/main. / error: You're not authorized to push to this branch.",
    /^Let the token bypass/,
  ],
  [
    'push',
    'error: GH006: Protected branch update failed for refs/heads/main. / - Cannot change this locked branch',
    /unlock it/,
  ],
  [
    'push',
    'error: GH013: Repository rule violations found for refs/heads/main. / - Commits must have verified signatures. / Found 1 violation:',
    /commit-method: api/,
  ],
  [
    'push',
    'error: GH013: Repository rule violations found for refs/heads/main. / - Changes must be made through a pull request. / push declined due to repository rule violations',
    /only through pull requests/,
  ],
  [
    'push',
    'error: GH013: Repository rule violations found for refs/heads/main. / - Cannot update this protected ref.',
    /^Let the token bypass/,
  ],
  [
    'push',
    'error: GH007: Your push would publish a private email address. / push declined due to email privacy restrictions',
    /user\.email.*noreply.*commit-method: api/,
  ],
  [
    'push',
    "error: File a.zip is 122.92 MB; this exceeds GitHub's file size limit of 100.00 MB / error: GH001: Large files detected.",
    /Remove the file/,
  ],
  [
    'push',
    "This repository was archived so it is read-only. / fatal: unable to access 'https://github.com/a/b/': The requested URL returned error: 403",
    /Unarchive/,
  ],
  [
    'push',
    "The 'realm' organization has enabled or enforced SAML SSO. / fatal: unable to access 'https://github.com/a/b/': The requested URL returned error: 403",
    /Configure SSO/,
  ],
  [
    'push',
    "Permission to a/b.git denied to github-actions[bot]. / fatal: unable to access 'https://github.com/a/b/': The requested URL returned error: 403",
    /needs contents: write on acme\/state/,
  ],
  ['push', "fatal: Authentication failed for 'https://github.com/a/b/'", /Check state-token/],
  [
    'api',
    "protected branch 'main' check failed: At least 1 approving review is required by reviewers with write access. (BRANCH_PROTECTION_RULE_VIOLATION)",
    /only through pull requests/,
  ],
  [
    'api',
    'Changes must be made through a pull request. (BRANCH_PROTECTION_RULE_VIOLATION)',
    /only through pull requests/,
  ],
  ['api', '4 of 4 required status checks are expected. (BRANCH_PROTECTION_RULE_VIOLATION)', /Checks cannot run/],
  [
    'api',
    'Repository rule violations found / Commits must have verified signatures. (UNPROCESSABLE)',
    /does not accept GitHub's signature/,
  ],
  ['api', 'Cannot change this locked branch (BRANCH_PROTECTION_RULE_VIOLATION)', /unlock it/],
  ['api', 'Repository was archived so is read-only. (FORBIDDEN)', /Unarchive/],
  ['api', 'Resource not accessible by integration (FORBIDDEN)', /needs contents: write on acme\/state/],
  ['api', 'HTTP 403 Resource not accessible by personal access token', /needs contents: write on acme\/state/],
  [
    'api',
    'Resource protected by organization SAML enforcement. You must grant your Personal Access token access to this organization. (FORBIDDEN)',
    /Configure SSO/,
  ],
  [
    'api',
    'HTTP 403 You have exceeded a secondary rate limit. Please wait a few minutes before you try again.',
    /Run this again when the limit/,
  ],
  ['api', 'HTTP 401 Bad credentials', /Check state-token/],
  ['api', "Could not resolve to a Repository with the name 'a/b'. (NOT_FOUND)", /Check state-repository/],
  ['api', "Could not resolve to a branch with the name 'main'. (NOT_FOUND)", /branch is gone/],
  ['api', 'HTTP 502', /had a problem/],
]

describe('a commit that GitHub did not take', () => {
  it.each(ANSWERS)('by %s: %s', (method, said, remedy) => {
    expect(remedyFor(refused(method, said))).toMatch(remedy)
  })

  it('says where, why and what to do', () => {
    const [problem] = refusedCommit(refused('api', 'Repository was archived so is read-only.')).problems
    expect(problem).toMatchObject({
      severity: 'error',
      message: 'the commit on main of acme/state was refused: Repository was archived so is read-only.',
      remedy: 'Unarchive the repository, or disable the workflow that runs this.',
    })
  })

  it('does not send people back to the API that the commit is too big for', () => {
    const said = 'error: GH013: / - Commits must have verified signatures.'
    expect(remedyFor(refused('push', said, { tooBigForApi: true }))).toMatch(/too big for the API.*several steps/)
  })

  it('says no more than it knows', () => {
    expect(remedyFor(refused('push', 'fatal: the moon is full'))).toBe("Check GitHub's message and run this again.")
  })
})
