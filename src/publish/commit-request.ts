import { fromTop } from '../state/index.js'
import { blobId, listBlobs, type WorkTree } from './work-tree.js'

export interface CommitRequest {
  readonly tree: WorkTree
  readonly branch: string
  /** The state folder in the repository. */
  readonly statePath: string
  /** Every generated file that should exist, by path relative to the state folder. */
  readonly files: ReadonlyMap<string, string>
  /** Generated files to delete, by path relative to the state folder. */
  readonly removals: readonly string[]
  readonly message: { readonly headline: string; readonly body: string }
}

/** Changes of a commit: text by path relative to the top of the repository. */
export interface FileSet {
  readonly additions: ReadonlyMap<string, string>
  readonly deletions: readonly string[]
}

/** Result of a commit attempt. Stale: the branch has moved, so the files must be regenerated. */
export type CommitResult =
  /** `note`: why the requested method was not used. */
  | { readonly kind: 'committed'; readonly sha: string; readonly note?: string }
  | { readonly kind: 'nothing' }
  | { readonly kind: 'stale' }

/** Compares with the commit instead of the disk: an existing but uncommitted file is still an addition. */
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
