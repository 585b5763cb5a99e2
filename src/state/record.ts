import { type Problem, problem } from '../enrollment/problem.js'
import type { BaseDigest } from '../policy/index.js'
import { formatReference } from '../reference/index.js'
import { type Data, isDataMap } from '../yaml/data.js'

/** The content of a state file; `"None"` in old files becomes null. */
export type StateRecord = Readonly<Record<string, Data>>

/** A string of a record; null if it is missing or of another type. */
export function textOf(record: StateRecord | undefined, key: string): string | null {
  const value = record?.[key]
  return typeof value === 'string' && value !== '' ? value : null
}

/** A list of strings of a record; other items are skipped. */
export function textsOf(record: StateRecord | undefined, key: string): readonly string[] {
  const value = record?.[key]
  return Array.isArray(value) ? value.filter((item) => typeof item === 'string') : []
}

/** State files are read with every scalar as text. */
export function isTrue(value: Data | undefined): boolean {
  return value === true || value === 'true'
}

/** A digest of a record, null if invalid: a hand-edited file must not bring other text into manifests. */
export function digestOf(record: StateRecord | undefined, key: string): string | null {
  const value = textOf(record, key)
  return value !== null && /^sha256:[a-f0-9]{64}$/.test(value) ? value : null
}

const MOMENT = /^\d{4}-\d{2}-\d{2}(?:[T ]\d{2}:\d{2}(?::\d{2}(?:\.\d{1,9})?)?(?:Z|[+-]\d{2}:?\d{2})?)?$/

/** A time of a record in milliseconds, null if invalid: a date, or date and time (UTC without a zone). */
export function timeOf(record: StateRecord | undefined, key: string): number | null {
  const text = textOf(record, key)
  if (text === null || !MOMENT.test(text)) return null
  const zoned = /(?:Z|[+-]\d{2}:?\d{2})$/.test(text) || text.length === 10 ? text : `${text}Z`
  const time = Date.parse(zoned.replace(' ', 'T'))
  return Number.isNaN(time) ? null : time
}

/** A time of a record as ISO 8601 in UTC; null if invalid. */
export function momentOf(record: StateRecord | undefined, key: string): string | null {
  const time = timeOf(record, key)
  return time === null ? null : new Date(time).toISOString()
}

/** The digest of a base image's record, and when it last changed. */
export function baseDigestOf(record: StateRecord | undefined): BaseDigest {
  return { digest: digestOf(record, 'currentDigest'), updated: timeOf(record, 'lastUpdated') }
}

/** The newest entry of a base image's history; undefined if it is about another digest than the current one. */
export function newestEntry(record: StateRecord | undefined): StateRecord | undefined {
  const [newest] = Array.isArray(record?.updateHistory) ? record.updateHistory : []
  const digest = digestOf(record, 'currentDigest')
  return digest !== null && isDataMap(newest) && digestOf(newest, 'digest') === digest ? newest : undefined
}

/** When a base image's tag got its digest, as far as observed, ISO 8601; null where unknown. */
export function digestSince(record: StateRecord | undefined): string | null {
  if (digestOf(record, 'currentDigest') === null) return null
  const first = momentOf(record, 'lastChecked') ?? momentOf(record, 'firstDiscovered')
  return momentOf(newestEntry(record), 'observedAt') ?? momentOf(record, 'lastUpdated') ?? first
}

/** When an image was (last) enrolled, in Unix seconds; null if its record does not contain it. */
export function enrolledSeconds(record: StateRecord): number | null {
  const moment = timeOf(record, 'reenrolledAt') ?? timeOf(record, 'enrolledAt')
  return moment === null ? null : Math.floor(moment / 1000)
}

/** `registry/repository:tag` of a base image's record, or its reference otherwise; null if it has none. */
export function writtenReference(record: StateRecord): string | null {
  const [registry, repository, tag] = ['registry', 'repository', 'tag'].map((key) => textOf(record, key))
  return registry && repository && tag
    ? formatReference({ registry, repository, tag, digest: null })
    : textOf(record, 'fullImage')
}

/**
 * Warnings about a base image's record that only programs should write. Unexpected values are kept and have no effect:
 * digests and times are only read through `digestOf` and `momentOf`.
 *
 * @param now ISO 8601.
 */
export function recordWarnings(file: string, record: StateRecord, now: string): Problem[] {
  const say = (message: string) =>
    problem('base-edited', message, {
      file,
      remedy: 'The file was edited by hand: restore the value from its history.',
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
  return updated > Date.parse(now) ? ['lastUpdated is in the future: rebuilds are shown as due from then on.'] : []
}

function isHistory(history: StateRecord[string] | undefined): boolean {
  if (history === undefined || history === null) return true
  return Array.isArray(history) && history.every((entry) => isDataMap(entry) && digestOf(entry, 'digest') !== null)
}
