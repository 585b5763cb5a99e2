import {
  closeSync,
  constants,
  fstatSync,
  lstatSync,
  openSync,
  readdirSync,
  readFileSync,
  type Stats,
  statSync,
} from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { type Problem, problem, Refusal, refuse } from '../enrollment/problem.js'
import { readYaml } from '../enrollment/yaml-data.js'
import { type Data, isDataMap } from '../yaml/data.js'
import { FOLDERS, type StateFiles } from './model.js'
import type { StateRecord } from './record.js'

// All synchronous: it reads thousands of small files several times faster, and nothing else waits meanwhile.

/** Maximum size of a generated file that is read back: far above what we write. */
const MAX_BYTES = 64 * 1024 * 1024

/**
 * Reads the files of one folder, not of its subfolders.
 *
 * @param root the state folder; symlinks below it are refused, since a pull request can add one that leads out.
 * @param folder POSIX path relative to root; a missing folder is empty.
 * @param suffix of the file names.
 * @returns text by path relative to root, sorted by path.
 * @throws Refusal when there is a symlink, or something that is neither file nor folder.
 */
export function readFolder(root: string, folder: string, suffix: string): Map<string, string> {
  if (!isSafeFolder(root, folder)) return new Map()
  const entries = readdirSync(join(root, folder), { withFileTypes: true })
  const named = entries.filter((entry) => entry.name.endsWith(suffix) && !entry.isDirectory())
  const link = named.find((entry) => !entry.isFile())
  if (link !== undefined) throw refuseLink(`${folder}/${link.name}`)
  const files = new Map<string, string>()
  for (const name of named.map((entry) => entry.name).sort()) {
    const path = folder === '.' ? name : `${folder}/${name}`
    // A checkout on Windows may have converted line endings; compare what the repository contains.
    files.set(path, readText(join(root, path), path).replaceAll('\r\n', '\n'))
  }
  return files
}

/** If the file was replaced by a symlink or a named pipe in the meantime: neither follows nor blocks. */
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
 * Whether a folder exists, without symlinks on the way to it.
 *
 * @throws Refusal when a part of the path is a symlink or a file, or leads out of the root.
 */
export function isSafeFolder(root: string, folder: string): boolean {
  let path = root
  for (const part of folder.split('/').filter((one) => one !== '' && one !== '.')) {
    if (part === '..')
      throw refuse('path-unsafe', `${folder} leads out of its folder.`, { remedy: 'Use a path inside it.' })
    if (part.toLowerCase() === '.git')
      throw refuse('path-unsafe', `${folder} is git's own.`, { remedy: 'Use another path.' })
    path = join(path, part)
    const found = lookAt(path)
    if (found === null) return false
    if (found.isFile()) {
      const remedy = 'Move it away: a folder belongs there.'
      const shown = relative(root, path).replaceAll('\\', '/')
      throw refuse('path-unsafe', `${shown} is a file, not a folder.`, { file: shown, remedy })
    }
    if (!found.isDirectory()) throw refuseLink(folder)
  }
  return true
}

/**
 * Reads a file if it exists; refuses symlinks.
 *
 * @param most maximum size in bytes.
 */
export function readOptional(root: string, path: string, most: { readonly bytes?: number } = {}): string | null {
  const folder = dirname(path)
  if (!isSafeFolder(root, folder)) return null
  const found = lookAt(join(root, path))
  if (found === null) return null
  if (found.isDirectory()) {
    throw refuse('path-unsafe', `${path} is a folder, not a file.`, { file: path, remedy: 'Put a plain file there.' })
  }
  if (!found.isFile()) throw refuseLink(path)
  return readText(join(root, path), path, most.bytes)
}

/** Whether an image has a state file, which keeps its base images when discovery fails. */
export function hasStateFile(root: string, image: string): boolean {
  return readOptional(root, `${FOLDERS.images}/${image}.yaml`) !== null
}

function refuseLink(path: string): Error {
  const remedy = 'Put a plain file or folder there.'
  return refuse('path-unsafe', `${path} is a link, or not a plain file or folder.`, {
    file: path,
    remedy,
  })
}

/** The file at a path, without following a symlink; null if there is none. */
export function lookAt(path: string): Stats | null {
  return lstatSync(path, { throwIfNoEntry: false }) ?? null
}

/** Whether a path is a folder, or a symlink to one. */
export function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false
}

/**
 * A path in normalized form: POSIX, without `.` and double slashes, `.` for the folder itself.
 *
 * @returns null if it leads out of the folder it is relative to or into `.git`, or is not valid on every system.
 */
export function pathBelow(text: string): string | null {
  const path = text.replaceAll('\\', '/')
  const parts = path.split('/').filter((part) => part !== '' && part !== '.')
  const leaves = path.startsWith('/') || parts.some((part) => part === '..' || part.toLowerCase() === '.git')
  return leaves || /[\p{Cc}:]/u.test(path) ? null : parts.join('/') || '.'
}

/** A path within the state folder as shown to people and git: POSIX, relative to the top of the repository. */
export function fromTop(statePath: string, path: string): string {
  return statePath === '.' ? path : `${statePath}/${path}`
}

/** Base and image names that are also safe as file names. */
const FILE_NAME = /^[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?$/

/**
 * Reads all state files.
 *
 * @param root the state folder.
 * @throws Refusal with every unreadable file, so that nothing is lost by overwriting it.
 */
export function readState(root: string): StateFiles {
  const texts = new Map<string, string>()
  const problems: Problem[] = []
  const read = (folder: string): Map<string, StateRecord> => {
    const records = new Map<string, StateRecord>()
    for (const [path, text] of readFolder(root, folder, '.yaml')) {
      const name = path.slice(folder.length + 1, -'.yaml'.length)
      if (!FILE_NAME.test(name)) continue
      const result = readRecord(text, path)
      problems.push(...result.problems)
      texts.set(path, text)
      if (result.record !== null) records.set(name, result.record)
    }
    return records
  }
  const files: StateFiles = {
    images: read(FOLDERS.images),
    bases: read(FOLDERS.bases),
    archivedImages: read(FOLDERS.archivedImages),
    archivedBases: read(FOLDERS.archivedBases),
    texts,
  }
  if (problems.length > 0) throw new Refusal(problems)
  return files
}

/**
 * Reads a state file.
 *
 * @param text the file's text, untrusted like any other file of a repository.
 * @param file its path, for the problems.
 * @returns the record, or null with the problems that explain why there is none.
 */
export function readRecord(text: string, file: string): { record: StateRecord | null; problems: readonly Problem[] } {
  const { placed, problems } = readYaml(text, file, { numbers: 'lossless' })
  if (placed === null || problems.length > 0) return { record: null, problems }
  if (placed.data === null) return { record: {}, problems: [] }
  if (!isDataMap(placed.data)) {
    const remedy = 'Fix it, or remove it: it is then regenerated.'
    return {
      record: null,
      problems: [problem('state-invalid', 'a state file must be a map.', { file, line: 1, column: 1, remedy })],
    }
  }
  if (!text.includes(OLD_NULL)) return { record: placed.data, problems: [] }
  // The copy of images.yaml is not runtime data: None there is what the entry contains.
  const { enrollment, ...runtime } = placed.data
  const record = withoutNone(runtime) as StateRecord
  return { record: enrollment === undefined ? record : { ...record, enrollment }, problems: [] }
}

/** null in old files. */
const OLD_NULL = 'None'

function withoutNone(data: Data): Data {
  if (data === OLD_NULL) return null
  if (Array.isArray(data)) return data.map(withoutNone)
  if (!isDataMap(data)) return data
  const clean: Record<string, Data> = Object.create(null)
  for (const [key, value] of Object.entries(data)) clean[key] = withoutNone(value)
  return clean
}
