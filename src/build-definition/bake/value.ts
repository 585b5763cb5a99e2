import { byKey } from '../../text/index.js'
import { TooMuch } from '../scan.js'
import type { HclExpression } from './hcl-tree.js'

/** An HCL value; values computed from an unknown one are unknown too. */
export type HclValue = string | boolean | null | Decimal | Unknown | HclList | HclMap

export type HclList = readonly HclValue[]

export type HclMap = ReadonlyMap<string, HclValue>

/** A value that only the real build knows. */
export class Unknown {
  readonly isUnknown = true
}

export const UNKNOWN = new Unknown()

/** Bake refuses the expression; `can` and `try` recover from it. */
export class Fault extends Error {}

export function isList(value: HclValue): value is HclList {
  return Array.isArray(value)
}

/** @throws {Fault} when the value is not a list. */
export function needList(value: HclValue): HclList {
  if (!isList(value)) throw new Fault('it is not a list')
  return value
}

export function isHclMap(value: HclValue): value is HclMap {
  return value instanceof Map
}

/** A value as text; null for null, lists and maps. */
export function hclText(value: HclValue): string | null {
  if (typeof value === 'string') return value
  if (typeof value === 'boolean') return String(value)
  return value instanceof Decimal ? value.toString() : null
}

/**
 * A value as a boolean; the words `true` and `false` count.
 *
 * @throws {Fault} when it is neither.
 */
export function truthOf(value: HclValue): boolean {
  if (typeof value === 'boolean') return value
  if (value === 'true' || value === 'false') return value === 'true'
  throw new Fault('a condition is neither true nor false')
}

/**
 * A value as a number; numeric text counts.
 *
 * @throws {Fault} when it is not a number.
 */
export function numberOf(value: HclValue): Decimal {
  if (value instanceof Decimal) return value
  const parsed = typeof value === 'string' ? Decimal.parse(value) : null
  if (parsed === null) throw new Fault('it is not a number')
  return parsed
}

/** The entries of a list or map in HCL's order: map keys sorted. */
export function itemsOf(value: HclValue): readonly (readonly [HclValue, HclValue])[] {
  if (isList(value)) return value.map((item, index) => [Decimal.of(index), item])
  if (isHclMap(value)) return [...value].sort(byKey)
  throw new Fault('it is neither list nor map')
}

/** Whether a value is completely known. */
export function isWhole(value: HclValue): boolean {
  if (value instanceof Unknown) return false
  if (isList(value)) return value.every(isWhole)
  return !isHclMap(value) || [...value.values()].every(isWhole)
}

/** Whether two values are equal and of the same type; `3` is not `"3"`. */
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

/** Result of `==`, or of `!=` with `isSameWanted` false. */
export function compared(left: HclValue, right: HclValue, isSameWanted: boolean): HclValue {
  if (!isWhole(left) || !isWhole(right)) return UNKNOWN
  const isSame = equals(left, right)
  // A list from a function has another type than a literal one, and values of different types are never equal.
  return isSame && (isList(left) || isHclMap(left)) ? UNKNOWN : isSame === isSameWanted
}

/** The item at a key, for `a[key]` and `a.key`. */
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

/** Limit on nested lists; no real value reaches it. */
const MAX_DEPTH = 100

const measured = new WeakMap<object, { readonly size: number; readonly depth: number }>()

/**
 * The characters and items in a value including nested ones; shared lists count each time.
 *
 * @throws {TooMuch} when it is too deeply nested.
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
  if (depth > MAX_DEPTH) throw new TooMuch('its lists and maps are nested too deeply.')
  measured.set(value, { size, depth })
  return { size, depth }
}

/** Limit on a single text or list. */
const MAX_SIZE = 1_000_000

/** Bake refuses the definition as a whole, whatever target is requested. */
export class Refused extends Error {
  readonly file: string
  readonly line: number

  constructor(message: string, file: string, line: number) {
    super(message)
    this.file = file
    this.line = line
  }
}

/**
 * Checks the size of a value before it is created.
 *
 * @throws {TooMuch} when it exceeds the limit.
 */
export function mustFit(size: number): void {
  if (size > MAX_SIZE) throw new TooMuch('its expressions give too large a result.')
}

/** The scope of an expression: its local names (of a matrix), and those of them that come from a default. */
export interface HclScope {
  readonly locals: HclMap
  readonly assumed: ReadonlySet<string>
}

/** The top level of a file. */
export const TOP: HclScope = { locals: new Map(), assumed: new Set() }

/** Looks up names of the file. */
export interface Names {
  /** @throws {Fault} when there is no such variable. */
  variable(name: string): HclValue
  /** A function declared in the file. `rest`: name of the list that takes the remaining arguments; null: none. */
  userFunction(name: string): {
    readonly params: readonly string[]
    readonly rest: string | null
    readonly result: HclExpression
  } | null
}

const MAX_DIGITS = 150

/** An HCL number in decimal (HCL uses 512 bits, so real numbers are exact). */
export class Decimal {
  /** The number is `digits` divided by 10 to the power of `scale`; without trailing zeros. */
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

  /** Parses a number; null if it is invalid or has too many digits. */
  static parse(text: string): Decimal | null {
    const found = text.length > MAX_DIGITS ? null : /^([+-]?)(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d+))?$/.exec(text)
    if (found === null) return null
    const [, sign = '', whole = '', rest = '', power = '0'] = found
    const exponent = Number(power) - rest.length
    if (Math.abs(exponent) > MAX_DIGITS) return null
    const digits = BigInt(whole + rest) * (sign === '-' ? -1n : 1n)
    return exponent >= 0 ? new Decimal(digits * 10n ** BigInt(exponent), 0) : new Decimal(digits, -exponent)
  }

  /** As HCL prints it: no trailing zeros, no exponent. */
  toString(): string {
    const sign = this.digits < 0n ? '-' : ''
    const text = (this.digits < 0n ? -this.digits : this.digits).toString().padStart(this.scale + 1, '0')
    const point = text.length - this.scale
    return this.scale === 0 ? sign + text : `${sign}${text.slice(0, point)}.${text.slice(point)}`
  }

  /** Negative, zero or positive. */
  compare(other: Decimal): number {
    const [left, right] = this.#aligned(other)
    return left < right ? -1 : left > right ? 1 : 0
  }

  /** The number as an integer; null if it is not one or too large to be an index or count. */
  toCount(): number | null {
    return this.scale === 0 && this.digits >= -1_000_000n && this.digits <= 1_000_000n ? Number(this.digits) : null
  }

  /** Applies an operator to two numbers; null if the result is not a number or too large. */
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
      // A non-terminating quotient has as many digits as fit HCL's 512 bits, which no real file depends on.
      return shifted % under === 0n ? new Decimal(shifted / under, places) : null
    }
  }

  #aligned(other: Decimal): readonly [bigint, bigint] {
    const scale = Math.max(this.scale, other.scale)
    return [this.digits * 10n ** BigInt(scale - this.scale), other.digits * 10n ** BigInt(scale - other.scale)]
  }
}
