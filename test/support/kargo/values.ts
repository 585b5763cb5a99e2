/** Values as Kargo's expressions see them: those of Go, where a whole number is not a float and a map may hold texts only. */

/** What an expression may give: a plain `number` is Go's float64, as JSON's numbers are. */
export type Value = null | boolean | string | number | Int | Time | Callable | Struct | Dict | readonly Value[]

/** A whole number: Go's int, or its int64 (times, statuses), which Kargo can copy while it cannot copy an int. */
export class Int {
  readonly value: number
  readonly is64: boolean
  constructor(value: number, is64 = false) {
    this.value = Math.trunc(value)
    this.is64 = is64
  }
}

/** A moment, in seconds since 1970. */
export class Time {
  readonly seconds: number
  constructor(seconds: number) {
    this.seconds = seconds
  }
}

/** A function. */
export class Callable {
  readonly call: (...args: readonly Value[]) => Value
  constructor(call: (...args: readonly Value[]) => Value) {
    this.call = call
  }
}

/** An object of Go: asking for a field it does not have is an error. */
export class Struct {
  readonly type: string
  readonly fields: Readonly<Record<string, Value>>
  constructor(type: string, fields: Readonly<Record<string, Value>>) {
    this.type = type
    this.fields = fields
  }
}

/** A map: asking for a key it does not have gives nil, or the empty text where it is one of texts. */
export class Dict {
  readonly entries: ReadonlyMap<string, Value>
  readonly missing: Value
  constructor(entries: Iterable<readonly [string, Value]>, missing: Value = null) {
    this.entries = new Map(entries)
    this.missing = missing
  }
}

/** What Kargo would report: the expression cannot be worked out, with these values. */
export class ExprError extends Error {}

/** What this simulation does not know. It must end the test: nothing is guessed. */
export class Unknown extends Error {}

/** A map of the values that can be told apart by name. */
export function dict(fields: Readonly<Record<string, Value>>): Dict {
  return new Dict(Object.entries(fields))
}

/** A map of texts, as configMap() and secret() give it. */
export function texts(fields: Readonly<Record<string, string>>): Dict {
  return new Dict(Object.entries(fields), '')
}

/** A value read from JSON: all numbers are floats. */
export function fromJson(data: unknown): Value {
  if (data === null || typeof data === 'boolean' || typeof data === 'string' || typeof data === 'number') return data
  if (Array.isArray(data)) return data.map(fromJson)
  if (typeof data === 'object') return new Dict(Object.entries(data).map(([key, value]) => [key, fromJson(value)]))
  throw new Unknown(`no JSON: ${typeof data}`)
}

/** What Go's `json.Marshal` makes of it, before it is a text. */
export function toJson(value: Value): unknown {
  if (value instanceof Int) return value.value
  if (value instanceof Dict) {
    const sorted = [...value.entries].sort(([a], [b]) => (a < b ? -1 : 1))
    return Object.fromEntries(sorted.map(([key, each]) => [key, toJson(each)]))
  }
  if (isList(value)) return value.map(toJson)
  if (value === null || typeof value !== 'object') return value
  throw new Unknown(`how ${value.constructor.name} looks as JSON`)
}

/** `json.Marshal`, or `json.MarshalIndent` by so many blanks: Go writes letters that HTML knows as escapes. */
export function jsonText(value: Value, indent?: number): string {
  return JSON.stringify(toJson(value), null, indent).replace(
    /[<>&\u2028\u2029]/g,
    (letter) => `\\u${letter.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )
}

/** Whether it is a list. */
export function isList(value: Value): value is readonly Value[] {
  return Array.isArray(value)
}

/** Its number, null where it is none. */
export function numberOf(value: Value): number | null {
  if (value instanceof Int) return value.value
  return typeof value === 'number' ? value : null
}

/** `fmt.Sprint`, which is `string()` in expressions. */
export function printed(value: Value): string {
  if (value === null) return '<nil>'
  if (typeof value === 'number') return printedFloat(value)
  if (value instanceof Int) return String(value.value)
  if (isList(value)) return `[${value.map(printed).join(' ')}]`
  if (value instanceof Dict) {
    const sorted = [...value.entries].sort(([a], [b]) => (a < b ? -1 : 1))
    return `map[${sorted.map(([key, each]) => `${key}:${printed(each)}`).join(' ')}]`
  }
  if (typeof value === 'object') throw new Unknown(`how Go prints ${value.constructor.name}`)
  return String(value)
}

/** Go's `%v` of a float: a million is 1e+06. */
function printedFloat(value: number): string {
  const [digits = '', exponent = '0'] = value.toExponential().split('e')
  const power = Number(exponent)
  if (power >= -4 && power < 6) return String(value)
  return `${digits}e${power < 0 ? '-' : '+'}${String(Math.abs(power)).padStart(2, '0')}`
}
