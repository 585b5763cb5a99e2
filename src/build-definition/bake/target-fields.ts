import { type Fields, given, splitPlatforms } from '../targets.js'
import { type BuildValue, type Unclear, type UnknownValue, unknown } from '../value.js'
import type { TargetPart } from './blocks.js'
import type { Attribute, HclExpression, HclOf } from './hcl-tree.js'
import type { BakeNames, Evaluated } from './names.js'
import { Fault, type HclValue, hclText, isHclMap, isList, UNKNOWN, Unknown } from './value.js'

/** The source text of a value, and its position. */
type Written = Pick<UnknownValue, 'written' | 'place'>

/** The settings in one target block. */
export function fieldsOf(part: TargetPart, names: BakeNames): Fields {
  const reader = new PartReader(part, names)
  const [args, contexts] = [reader.map('args'), reader.map('contexts')]
  const platforms = reader.list('platforms')
  return {
    ...given('context', reader.text('context')),
    ...given('dockerfile', reader.text('dockerfile')),
    ...given('inline', reader.text('dockerfile-inline')),
    ...given('target', reader.text('target')),
    ...given('platforms', platforms === null ? null : platforms.flatMap(splitPlatforms)),
    ...given('tags', reader.list('tags')),
    args: args.values,
    contexts: contexts.values,
    absent: args.absent,
    unclear: [...args.unclear, ...contexts.unclear],
  }
}

/** Reads a target's attributes for one combination of its matrix. */
class PartReader {
  readonly #part: TargetPart
  readonly #names: BakeNames

  constructor(part: TargetPart, names: BakeNames) {
    this.#part = part
    this.#names = names
  }

  /** null: not set. */
  text(key: string): BuildValue | null {
    const attribute = this.#part.attributes.get(key)
    return attribute === undefined ? null : buildValue(this.#find(attribute.value), this.#written(attribute))
  }

  /** null: not set. */
  list(key: string): readonly BuildValue[] | null {
    const attribute = this.#part.attributes.get(key)
    if (attribute === undefined) return null
    const written = this.#written(attribute)
    if (attribute.value.kind === 'tuple') {
      return attribute.value.items.flatMap((item) => buildValue(this.#find(item), written) ?? [])
    }
    const found = this.#find(attribute.value)
    if (found instanceof Fault) return [{ unknown: true, ...written }]
    if (found.value === null) return null
    const items = isList(found.value) ? found.value : [found.value]
    return items.flatMap((value) => buildValue({ value, isAssumed: found.isAssumed }, written) ?? [])
  }

  map(key: string): ReturnType<typeof entries> {
    const attribute = this.#part.attributes.get(key)
    if (attribute === undefined) return entries([])
    const written = this.#written(attribute)
    if (attribute.value.kind === 'object') return this.#items(key, attribute.value.items, written)
    const found = this.#find(attribute.value)
    if (!(found instanceof Fault) && found.value === null) return entries([])
    if (found instanceof Fault || !isHclMap(found.value)) return entries([], [{ key, ...written }])
    const { isAssumed } = found
    return entries([...found.value].map(([name, value]) => ({ name, found: { value, isAssumed }, written })))
  }

  #items(key: string, items: HclOf<'object'>['items'], whole: Written): ReturnType<typeof entries> {
    const unclear: Unclear[] = []
    const known = items.flatMap((item) => {
      const name = this.#names.key(item.key, this.#part.scope)
      if (name === null) unclear.push({ key, ...whole })
      const written = this.#written({ written: item.written, line: item.value.line })
      return name === null ? [] : [{ name, found: this.#find(item.value), written }]
    })
    return entries(known, unclear)
  }

  #find(expression: HclExpression): Evaluated | Fault {
    return this.#names.find(expression, this.#part.scope)
  }

  #written({ written, line }: Pick<Attribute, 'written' | 'line'>): Written {
    return { written, place: `${this.#part.file}:${line}` }
  }
}

/** The entries of a map; `absent`: null by default, so left out unless the environment sets a value. */
function entries(
  items: readonly { readonly name: string; readonly found: Evaluated | Fault; readonly written: Written }[],
  unclear: readonly Unclear[] = [],
) {
  const values = new Map<string, BuildValue>()
  const absent = new Map<string, BuildValue>()
  for (const { name, found, written } of items) {
    const value = buildValue(found, written)
    if (value !== null) values.set(name, value)
    else if (!(found instanceof Fault) && found.isAssumed) absent.set(name, { unknown: true, ...written })
  }
  return { values, absent, unclear }
}

/** null: not set. Values that bake refuses or that are not text are unknown. */
function buildValue(found: Evaluated | Fault, written: Written): BuildValue | null {
  const value: HclValue = found instanceof Fault ? UNKNOWN : found.value
  if (value === null) return null
  const text = value instanceof Unknown ? null : hclText(value)
  if (text === null || found instanceof Fault) return { ...unknown(written.written), ...written }
  if (!found.isAssumed) return { text }
  const { written: assumedFrom, ...place } = written
  return { text, assumedFrom, ...place }
}
