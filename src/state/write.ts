import { randomBytes } from 'node:crypto'
import { closeSync, mkdirSync, openSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { refuse } from '../enrollment/problem.js'
import { FOLDERS, type StateFolder } from './model.js'
import { isFolder, isSafeFolder, lookAt } from './read.js'

/**
 * Writes generated files: checks every path first, then writes all texts to temporary files, then renames them into
 * place, deletions last. Nothing is replaced before everything was written, and if the process is interrupted, each
 * file is either the old or the new one.
 *
 * @param root the state folder; a symlink on the way to a file is refused.
 * @param changes by path relative to the root: a text, or one in pieces; null to delete.
 */
export function writeFiles(root: string, changes: ReadonlyMap<string, string | Iterable<string> | null>): void {
  // Thousands of files are in few folders: each is checked once.
  const there = new Map([...new Set([...changes.keys()].map(dirname))].map((one) => [one, isSafeFolder(root, one)]))
  for (const path of changes.keys()) if (there.get(dirname(path))) refuseForeign(join(root, path), path)
  removeLeftovers(root, there.keys())
  const side = new Map<string, string>()
  try {
    writeToTheSide(root, changes, side)
    for (const [beside, target] of side) renameSync(beside, target)
  } catch (error) {
    for (const beside of side.keys()) rmSync(beside, { force: true })
    throw error
  }
  for (const [path, text] of changes) {
    if (text === null) rmSync(join(root, path), { force: true })
  }
}

/** @param side receives the final path of each temporary file. */
function writeToTheSide(
  root: string,
  changes: ReadonlyMap<string, string | Iterable<string> | null>,
  side: Map<string, string>,
): void {
  const token = randomBytes(6).toString('hex')
  const made = new Set<string>()
  for (const [path, text] of changes) {
    if (text === null) continue
    const target = join(root, path)
    if (!made.has(dirname(target))) mkdirSync(dirname(target), { recursive: true })
    made.add(dirname(target))
    const beside = join(dirname(target), `.image-factory-${process.pid}-${token}-${side.size}.tmp`)
    side.set(beside, target)
    // Node is slower without an explicit encoding.
    if (typeof text === 'string') writeFileSync(beside, text, { flag: 'wx', encoding: 'utf8' })
    else writePieces(beside, text)
  }
}

const BULK = 1024 * 1024

function writePieces(path: string, pieces: Iterable<string>): void {
  const file = openSync(path, 'wx')
  try {
    let held = ''
    for (const piece of pieces) {
      held += piece
      if (held.length < BULK) continue
      writeFileSync(file, held, 'utf8')
      held = ''
    }
    writeFileSync(file, held, 'utf8')
  } finally {
    closeSync(file)
  }
}

/** Names of temporary files, with the id of the process that wrote them. */
const TO_THE_SIDE = /^\.image-factory-(\d{1,10})-[0-9a-f]{12}-\d+\.tmp$/

/**
 * Removes temporary files of interrupted runs.
 *
 * @param folders relative to the root; missing ones are skipped.
 */
export function removeLeftovers(root: string, folders: Iterable<string>): void {
  for (const folder of folders) {
    const names = isFolder(root) && isSafeFolder(root, folder) ? readdirSync(join(root, folder)) : []
    for (const name of names) {
      const [, writer] = TO_THE_SIDE.exec(name) ?? []
      if (writer !== undefined && !isWriting(Number(writer))) rmSync(join(root, folder, name), { force: true })
    }
  }
}

/** Whether the process still exists; with our own id, it was an earlier one. */
function isWriting(writer: number): boolean {
  if (writer === process.pid) return false
  try {
    process.kill(writer, 0)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}

function refuseForeign(target: string, shown: string): void {
  const found = lookAt(target)
  if (found === null || found.isFile()) return
  throw refuse('path-unsafe', `${shown} is not a plain file.`, { file: shown, remedy: 'Remove it.' })
}

/** Removes the temporary files that interrupted runs left in the state folder. */
export function cleanStateFolder({ root, outputDir }: StateFolder): void {
  removeLeftovers(root, [...Object.values(FOLDERS), outputDir])
}

/**
 * Two kinds of files in one folder would be confused, and moved or deleted.
 *
 * @throws Refusal when images.yaml or the manifests are in a folder of state files.
 */
export function refuseOverlap({ imagesFile, outputDir }: StateFolder): void {
  const taken = new Set(Object.values(FOLDERS).map((folder) => folder.split('/')[0]))
  const inputs = { 'output-dir (--output)': outputDir, 'images-file (--images)': imagesFile }
  for (const [input, path] of Object.entries(inputs)) {
    if (!taken.has(path.split('/')[0] ?? '')) continue
    throw refuse('path-unsafe', `${input} is ${path}, and the state is kept there.`, {
      remedy: 'Use a different path.',
    })
  }
}
