import { inputList } from '../input-list.js'
import { asSet } from './functions.js'
import type { HclExpression, HclOf } from './hcl-tree.js'
import {
  Decimal,
  Fault,
  type HclValue,
  hclText,
  isHclMap,
  isList,
  isWhole,
  itemsOf,
  needList,
  numberOf,
  truthOf,
  UNKNOWN,
  Unknown,
} from './value.js'

/** As in Go's strconv.ParseBool. */
const TRUE: ReadonlySet<string> = new Set(['1', 't', 'T', 'true', 'TRUE', 'True'])
const FALSE: ReadonlySet<string> = new Set(['0', 'f', 'F', 'false', 'FALSE', 'False'])

/**
 * Converts a value to a variable's declared type (hashicorp/hcl, ext/typeexpr): `string`, `list(number)`, `object({…})`
 * and so on. Unknown parts stay unknown; with an unknown type, the result is unknown.
 *
 * @throws {Fault} when bake refuses the value.
 */
export function convert(value: HclValue, type: HclExpression): HclValue {
  if (value instanceof Unknown || value === null) return value
  if (type.kind === 'variable') return convertScalar(value, type.name)
  if (type.kind !== 'call') return UNKNOWN
  const [of] = type.args
  if (of === undefined) return UNKNOWN
  if (type.name === 'map') return new Map(itemsOf(value).map(([key, item]) => [hclText(key) ?? '', convert(item, of)]))
  if (type.name === 'object' && of.kind === 'object') return convertObject(value, of)
  if (type.name === 'tuple' && of.kind === 'tuple') {
    return needList(value).map((item, index) => convert(item, of.items[index] ?? ANY))
  }
  if (type.name !== 'list' && type.name !== 'set') return UNKNOWN
  const items = needList(value).map((item) => convert(item, of))
  return type.name === 'list' ? items : items.every(isWhole) ? asSet(items) : UNKNOWN
}

const ANY: HclExpression = { kind: 'variable', line: 1, name: 'any' }

function convertScalar(value: HclValue, name: string): HclValue {
  if (name === 'string') {
    const text = hclText(value)
    if (text === null) throw new Fault('it is not a string')
    return text
  }
  if (name === 'number') return numberOf(value)
  if (name === 'bool') return truthOf(value)
  return name === 'any' ? value : UNKNOWN
}

function convertObject(value: HclValue, of: HclOf<'object'>): HclValue {
  if (!isHclMap(value)) throw new Fault('it is not an object')
  const map = new Map<string, HclValue>()
  for (const { key, value: type } of of.items) {
    const name = key.kind === 'variable' ? key.name : ''
    const isOptional = type.kind === 'call' && type.name === 'optional'
    const found = value.get(name)
    if (found === undefined && !isOptional) throw new Fault(`the object has no ${name}`)
    map.set(name, convert(found ?? null, isOptional ? (type.args[0] ?? ANY) : type))
  }
  return map
}

/**
 * Parses the environment's value for a typed variable: one line of CSV for lists, `key:value` for maps (buildx,
 * `hclparser.go` valueFromCSV).
 *
 * @throws {Fault} when bake refuses the text.
 */
export function typedFromEnvironment(text: string, type: HclExpression): HclValue {
  if (type.kind === 'variable') return type.name === 'any' ? text : fromText(text, type.name)
  if (type.kind !== 'call' || /[\r\n"]/.test(text)) return UNKNOWN
  const items = text === '' ? [] : inputList(text, 'commas')
  if (type.name !== 'map') return type.name === 'object' ? UNKNOWN : convert(items, type)
  const pairs = items.map((item): [string, HclValue] => {
    const colon = item.indexOf(':')
    if (colon < 0) throw new Fault('a value of a map has no colon')
    return [item.slice(0, colon), item.slice(colon + 1)]
  })
  return convert(new Map(pairs), type)
}

/**
 * Parses the environment's value for an untyped variable: its default determines the type (buildx, convertPrimitive).
 *
 * @throws {Fault} when bake refuses the text.
 */
export function untypedFromEnvironment(text: string, byDefault: HclValue): HclValue {
  if (byDefault instanceof Unknown) return UNKNOWN
  if (isList(byDefault) || isHclMap(byDefault)) throw new Fault('an environment variable gives a list only with a type')
  return fromText(text, byDefault instanceof Decimal ? 'number' : typeof byDefault === 'boolean' ? 'bool' : 'string')
}

function fromText(text: string, type: string): HclValue {
  if (type === 'number') return numberOf(text)
  if (type !== 'bool') return type === 'string' ? text : UNKNOWN
  if (TRUE.has(text)) return true
  if (!FALSE.has(text)) throw new Fault('it is neither true nor false')
  return false
}
