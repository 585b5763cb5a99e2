import { constants } from 'node:fs'
import { lstat, open } from 'node:fs/promises'
import { join } from 'node:path'
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
 * @param root the folder; what it holds may be hostile: no link in it is followed, and what git keeps is not read.
 */
export function readFromDirectory(root: string): SourceReader {
  const limit = pLimit(CONCURRENCY)
  const looking = lookingOnce()
  const read: SourceReader['read'] = async (requests) => {
    const distinct = new Map(requests.map((request) => [requestKey(request), request]))
    const answer = async ([key, request]: [string, FileRequest]) =>
      [key, await readOne(root, request, looking)] as const
    return new Map(await Promise.all([...distinct].map((entry) => limit(answer, entry))))
  }
  return { read, isComplete: false }
}

type Found = 'folder' | 'file' | 'link' | 'other' | 'nothing'
type Look = (path: string) => Promise<Found>

/** What is at a path, itself where it is a link. Folders are shared by many files and looked at once. */
function lookingOnce(): Look {
  const known = new Map<string, Promise<Found>>()
  return (path) => {
    const found = known.get(path) ?? look(path)
    known.set(path, found)
    return found
  }
}

async function look(path: string): Promise<Found> {
  try {
    const found = await lstat(path)
    if (found.isDirectory()) return 'folder'
    if (found.isFile()) return 'file'
    return found.isSymbolicLink() ? 'link' : 'other'
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code
    if (code === 'ENOENT' || code === 'ENOTDIR') return 'nothing'
    throw error
  }
}

async function readOne(root: string, request: FileRequest, looking: Look): Promise<FileAnswer> {
  try {
    const place = await walk(root, request, looking)
    return typeof place === 'string' ? await readBounded(place, request) : place
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    return failed(
      'unreachable',
      `${request.path} of ${request.repo} cannot be read (${code}).`,
      'Make it a file this run may read.',
    )
  }
}

/** The file on disk, every part of the way to it looked at; or why it is none. */
async function walk(root: string, request: FileRequest, looking: Look): Promise<string | FileAnswer> {
  const { repo, path } = request
  const repository = await descend(root, repo, looking)
  if (typeof repository !== 'string' || (await looking(repository)) !== 'folder') {
    const remedy = `Check it out to ${repo} there.`
    const isLink = typeof repository !== 'string' && repository.found === 'link'
    const message = isLink
      ? `${repo} is a link in the sources folder.`
      : `there is no checkout of ${repo} in the sources folder.`
    return failed('repository', message, remedy)
  }
  const file = await descend(repository, path, looking)
  if (typeof file === 'string') return file
  if (file.found === 'link') return failed('content', `${path} of ${repo} is a link.`, 'Name the file it points to.')
  if (file.found === 'other') return noFile(request)
  return failed(
    'file',
    `${repo} has no file ${path}.`,
    'Correct source.dockerfile, or check out the branch that has it.',
  )
}

/** Goes down a path part by part. A part that leads elsewhere, or into git's own folder, is not there for us. */
async function descend(from: string, path: string, looking: Look): Promise<string | { readonly found: Found }> {
  const parts = path.split('/').filter((part) => part !== '.')
  if (parts.some((part) => part === '' || part === '..' || part.toLowerCase() === '.git')) return { found: 'nothing' }
  let place = from
  for (const [index, part] of parts.entries()) {
    place = join(place, part)
    const found = await looking(place)
    const isLast = index === parts.length - 1
    if (found !== 'folder' && !(isLast && found === 'file')) return { found }
  }
  return place
}

function noFile({ path, repo }: FileRequest): FileAnswer {
  return failed('content', `${path} of ${repo} is no file.`, 'Name a Dockerfile in source.dockerfile.')
}

async function readBounded(path: string, request: FileRequest): Promise<FileAnswer> {
  const { repo } = request
  // Should it have become something else since it was looked at: no link, and no named pipe that waits for a writer.
  const handle = await open(path, constants.O_RDONLY | constants.O_NONBLOCK | (constants.O_NOFOLLOW ?? 0))
  try {
    const stat = await handle.stat()
    if (!stat.isFile()) return noFile(request)
    if (stat.size > LARGEST_FILE_BYTES)
      return failed('content', `${request.path} of ${repo} has ${stat.size} bytes.`, 'A Dockerfile is smaller.')
    const bytes = await handle.readFile()
    if (bytes.includes(0))
      return failed('content', `${request.path} of ${repo} is binary.`, 'Name a Dockerfile in source.dockerfile.')
    return { kind: 'found', text: bytes.toString('utf8'), branch: request.branch }
  } finally {
    await handle.close()
  }
}
