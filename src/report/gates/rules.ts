// When a change of a value is dangerous: the few ways in which the keys of images.yaml let more through than before.
import { parseDuration } from '../../enrollment/grammar.js'
import { isAllowedRegistry } from '../../enrollment/registries.js'
import { THRESHOLDS, type Threshold } from '../../enrollment/schema/promotion.js'

/** What a key says, or what holds where it says nothing; a list is a set. null: nothing. */
export type GateValue = string | readonly string[] | null

/** Whether a change of a value (they differ) is to be reviewed carefully. */
export type Rule = (before: GateValue, after: GateValue) => boolean

/** Whatever it becomes, back to nothing too. */
export const anyChange: Rule = () => true

/** Whatever it becomes; where there is nothing any more, nothing is let through. */
export const changed: Rule = (_, after) => after !== null

/** It was something else; the first value takes the place of none. */
export const replaced: Rule = (before, after) => before !== null && after !== null

/** Something is on the list that was not. */
export const added: Rule = (before, after) => listOf(after).some((one) => !listOf(before).includes(one))

/** A span that waits is shorter. */
export const shortened: Rule = (before, after) => secondsOf(after) < secondsOf(before)

export const turnedOn: Rule = (before, after) => before === 'false' && after === 'true'
export const turnedOff: Rule = (before, after) => before === 'true' && after === 'false'

/** A check that is off, or that fewer findings fail; the severities in between are in their order. */
export const weakened: Rule = (before, after) =>
  rankOf(before) >= 0 && rankOf(after) >= 0 && rankOf(after) < rankOf(before)

/** Something that had to be passed is no longer in the list. */
export const shortenedList: Rule = (before, after) =>
  after !== null && listOf(before).some((one) => !listOf(after).includes(one))

/** A list of what may pass (an empty one lets everything) lets something else pass. What is no subset counts as wider. */
export const widened: Rule = (before, after) =>
  isWider(listOf(before), listOf(after), (one, allowed) => allowed.includes(one))

/** The same for registries, where `ghcr.io/acme` is narrower than `ghcr.io`. */
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

/** `off` is the weakest, then CRITICAL, which fails least; -1 for none of them. */
function rankOf(value: GateValue): number {
  if (value === OFF) return 0
  const rank = THRESHOLDS.indexOf(value as Threshold)
  return rank < 0 ? -1 : THRESHOLDS.length - rank
}

/** A check that is off. */
export const OFF = 'off'
