import {
  closeSync,
  constants,
  type Dirent,
  fstatSync,
  lstatSync,
  openSync,
  readdirSync,
  readFileSync,
  type Stats,
  statSync,
} from 'node:fs'
import { dirname, join } from 'node:path'
import { refuse } from '../enrollment/problem.js'

// Synchronous throughout: thousands of small files are read several times faster so, and nothing else waits for us.

/** Largest generated file that is read back: far above what we write. */
const MAX_BYTES = 64 * 1024 * 1024

/**
 * Reads the files of one folder, not of those below it.
 *
 * @param root the state folder; links below it are refused, for a pull request can bring one that leads out.
 * @param folder path relative to root, POSIX spelling; a folder that is not there is empty.
 * @param suffix what names end with.
 * @returns text by path relative to root, sorted by path.
 * @throws Refusal when there is a link or something that is neither file nor folder.
 */
export function readFolder(root: string, folder: string, suffix: string): Map<string, string> {
  if (!isSafeFolder(root, folder)) return new Map()
  const entries = readdirSync(join(root, folder), { withFileTypes: true })
  const named = entries.filter((entry) => entry.name.endsWith(suffix) && !entry.isDirectory())
  const files = new Map<string, string>()
  for (const name of named.map((entry) => checked(entry, folder)).sort()) {
    const path = folder === '.' ? name : `${folder}/${name}`
    // A checkout on Windows may have turned every line end; what we compare is what the repository holds.
    files.set(path, readText(join(root, path), path).replaceAll('\r\n', '\n'))
  }
  return files
}

function checked(entry: Dirent, folder: string): string {
  if (!entry.isFile()) throw refuseLink(`${folder}/${entry.name}`)
  return entry.name
}

/** Should the file have become a link or a named pipe since it was looked at: not followed, not waited for. */
const AS_IT_LIES = constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0)

function readText(path: string, shown: string, bytes = MAX_BYTES): string {
  const file = openSync(path, AS_IT_LIES)
  try {
    const found = fstatSync(file)
    if (!found.isFile()) throw refuseLink(shown)
    if (found.size > bytes) {
      throw refuse('file-unusable', `${shown} has ${found.size} bytes.`, { file: shown, remedy: 'Remove it.' })
    }
    return readFileSync(file, 'utf8')
  } finally {
    closeSync(file)
  }
}

/**
 * Whether a folder is there, with no link on the way to it.
 *
 * @throws Refusal when a part of the path is a link or a file, or leads out of the root.
 */
export function isSafeFolder(root: string, folder: string): boolean {
  let path = root
  for (const part of folder.split('/').filter((one) => one !== '' && one !== '.')) {
    if (part === '..')
      throw refuse('path-unsafe', `${folder} leads out of its folder.`, { remedy: 'Name a path inside it.' })
    if (part.toLowerCase() === '.git')
      throw refuse('path-unsafe', `${folder} is git's own.`, { remedy: 'Name another path.' })
    path = join(path, part)
    const found = lookAt(path)
    if (found === null) return false
    if (!found.isDirectory()) throw refuseLink(folder)
  }
  return true
}

/**
 * Reads one file if it is there; refuses a link.
 *
 * @param most bytes it may have.
 */
export function readOptional(root: string, path: string, most: { readonly bytes?: number } = {}): string | null {
  const folder = dirname(path)
  if (!isSafeFolder(root, folder)) return null
  const found = lookAt(join(root, path))
  if (found === null) return null
  if (!found.isFile()) throw refuseLink(path)
  return readText(join(root, path), path, most.bytes)
}

function refuseLink(path: string): Error {
  const remedy = 'Put a plain file or folder there.'
  return refuse('path-unsafe', `${path} is a link, or not a plain file or folder.`, {
    file: path,
    remedy,
  })
}

/** What is at a path, itself where it is a link; null where there is nothing. */
export function lookAt(path: string): Stats | null {
  return lstatSync(path, { throwIfNoEntry: false }) ?? null
}

/** Whether there is a folder at a path, a link to one included. */
export function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false
}

/**
 * A path as it was given, in one spelling: POSIX, without `.` and doubled slashes, `.` for the folder itself.
 *
 * @returns null where it leads out of the folder it is relative to, into git's own, or is no path everywhere.
 */
export function pathBelow(text: string): string | null {
  const path = text.replaceAll('\\', '/')
  const parts = path.split('/').filter((part) => part !== '' && part !== '.')
  const leaves = path.startsWith('/') || parts.some((part) => part === '..' || part.toLowerCase() === '.git')
  return leaves || /[\p{Cc}:]/u.test(path) ? null : parts.join('/') || '.'
}

/** A path below the state folder as people and git know it: from the repository's top, POSIX spelling. */
export function fromTop(statePath: string, path: string): string {
  return statePath === '.' ? path : `${statePath}/${path}`
}
