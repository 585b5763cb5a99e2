import type { Path } from '../../yaml/data.js'
import { type BuildEnvironment, type BuildValue, isKnown, type Unclear, writtenText } from '../value.js'
import { type ComposeMap, type ComposeNode, isComposeList, isComposeMap, PairList, partOf, scalarOf } from './tree.js'

/** Files that lie beside the definition, by path: null where there is none. */
export type BesideFiles = ReadonlyMap<string, string | null>

/** What decides beside the compose files. */
export interface ComposeSettings {
  /** Variables of the step that builds. */
  readonly environment: BuildEnvironment
  /** Where it runs, relative to the repository. */
  readonly folder: string
  readonly beside: BesideFiles
  /**
   * Who reads: bake takes every path from where it runs, `docker compose` from where the first file lies, and it knows
   * neither `x-bake` nor the variables of a service for its build.
   */
  readonly reader: 'bake' | 'compose'
  /** Whether the command names the files (`-f`): `docker compose` then reads no `.env` but that of the first's folder. */
  readonly isNamed?: boolean
  /** Arguments of the command (`--build-arg`), which go before those of services; null: the environment's value. */
  readonly args?: ReadonlyMap<string, BuildValue | null>
}

/** Compose files put together. */
export interface ComposeModel {
  readonly services: ReadonlyMap<string, ComposeMap>
  /** The environment with what `.env` adds. */
  readonly environment: BuildEnvironment
  /** What is included and could not be read: it may say anything. */
  readonly unclear: readonly Unclear[]
}

/** A compose file that its reader refuses. */
export class ComposeFault extends Error {
  readonly file: string
  readonly line: number | null

  constructor(message: string, file: string, line: number | null = null) {
    super(message)
    this.file = file
    this.line = line
  }
}

/** The key of a service under which stands what it extends and nobody could read. */
export const UNREAD = 'unread'

/** A build without context has the folder of its project, also where another includes it. */
export function withContext(service: ComposeMap, folder: string): ComposeMap {
  const build = partOf(service, 'build')
  if (!isComposeMap(build) || build.has('context') || folder === '') return service
  return new Map([...service, ['build', new Map([...build, ['context', { text: '.' }]])]])
}

/** Variables of the container that have no value are those of where its file is read. */
export function withNamed(service: ComposeMap, environment: BuildEnvironment): ComposeMap {
  const pairs = partOf(service, 'environment')
  if (!(pairs instanceof PairList)) return service
  const filled = [...pairs].map(([name, value]) => [name, value ?? environment.get(name) ?? null] as const)
  return new Map([...service, ['environment', new PairList(filled)]])
}

/** Bake calls every project so (buildx, `bake/compose.go`); `docker compose` calls it by its folder. */
export function withProject(environment: BuildEnvironment, reader: ComposeSettings['reader']): BuildEnvironment {
  const named = environment.get(PROJECT_NAME)
  const isNamed = named !== undefined && (!isKnown(named) || named.text !== '')
  return isNamed || reader === 'compose' ? environment : new Map([...environment, [PROJECT_NAME, { text: 'bake' }]])
}

const PROJECT_NAME = 'COMPOSE_PROJECT_NAME'

/** A text or a list of them; null where one is not known. */
export function knownTexts(node: ComposeNode): readonly string[] | null {
  const values = (isComposeList(node) ? node : [node]).map(scalarOf)
  return values.every((value) => value !== null && isKnown(value))
    ? values.flatMap((value) => (isKnown(value) ? [value.text] : []))
    : null
}

export function unread(value: BuildValue | null, place: string): ComposeMap {
  const written = value === null ? 'a list or map' : writtenText(value)
  return new Map([[UNREAD, { unknown: true, written, place }]])
}

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
export function withoutPath(map: ComposeMap, path: Path): ComposeMap {
  const [key, ...rest] = path.map(String)
  const part = key === undefined ? undefined : map.get(key)
  if (key === undefined || part === undefined) return map
  const copy = new Map(map)
  if (rest.length === 0) copy.delete(key)
  else if (isComposeMap(part) && !(part instanceof PairList)) copy.set(key, withoutPath(part, rest))
  return copy
}

/** How much a merge copies. */
export function sizeOfNode(node: ComposeNode): number {
  if (!isComposeList(node) && !isComposeMap(node)) return 1
  let size = 1
  for (const item of node.values()) size += sizeOfNode(item)
  return size
}
