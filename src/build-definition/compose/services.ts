import { posix } from 'node:path'
import type { Path } from '../../yaml/data.js'
import { isRemote } from '../paths.js'
import { type BuildEnvironment, type BuildValue, isKnown, writtenText } from '../value.js'
import { type ComposeMap, type ComposeNode, isComposeList, isComposeMap, PairList, partOf, scalarOf } from './tree.js'

/** Inputs other than the compose files. */
export interface ComposeSettings {
  /** Variables of the step that builds. */
  readonly environment: BuildEnvironment
  /** Its working directory, relative to the repository. */
  readonly folder: string
  /** Base of its paths for `docker compose`, relative to the repository; not given: the first file's folder. */
  readonly project?: string
  /** Files that the definition refers to, by path in the repository; null: no such file. */
  readonly beside: ReadonlyMap<string, string | null>
  /**
   * The tool that reads them: bake resolves every path from the working directory, `docker compose` from the first
   * file's folder; `docker compose` ignores `x-bake` and a service's container variables for its build.
   */
  readonly reader: 'bake' | 'compose'
  /** Arguments of the command (`--build-arg`), which override those of services. */
  readonly args?: ReadonlyMap<string, BuildValue>
}

/** The reader refuses a compose file. */
export class ComposeFault extends Error {
  readonly file: string
  readonly line: number | null

  constructor(message: string, file: string, line: number | null = null) {
    super(message)
    this.file = file
    this.line = line
  }
}

/** Key of a service for the unreadable definition that it extends. */
export const UNREAD = 'unread'

/** A build without a context uses its project's folder, even when the project is included. */
export function withContext(service: ComposeMap, folder: string): ComposeMap {
  const build = partOf(service, 'build')
  if (!isComposeMap(build) || build.has('context') || folder === '') return service
  return new Map([...service, ['build', new Map([...build, ['context', { text: '.' }]])]])
}

/** Container variables without a value take it from the environment of their own file. */
export function withNamed(service: ComposeMap, environment: BuildEnvironment): ComposeMap {
  const pairs = partOf(service, 'environment')
  if (!(pairs instanceof PairList)) return service
  const filled = [...pairs].map(([name, value]) => [name, value ?? environment.get(name) ?? null] as const)
  return new Map([...service, ['environment', new PairList(filled)]])
}

/** Bake uses this name for every project (buildx, `bake/compose.go`); `docker compose` uses the folder's name. */
export function withProject(environment: BuildEnvironment, reader: ComposeSettings['reader']): BuildEnvironment {
  const named = environment.get(PROJECT_NAME)
  const isNamed = named !== undefined && (!isKnown(named) || named.text !== '')
  return isNamed || reader === 'compose' ? environment : new Map([...environment, [PROJECT_NAME, { text: 'bake' }]])
}

const PROJECT_NAME = 'COMPOSE_PROJECT_NAME'

/** The texts of a scalar or list; null if one is unknown. */
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

/**
 * Merges one service over another as compose does (docs.docker.com, "Merge"; compose-go, `override/merge.go`): maps key
 * by key, lists appended without duplicates, everything else replaced unless empty.
 */
export function mergeServices(below: ComposeMap, above: ComposeMap): ComposeMap {
  return mergeMaps(below, above, SERVICE)
}

function mergeMaps(below: ComposeMap, above: ComposeMap, keys: Readonly<Record<string, typeof merged>>): ComposeMap {
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

/** A name without a value replaces one with a value. */
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

/** A string key that is the same for equal items. */
function identity(node: ComposeNode): string {
  if (node === null) return 'null'
  if (isComposeList(node)) return JSON.stringify(node.map(identity))
  if (isComposeMap(node)) return JSON.stringify([...node].map(([key, item]) => [key, identity(item)]).sort())
  return JSON.stringify(isKnown(node) ? ['text', node.text] : ['unknown', node.written])
}

/** A map without the part at a path, or unchanged if there is none. */
export function withoutPath(map: ComposeMap, path: Path): ComposeMap {
  const [key, ...rest] = path.map(String)
  const part = key === undefined ? undefined : map.get(key)
  if (key === undefined || part === undefined) return map
  const copy = new Map(map)
  if (rest.length === 0) copy.delete(key)
  else if (isComposeMap(part) && !(part instanceof PairList)) copy.set(key, withoutPath(part, rest))
  return copy
}

/** Cost of copying a node in a merge. */
export function sizeOfNode(node: ComposeNode): number {
  if (!isComposeList(node) && !isComposeMap(node)) return 1
  let size = 1
  for (const item of node.values()) size += sizeOfNode(item)
  return size
}

/** Prefix of every path that is absolute for its reader; no real path begins like this. */
const VIRTUAL = '/\0'

/** Stands for the repository's root. Paths may leave it, one `..` at a time, and return. */
export const ROOT = VIRTUAL.repeat(16)

/**
 * Converts to a path in the repository.
 *
 * @param path as its reader resolved it: absolute below ROOT, or relative to the working directory.
 * @param folder the working directory.
 * @returns null: outside the repository.
 */
export function locatedPath(path: string, folder: string): string | null {
  if (/^~|^git@|:\/\//.test(path)) return null
  const absolute = path.startsWith('/') ? posix.normalize(path) : posix.join(ROOT, folder, path)
  if (!absolute.startsWith(`${ROOT}/`)) return null
  const located = absolute.slice(ROOT.length + 1)
  return located === '' || /\p{C}/u.test(located) ? null : located
}

/** Resolves a path relative to a folder, unless it is absolute or a URL. */
export function pathFrom(folder: string, path: string): string {
  return /^[~/]|^git@|:\/\//.test(path) ? path : posix.join(folder, path)
}

/** A path relative to its reader's working directory. */
export function fromFolder(path: string, folder: string): string {
  return path.startsWith(VIRTUAL) ? posix.relative(posix.join(ROOT, folder), path) || '.' : path
}

/** Rebases a service's paths from a folder to that folder's own base. */
export function inFolder(service: ComposeMap, folder: string): ComposeMap {
  if (folder === '' || folder === '.') return service
  return new Map([...service].map(([key, part]) => [key, KEYS[key]?.(part, folder) ?? part]))
}

const KEYS: Readonly<Record<string, (node: ComposeNode, folder: string) => ComposeNode>> = {
  build: (build, folder) => {
    if (!isComposeMap(build)) return context(build, folder)
    return changed(build, {
      context: (node) => context(node, folder),
      additional_contexts: (contexts) =>
        isComposeMap(contexts) ? new Map([...contexts].map(([name, node]) => [name, context(node, folder)])) : contexts,
    })
  },
  env_file: (files, folder) => {
    const one = (node: ComposeNode) =>
      isComposeMap(node) ? changed(node, { path: (at) => rebased(at, folder) }) : rebased(node, folder)
    return isComposeList(files) ? files.map(one) : one(files)
  },
  extends: (base, folder) => (isComposeMap(base) ? changed(base, { file: (node) => rebased(node, folder) }) : base),
}

function changed(map: ComposeMap, changes: Readonly<Record<string, (node: ComposeNode) => ComposeNode>>): ComposeMap {
  return new Map(
    [...map].map(([key, part]) => [key, Object.hasOwn(changes, key) ? (changes[key]?.(part) ?? null) : part]),
  )
}

/** Contexts may be URLs or other services (compose-go, `paths/context.go`). */
function context(node: ComposeNode, folder: string): ComposeNode {
  const value = scalarOf(node)
  const isPath = value !== null && isKnown(value) && !isRemote(value.text) && !value.text.startsWith('service:')
  return isPath ? rebased(node, folder) : node
}

function rebased(node: ComposeNode, folder: string): ComposeNode {
  const value = scalarOf(node)
  if (value === null || !isKnown(value) || value.text === '') return node
  return { ...value, text: pathFrom(folder, value.text) }
}
