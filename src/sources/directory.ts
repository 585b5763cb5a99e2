import { constants } from 'node:fs'
import { lstat, open, realpath } from 'node:fs/promises'
import { join, sep } from 'node:path'
import pLimit from 'p-limit'
import {
  type FileAnswer,
  type FileRequest,
  failed,
  LARGEST_FILE_BYTES,
  requestKey,
  type SourceReader,
} from './source-file.js'

/** Files open at the same time. */
const CONCURRENCY = 16

/**
 * Reads sources from local checkouts laid out as ROOT/OWNER/REPO/PATH. The branch asked for is not looked at: what is
 * checked out is what is read.
 *
 * @param root the folder; what it holds may be hostile: links out of a repository are refused.
 */
export function readFromDirectory(root: string): SourceReader {
  const limit = pLimit(CONCURRENCY)
  const read: SourceReader['read'] = async (requests) => {
    const distinct = new Map(requests.map((request) => [requestKey(request), request]))
    const answer = async ([key, request]: [string, FileRequest]) => [key, await readOne(root, request)] as const
    return new Map(await Promise.all([...distinct].map((entry) => limit(answer, entry))))
  }
  return { read, isComplete: false }
}

async function readOne(root: string, request: FileRequest): Promise<FileAnswer> {
  const repository = join(root, ...request.repo.split('/'))
  const inside = await realpathOrNull(repository)
  if (inside === null) {
    return failed(
      'repository',
      `there is no checkout of ${request.repo} in the sources folder.`,
      `Check it out to ${request.repo} there.`,
    )
  }
  const path = join(repository, ...request.path.split('/'))
  return readInside(path, inside, request).catch((error: NodeJS.ErrnoException) =>
    failed(
      'unreachable',
      `${request.path} of ${request.repo} cannot be read (${error.code}).`,
      'Make it a file this run may read.',
    ),
  )
}

async function readInside(path: string, repository: string, request: FileRequest): Promise<FileAnswer> {
  const real = await realpathOrNull(path)
  if (real === null) {
    return failed(
      'file',
      `${request.repo} has no file ${request.path}.`,
      'Correct source.dockerfile, or check out the branch that has it.',
    )
  }
  if (!real.startsWith(repository + sep) || (await lstat(path)).isSymbolicLink()) {
    return failed('content', `${request.path} of ${request.repo} is a link.`, 'Name the file it points to.')
  }
  return readBounded(real, request)
}

async function readBounded(path: string, request: FileRequest): Promise<FileAnswer> {
  // O_NONBLOCK: opening a named pipe must not wait for a writer that never comes.
  const handle = await open(path, constants.O_RDONLY | constants.O_NONBLOCK)
  try {
    const stat = await handle.stat()
    if (!stat.isFile())
      return failed(
        'content',
        `${request.path} of ${request.repo} is no file.`,
        'Name a Dockerfile in source.dockerfile.',
      )
    const { size } = stat
    if (size > LARGEST_FILE_BYTES)
      return failed('content', `${request.path} of ${request.repo} has ${size} bytes.`, 'A Dockerfile is smaller.')
    const bytes = await handle.readFile()
    if (bytes.includes(0))
      return failed(
        'content',
        `${request.path} of ${request.repo} is binary.`,
        'Name a Dockerfile in source.dockerfile.',
      )
    return { kind: 'found', text: bytes.toString('utf8'), branch: request.branch }
  } finally {
    await handle.close()
  }
}

async function realpathOrNull(path: string): Promise<string | null> {
  try {
    return await realpath(path)
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code
    if (code === 'ENOENT' || code === 'ENOTDIR' || code === 'ELOOP') return null
    throw error
  }
}
