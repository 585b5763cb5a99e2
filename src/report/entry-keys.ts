// The keys in which two written entries differ, and an entry with some keys of another.
import { type Data, type DataMap, isDataMap, isSameData } from '../yaml/data.js'

/** A part of an entry that can be restored: its name, and the path to it. */
export interface EntryKey {
  /** `rebuildDelay`, `environments.production.soak`, `updates[0].path`. */
  readonly name: string
  readonly steps: readonly Step[]
}

/** A key of a map, an index of a list, or the item of a list with this name. */
type Step = string | number | { readonly item: string }

/** The differences between two written entries, each key by itself; a list of another length is one difference. */
export function differingKeys(
  a: Data | undefined,
  b: Data | undefined,
  at: EntryKey = { name: '', steps: [] },
): EntryKey[] {
  if (isSameData(a, b)) return []
  const below = (name: string, step: Step): EntryKey => ({ name, steps: [...at.steps, step] })
  // An added or removed map is reported by its keys, but an item of a list as a whole.
  const isItem = typeof at.steps.at(-1) === 'object'
  if ((isDataMap(a) || (a === undefined && !isItem)) && (isDataMap(b) || (b === undefined && !isItem))) {
    const keys = [...new Set([...Object.keys(a ?? {}), ...Object.keys(b ?? {})])].sort()
    return keys.flatMap((key) =>
      differingKeys(own(a, key), own(b, key), below(at.name === '' ? key : `${at.name}.${key}`, key)),
    )
  }
  if (!Array.isArray(a) || !Array.isArray(b)) return [at]
  const [names, others] = [itemNames(a), itemNames(b)]
  if (names !== null && others !== null) {
    const order = isSameOrder(names, others) ? [] : [at]
    const items = [...new Set([...names, ...others])].map((item) =>
      differingKeys(itemOf(a, item), itemOf(b, item), below(`${at.name}.${item}`, { item })),
    )
    return [...order, ...items.flat()]
  }
  if (a.length !== b.length || !a.every(isDataMap) || !b.every(isDataMap)) return [at]
  return a.flatMap((value: Data, index) => differingKeys(value, b[index], below(`${at.name}[${index}]`, index)))
}

/** An entry with one of its parts taken from another entry. */
export function withKeyOf(
  entry: Data | undefined,
  other: Data | undefined,
  [step, ...rest]: readonly Step[],
): Data | undefined {
  if (step === undefined) return other
  if (typeof step === 'string') {
    const map = isDataMap(entry) ? entry : {}
    const value = withKeyOf(own(map, step), own(other, step), rest)
    const { [step]: _, ...others } = map
    const isGone =
      value === undefined || (own(other, step) === undefined && isDataMap(value) && Object.keys(value).length === 0)
    return Object.assign(Object.create(null), others, isGone ? {} : { [step]: value })
  }
  const list: readonly Data[] = Array.isArray(entry) ? entry : []
  const places: readonly Data[] = Array.isArray(other) ? other : []
  if (typeof step === 'number')
    return list.map((one, index) => (index === step ? (withKeyOf(one, places[step], rest) ?? one) : one))
  const { item } = step
  const value = withKeyOf(itemOf(list, item), itemOf(places, item), rest)
  const kept = list.flatMap((one) => (nameOf(one) !== item ? one : (value ?? [])))
  return itemOf(list, item) !== undefined || value === undefined ? kept : inPlace(kept, value, places)
}

/** Inserts an item where it was in its original list. */
function inPlace(list: readonly Data[], value: Data, places: readonly Data[]): Data[] {
  const names = places.map(nameOf)
  const rank = names.indexOf(nameOf(value))
  const after = list.findIndex((one) => names.indexOf(nameOf(one)) > rank)
  return after < 0 ? [...list, value] : [...list.slice(0, after), value, ...list.slice(after)]
}

function own(map: Data | undefined, key: string): Data | undefined {
  return isDataMap(map) && Object.hasOwn(map, key) ? map[key] : undefined
}

function nameOf(item: Data): string | null {
  return isDataMap(item) && typeof item.name === 'string' ? item.name : null
}

function itemOf(list: readonly Data[], name: string): Data | undefined {
  return list.find((one) => nameOf(one) === name)
}

/** The names of all items; null unless they are unique. */
function itemNames(list: readonly Data[]): string[] | null {
  const names = list.flatMap((one) => nameOf(one) ?? [])
  return names.length === list.length && new Set(names).size === names.length ? names : null
}

function isSameOrder(a: readonly string[], b: readonly string[]): boolean {
  const [first, second] = [a.filter((one) => b.includes(one)), b.filter((one) => a.includes(one))]
  return first.every((one, index) => one === second[index])
}

/** Whether an entry sets a key (`source.builds`). */
export function writes(entry: DataMap, key: string): boolean {
  let value: Data | undefined = entry
  for (const step of key.split('.')) value = own(value, step)
  return value !== undefined
}
