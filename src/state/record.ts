import { type Problem, problem } from '../enrollment/problem.js'
import type { BaseDigest } from '../policy/index.js'
import { formatReference } from '../reference/index.js'
import { type Data, isDataMap } from '../yaml/data.js'

/** What a state file says, as data; `"None"` of old files is null. */
export type StateRecord = Readonly<Record<string, Data>>

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

/** State files are read with every scalar as it is written. */
export function isTrue(value: Data | undefined): boolean {
  return value === true || value === 'true'
}

/** A digest of a record, null unless it is one: a file edited by hand must not put other text into manifests. */
export function digestOf(record: StateRecord | undefined, key: string): string | null {
  const value = textOf(record, key)
  return value !== null && /^sha256:[a-f0-9]{64}$/.test(value) ? value : null
}

const MOMENT = /^\d{4}-\d{2}-\d{2}(?:[T ]\d{2}:\d{2}(?::\d{2}(?:\.\d{1,9})?)?(?:Z|[+-]\d{2}:?\d{2})?)?$/

/** A moment of a record in milliseconds, null unless it is one: a date, or date and time (UTC where no zone is said). */
export function timeOf(record: StateRecord | undefined, key: string): number | null {
  const text = textOf(record, key)
  if (text === null || !MOMENT.test(text)) return null
  const zoned = /(?:Z|[+-]\d{2}:?\d{2})$/.test(text) || text.length === 10 ? text : `${text}Z`
  const time = Date.parse(zoned.replace(' ', 'T'))
  return Number.isNaN(time) ? null : time
}

/** A moment of a record as ISO 8601 in UTC; null where it holds none, whatever it says. */
export function momentOf(record: StateRecord | undefined, key: string): string | null {
  const time = timeOf(record, key)
  return time === null ? null : new Date(time).toISOString()
}

/** The digest of a base image's record, and when it last changed. */
export function baseDigestOf(record: StateRecord | undefined): BaseDigest {
  return { digest: digestOf(record, 'currentDigest'), updated: timeOf(record, 'lastUpdated') }
}

/** The newest entry of a base image's history; undefined where it is about another digest than the tag has now. */
export function newestEntry(record: StateRecord | undefined): StateRecord | undefined {
  const [newest] = Array.isArray(record?.updateHistory) ? record.updateHistory : []
  const digest = digestOf(record, 'currentDigest')
  return digest !== null && isDataMap(newest) && digestOf(newest, 'digest') === digest ? newest : undefined
}

/** Since when a base image's tag has its digest, as far as it was looked at, ISO 8601; null where none is known. */
export function digestSince(record: StateRecord | undefined): string | null {
  if (digestOf(record, 'currentDigest') === null) return null
  const first = momentOf(record, 'lastChecked') ?? momentOf(record, 'firstDiscovered')
  return momentOf(newestEntry(record), 'observedAt') ?? momentOf(record, 'lastUpdated') ?? first
}

/** Unix seconds since when an image is enrolled without interruption; null where its record does not say. */
export function enrolledSeconds(record: StateRecord): number | null {
  const moment = timeOf(record, 'reenrolledAt') ?? timeOf(record, 'enrolledAt')
  return moment === null ? null : Math.floor(moment / 1000)
}

/** `registry/repository:tag` of a base image's record, or the reference it has instead; null where it has none. */
export function writtenReference(record: StateRecord): string | null {
  const [registry, repository, tag] = ['registry', 'repository', 'tag'].map((key) => textOf(record, key))
  return registry && repository && tag
    ? formatReference({ registry, repository, tag, digest: null })
    : textOf(record, 'fullImage')
}

/**
 * What is odd in the record of a base image that only a program should have written. It is kept as it is and has no
 * effect: digests and moments are read through `digestOf` and `momentOf` only.
 *
 * @param now ISO 8601.
 */
export function recordWarnings(file: string, record: StateRecord, now: string): Problem[] {
  const say = (message: string) =>
    problem('base-edited', message, {
      file,
      remedy: 'Somebody edited the file: put the value back as the history has it.',
    })
  return [
    ...['baselineDigest', 'currentDigest', 'previousDigest'].flatMap((key) =>
      isSaid(record, key) && digestOf(record, key) === null
        ? [say(`${key} is not a digest and counts as unknown.`)]
        : [],
    ),
    ...(isSaid(record, 'lastUpdated') ? momentFaults(record, now).map(say) : []),
    ...(isHistory(record.updateHistory) ? [] : [say('updateHistory is not a list of digest changes; it is kept.')]),
  ]
}

function isSaid(record: StateRecord, key: string): boolean {
  return record[key] !== undefined && record[key] !== null
}

function momentFaults(record: StateRecord, now: string): string[] {
  const updated = timeOf(record, 'lastUpdated')
  if (updated === null) return ['lastUpdated is not a time and counts as unknown.']
  return updated > Date.parse(now) ? ['lastUpdated is in the future: rebuilds are said to be due from then on.'] : []
}

function isHistory(history: StateRecord[string] | undefined): boolean {
  if (history === undefined || history === null) return true
  return Array.isArray(history) && history.every((entry) => isDataMap(entry) && digestOf(entry, 'digest') !== null)
}
