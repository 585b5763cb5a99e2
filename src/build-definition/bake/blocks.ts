import { Budget, TooMuch } from '../scan.js'
import { shortText } from '../value.js'
import type { Attribute, BakeBody, Block, Body, HclExpression } from './hcl-tree.js'
import type { BakeNames } from './names.js'
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
