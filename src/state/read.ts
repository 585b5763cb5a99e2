import { type Problem, Refusal } from '../enrollment/problem.js'
import { readFolder } from './folder.js'
import { FOLDERS, type StateFiles } from './model.js'
import { readRecord, type StateRecord } from './record.js'

/** Base and image names that are also safe as file names. */
const FILE_NAME = /^[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?$/

/**
 * Reads all state files.
 *
 * @param root the state folder.
 * @throws Refusal with every file that cannot be read, so that nothing is lost by writing over it.
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
