import { closeSync, constants, fstatSync, lstatSync, openSync, readFileSync } from 'node:fs'
import {
  type FailedAnswer,
  type FileAnswer,
  type FileRequest,
  failed,
  MAX_FILE_BYTES,
  requestKey,
  type SourceReader,
} from './source-file.js'

// Synchronous throughout, like reading state files: local files need no waiting.

/**
 * Reads sources from local checkouts laid out as ROOT/OWNER/REPO/PATH. The requested branch is ignored: whatever is
 * checked out is read.
 *
 * @param root the folder; its contents may be hostile: links are not followed, and `.git` is not read.
 */
export function readFromDirectory(root: string): SourceReader {
  const read: SourceReader['read'] = async (requests) => {
    const distinct = new Map(requests.map((request) => [requestKey(request), request]))
    const looking = lookingOnce()
    return new Map([...distinct].map(([key, request]) => [key, readOne(root, request, looking)]))
  }
  return { read, isComplete: false }
}

/** Looks up each path once (a link as itself): the files of one read share a few folders. */
function lookingOnce(): typeof look {
  const known = new Map<string, ReturnType<typeof look>>()
  return (path) => {
    const found = known.get(path) ?? look(path)
    known.set(path, found)
    return found
  }
}

function look(path: string): 'folder' | 'file' | 'link' | 'other' | 'nothing' {
  try {
    const found = lstatSync(path)
    if (found.isDirectory()) return 'folder'
    if (found.isFile()) return 'file'
    return found.isSymbolicLink() ? 'link' : 'other'
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code
    if (code === 'ENOENT' || code === 'ENOTDIR') return 'nothing'
    throw error
  }
}

function readOne(root: string, request: FileRequest, looking: typeof look): FileAnswer {
  try {
    const place = walk(root, request, looking)
    return typeof place === 'string' ? readBounded(place, request) : place
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    return failed(
      'unreachable',
      `${request.path} of ${request.repo} cannot be read (${code}).`,
      'Make it a file this run may read.',
    )
  }
}

/** Path of the file on disk after checking every part of it, or why there is none. */
function walk(root: string, request: FileRequest, looking: typeof look): string | FileAnswer {
  const { repo, path } = request
  const repository = descend(root, repo, looking)
  if (typeof repository !== 'string' || looking(repository) !== 'folder') {
    const remedy = `Check it out to ${repo} there.`
    const isLink = typeof repository !== 'string' && repository.found === 'link'
    const message = isLink
      ? `${repo} is a link in the sources folder.`
      : `there is no checkout of ${repo} in the sources folder.`
    return failed('repository', message, remedy)
  }
  // A checkout may contain only Dockerfiles: then the repository's workflows are unknown.
  const workflows = path.startsWith(`${WORKFLOWS}/`) ? descend(repository, WORKFLOWS, looking) : null
  if (typeof workflows === 'object' && workflows?.found === 'nothing') {
    const message = `the checkout of ${repo} has no folder ${WORKFLOWS}.`
    return failed('unreachable', message, 'Check the whole repository out.')
  }
  const file = descend(repository, path, looking)
  if (typeof file === 'string') return file
  if (file.found === 'link') return failed('content', `${path} of ${repo} is a link.`, 'Use the file it points to.')
  if (file.found === 'other') return noFile(request)
  return failed(
    'file',
    `${repo} has no file ${path}.`,
    'Correct source.dockerfile, or check out the branch that has it.',
  )
}

const WORKFLOWS = '.github/workflows'

/** Descends a path part by part. A part that leads out of the folder or into `.git` counts as missing. */
function descend(
  from: string,
  path: string,
  looking: typeof look,
): string | { readonly found: ReturnType<typeof look> } {
  const parts = path.split('/').filter((part) => part !== '.')
  if (parts.some((part) => part === '' || part === '..' || part.toLowerCase() === '.git')) return { found: 'nothing' }
  let place = from
  for (const [index, part] of parts.entries()) {
    // No part is `..` or empty, so `join` is not needed.
    place = `${place}/${part}`
    const found = looking(place)
    const isLast = index === parts.length - 1
    if (found !== 'folder' && !(isLast && found === 'file')) return { found }
  }
  return place
}

function noFile(request: FileRequest): FailedAnswer {
  return unusable(request, 'is not a file.', 'Set source.dockerfile to a Dockerfile.')
}

/** Guards against a change since the check: no link (not on Windows), no pipe that blocks until written to. */
const FLAGS = constants.O_RDONLY | constants.O_NONBLOCK | (constants.O_NOFOLLOW ?? 0)

function readBounded(path: string, request: FileRequest): FileAnswer {
  const file = openSync(path, FLAGS)
  try {
    const stat = fstatSync(file)
    if (!stat.isFile()) return noFile(request)
    if (stat.size > MAX_FILE_BYTES) return unusable(request, `has ${stat.size} bytes.`, 'A Dockerfile is smaller.')
    const text = readFileSync(file, 'utf8')
    if (text.includes('\0')) return unusable(request, 'is binary.', 'Set source.dockerfile to a Dockerfile.')
    return { kind: 'found', text, branch: request.branch }
  } finally {
    closeSync(file)
  }
}

function unusable({ path, repo }: FileRequest, what: string, remedy: string): FailedAnswer {
  return failed('content', `${path} of ${repo} ${what}`, remedy)
}
