import type { Data } from '../enrollment/yaml-data.js'
import { BakeNames } from './bake-template.js'
import { type DataMap, isMap, LARGEST_DEFINITION_BYTES, listOf, mapOf, ownValue, type Unreadable } from './data.js'
import { type Fields, given, mergeFields, NO_FIELDS, sizeOf, targetOf } from './fields.js'
import { type BuildFile, type BuildTarget, splitPlatforms } from './targets.js'
import { Budget, type BuildValue, isKnown, unknown } from './value.js'

/** More targets of one matrix, or more parents in a row, are nobody's file. */
const MOST_VARIANTS = 64
const DEEPEST = 64

const MOST_TEXT = 8 * 1024 * 1024
const MOST_COPIES = 1_000_000

/** A target as it stands in the file, for one combination of its matrix. */
interface Block {
  readonly body: DataMap
  readonly matrix: DataMap
}

/**
 * Reads docker-bake.json: targets with what they inherit, one for each combination of their matrix, and groups
 * (docs.docker.com, "Bake file reference"). Variables stand for their defaults, which is assumed, or for what the
 * build's environment is known to say.
 *
 * @param environment variables of the step that bakes.
 */
export function readBakeJson(
  text: string,
  environment: ReadonlyMap<string, BuildValue> = new Map(),
): { readonly ok: true; readonly definition: BuildFile } | Unreadable {
  const parsed = parseJson(text)
  if (!parsed.ok) return parsed
  const budget = new Budget(MOST_TEXT)
  const { group, target, variable, function: _functions, ...attributes } = parsed.data
  const names = new BakeNames(mergedBlocks(variable), { attributes, environment, budget })
  const groups = new Map<string, readonly string[]>()
  for (const [name, body] of Object.entries(mergedBlocks(group)))
    groups.set(name, texts(ownValue(body, 'targets'), names, {}))
  const blocks = blocksOf(mergedBlocks(target), names, groups)
  const reader = new Inheritance(blocks, names)
  const targets = new Map<string, BuildTarget>()
  for (const name of blocks.keys()) targets.set(name, targetOf(name, reader.fields(name)))
  if (reader.isTooMuch) return { ok: false, message: 'the targets inherit more than anybody writes.', line: null }
  return { ok: true, definition: { targets, groups } }
}

function parseJson(text: string): { readonly ok: true; readonly data: DataMap } | Unreadable {
  if (Buffer.byteLength(text) > LARGEST_DEFINITION_BYTES) {
    return { ok: false, message: `the file is larger than ${LARGEST_DEFINITION_BYTES} bytes.`, line: null }
  }
  const body = text.replace(/^\ufeff/, '')
  try {
    const data: Data = JSON.parse(body)
    return isMap(data) ? { ok: true, data } : { ok: false, message: 'the file holds no map.', line: 1 }
  } catch (error) {
    const position = error instanceof Error ? /position (\d+)/.exec(error.message)?.[1] : undefined
    const before = body.slice(0, position === undefined ? body.length : Number(position))
    return { ok: false, message: 'the file is no JSON.', line: before.split('\n').length }
  }
}

/** Blocks by name. HCL's JSON syntax lets a block be a list of blocks, at each level; later keys win. */
function mergedBlocks(data: Data | undefined): { readonly [name: string]: DataMap } {
  const merged: Record<string, DataMap> = Object.create(null)
  for (const blocks of data === undefined ? [] : Array.isArray(data) ? data : [data]) {
    for (const [name, bodies] of Object.entries(mapOf(blocks))) {
      for (const body of Array.isArray(bodies) ? bodies : [bodies]) {
        merged[name] = Object.assign(merged[name] ?? Object.create(null), mapOf(body))
      }
    }
  }
  return merged
}

function blocksOf(
  targets: { readonly [name: string]: DataMap },
  names: BakeNames,
  groups: Map<string, readonly string[]>,
): Map<string, Block> {
  const blocks = new Map<string, Block>()
  for (const [name, body] of Object.entries(targets)) {
    const matrix = ownValue(body, 'matrix')
    if (matrix === undefined) {
      blocks.set(name, { body, matrix: {} })
      continue
    }
    const variants = combinations(mapOf(matrix)).map((values, index) => {
      const called = names.evaluate(ownValue(body, 'name') ?? null, values)
      const variant = isKnown(called) && called.text !== '' ? called.text : `${name}-${index}`
      blocks.set(variant, { body, matrix: values })
      return variant
    })
    // The name before the matrix stands for all of them.
    if (variants.length !== 1 || variants[0] !== name) groups.set(name, variants)
  }
  return blocks
}

/** Every value of each axis with every value of the others; one without values where there are too many. */
function combinations(matrix: DataMap): DataMap[] {
  let found: DataMap[] = [Object.create(null)]
  for (const [key, values] of Object.entries(matrix)) {
    const axis = listOf(values)
    if (found.length * axis.length > MOST_VARIANTS) return [Object.create(null)]
    found = found.flatMap((before) =>
      axis.map((value): DataMap => Object.assign(Object.create(null), before, { [key]: value })),
    )
  }
  return found
}

/** What targets say with what they inherit: parents in order, then the target itself, as bake merges them. */
class Inheritance {
  isTooMuch = false
  readonly #blocks: ReadonlyMap<string, Block>
  readonly #names: BakeNames
  readonly #done = new Map<string, Fields>()
  readonly #copies = new Budget(MOST_COPIES)
  #depth = 0

  constructor(blocks: ReadonlyMap<string, Block>, names: BakeNames) {
    this.#blocks = blocks
    this.#names = names
  }

  fields(name: string): Fields {
    const done = this.#done.get(name)
    const block = this.#blocks.get(name)
    if (done !== undefined) return done
    if (block === undefined || this.#depth > DEEPEST) return missingParent(name)
    // Bake leaves out a parent that inherits from its own child.
    this.#done.set(name, NO_FIELDS)
    this.#depth += 1
    let fields = NO_FIELDS
    for (const parent of texts(ownValue(block.body, 'inherits'), this.#names, block.matrix)) {
      fields = this.#merged(fields, this.fields(parent))
    }
    fields = this.#merged(fields, fieldsOf(block, this.#names))
    this.#depth -= 1
    this.#done.set(name, fields)
    return fields
  }

  #merged(below: Fields, above: Fields): Fields {
    if (this.#copies.spend(sizeOf(below) + sizeOf(above))) return mergeFields(below, above)
    this.isTooMuch = true
    return NO_FIELDS
  }
}

function missingParent(name: string): Fields {
  return { ...NO_FIELDS, unclear: [{ key: 'inherits', written: name }] }
}

function fieldsOf({ body, matrix }: Block, names: BakeNames): Fields {
  const text = (key: string) => {
    const data = ownValue(body, key)
    return data === undefined || data === null ? null : names.evaluate(data, matrix)
  }
  const map = (key: string) => {
    const values = Object.entries(mapOf(ownValue(body, key))).filter(([, data]) => data !== null)
    return new Map(values.map(([name, data]) => [name, names.evaluate(data, matrix)]))
  }
  const platforms = ownValue(body, 'platforms')
  return {
    ...given('context', text('context')),
    ...given('dockerfile', text('dockerfile')),
    ...given('inline', text('dockerfile-inline')),
    ...given('target', text('target')),
    ...given('platforms', platforms === undefined || platforms === null ? null : platformsOf(platforms, names, matrix)),
    args: map('args'),
    contexts: map('contexts'),
    unclear: ['args', 'contexts'].flatMap((key) => {
      const data = ownValue(body, key)
      return typeof data === 'string' ? [{ key, written: data }] : []
    }),
  }
}

function platformsOf(data: Data, names: BakeNames, matrix: DataMap): BuildValue[] {
  if (isMap(data)) return [unknown('a map')]
  const items: readonly Data[] = Array.isArray(data) ? data : [data]
  return items.flatMap((item) => splitPlatforms(names.evaluate(item, matrix)))
}

/** Names in a list, of those that are known. */
function texts(data: Data | undefined, names: BakeNames, matrix: DataMap): string[] {
  return listOf(data).flatMap((item) => {
    const value = names.evaluate(item, matrix)
    return isKnown(value) ? [value.text] : []
  })
}
