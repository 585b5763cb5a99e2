import type { Rebuild } from '../state/index.js'
import { count } from '../text/index.js'
import type { Explanation } from './explanation.js'
import { moment, relative } from './times.js'

const MAX_SHOWN = 5

const REASONS: Readonly<Record<Rebuild['reason'], string>> = {
  base: 'a base image changed',
  override: 'an override names a base image that changed',
  manual: 'started on request or by hand',
}

/** The recorded rebuilds, one per line below a title; empty if there are none. */
export function rebuildLines({ rebuilds }: Explanation): string[] {
  if (rebuilds.length === 0) return []
  const lines = rebuilds.slice(0, MAX_SHOWN).map(({ at, reason, result, attempts, run, evidence }) => {
    const tries = attempts > 1 ? ` after ${attempts} builds` : ''
    const shows = evidence === null ? '' : `, then ${evidence === 'unknown' ? 'nothing proven' : evidence}`
    return `  ${moment(at)}: ${result}${tries}${shows}; ${REASONS[reason]}${run?.url == null ? '' : `; ${run.url}`}`
  })
  return ['Rebuilds:', ...lines]
}

/** A sentence about the recorded rebuilds; null: none is relevant now. */
export function rebuildVerdict({ status, reason, rebuilds, nextTry }: Explanation, now: string): string | null {
  const [last] = rebuilds
  if (last === undefined || (status !== 'building' && status !== 'failed')) return null
  const { at, started, attempts, run, message, bases } = last
  const place = run?.url == null ? '' : ` (${run.url})`
  const references = bases.flatMap(({ reference }) => reference ?? [])
  const why = references.length === 0 ? '' : ` for ${references.join(', ')}`
  if (reason === 'started') return `Being built${why} since ${moment(started ?? at)}${place}.`
  if (reason === 'intended') return `About to be built${why}: decided ${moment(at)}, not confirmed as started yet.`
  const then =
    nextTry === null
      ? 'It is not retried until a base image changes or someone starts it.'
      : `The next attempt is after ${moment(nextTry)} (${relative(nextTry, now)}).`
  const words = message === null ? '' : `: ${message.replace(/\.$/, '')}`
  if (reason === 'start-refused') return `Failed: its build could not be started${words}. ${then}`
  return `Failed: ${count(attempts, 'build')}${why} failed, the last${place}${words}. ${then}`
}
