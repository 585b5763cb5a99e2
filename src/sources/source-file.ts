import type { Source } from '../enrollment/images-file.js'
import { forgeOf, type Provider } from '../forges/index.js'
import { oneLine } from '../text/index.js'

/** A request for a file of a source repository. */
export interface FileRequest {
  readonly provider: Provider
  /** OWNER/REPO, GROUP/…/PROJECT */
  readonly repo: string
  /** null: the repository's default branch. */
  readonly branch: string | null
  readonly path: string
}

/**
 * Why there is no text: no such repository (or none that the token may see), no such branch, no such file, not a text
 * file, or the request could not be made.
 */
export type FileFailure = 'repository' | 'branch' | 'file' | 'content' | 'unreachable'

/** A failed request, with the message to report. */
export interface FailedAnswer {
  readonly kind: 'failed'
  readonly reason: FileFailure
  readonly message: string
  readonly remedy: string
}

/** Result of a request. A failure never means "no such content": it has a reason and a remedy. */
export type FileAnswer =
  | {
      readonly kind: 'found'
      readonly text: string
      /** The branch it was read from; null if unknown. */
      readonly branch: string | null
    }
  | FailedAnswer

/** Answers by request key, from one or more rounds. */
export type FileAnswers = ReadonlyMap<string, FileAnswer>

/** Reads source files. */
export interface SourceReader {
  /** Reads many files at once; every request has its answer under `requestKey`. */
  readonly read: (requests: readonly FileRequest[]) => Promise<FileAnswers>
  /** Whether a file that is not found does not exist; local checkouts may contain only Dockerfiles. */
  readonly isComplete: boolean
}

/** Key of a request in the answers; equal requests have equal keys. */
export function requestKey(request: FileRequest): string {
  return JSON.stringify([request.provider, request.repo, request.branch, request.path])
}

/** Creates a failed answer. */
export function failed(reason: FileFailure, message: string, remedy: string): FailedAnswer {
  return { kind: 'failed', reason, message, remedy }
}

/** Dockerfiles are small; anything larger is a mistake or an attack. */
export const MAX_FILE_BYTES = 8 * 1024 * 1024

/** The answer for another forge's file, which is not requested: this forge may have another project with that name. */
export function onOtherForge({ provider, repo }: FileRequest, host: string): FailedAnswer {
  const message = `${repo} is on ${provider}, and ${host} is not contacted for it.`
  return failed('unreachable', message, 'Give its checkout in sources-dir.')
}

/**
 * The answer for a file's text, or a failure if it is not usable text.
 *
 * @param where the file, for messages.
 */
export function textAnswer(text: string, where: string, branch: string | null): FileAnswer {
  if (text.includes('\0')) return failed('content', `${where} is binary.`, 'Set source.dockerfile to a Dockerfile.')
  if (!isLinkTarget(text)) return { kind: 'found', text, branch }
  return failed('content', `${where} is a symbolic link to ${oneLine(text, 200)}.`, 'Use the file it points to.')
}

/** A symbolic link's blob contains only its target path; no Dockerfile or workflow is a single word. */
function isLinkTarget(text: string): boolean {
  return text.length < 4096 && /^[^\s]+$/.test(text)
}

/** The request for the file that builds an image; null if its source names none. */
export function buildFileRequest(source: Source): FileRequest | null {
  const path = forgeOf(source).buildFile(source)
  return path === null ? null : { provider: source.provider, repo: source.repo, branch: source.branch, path }
}
