// Rules for dangerous changes: the few ways in which keys of images.yaml permit more than before.
import { parseDuration } from '../../enrollment/grammar.js'
import { isAllowedRegistry } from '../../enrollment/registries.js'
import { THRESHOLDS, type Threshold } from '../../enrollment/schema/promotion.js'

/** The value of a key or its default; a list is a set. null: none. */
export type GateValue = string | readonly string[] | null

/** Whether a change between two different values must be reviewed carefully. */
export type Rule = (before: GateValue, after: GateValue) => boolean

/** Any change, also a removal. */
export const anyChange: Rule = () => true

/** Any new value; a removal permits nothing. */
export const changed: Rule = (_, after) => after !== null

/** Another value than before; the first one does not count. */
export const replaced: Rule = (before, after) => before !== null && after !== null

export const added: Rule = (before, after) => listOf(after).some((one) => !listOf(before).includes(one))

/** A waiting time is shorter. */
export const shortened: Rule = (before, after) => secondsOf(after) < secondsOf(before)

export const turnedOn: Rule = (before, after) => before === 'false' && after === 'true'
export const turnedOff: Rule = (before, after) => before === 'true' && after === 'false'

/** A check is disabled, or fails for fewer findings; severities are ordered. */
export const weakened: Rule = (before, after) =>
  rankOf(before) >= 0 && rankOf(after) >= 0 && rankOf(after) < rankOf(before)

/** An item that had to be passed is no longer in the list. */
export const shortenedList: Rule = (before, after) =>
  after !== null && listOf(before).some((one) => !listOf(after).includes(one))

/** A list of what is permitted (empty: everything) permits something else. Anything but a subset counts as wider. */
export const widened: Rule = (before, after) =>
  isWider(listOf(before), listOf(after), (one, allowed) => allowed.includes(one))

/** Like `widened`, for registries: `ghcr.io/acme` is narrower than `ghcr.io`. */
export const widenedRegistries: Rule = (before, after) =>
  isWider(listOf(before), listOf(after), (one, allowed) => isAllowedRegistry(one, allowed))

function isWider(
  before: readonly string[],
  after: readonly string[],
  covers: (one: string, allowed: readonly string[]) => boolean,
): boolean {
  if (before.length === 0) return false
  return after.length === 0 || after.some((one) => !covers(one, before))
}

function listOf(value: GateValue): readonly string[] {
  if (value === null) return []
  return typeof value === 'string' ? [value] : value
}

function secondsOf(value: GateValue): number {
  return typeof value === 'string' ? (parseDuration(value)?.seconds ?? 0) : 0
}

/** `off` is the weakest, then CRITICAL, which fails least; -1 for other values. */
function rankOf(value: GateValue): number {
  if (value === OFF) return 0
  const rank = THRESHOLDS.indexOf(value as Threshold)
  return rank < 0 ? -1 : THRESHOLDS.length - rank
}

export const OFF = 'off'
