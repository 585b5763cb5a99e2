import { Decimal } from './decimal.js'

/** A value of HCL; what nobody knows is a value, too, and stays one in whatever is made of it. */
export type HclValue = string | boolean | null | Decimal | Unknown | HclList | HclMap

export type HclList = readonly HclValue[]

export type HclMap = ReadonlyMap<string, HclValue>

/** What only the build knows. */
export class Unknown {
  readonly isUnknown = true
}

export const UNKNOWN = new Unknown()

/** An expression that bake refuses; `can` and `try` get over it. */
export class Fault extends Error {}

export function isList(value: HclValue): value is HclList {
  return Array.isArray(value)
}

export function isHclMap(value: HclValue): value is HclMap {
  return value instanceof Map
}

/** A value as text; null: it has none (it is nothing, a list or a map). */
export function textOf(value: HclValue): string | null {
  if (typeof value === 'string') return value
  if (typeof value === 'boolean') return String(value)
  return value instanceof Decimal ? value.toString() : null
}

/**
 * A value as true or false: a condition takes the words, too.
 *
 * @throws {Fault} where it is neither.
 */
export function truthOf(value: HclValue): boolean {
  if (typeof value === 'boolean') return value
  if (value === 'true' || value === 'false') return value === 'true'
  throw new Fault('a condition is neither true nor false')
}

/**
 * A value as number: a text that is one counts.
 *
 * @throws {Fault} where it is none.
 */
export function numberOf(value: HclValue): Decimal {
  if (value instanceof Decimal) return value
  const parsed = typeof value === 'string' ? Decimal.parse(value) : null
  if (parsed === null) throw new Fault('it is no number')
  return parsed
}

/** The values of a list or map, in HCL's order: keys of maps by their letters. */
export function itemsOf(value: HclValue): readonly (readonly [HclValue, HclValue])[] {
  if (isList(value)) return value.map((item, index) => [Decimal.of(index), item])
  if (isHclMap(value)) return [...value].sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0))
  throw new Fault('it is neither list nor map')
}

/** Whether all of a value is known. */
export function isWhole(value: HclValue): boolean {
  if (value instanceof Unknown) return false
  if (isList(value)) return value.every(isWhole)
  return !isHclMap(value) || [...value.values()].every(isWhole)
}

/** Whether two values are the same and of the same kind; `3` is not `"3"`. */
export function equals(left: HclValue, right: HclValue): boolean {
  if (left instanceof Decimal && right instanceof Decimal) return left.compare(right) === 0
  if (isList(left) && isList(right)) {
    return left.length === right.length && left.every((item, index) => equals(item, right[index] ?? null))
  }
  if (isHclMap(left) && isHclMap(right)) {
    return left.size === right.size && [...left].every(([key, value]) => equals(value, right.get(key) ?? null))
  }
  return left === right
}

/** What `==` says, or `!=` where the same is not looked for. */
export function compared(left: HclValue, right: HclValue, isSameWanted: boolean): HclValue {
  if (!isWhole(left) || !isWhole(right)) return UNKNOWN
  const isSame = equals(left, right)
  // A list that a function made is of another type than one that is written, and two types are never equal.
  return isSame && (isList(left) || isHclMap(left)) ? UNKNOWN : isSame === isSameWanted
}

/** The item at a key, as `a[key]` and `a.key` read it. */
export function itemAt(of: HclValue, key: HclValue): HclValue {
  if (of instanceof Unknown || key instanceof Unknown) return UNKNOWN
  if (isList(of)) {
    const index = numberOf(key).toCount()
    const found = index === null || index < 0 ? undefined : of[index]
    if (found === undefined) throw new Fault('the list has no such item')
    return found
  }
  const name = textOf(key)
  const found = isHclMap(of) && name !== null ? of.get(name) : undefined
  if (found === undefined) throw new Fault('there is no such key')
  return found
}

/** Lists within lists: deeper than this is nobody's value. */
const MAX_DEPTH = 100

const measured = new WeakMap<object, { readonly size: number; readonly depth: number }>()

/**
 * The letters and items of a value with all that is in it: lists of the same list again and again count each time.
 *
 * @throws {TooMuch} where it is deeper than anybody writes.
 */
export function sizeOfValue(value: HclValue): number {
  return measure(value).size
}

function measure(value: HclValue): { readonly size: number; readonly depth: number } {
  if (typeof value === 'string') return { size: value.length + 1, depth: 0 }
  if (!isList(value) && !isHclMap(value)) return { size: 1, depth: 0 }
  const before = measured.get(value)
  if (before !== undefined) return before
  let [size, depth] = [1, 0]
  for (const item of value.values()) {
    const one = measure(item)
    size += one.size
    depth = Math.max(depth, one.depth + 1)
  }
  if (depth > MAX_DEPTH) throw new TooMuch('its lists and maps are deeper than anybody writes.')
  measured.set(value, { size, depth })
  return { size, depth }
}

/** More than this in one text or list is nobody's. */
const MAX_SIZE = 1_000_000

/** A definition that bake refuses as a whole, whatever is asked for. */
export class Refused extends Error {
  /** null: it has no name. */
  readonly file: string | null
  readonly line: number

  constructor(message: string, file: string | null, line: number) {
    super(message)
    this.file = file
    this.line = line
  }
}

/** What no file that somebody wrote comes to: all reading ends. */
export class TooMuch extends Error {}

/**
 * Sees that what is about to be made is of a size somebody writes.
 *
 * @throws {TooMuch} where it is not.
 */
export function mustFit(size: number): void {
  if (size > MAX_SIZE) throw new TooMuch('what comes out of its expressions is more than anybody writes.')
}
