import { isDataMap } from '../enrollment/data-map.js'
import { type Problem, problem } from '../enrollment/problem.js'
import { digestOf, momentOf, type StateRecord } from './record.js'

/**
 * What is odd in the record of a base image that only a program should have written. It is kept as it is and has no
 * effect: digests and moments are read through `digestOf` and `momentOf` only.
 *
 * @param now ISO 8601.
 */
export function recordWarnings(file: string, record: StateRecord, now: string): Problem[] {
  const say = (message: string) =>
    problem('warning', message, { file, remedy: 'Somebody edited the file: put the value back as the history has it.' })
  return [
    ...['baselineDigest', 'currentDigest', 'previousDigest'].flatMap((key) =>
      isSaid(record, key) && digestOf(record, key) === null ? [say(`${key} is no digest and counts as unknown.`)] : [],
    ),
    ...(isSaid(record, 'lastUpdated') ? momentFaults(record, now).map(say) : []),
    ...(isHistory(record.updateHistory) ? [] : [say('updateHistory is no list of digest changes; it is kept.')]),
  ]
}

function isSaid(record: StateRecord, key: string): boolean {
  return record[key] !== undefined && record[key] !== null
}

function momentFaults(record: StateRecord, now: string): string[] {
  const updated = momentOf(record, 'lastUpdated')
  if (updated === null) return ['lastUpdated is no moment and counts as unknown.']
  return updated > Date.parse(now) ? ['lastUpdated is in the future: rebuilds are said to be due from then on.'] : []
}

function isHistory(history: StateRecord[string] | undefined): boolean {
  if (history === undefined || history === null) return true
  return Array.isArray(history) && history.every((entry) => isDataMap(entry) && digestOf(entry, 'digest') !== null)
}
