/** What the operators of expr-lang do with values. */
import {
  Callable,
  Dict,
  ExprError,
  Int,
  isList,
  numberOf,
  printed,
  Struct,
  Time,
  Unknown,
  type Value,
} from './values.js'

/** A condition must be true or false: nothing else is taken for one. */
export function isTrue(value: Value): boolean {
  if (typeof value !== 'boolean') throw new ExprError(`${kindOf(value)} where true or false must be`)
  return value
}

/** `==`: numbers of all kinds, else what is the same. */
export function equals(a: Value, b: Value): boolean {
  const [x, y] = [numberOf(a), numberOf(b)]
  if (x !== null || y !== null) return x === y
  if (a instanceof Time && b instanceof Time) return a.seconds === b.seconds
  if (isList(a) && isList(b)) return a.length === b.length && a.every((item, index) => equals(item, b[index] as Value))
  if (a !== null && b !== null && typeof a === 'object' && typeof b === 'object')
    throw new Unknown(`whether ${kindOf(a)} equals ${kindOf(b)}`)
  return a === b
}

/** `<`, `>`, `<=`, `>=`: of numbers, texts or times. */
export function compare(operator: string, a: Value, b: Value): boolean {
  const [x, y] = comparable(a, b)
  if (operator === '<') return x < y
  if (operator === '>') return x > y
  return operator === '<=' ? x <= y : x >= y
}

function comparable(a: Value, b: Value): [number, number] | [string, string] {
  const [x, y] = [numberOf(a), numberOf(b)]
  if (x !== null && y !== null) return [x, y]
  if (typeof a === 'string' && typeof b === 'string') return [a, b]
  if (a instanceof Time && b instanceof Time) return [a.seconds, b.seconds]
  throw new ExprError(`cannot compare ${kindOf(a)} with ${kindOf(b)}`)
}

/** `+`, `-`, `*`, `/`: whole numbers stay whole but where one divides. */
export function add(operator: '+' | '-' | '*' | '/', a: Value, b: Value): Value {
  if (operator === '+' && typeof a === 'string' && typeof b === 'string') return a + b
  const [x, y] = [numberOf(a), numberOf(b)]
  if (x === null || y === null) throw new ExprError(`invalid operation: ${kindOf(a)} ${operator} ${kindOf(b)}`)
  const result = operator === '+' ? x + y : operator === '-' ? x - y : operator === '*' ? x * y : x / y
  return operator !== '/' && a instanceof Int && b instanceof Int ? new Int(result) : result
}

/** `in`: an item of a list, a key of a map. */
export function isIn(needle: Value, hay: Value, isListOfTexts: boolean): boolean {
  if (hay === null) return false
  if (isListOfTexts && needle !== null && typeof needle !== 'string')
    throw new ExprError(`${kindOf(needle)} cannot be in a list of texts`)
  // Where there is a map of texts, nil stands for the empty one.
  const sought = needle === null && (isListOfTexts || hay instanceof Dict) ? '' : needle
  if (isList(hay)) return hay.some((item) => equals(item, sought))
  if (!(hay instanceof Dict)) throw new ExprError(`nothing can be in ${kindOf(hay)}`)
  if (typeof sought !== 'string') throw new ExprError(`${kindOf(sought)} cannot be a key`)
  return hay.entries.has(sought)
}

/** A member: field, key or item, counted from the end where it is negative. */
export function fetch(of: Value, key: Value): Value {
  const trouble = () => new ExprError(`cannot fetch ${printed(key)} from ${kindOf(of)}`)
  if (of instanceof Dict) {
    if (typeof key !== 'string') throw trouble()
    return of.entries.get(key) ?? of.missing
  }
  if (of instanceof Struct || of instanceof Time) {
    const value = typeof key === 'string' ? fieldsOf(of)[key] : undefined
    if (value === undefined) throw trouble()
    return value
  }
  const index = numberOf(key)
  if (index === null || (!isList(of) && typeof of !== 'string')) throw trouble()
  if (typeof of === 'string') throw new Unknown('a single letter of a text')
  const item = of.at(Math.trunc(index))
  if (item === undefined) throw new ExprError(`index out of range: ${index} (array length is ${of.length})`)
  return item
}

function fieldsOf(object: Struct | Time): Readonly<Record<string, Value>> {
  return object instanceof Time ? { Unix: new Callable(() => new Int(object.seconds, true)) } : object.fields
}

/** `[from:to]`, of a text or list. */
export function slice(of: Value, from: Value, to: Value): Value {
  const [start, end] = [from ?? 0, to ?? undefined].map((each) => (each === undefined ? undefined : numberOf(each)))
  if (start === null || end === null) throw new ExprError('a slice by what is no number')
  if (isList(of)) return of.slice(start, end)
  if (typeof of !== 'string') throw new ExprError(`cannot slice ${kindOf(of)}`)
  // Go counts bytes.
  if (/[^\0-\x7f]/.test(of)) throw new Unknown('a slice of a text that is not ASCII')
  return of.slice(start, end)
}

/** What it is, for messages and for `type()`. */
export function kindOf(value: Value): string {
  if (value === null) return 'nil'
  if (typeof value === 'boolean') return 'bool'
  if (typeof value === 'string') return 'string'
  if (typeof value === 'number') return 'float'
  if (value instanceof Int) return 'int'
  if (isList(value)) return 'array'
  if (value instanceof Dict) return 'map'
  throw new Unknown(`what type() says of ${value.constructor.name}`)
}
