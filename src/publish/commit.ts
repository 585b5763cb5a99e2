// Commits with GitHub's API, or with a push if the API cannot take the commit.
import { Refusal, refuse } from '../enrollment/problem.js'
import { FailedRequest, mayHaveTakenEffect } from '../network/index.js'
import type { GitHubClient } from '../sources/index.js'
import {
  type CommitRequest,
  type CommitResult,
  changesAgainstHead,
  commitByPush,
  type FileSet,
  type PushTarget,
} from './commit-push.js'
import { type GitHubError, messageOf, nothingIfFailed, refusedCommit } from './refusals.js'

export type CommitMethod =
  /** `instead` takes commits that are too big for the API. */
  ({ readonly kind: 'api'; readonly instead: PushTarget } & ApiTarget) | ({ readonly kind: 'push' } & PushTarget)

/**
 * Commits generated files on top of the commit they were made from, and only on top of it.
 *
 * @returns stale if the branch has moved; never merges, rebases or force-pushes.
 * @throws Refusal with the remedy when the server refuses.
 */
export async function commitFiles(request: CommitRequest, method: CommitMethod): Promise<CommitResult> {
  const changes = await changesAgainstHead(request)
  if (changes.additions.size === 0 && changes.deletions.length === 0) return { kind: 'nothing' }
  if (method.kind === 'push') return commitByPush(request, changes, method)
  const result = await commitByApi(request, changes, method)
  return result.kind === 'too-big' ? pushInstead(request, changes, method.instead, result.reason) : result
}

/** One push can take what one request cannot. If the API has made the commit after all, the push is stale. */
async function pushInstead(request: CommitRequest, changes: FileSet, to: PushTarget, reason: string) {
  try {
    const result = await commitByPush(request, changes, { ...to, tooBigForApi: true })
    return result.kind === 'committed' ? { ...result, note: `${reason} It was pushed with git instead.` } : result
  } catch (error) {
    if (!(error instanceof Refusal)) throw error
    throw new Refusal(error.problems.map((one) => ({ ...one, message: `${reason} And ${one.message}` })))
  }
}

const MUTATION = `mutation($input: CreateCommitOnBranchInput!) {
  createCommitOnBranch(input: $input) { commit { oid } }
}`

/**
 * Maximum size of a request, and what GitHub takes easily: if it fails on a commit with more files or bytes, its size may
 * be the reason.
 *
 * GitHub documents no size limit for this mutation. Requests have failed at 40 MiB of content
 * (grafana/github-api-commit-action#66), and every request ends after 10 seconds (docs.github.com, "Timeouts" of the
 * GraphQL API), which many files can exceed. Trees time out from about 200 files (qoomon/actions--create-commit#90).
 */
export const API_LIMIT = { bytes: 30_000_000, easy: { files: 100, bytes: 1_000_000 } }

interface ApiTarget {
  readonly client: GitHubClient
  readonly repository: string
  readonly limit?: typeof API_LIMIT
}

/**
 * Commits with GitHub's API: signed by GitHub, and only if the branch is unchanged (`expectedHeadOid` is a
 * compare-and-swap).
 *
 * @returns `too-big` for a commit that does not fit into one request. It is never split: half a state is a wrong state.
 * @throws Refusal when GitHub rejects the commit for a reason other than its size.
 */
export async function commitByApi(
  request: CommitRequest,
  changes: FileSet,
  { client, repository, limit = API_LIMIT }: ApiTarget,
): Promise<CommitResult | { readonly kind: 'too-big'; readonly reason: string }> {
  const files = changes.additions.size + changes.deletions.length
  const bytes = sizeOf(changes)
  const size = `${files} files (${Math.ceil(bytes / 1_000_000)} MB)`
  if (bytes > limit.bytes) return { kind: 'too-big', reason: `${size} are too much for one commit through the API.` }
  const input = {
    branch: { repositoryNameWithOwner: repository, branchName: request.branch },
    expectedHeadOid: request.tree.head,
    message: request.message,
    fileChanges: fileChanges(changes),
  }
  try {
    const reply = await client.graphql<
      { createCommitOnBranch?: { commit?: { oid: string } | null } | null } | undefined
    >(MUTATION, { input })
    const sha = reply?.createCommitOnBranch?.commit?.oid
    // A truncated response does not show whether the commit was made: the branch does.
    return sha === undefined ? { kind: 'stale' } : { kind: 'committed', sha }
  } catch (error) {
    if (isStale(error)) return { kind: 'stale' }
    const message = error instanceof FailedRequest ? error.sentence : messageOf(error)
    const isHard = files > limit.easy.files || bytes > limit.easy.bytes
    if (isHard && isOverloaded(error)) return { kind: 'too-big', reason: `GitHub's API gave up on ${size}: ${message}` }
    if (error instanceof FailedRequest) return afterFailure(error, request, { client, repository })
    throw refusedCommit({ method: 'api', repository, branch: request.branch, message })
  }
}

function fileChanges({ additions, deletions }: FileSet) {
  return {
    additions: [...additions].map(([path, text]) => ({ path, contents: Buffer.from(text).toString('base64') })),
    deletions: deletions.map((path) => ({ path })),
  }
}

/** Approximate bytes of the request: base64 turns three into four. */
function sizeOf({ additions, deletions }: FileSet): number {
  let bytes = 0
  for (const [path, text] of additions) bytes += Math.ceil(Buffer.byteLength(text) / 3) * 4 + path.length + 32
  for (const path of deletions) bytes += path.length + 16
  return bytes
}

/** Two messages of GitHub, the second if two commits collide during the swap. */
const STALE_MESSAGE = /^Expected branch to point to|^Ref \S+ is at [0-9a-f]+ but expected/

function isStale(error: unknown): boolean {
  const { errors = [] } = error as GitHubError
  return errors.some((one) => one.type === 'STALE_DATA' || STALE_MESSAGE.test(one.message))
}

/** Responses to a request that is too big or takes too long; the commit may have been made regardless. */
function isOverloaded(error: unknown): boolean {
  if (error instanceof FailedRequest) return mayHaveTakenEffect(error.failure)
  if ((error as GitHubError).status === 413) return true
  return /went wrong while executing your query|respond to your request in time|too large|timed out/i.test(
    messageOf(error),
  )
}

/** After a lost response, checks the branch for the commit. */
async function afterFailure(error: FailedRequest, request: CommitRequest, to: ApiTarget): Promise<CommitResult> {
  const { branch, tree } = request
  const now = mayHaveTakenEffect(error.failure) ? await headOf(branch, to) : tree.head
  if (now !== null && now !== tree.head) return { kind: 'stale' }
  const commit = `the commit on ${branch} of ${to.repository}`
  const what = now === null ? `it is unclear whether ${commit} was made` : `${commit} was not made`
  const remedy = `${error.failure.remedy} Nothing is committed twice.`
  throw refuse('commit-refused', `${what}: ${error.sentence}`, { remedy })
}

/** The head of a branch; null if it cannot be read. */
async function headOf(branch: string, { client, repository }: ApiTarget): Promise<string | null> {
  const [owner = '', repo = ''] = repository.split('/')
  const ref = await client.rest.git.getRef({ owner, repo, ref: `heads/${branch}` }).catch(nothingIfFailed)
  return ref === null ? null : ref.data.object.sha
}
