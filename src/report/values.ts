// Values of keys before and after, including defaults that are not written.
import { defaultOfKey } from '../enrollment/schema/keys.js'
import { code, type Span } from './markdown.js'
import type { ValueChange } from './model.js'

const SIMPLE = /^[A-Za-z0-9]{1,40}$/

/** `7d (default) → 24h` */
export function beforeAndAfter({ key, before, after }: ValueChange): Span[] {
  return [...shown(key, before), ' → ', ...shown(key, after)]
}

/** `rebuildDelay 7d (default) → 24h`, with a shorter key if its parent is already named. */
export function keyedChange(change: ValueChange, name = change.key): Span[] {
  return [code(name), ' ', ...beforeAndAfter(change)]
}

function shown(key: string, value: string | null): Span[] {
  if (value !== null) return [plainOrCode(value)]
  const byDefault = defaultOfKey(key)
  return byDefault === null ? ['not set'] : [plainOrCode(byDefault), ' (default)']
}

function plainOrCode(value: string): Span {
  return SIMPLE.test(value) ? value : code(value)
}

/** The effective value: what is written, else the default. */
export function effective(key: string, value: string | null): string | null {
  return value ?? defaultOfKey(key)
}

/** A duration: plain if it is one, otherwise user text. */
export function durationText(text: string): Span {
  return /^[0-9smhdw]+$/.test(text) ? text : code(text)
}
