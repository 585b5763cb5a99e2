import type { Source } from '../enrollment/images-file.js'
import { FORGES, type Forge, forgeOf, type Provider } from '../forges/index.js'
import { oneLine } from '../text/index.js'

/** A file of a source repository, as somebody asks for it. */
export interface FileRequest {
  readonly provider: Provider
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
export type FileFailure = 'repository' | 'branch' | 'file' | 'content' | 'unreachable'

/** A request without text, with what to tell about it. */
export interface FailedAnswer {
  readonly kind: 'failed'
  readonly reason: FileFailure
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
export function failed(reason: FileFailure, message: string, remedy: string): FailedAnswer {
  return { kind: 'failed', reason, message, remedy }
}

/** Dockerfiles are small; what is larger is a mistake or an attack. */
export const MAX_FILE_BYTES = 8 * 1024 * 1024

/** Reads every file from its own forge, from all at the same time; null: there is nothing to read one with. */
export function readFromForges(readers: Readonly<Record<Provider, SourceReader | null>>): SourceReader {
  const read: SourceReader['read'] = async (requests) => {
    const parts = FORGES.map((forge) => {
      const own = requests.filter(({ provider }) => provider === forge.provider)
      const reader = readers[forge.provider]
      if (own.length === 0) return new Map<string, FileAnswer>()
      return reader === null
        ? new Map(own.map((one) => [requestKey(one), withoutReader(one, forge)]))
        : reader.read(own)
    })
    return new Map((await Promise.all(parts)).flatMap((answers) => [...answers]))
  }
  return { read, isComplete: Object.values(readers).every((reader) => reader?.isComplete ?? true) }
}

function withoutReader({ repo }: FileRequest, { name, tokenInput }: Forge): FileAnswer {
  const message = `${repo} is on ${name}, and there is nothing to read it with.`
  return failed('unreachable', message, `Set ${tokenInput}, or give its checkout in sources-dir.`)
}

/** What one forge is not asked for: it may have another project by the same name. */
export function onOtherForge({ provider, repo }: FileRequest, host: string): FailedAnswer {
  const message = `${repo} is on ${provider}, and ${host} is not asked for it.`
  return failed('unreachable', message, 'Give its checkout in sources-dir.')
}

/**
 * The answer that a file's text is, unless it is no text.
 *
 * @param where the file, for messages.
 */
export function textAnswer(text: string, where: string, branch: string | null): FileAnswer {
  if (text.includes('\0')) return failed('content', `${where} is binary.`, 'Name a Dockerfile in source.dockerfile.')
  if (!isLinkTarget(text)) return { kind: 'found', text, branch }
  return failed('content', `${where} is a symbolic link to ${oneLine(text, 200)}.`, 'Name the file it points to.')
}

/** A link's blob holds the path it points to and nothing else; no Dockerfile or workflow is one word. */
function isLinkTarget(text: string): boolean {
  return text.length < 4096 && /^[^\s]+$/.test(text)
}

/** The file that builds an image, as its source names it; null: none does. */
export function buildFileRequest(source: Source): FileRequest | null {
  const path = forgeOf(source).buildFile(source)
  return path === null ? null : { provider: source.provider, repo: source.repo, branch: source.branch, path }
}
