import { byKey } from '../../text/index.js'
import { TooMuch } from '../scan.js'
import type { HclExpression } from './hcl-tree.js'

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

/** @throws {Fault} where a value is no list. */
export function needList(value: HclValue): HclList {
  if (!isList(value)) throw new Fault('it is not a list')
  return value
}

export function isHclMap(value: HclValue): value is HclMap {
  return value instanceof Map
}

/** A value as text; null: it has none (it is nothing, a list or a map). */
export function hclText(value: HclValue): string | null {
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
  if (parsed === null) throw new Fault('it is not a number')
  return parsed
}

/** The values of a list or map, in HCL's order: keys of maps by their letters. */
export function itemsOf(value: HclValue): readonly (readonly [HclValue, HclValue])[] {
  if (isList(value)) return value.map((item, index) => [Decimal.of(index), item])
  if (isHclMap(value)) return [...value].sort(byKey)
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
  const name = hclText(key)
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

/**
 * Sees that what is about to be made is of a size somebody writes.
 *
 * @throws {TooMuch} where it is not.
 */
export function mustFit(size: number): void {
  if (size > MAX_SIZE) throw new TooMuch('what comes out of its expressions is more than anybody writes.')
}

/** Names of one place: of a matrix, a function's parameters, a `for`. */
export type Locals = ReadonlyMap<string, HclValue>

/** Where an expression stands: its names, and which of them come from a default. */
export interface HclScope {
  readonly locals: Locals
  readonly assumed: ReadonlySet<string>
}

/** The top of a file. */
export const TOP: HclScope = { locals: new Map(), assumed: new Set() }

/** A function that the file declares. */
export interface UserFunction {
  readonly params: readonly string[]
  /** Takes the arguments that are left over, as a list. */
  readonly rest: string | null
  readonly result: HclExpression
}

/** What names of the file stand for. */
export interface Names {
  /** @throws {Fault} where there is no such variable. */
  variable(name: string): HclValue
  userFunction(name: string): UserFunction | null
}

/** More digits than this are nobody's number. */
const MAX_DIGITS = 150

/** A number of HCL, which counts in decimals (HCL has 512 bits: as many digits as anybody writes are exact). */
export class Decimal {
  /** The number is `digits` divided by ten `scale` times; never a zero at the end that is not needed. */
  readonly digits: bigint
  readonly scale: number

  private constructor(digits: bigint, scale: number) {
    let [left, places] = [digits, scale]
    while (places > 0 && left % 10n === 0n) {
      left /= 10n
      places -= 1
    }
    this.digits = left
    this.scale = places
  }

  static of(integer: number): Decimal {
    return new Decimal(BigInt(integer), 0)
  }

  /** A number as it is written, null where it is none or has too many digits. */
  static parse(text: string): Decimal | null {
    const found = text.length > MAX_DIGITS ? null : /^([+-]?)(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d+))?$/.exec(text)
    if (found === null) return null
    const [, sign = '', whole = '', rest = '', power = '0'] = found
    const exponent = Number(power) - rest.length
    if (Math.abs(exponent) > MAX_DIGITS) return null
    const digits = BigInt(whole + rest) * (sign === '-' ? -1n : 1n)
    return exponent >= 0 ? new Decimal(digits * 10n ** BigInt(exponent), 0) : new Decimal(digits, -exponent)
  }

  /** As HCL writes it: without zeros at the end, without exponent. */
  toString(): string {
    const sign = this.digits < 0n ? '-' : ''
    const text = (this.digits < 0n ? -this.digits : this.digits).toString().padStart(this.scale + 1, '0')
    const point = text.length - this.scale
    return this.scale === 0 ? sign + text : `${sign}${text.slice(0, point)}.${text.slice(point)}`
  }

  /** Below, at or above zero. */
  compare(other: Decimal): number {
    const [left, right] = this.#aligned(other)
    return left < right ? -1 : left > right ? 1 : 0
  }

  /** The whole number it is, null where it is none that counts items. */
  toCount(): number | null {
    return this.scale === 0 && this.digits >= -1_000_000n && this.digits <= 1_000_000n ? Number(this.digits) : null
  }

  /** What an operator makes of two numbers; null where that is no number of a size anybody writes. */
  static calculate(sign: string, left: Decimal, right: Decimal): Decimal | null {
    const [a, b] = left.#aligned(right)
    const scale = Math.max(left.scale, right.scale)
    const result =
      sign === '+'
        ? new Decimal(a + b, scale)
        : sign === '-'
          ? new Decimal(a - b, scale)
          : sign === '*'
            ? new Decimal(left.digits * right.digits, left.scale + right.scale)
            : b === 0n
              ? null
              : sign === '%'
                ? new Decimal(a % b, scale)
                : divided(a, b)
    return result === null || result.toString().length > MAX_DIGITS ? null : result

    function divided(over: bigint, under: bigint): Decimal | null {
      const places = 40
      const shifted = over * 10n ** BigInt(places)
      // A quotient without end has as many digits as HCL's bits hold, which nobody reads.
      return shifted % under === 0n ? new Decimal(shifted / under, places) : null
    }
  }

  #aligned(other: Decimal): readonly [bigint, bigint] {
    const scale = Math.max(this.scale, other.scale)
    return [this.digits * 10n ** BigInt(scale - this.scale), other.digits * 10n ** BigInt(scale - other.scale)]
  }
}
