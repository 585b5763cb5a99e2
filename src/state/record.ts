import { isDataMap } from '../enrollment/data-map.js'
import { type Problem, problem } from '../enrollment/problem.js'
import { type Data, readYaml } from '../enrollment/yaml-data.js'
import type { BaseDigest } from '../policy/index.js'

/** What a state file says, as data; `"None"` of old files is null. */
export type StateRecord = Readonly<Record<string, Data>>

/**
 * Reads a state file.
 *
 * @param text the file's text, hostile like any other file of a repository.
 * @param file its path, for the problems.
 * @returns the record, or null with the problems that say why there is none.
 */
export function readRecord(text: string, file: string): { record: StateRecord | null; problems: readonly Problem[] } {
  const { placed, problems } = readYaml(text, file, { numbers: 'lossless' })
  if (placed === null || problems.length > 0) return { record: null, problems }
  if (placed.data === null) return { record: {}, problems: [] }
  if (!isDataMap(placed.data)) {
    const remedy = 'Mend it, or remove it: it is then written anew.'
    return {
      record: null,
      problems: [problem('error', 'a state file must be a map.', { file, line: 1, column: 1, remedy })],
    }
  }
  if (!text.includes(OLD_NULL)) return { record: placed.data, problems: [] }
  // The copy of images.yaml is no runtime field: None is what somebody wrote there.
  const { enrollment, ...runtime } = placed.data
  const record = withoutNone(runtime) as StateRecord
  return { record: enrollment === undefined ? record : { ...record, enrollment }, problems: [] }
}

/** How old files write null. */
const OLD_NULL = 'None'

function withoutNone(data: Data): Data {
  if (data === OLD_NULL) return null
  if (Array.isArray(data)) return data.map(withoutNone)
  if (!isDataMap(data)) return data
  const clean: Record<string, Data> = Object.create(null)
  for (const [key, value] of Object.entries(data)) clean[key] = withoutNone(value)
  return clean
}

/** A text of a record; null when it is missing or something else. */
export function textOf(record: StateRecord | undefined, key: string): string | null {
  const value = record?.[key]
  return typeof value === 'string' && value !== '' ? value : null
}

/** A list of texts of a record; what is no text is left out. */
export function textsOf(record: StateRecord | undefined, key: string): readonly string[] {
  const value = record?.[key]
  return Array.isArray(value) ? value.filter((item) => typeof item === 'string') : []
}

/** A digest of a record, null unless it is one: a file edited by hand must not put other text into manifests. */
export function digestOf(record: StateRecord | undefined, key: string): string | null {
  const value = textOf(record, key)
  return value !== null && /^sha256:[a-f0-9]{64}$/.test(value) ? value : null
}

const MOMENT = /^\d{4}-\d{2}-\d{2}(?:[T ]\d{2}:\d{2}(?::\d{2}(?:\.\d{1,9})?)?(?:Z|[+-]\d{2}:?\d{2})?)?$/

/** A moment of a record in milliseconds, null unless it is one: a date, or date and time (UTC where no zone is said). */
export function momentOf(record: StateRecord | undefined, key: string): number | null {
  const text = textOf(record, key)
  if (text === null || !MOMENT.test(text)) return null
  const zoned = /(?:Z|[+-]\d{2}:?\d{2})$/.test(text) || text.length === 10 ? text : `${text}Z`
  const time = Date.parse(zoned.replace(' ', 'T'))
  return Number.isNaN(time) ? null : time
}

/** The digest of a base image's record, and when it last changed. */
export function baseDigestOf(record: StateRecord | undefined): BaseDigest {
  return { digest: digestOf(record, 'currentDigest'), updated: momentOf(record, 'lastUpdated') }
}

/** What a record holds beyond the keys we know: kept, whoever wrote it. */
export function otherKeys(record: StateRecord | undefined, known: readonly string[]): StateRecord {
  return Object.fromEntries(Object.entries(record ?? {}).filter(([key]) => !known.includes(key)))
}
