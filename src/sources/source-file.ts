/** A file of a source repository, as somebody asks for it. */
export interface FileRequest {
  readonly provider: 'github' | 'gitlab'
  /** OWNER/REPO, GROUP/…/PROJECT */
  readonly repo: string
  /** null: the repository's default branch. */
  readonly branch: string | null
  readonly path: string
}

/** What became of a request. A failure is never "no such content": it says why and what mends it. */
export type FileAnswer =
  | {
      readonly kind: 'found'
      readonly text: string
      /** The branch it was read from; null where it is not known. */
      readonly branch: string | null
    }
  | { readonly kind: 'failed'; readonly message: string; readonly remedy: string }

/** Reads many files at once; every request has its answer under `requestKey`. */
export type SourceReader = (requests: readonly FileRequest[]) => Promise<ReadonlyMap<string, FileAnswer>>

/** The key of a request in the answers; equal requests have equal keys. */
export function requestKey(request: FileRequest): string {
  return JSON.stringify([request.provider, request.repo, request.branch, request.path])
}

/** Dockerfiles are small; what is larger is a mistake or an attack. */
export const LARGEST_FILE_BYTES = 8 * 1024 * 1024
