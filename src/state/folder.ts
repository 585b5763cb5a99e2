import { type Dirent, promises as fs } from 'node:fs'
import { dirname, join } from 'node:path'
import { refuse } from '../enrollment/problem.js'

/** Largest generated file that is read back: far above what we write. */
const LARGEST_BYTES = 64 * 1024 * 1024

/**
 * Reads the files of one folder, not of those below it.
 *
 * @param root the state folder; links below it are refused, for a pull request can bring one that leads out.
 * @param folder path relative to root, POSIX spelling; a folder that is not there is empty.
 * @param suffix what names end with.
 * @returns text by path relative to root, sorted by path.
 * @throws Refusal when there is a link or something that is neither file nor folder.
 */
export async function readFolder(root: string, folder: string, suffix: string): Promise<Map<string, string>> {
  if (!(await isSafeFolder(root, folder))) return new Map()
  const entries = await fs.readdir(join(root, folder), { withFileTypes: true })
  const named = entries.filter((entry) => entry.name.endsWith(suffix) && !entry.isDirectory())
  const files = new Map<string, string>()
  for (const name of named.map((entry) => checked(entry, folder)).sort()) {
    const path = folder === '.' ? name : `${folder}/${name}`
    // A checkout on Windows may have turned every line end; what we compare is what the repository holds.
    files.set(path, (await readText(join(root, path), path)).replaceAll('\r\n', '\n'))
  }
  return files
}

function checked(entry: Dirent, folder: string): string {
  if (!entry.isFile()) throw refuseLink(`${folder}/${entry.name}`)
  return entry.name
}

async function readText(path: string, shown: string): Promise<string> {
  const { size } = await fs.stat(path)
  if (size > LARGEST_BYTES) throw refuse(`${shown} has ${size} bytes.`, { file: shown, remedy: 'Remove it.' })
  return fs.readFile(path, 'utf8')
}

/**
 * Whether a folder is there, with no link on the way to it.
 *
 * @throws Refusal when a part of the path is a link or a file, or leads out of the root.
 */
export async function isSafeFolder(root: string, folder: string): Promise<boolean> {
  let path = root
  for (const part of folder.split('/').filter((one) => one !== '' && one !== '.')) {
    if (part === '..') throw refuse(`${folder} leads out of the state folder.`, { remedy: 'Name a folder inside it.' })
    path = join(path, part)
    const found = await fs.lstat(path).catch(ignoreMissing)
    if (found === null) return false
    if (!found.isDirectory()) throw refuseLink(folder)
  }
  return true
}

/** Reads one file if it is there; refuses a link. */
export async function readOptional(root: string, path: string): Promise<string | null> {
  const folder = dirname(path)
  if (!(await isSafeFolder(root, folder))) return null
  const found = await fs.lstat(join(root, path)).catch(ignoreMissing)
  if (found === null) return null
  if (!found.isFile()) throw refuseLink(path)
  return readText(join(root, path), path)
}

function refuseLink(path: string): Error {
  const remedy = 'Put a plain file or folder there.'
  return refuse(`${path} is a link or something else that is no plain file or folder.`, { file: path, remedy })
}

function ignoreMissing(error: NodeJS.ErrnoException): null {
  if (error.code === 'ENOENT') return null
  throw error
}
