import { createHash } from 'node:crypto'
import type { GitHubClient } from '../sources/index.js'
import { fromTop } from '../state/index.js'
import { commitByApi } from './commit-api.js'
import { commitByPush } from './commit-push.js'
import type { GitRemote } from './git.js'
import { listBlobs, type WorkTree } from './work-tree.js'

/** What a commit changes: text by path from the repository's top. */
export interface FileSet {
  readonly additions: ReadonlyMap<string, string>
  readonly deletions: readonly string[]
}

/** How an attempt to commit ended. Stale: somebody else was faster, so the files have to be made again. */
export type CommitResult =
  | { readonly kind: 'committed'; readonly sha: string }
  | { readonly kind: 'nothing' }
  | { readonly kind: 'stale' }

/** How and where commits are made. */
export type CommitMethod =
  | { readonly kind: 'api'; readonly client: GitHubClient; readonly repository: string }
  | { readonly kind: 'push'; readonly remote: GitRemote }

/** One commit to be made. */
export interface CommitRequest {
  readonly tree: WorkTree
  readonly branch: string
  /** The state folder inside the repository. */
  readonly statePath: string
  /** Every generated file there shall be, by path below the state folder. */
  readonly files: ReadonlyMap<string, string>
  /** Generated files that shall go, by path below the state folder. */
  readonly removals: readonly string[]
  readonly message: CommitMessage
}

export interface CommitMessage {
  readonly headline: string
  readonly body: string
}

/**
 * Commits generated files on top of the commit they were made from, and only on top of it.
 *
 * @returns stale when the branch has moved on; never merges, rebases or forces.
 * @throws Refusal when the server does not let us, with the remedy.
 */
export async function commitFiles(request: CommitRequest, method: CommitMethod): Promise<CommitResult> {
  const changes = await changesAgainstHead(request)
  if (changes.additions.size === 0 && changes.deletions.length === 0) return { kind: 'nothing' }
  return method.kind === 'api' ? commitByApi(request, changes, method) : commitByPush(request, changes, method.remote)
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

/** Git's name for a text: SHA-1, or SHA-256 in repositories that use it (known by the length of its ids). */
function blobId(text: string, length: number): string {
  const bytes = Buffer.from(text)
  return createHash(length === 64 ? 'sha256' : 'sha1')
    .update(`blob ${bytes.length}\0`)
    .update(bytes)
    .digest('hex')
}
