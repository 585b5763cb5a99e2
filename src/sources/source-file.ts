/** A file of a source repository, as somebody asks for it. */
export interface FileRequest {
  readonly provider: 'github' | 'gitlab'
  /** OWNER/REPO, GROUP/…/PROJECT */
  readonly repo: string
  /** null: the repository's default branch. */
  readonly branch: string | null
  readonly path: string
}

/**
 * Why there is no text: no such repository (or none that the token may see), no such branch, no such file there,
 * something else than a text file, or the question could not be asked at all.
 */
export type FailureReason = 'repository' | 'branch' | 'file' | 'content' | 'unreachable'

/** A request without text, with what to tell about it. */
export interface FailedAnswer {
  readonly kind: 'failed'
  readonly reason: FailureReason
  readonly message: string
  readonly remedy: string
}

/** What became of a request. A failure is never "no such content": it says why and what mends it. */
export type FileAnswer =
  | {
      readonly kind: 'found'
      readonly text: string
      /** The branch it was read from; null where it is not known. */
      readonly branch: string | null
    }
  | FailedAnswer

/** Where source files come from. */
export interface SourceReader {
  /** Reads many files at once; every request has its answer under `requestKey`. */
  readonly read: (requests: readonly FileRequest[]) => Promise<ReadonlyMap<string, FileAnswer>>
  /** Whether a file that is not found is not there; a folder of checkouts may hold the Dockerfiles alone. */
  readonly isComplete: boolean
}

/** The key of a request in the answers; equal requests have equal keys. */
export function requestKey(request: FileRequest): string {
  return JSON.stringify([request.provider, request.repo, request.branch, request.path])
}

/** A failed answer. */
export function failed(reason: FailureReason, message: string, remedy: string): FailedAnswer {
  return { kind: 'failed', reason, message, remedy }
}

/** Dockerfiles are small; what is larger is a mistake or an attack. */
export const MAX_FILE_BYTES = 8 * 1024 * 1024

type Provider = FileRequest['provider']

/** A reader for each provider; null where there is nothing to read it with. */
type ReadersByProvider = Readonly<Record<Provider, SourceReader | null>>

const NAMES: Readonly<Record<Provider, string>> = { github: 'GitHub', gitlab: 'GitLab' }
const INPUTS: Readonly<Record<Provider, string>> = { github: 'source-token', gitlab: 'gitlab-token' }

/** Reads every file from its own provider, from both at the same time. */
export function readFromBoth(readers: ReadersByProvider): SourceReader {
  const read: SourceReader['read'] = async (requests) => {
    const parts = (['github', 'gitlab'] as const).map((provider) => {
      const own = requests.filter((request) => request.provider === provider)
      const reader = readers[provider]
      if (own.length === 0) return new Map<string, FileAnswer>()
      return reader === null ? new Map(own.map((one) => [requestKey(one), withoutReader(one)])) : reader.read(own)
    })
    return new Map((await Promise.all(parts)).flatMap((answers) => [...answers]))
  }
  return { read, isComplete: Object.values(readers).every((reader) => reader?.isComplete ?? true) }
}

function withoutReader({ provider, repo }: FileRequest): FileAnswer {
  const message = `${repo} is on ${NAMES[provider]}, and there is nothing to read it with.`
  return failed('unreachable', message, `Set ${INPUTS[provider]}, or give its checkout in sources-dir.`)
}
