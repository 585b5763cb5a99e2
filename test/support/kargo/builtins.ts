/** The functions of expr-lang that our expressions use; any other is unknown. */
import { compare, isTrue, kindOf } from './operators.js'
import {
  Dict,
  ExprError,
  fromJson,
  Int,
  isList,
  jsonText,
  numberOf,
  printed,
  Time,
  Unknown,
  type Value,
} from './values.js'

type Predicate = (item: Value, acc?: Value) => Value

/** Functions whose second argument is worked out for each item of the first. */
export const predicates: Readonly<Record<string, (items: readonly Value[], each: Predicate, start?: Value) => Value>> =
  {
    map: (items, each) => items.map((item) => each(item)),
    filter: (items, each) => items.filter((item) => isTrue(each(item))),
    find: (items, each) => items.find((item) => isTrue(each(item))) ?? null,
    any: (items, each) => items.some((item) => isTrue(each(item))),
    reduce: (items, each, start) => {
      if (start === undefined) throw new Unknown('reduce without a start')
      return items.reduce((acc: Value, item) => each(item, acc), start)
    },
  }

/** All others, with their arguments and the time. */
export const builtins: Readonly<Record<string, (args: readonly Value[], now: () => number) => Value>> = {
  len: (args) => new Int(lengthOf(one(args))),
  type: (args) => kindOf(one(args)),
  int: (args) => whole(one(args)),
  string: (args) => printed(one(args)),
  max: (args) => best(args, '<'),
  min: (args) => best(args, '>'),
  get: ([of = null, key = null]) => itemAt(of, key),
  reverse: (args) => [...list(one(args))].reverse(),
  sort: (args) => list(one(args)).map(text).sort(),
  values: (args) => valuesOf(one(args)),
  join: ([items = null, glue = '']) => list(items).map(text).join(text(glue)),
  split: ([whole = null, at = null]) => text(whole).split(text(at)),
  replace: ([whole = null, from = null, to = null]) => text(whole).replaceAll(text(from), () => text(to)),
  indexOf: ([whole = null, part = null]) => new Int(text(whole).indexOf(text(part))),
  toJSON: (args) => jsonText(one(args), 2),
  fromJSON: (args) => read(text(one(args))),
  now: (_, now) => new Time(Math.floor(now())),
  date: (args) => moment(text(one(args))),
}

function one(args: readonly Value[]): Value {
  const [value] = args
  if (value === undefined || args.length > 1) throw new ExprError(`one argument expected, not ${args.length}`)
  return value
}

function text(value: Value): string {
  if (typeof value !== 'string') throw new ExprError(`${kindOf(value)} where a text must be`)
  return value
}

function list(value: Value): readonly Value[] {
  if (!isList(value)) throw new ExprError(`${kindOf(value)} where a list must be`)
  return value
}

function lengthOf(value: Value): number {
  if (typeof value === 'string') return [...value].length
  if (value instanceof Dict) return value.entries.size
  return list(value).length
}

function whole(value: Value): Int {
  if (typeof value === 'string' && /^[+-]?\d+$/.test(value)) return new Int(Number(value))
  const number = numberOf(value)
  if (number === null) throw new ExprError(`invalid operation: int(${printed(value)})`)
  return new Int(number)
}

/** The item that no other is beyond; lists are looked into. Nothing but numbers is compared. */
function best(args: readonly Value[], operator: '<' | '>'): Value {
  const numbers = args.flatMap((arg) => (isList(arg) ? arg : [arg]))
  for (const number of numbers) if (numberOf(number) === null) throw new ExprError(`max or min of ${kindOf(number)}`)
  return numbers.reduce((found, each) => (compare(operator, found, each) ? each : found))
}

function itemAt(of: Value, key: Value): Value {
  if (of === null) return null
  if (of instanceof Dict && typeof key === 'string') return of.entries.get(key) ?? null
  const index = numberOf(key)
  if (!isList(of) || index === null) throw new Unknown(`get() of ${kindOf(of)} by ${kindOf(key)}`)
  return of.at(index) ?? null
}

/** In no order that one could count on. */
function valuesOf(value: Value): Value {
  if (!(value instanceof Dict)) throw new ExprError(`cannot get values from ${kindOf(value)}`)
  return [...value.entries.values()]
}

function read(json: string): Value {
  try {
    return fromJson(JSON.parse(json))
  } catch (error) {
    if (error instanceof SyntaxError) throw new ExprError(`fromJSON: ${error.message}`)
    throw error
  }
}

/** RFC 3339, of the layouts that Go would try. */
function moment(written: string): Time {
  if (!/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)$/.test(written))
    throw new ExprError(`invalid date ${written}`)
  return new Time(Math.floor(Date.parse(written) / 1000))
}
