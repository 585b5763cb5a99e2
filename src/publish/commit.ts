import { Refusal } from '../enrollment/problem.js'
import { fromTop } from '../state/index.js'
import { type ApiTarget, commitByApi } from './commit-api.js'
import { commitByPush, type PushTarget } from './commit-push.js'
import type { CommitRequest, CommitResult, FileSet } from './commit-request.js'
import { listBlobs } from './work-tree.js'
import { blobId } from './work-tree-copy.js'

/** How and where commits are made. */
export type CommitMethod =
  /** `instead` takes what is too big for the API. */
  ({ readonly kind: 'api'; readonly instead: PushTarget } & ApiTarget) | ({ readonly kind: 'push' } & PushTarget)

/**
 * Commits generated files on top of the commit they were made from, and only on top of it.
 *
 * @returns stale when the branch has moved on; never merges, rebases or forces.
 * @throws Refusal when the server does not let us, with the remedy.
 */
export async function commitFiles(request: CommitRequest, method: CommitMethod): Promise<CommitResult> {
  const changes = await changesAgainstHead(request)
  if (changes.additions.size === 0 && changes.deletions.length === 0) return { kind: 'nothing' }
  if (method.kind === 'push') return commitByPush(request, changes, method)
  const result = await commitByApi(request, changes, method)
  return result.kind === 'too-big' ? pushInstead(request, changes, method.instead, result.reason) : result
}

/** One push takes what one request does not. Should the API have made the commit after all, the push comes too late. */
async function pushInstead(request: CommitRequest, changes: FileSet, to: PushTarget, reason: string) {
  try {
    const result = await commitByPush(request, changes, { ...to, tooBigForApi: true })
    return result.kind === 'committed' ? { ...result, note: `${reason} It was pushed with git instead.` } : result
  } catch (error) {
    if (!(error instanceof Refusal)) throw error
    throw new Refusal(error.problems.map((one) => ({ ...one, message: `${reason} And ${one.message}` })))
  }
}

/** Compares with the commit, not with the disk: a file that lies there without being committed is still to be added. */
async function changesAgainstHead(request: CommitRequest): Promise<FileSet> {
  const { files, removals, statePath, tree } = request
  const paths = [...files.keys(), ...removals].map((path) => fromTop(statePath, path))
  const folders = [...new Set(paths.map((path) => path.slice(0, path.lastIndexOf('/') + 1)))]
  const blobs = folders.length === 0 ? new Map<string, string>() : await listBlobs(tree, folders)
  const additions = new Map<string, string>()
  for (const [path, text] of files) {
    const full = fromTop(statePath, path)
    const known = blobs.get(full)
    if (known === undefined || known !== blobId(text, known.length)) additions.set(full, text)
  }
  return {
    additions,
    deletions: removals
      .map((path) => fromTop(statePath, path))
      .filter((path) => blobs.has(path))
      .sort(),
  }
}
