import { refuse } from '../enrollment/problem.js'
import type { GitHubClient } from '../sources/index.js'
import type { CommitRequest, CommitResult, FileSet } from './commit.js'

const MUTATION = `mutation($input: CreateCommitOnBranchInput!) {
  createCommitOnBranch(input: $input) { commit { oid } }
}`

/**
 * Commits through GitHub's API: signed by GitHub, and only if the branch still is where we read it
 * (`expectedHeadOid` is a compare-and-swap).
 */
export async function commitByApi(
  request: CommitRequest,
  changes: FileSet,
  { client, repository }: { readonly client: GitHubClient; readonly repository: string },
): Promise<CommitResult> {
  const input = {
    branch: { repositoryNameWithOwner: repository, branchName: request.branch },
    expectedHeadOid: request.tree.head,
    message: request.message,
    fileChanges: {
      additions: [...changes.additions].map(([path, text]) => ({
        path,
        contents: Buffer.from(text).toString('base64'),
      })),
      deletions: changes.deletions.map((path) => ({ path })),
    },
  }
  try {
    const reply = await client.graphql<{ createCommitOnBranch: { commit: { oid: string } } }>(MUTATION, { input })
    return { kind: 'committed', sha: reply.createCommitOnBranch.commit.oid }
  } catch (error) {
    if (isStale(error)) return { kind: 'stale' }
    throw refusal(error, repository, request.branch)
  }
}

interface ApiFailure {
  readonly status?: number
  readonly message?: string
  readonly errors?: readonly { readonly type?: string; readonly message: string }[]
}

/** GitHub says it in two ways, the second where two commits meet in the moment of the swap. */
const STALE_MESSAGE = /^Expected branch to point to|^Ref \S+ is at [0-9a-f]+ but expected/

function isStale(error: unknown): boolean {
  const { errors = [] } = error as ApiFailure
  return errors.some((one) => one.type === 'STALE_DATA' || STALE_MESSAGE.test(one.message))
}

function refusal(error: unknown, repository: string, branch: string): Error {
  const failure = error as ApiFailure
  const said = failure.errors?.map((one) => one.message).join(' / ') ?? failure.message ?? String(error)
  return refuse(`the commit on ${branch} of ${repository} was refused: ${said}.`, {
    remedy: remedyFor(failure, said, repository),
  })
}

function remedyFor(failure: ApiFailure, said: string, repository: string): string {
  const forbidden = failure.status === 403 || failure.errors?.some((one) => one.type === 'FORBIDDEN')
  if (forbidden || /not accessible/i.test(said)) {
    return `The state-token needs contents: write on ${repository}; the workflow's own token cannot write to another repository.`
  }
  if (/protected|rule/i.test(said))
    return 'Let the token bypass the branch rules, or commit to another branch with state-ref.'
  if (/does not exist|not found|could not resolve/i.test(said)) return 'Check state-repository and state-ref.'
  return 'Look at what GitHub says and run again.'
}
