import { randomBytes } from 'node:crypto'
import { mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { refuse } from '../enrollment/problem.js'
import { isSafeFolder, lookAt } from './folder.js'

/** What is to be written: text by path relative to a root, null to delete. */
export type FileChanges = ReadonlyMap<string, string | null>

/**
 * Writes generated files: every place is looked at first, then all texts are written to the side, then each is renamed
 * into place, deletions last. Nothing is in place before everything could be written.
 *
 * @param root the state folder; a link on the way to a file is refused.
 */
export function writeFiles(root: string, changes: FileChanges): void {
  const side = new Map<string, string>()
  const token = randomBytes(6).toString('hex')
  for (const path of changes.keys()) {
    if (isSafeFolder(root, dirname(path))) refuseForeign(join(root, path), path)
  }
  try {
    for (const [path, text] of changes) {
      if (text === null) continue
      const target = join(root, path)
      mkdirSync(dirname(target), { recursive: true })
      const beside = join(dirname(target), `.${token}-${side.size}.tmp`)
      side.set(beside, target)
      writeFileSync(beside, text, { flag: 'wx' })
    }
    for (const [beside, target] of side) renameSync(beside, target)
  } catch (error) {
    for (const beside of side.keys()) rmSync(beside, { force: true })
    throw error
  }
  for (const [path, text] of changes) {
    if (text === null) rmSync(join(root, path), { force: true })
  }
}

function refuseForeign(target: string, shown: string): void {
  const found = lookAt(target)
  if (found === null || found.isFile()) return
  throw refuse(`${shown} is no plain file.`, { file: shown, remedy: 'Remove it.' })
}
