import { by, distinctBy } from '../../text/index.js'
import { type Library, REGEX_FUNCTIONS, TEXT_FUNCTIONS } from './text-functions.js'
import {
  Decimal,
  equals,
  Fault,
  type HclList,
  type HclMap,
  type HclValue,
  hclText,
  isHclMap,
  isList,
  isWhole,
  itemAt,
  itemsOf,
  mustFit,
  needList,
  numberOf,
  sizeOfValue,
  truthOf,
  UNKNOWN,
  Unknown,
} from './value.js'

/** Functions that need to know only the list or map, not what is in it. */
const LOOSE: Library = {
  concat: (lists) => lists.flatMap(needList),
  element: ([list = null, index = null]) => {
    const items = needList(list)
    const at = numberOf(index).toCount()
    if (at === null || at < 0 || items.length === 0) throw new Fault('element has no such item')
    return items[at % items.length] ?? null
  },
  flatten: ([list = null]) => flattened(needList(list)),
  hasindex: ([of = null, key = null]) => {
    if (isHclMap(of)) return of.has(hclText(key) ?? '')
    const at = numberOf(key).toCount()
    return at !== null && at >= 0 && at < needList(of).length
  },
  index: ([of = null, key = null]) => itemAt(of, key),
  keys: ([map = null]) => itemsOf(mapOf(map)).map(([key]) => key),
  length: ([of = null]) => Decimal.of(isHclMap(of) ? of.size : needList(of).length),
  lookup: ([map = null, key = null, otherwise]) => {
    const name = hclText(key)
    const found = name === null ? undefined : mapOf(map).get(name)
    const value = found ?? otherwise
    if (value === undefined) throw new Fault('lookup finds no such key')
    return value
  },
  merge: (maps) => new Map(maps.flatMap((map) => (map === null ? [] : [...mapOf(map)]))),
  reverselist: ([list = null]) => [...needList(list)].reverse(),
  slice: ([list = null, from = null, to = null]) => {
    const items = needList(list)
    const [start, end] = [numberOf(from).toCount(), numberOf(to).toCount()]
    if (start === null || end === null || start < 0 || end > items.length || start > end) {
      throw new Fault('slice leaves the list')
    }
    return items.slice(start, end)
  },
  values: ([map = null]) => itemsOf(mapOf(map)).map(([, value]) => value),
}

/** Functions that need a completely known value. */
const STRICT: Library = {
  ...TEXT_FUNCTIONS,
  ...REGEX_FUNCTIONS,
  add: ([a = null, b = null]) => calculated('+', a, b),
  and: ([a = null, b = null]) => truthOf(a) && truthOf(b),
  coalesce: (values) => found(values, (value) => value !== null),
  coalescelist: (values) => found(values, (value) => value !== null && needList(value).length > 0),
  compact: ([list = null]) => textsOf(list).filter((item) => item !== null && item !== ''),
  contains: ([list = null, value = null]) => needList(list).some((item) => equals(item, value)),
  distinct: ([list = null]) => distinctBy(needList(list), keyOf),
  equal: ([a = null, b = null]) => equals(a, b),
  greaterthan: ([a = null, b = null]) => numberOf(a).compare(numberOf(b)) > 0,
  lessthan: ([a = null, b = null]) => numberOf(a).compare(numberOf(b)) < 0,
  max: (values) => extreme(values, 1),
  min: (values) => extreme(values, -1),
  multiply: ([a = null, b = null]) => calculated('*', a, b),
  not: ([value = null]) => !truthOf(value),
  notequal: ([a = null, b = null]) => !equals(a, b),
  or: ([a = null, b = null]) => truthOf(a) || truthOf(b),
  sethaselement: ([set = null, value = null]) => needList(set).some((item) => equals(item, value)),
  setsubtract: ([from = null, what = null]) => {
    const without = new Set(needList(what).map(keyOf))
    return asSet(needList(from)).filter((item) => !without.has(keyOf(item)))
  },
  sort: ([list = null]) => asSorted(textsOf(list)),
  subtract: ([a = null, b = null]) => calculated('-', a, b),
}

/** Whether a function of bake's library (buildx, `hclparser/stdlib.go`) is implemented here; others are unknown. */
export function isLibrary(name: string): boolean {
  return Object.hasOwn(LOOSE, name) || Object.hasOwn(STRICT, name)
}

/**
 * Calls a function of the library; the result for unknown arguments is unknown.
 *
 * @param spend is charged for reading the arguments.
 * @throws {Fault} when bake refuses the call.
 */
export function callLibrary(name: string, args: readonly HclValue[], spend: (cost: number) => void): HclValue {
  if (args.some((arg) => arg instanceof Unknown)) return UNKNOWN
  for (const arg of args) spend(sizeOfValue(arg))
  const called = Object.hasOwn(LOOSE, name) ? LOOSE[name] : args.every(isWhole) ? STRICT[name] : undefined
  return called === undefined ? UNKNOWN : called(args, spend)
}

function textsOf(value: HclValue): HclList {
  return needList(value).map((item) => {
    const text = hclText(item)
    if (text === null && item !== null) throw new Fault('it is not text')
    return text
  })
}

function mapOf(value: HclValue): HclMap {
  if (!isHclMap(value)) throw new Fault('it is not a map')
  return value
}

function flattened(list: HclList): HclList {
  mustFit(sizeOfValue(list))
  return list.flatMap((item) => (isList(item) ? flattened(item) : [item]))
}

function found(values: readonly HclValue[], holds: (value: HclValue) => boolean): HclValue {
  const first = values.find(holds)
  if (first === undefined) throw new Fault('all of the values are empty or null')
  return first
}

function calculated(sign: string, a: HclValue, b: HclValue): HclValue {
  return Decimal.calculate(sign, numberOf(a), numberOf(b)) ?? UNKNOWN
}

function extreme(values: readonly HclValue[], sign: number): HclValue {
  const [first, ...rest] = values.map(numberOf)
  if (first === undefined) throw new Fault('it needs at least one number')
  return rest.reduce((best, one) => (one.compare(best) * sign > 0 ? one : best), first)
}

/** A string key that is the same for equal values. */
function keyOf(value: HclValue): string {
  if (isList(value)) return JSON.stringify(value.map(keyOf))
  if (isHclMap(value)) return JSON.stringify(itemsOf(value).map(([key, item]) => [key, keyOf(item)]))
  return `${value instanceof Decimal ? 'number' : typeof value} ${value}`
}

function asSorted(list: HclList): HclList {
  return [...list].sort(by((item) => hclText(item) ?? keyOf(item)))
}

/** A set: each value once, in sorted order. */
export function asSet(list: HclList): HclList {
  return asSorted(distinctBy(list, keyOf))
}
