import { fromTop } from '../state/index.js'
import { blobId, listBlobs, type WorkTree } from './work-tree.js'

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
  readonly message: { readonly headline: string; readonly body: string }
}

/** What a commit changes: text by path from the repository's top. */
export interface FileSet {
  readonly additions: ReadonlyMap<string, string>
  readonly deletions: readonly string[]
}

/** How an attempt to commit ended. Stale: the branch has moved on, so the files have to be made again. */
export type CommitResult =
  /** `note`: why it was not made in the way that was asked for. */
  | { readonly kind: 'committed'; readonly sha: string; readonly note?: string }
  | { readonly kind: 'nothing' }
  | { readonly kind: 'stale' }

/** Compares with the commit, not with the disk: a file that lies there without being committed is still to be added. */
export async function changesAgainstHead(request: CommitRequest): Promise<FileSet> {
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
