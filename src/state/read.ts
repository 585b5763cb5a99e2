import { type Problem, problem, Refusal } from '../enrollment/problem.js'
import { readYaml } from '../enrollment/yaml-data.js'
import type { Data } from '../yaml/data.js'
import { isDataMap } from '../yaml/data.js'
import { readFolder } from './folder.js'
import { FOLDERS, type StateFiles } from './model.js'
import type { StateRecord } from './record.js'

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
