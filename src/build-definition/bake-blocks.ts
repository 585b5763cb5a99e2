import type { BakeNames } from './bake-names.js'
import { type Scope, TOP } from './bake-scope.js'
import {
  Fault,
  type HclList,
  type HclValue,
  isHclMap,
  isList,
  TooMuch,
  textOf,
  UNKNOWN,
  Unknown,
} from './bake-value.js'
import type { Attribute, Block, Body, Expression } from './hcl-tree.js'
import { Budget } from './value.js'

/** More targets of one matrix than this are nobody's file. */
const MOST_VARIANTS = 1_024

/** Nor of all of them, with what each holds. */
const MOST_COPIES = 200_000

/** A bake file as a tree, with its name for messages (null: none). */
export interface BakeBody {
  readonly file: string | null
  readonly body: Body
}

/** A block of a target, for one combination of its matrix. */
export interface TargetPart {
  readonly file: string | null
  readonly attributes: Body['attributes']
  readonly scope: Scope
}

/** Targets and groups as they stand in the files. */
export interface BakeBlocks {
  /** The blocks of each target, in order: later ones lie over earlier ones. */
  readonly targets: ReadonlyMap<string, readonly TargetPart[]>
  /** Members; null: not known, each may be one. */
  readonly groups: ReadonlyMap<string, readonly string[] | null>
}

/**
 * The targets of bake files, one for each combination of their matrix, and the groups, of which a later one replaces
 * an earlier one (buildx, `bake/bake.go`).
 *
 * @throws {TooMuch} where there are more than anybody writes.
 */
export function bakeBlocks(files: readonly BakeBody[], names: BakeNames): BakeBlocks {
  const targets = new Map<string, TargetPart[]>()
  const groups = new Map<string, readonly string[] | null>()
  const variantsOf = new Map<string, string[]>()
  const copies = new Budget(MOST_COPIES)
  const blocks = files.flatMap(({ file, body }) => body.blocks.map((block) => ({ file, block })))
  for (const { file, block } of blocks) {
    const [label] = block.labels
    if (label === undefined) continue
    if (block.type === 'group') groups.set(label, textsIn(block.body.attributes.get('targets'), names, TOP))
    if (block.type !== 'target') continue
    const variants = variantScopes(label, block, names)
    for (const { name, scope } of variants) {
      if (!copies.spend(block.body.attributes.size)) throw new TooMuch('the matrices give more than anybody writes.')
      const parts = targets.get(name) ?? []
      parts.push({ file, attributes: block.body.attributes, scope })
      targets.set(name, parts)
    }
    if (!block.body.attributes.has('matrix')) continue
    variantsOf.set(label, [...(variantsOf.get(label) ?? []), ...variants.map(({ name }) => name)])
  }
  // The label of a matrix stands for all that it gives, and for a plain target of that name.
  for (const [label, variants] of variantsOf) {
    if (groups.has(label) || variants.length === 0 || (variants.length === 1 && variants[0] === label)) continue
    groups.set(label, targets.has(label) ? [label, ...variants] : variants)
  }
  return { targets, groups }
}

function variantScopes(
  label: string,
  block: Block,
  names: BakeNames,
): readonly { readonly name: string; readonly scope: Scope }[] {
  const { attributes } = block.body
  const matrix = attributes.get('matrix')
  if (matrix === undefined) return [{ name: label, scope: TOP }]
  const scopes = combinations(axesOf(matrix.value, names))
  return scopes.map((scope, index) => {
    const written = attributes.get('name')
    const found = written === undefined ? null : names.find(written.value, scope)
    const name = found === null || found instanceof Fault ? null : textOf(found.value)
    return { name: name ?? (scopes.length === 1 ? label : `${label}-${index}`), scope }
  })
}

interface Axis {
  readonly name: string
  readonly values: HclList
  readonly isAssumed: boolean
}

function axesOf(matrix: Expression, names: BakeNames): readonly Axis[] {
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

/** The values of a list; those of a map, too. What is not known is one value that is not known. */
function axis(name: string, value: HclValue, isAssumed: boolean): Axis {
  const values = isList(value) ? value : isHclMap(value) ? [...value.values()] : [UNKNOWN]
  return { name, values, isAssumed }
}

/** Every value of each axis with every value of the others. */
function combinations(axes: readonly Axis[]): readonly Scope[] {
  const assumed = new Set(axes.filter(({ isAssumed }) => isAssumed).map(({ name }) => name))
  let found: ReadonlyMap<string, HclValue>[] = [new Map()]
  for (const { name, values } of axes) {
    if (found.length * values.length > MOST_VARIANTS) {
      throw new TooMuch(`a matrix gives more than ${MOST_VARIANTS} targets.`)
    }
    found = found.flatMap((before) => values.map((value) => new Map([...before, [name, value]])))
  }
  return found.map((locals) => ({ locals, assumed }))
}

/** Names in a list, of those that are known; null where the list is not. */
export function textsIn(attribute: Attribute | undefined, names: BakeNames, scope: Scope): readonly string[] | null {
  if (attribute === undefined) return []
  const found = names.find(attribute.value, scope)
  if (found instanceof Fault || found.value instanceof Unknown) return null
  if (!isList(found.value)) return []
  return found.value.flatMap((item) => textOf(item) ?? [])
}
