import type { Path } from '../enrollment/yaml-data.js'
import { type ComposeMap, type ComposeNode, isComposeList, isComposeMap, PairList } from './compose-tree.js'
import { isKnown } from './value.js'

type Merge = (below: ComposeNode, above: ComposeNode) => ComposeNode

/**
 * What a service says over another, as compose merges them (docs.docker.com, "Merge"; compose-go, `override/merge.go`):
 * maps key by key, lists one after the other and each item once, the rest replaced where something is written.
 */
export function mergeServices(below: ComposeMap, above: ComposeMap): ComposeMap {
  return mergeMaps(below, above, SERVICE)
}

function mergeMaps(below: ComposeMap, above: ComposeMap, keys: Readonly<Record<string, Merge>>): ComposeMap {
  const map = new Map(below)
  for (const [key, value] of above) {
    const before = map.get(key) ?? null
    const merge = Object.hasOwn(keys, key) ? keys[key] : merged
    map.set(key, value === null || before === null || merge === undefined ? (value ?? before) : merge(before, value))
  }
  return map
}

function merged(below: ComposeNode, above: ComposeNode): ComposeNode {
  if (isComposeMap(below) && isComposeMap(above)) return mergeMaps(below, above, {})
  if (!isComposeList(below) || !isComposeList(above)) return above
  const seen = new Set(below.map(identity))
  return [...below, ...above.filter((item) => !seen.has(identity(item)))]
}

/** A name without value replaces one with a value. */
function pairs(below: ComposeNode, above: ComposeNode): ComposeNode {
  return isComposeMap(below) && isComposeMap(above) ? new PairList([...below, ...above]) : above
}

const BUILD = {
  additional_contexts: (below: ComposeNode, above: ComposeNode) =>
    isComposeMap(below) && isComposeMap(above) ? new Map([...below, ...above]) : above,
  args: pairs,
}

const SERVICE = {
  build: (below: ComposeNode, above: ComposeNode) => {
    const [lower, upper] = [below, above].map((node) => (isComposeMap(node) ? node : new Map([['context', node]])))
    return mergeMaps(lower ?? new Map(), upper ?? new Map(), BUILD)
  },
  env_file: (below: ComposeNode, above: ComposeNode) => merged([below].flat(), [above].flat()),
  environment: pairs,
}

/** One text for each item, the same for items that are equal. */
function identity(node: ComposeNode): string {
  if (node === null) return 'null'
  if (isComposeList(node)) return JSON.stringify(node.map(identity))
  if (isComposeMap(node)) return JSON.stringify([...node].map(([key, item]) => [key, identity(item)]).sort())
  return JSON.stringify(isKnown(node) ? ['text', node.text] : ['unknown', node.written])
}

/** A map without what a path leads to; where it leads nowhere nothing is lost. */
export function without(map: ComposeMap, path: Path): ComposeMap {
  const [key, ...rest] = path.map(String)
  const part = key === undefined ? undefined : map.get(key)
  if (key === undefined || part === undefined) return map
  const copy = new Map(map)
  if (rest.length === 0) copy.delete(key)
  else if (isComposeMap(part) && !(part instanceof PairList)) copy.set(key, without(part, rest))
  return copy
}

/** How much a merge copies. */
export function sizeOfNode(node: ComposeNode): number {
  if (!isComposeList(node) && !isComposeMap(node)) return 1
  let size = 1
  for (const item of node.values()) size += sizeOfNode(item)
  return size
}
