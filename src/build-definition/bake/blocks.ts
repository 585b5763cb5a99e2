import { Budget, TooMuch } from '../scan.js'
import { type Fields, given, splitPlatforms } from '../targets.js'
import { type BuildValue, shortText, type Unclear, type UnknownValue, unknown } from '../value.js'
import type { Attribute, BakeBody, Block, Body, HclExpression, HclOf } from './hcl-tree.js'
import type { BakeNames, Evaluated } from './names.js'
import {
  Fault,
  type HclList,
  type HclScope,
  type HclValue,
  hclText,
  isHclMap,
  isList,
  Refused,
  TOP,
  UNKNOWN,
  Unknown,
} from './value.js'

/** Limit on targets per matrix; no real file reaches it. */
const MAX_VARIANTS = 1_024

/** Limit on all targets together, counting their contents. */
const MAX_COPIES = 200_000

const NAMED: ReadonlySet<string> = new Set(['function', 'group', 'target', 'variable'])

/** Valid names of targets and groups (buildx, `bake/bake.go` validateTargetName). */
const TARGET_NAME = /^[a-zA-Z0-9_-]+$/

/** A target block for one combination of its matrix. */
export interface TargetPart {
  readonly file: string
  readonly attributes: Body['attributes']
  readonly scope: HclScope
}

/**
 * The targets of bake files, one per combination of their matrix, and the groups, where a later one replaces an earlier
 * one (buildx, `bake/bake.go`).
 *
 * @returns the blocks of each target in order, later ones overriding earlier ones; the members of each group, null:
 * unknown, any target may be one.
 * @throws {TooMuch} when a limit is exceeded.
 * @throws {Refused} when bake refuses the files whatever the environment is.
 */
export function bakeBlocks(files: readonly BakeBody[], names: BakeNames) {
  const targets = new Map<string, TargetPart[]>()
  const groups = new Map<string, readonly string[] | null>()
  const variantsOf = new Map<string, string[]>()
  const copies = new Budget(MAX_COPIES)
  const blocks = files.flatMap(({ file, body }) => body.blocks.map((block) => ({ file, block })))
  for (const { file, block } of blocks) {
    const label = labelOf(block, file)
    if (block.type === 'group') groups.set(label, textsIn(block.body.attributes.get('targets'), names, TOP))
    if (block.type !== 'target') continue
    const variants = variantScopes(label, block, { names, file })
    for (const { name, scope } of variants) {
      if (!copies.spend(block.body.attributes.size)) throw new TooMuch('the matrices produce too many targets.')
      const parts = targets.get(name) ?? []
      parts.push({ file, attributes: block.body.attributes, scope })
      targets.set(name, parts)
    }
    if (!block.body.attributes.has('matrix')) continue
    variantsOf.set(label, [...(variantsOf.get(label) ?? []), ...variants.map(({ name }) => name)])
  }
  // A matrix's label stands for all of its targets, and for a plain target with that name.
  for (const [label, variants] of variantsOf) {
    if (groups.has(label) || variants.length === 0 || (variants.length === 1 && variants[0] === label)) continue
    groups.set(label, targets.has(label) ? [label, ...variants] : variants)
  }
  return { targets, groups }
}

/** The name of a block; empty for block types without one. */
function labelOf({ type, labels, line, body }: Block, file: string): string {
  const [label = ''] = labels
  if (!NAMED.has(type)) return label
  if (labels.length !== 1) throw new Refused(`a ${type} has one label, its name.`, file, line)
  const isTarget = type === 'target' || type === 'group'
  if (isTarget && !TARGET_NAME.test(label)) throw new Refused(badName(label), file, line)
  if (type === 'group' && !body.attributes.has('targets')) {
    throw new Refused(`the group ${label} has no targets. Write targets = [] if that is intended.`, file, line)
  }
  if (type === 'target' && body.attributes.has('name') && !body.attributes.has('matrix')) {
    throw new Refused('name is for targets with a matrix. Remove it, or add a matrix.', file, line)
  }
  return label
}

function badName(name: string): string {
  return `${shortText(name)} is not a valid target name: letters, digits, - and _ make one.`
}

function variantScopes(
  label: string,
  block: Block,
  { names, file }: { readonly names: BakeNames; readonly file: string },
): readonly { readonly name: string; readonly scope: HclScope }[] {
  const { attributes } = block.body
  const matrix = attributes.get('matrix')
  if (matrix === undefined) return [{ name: label, scope: TOP }]
  const refuse = (message: string) => new Refused(message, file, matrix.line)
  const scopes = combinations(axesOf(matrix.value, names, refuse))
  const written = attributes.get('name')
  if (written === undefined && scopes.length > 1) {
    throw refuse(`the matrix gives ${scopes.length} targets the same name. Write name = "…" with its variables in it.`)
  }
  const taken = new Set<string>()
  return scopes.map((scope, index) => {
    const found = written === undefined ? null : names.find(written.value, scope)
    const name = found === null || found instanceof Fault ? null : hclText(found.value)
    const wrong =
      name === null
        ? null
        : taken.has(name)
          ? `two targets are called ${shortText(name)}.`
          : TARGET_NAME.test(name)
            ? null
            : badName(name)
    if (wrong !== null && found !== null && !(found instanceof Fault) && !found.isAssumed) throw refuse(wrong)
    if (name !== null) taken.add(name)
    const otherwise = scopes.length === 1 ? label : `${label}-${index}`
    return { name: wrong === null ? (name ?? otherwise) : otherwise, scope }
  })
}

function axesOf(matrix: HclExpression, names: BakeNames, refuse: (message: string) => Refused) {
  const axis = (name: string, value: HclValue, isAssumed: boolean) => {
    const values = valuesOf(value)
    if (values === null && !isAssumed) throw refuse(`${shortText(name)} in a matrix must be a list.`)
    return { name, values: values ?? [UNKNOWN], isAssumed }
  }
  if (matrix.kind !== 'object') {
    const found = names.find(matrix, TOP)
    if (found instanceof Fault || !isHclMap(found.value)) return []
    return [...found.value].map(([name, value]) => axis(name, value, found.isAssumed))
  }
  return matrix.items.flatMap(({ key, value }) => {
    const name = names.key(key, TOP)
    const found = names.find(value, TOP)
    if (name === null) return []
    return found instanceof Fault ? [axis(name, UNKNOWN, false)] : [axis(name, found.value, found.isAssumed)]
  })
}

/** The values of a list or a map. An unknown value counts as one unknown item; null: neither a list nor a map. */
function valuesOf(value: HclValue): HclList | null {
  if (value instanceof Unknown) return [UNKNOWN]
  return isList(value) ? value : isHclMap(value) ? [...value.values()] : null
}

function combinations(axes: ReturnType<typeof axesOf>): readonly HclScope[] {
  const assumed = new Set(axes.filter(({ isAssumed }) => isAssumed).map(({ name }) => name))
  let found: ReadonlyMap<string, HclValue>[] = [new Map()]
  for (const { name, values } of axes) {
    if (found.length * values.length > MAX_VARIANTS) {
      throw new TooMuch(`a matrix produces more than ${MAX_VARIANTS} targets.`)
    }
    found = found.flatMap((before) => values.map((value) => new Map([...before, [name, value]])))
  }
  return found.map((locals) => ({ locals, assumed }))
}

/** The known names in a list; null if the list is unknown. */
export function textsIn(attribute: Attribute | undefined, names: BakeNames, scope: HclScope): readonly string[] | null {
  if (attribute === undefined) return []
  const found = names.find(attribute.value, scope)
  if (found instanceof Fault || found.value instanceof Unknown) return null
  if (!isList(found.value)) return []
  return found.value.flatMap((item) => hclText(item) ?? [])
}

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
