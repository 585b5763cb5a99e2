import type { WorkTree } from './work-tree.js'

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

/** What a commit changes: text by path from the repository's top. */
export interface FileSet {
  readonly additions: ReadonlyMap<string, string>
  readonly deletions: readonly string[]
}

/** How an attempt to commit ended. Stale: somebody else was faster, so the files have to be made again. */
export type CommitResult =
  /** `note`: why it was not made in the way that was asked for. */
  | { readonly kind: 'committed'; readonly sha: string; readonly note?: string }
  | { readonly kind: 'nothing' }
  | { readonly kind: 'stale' }
