import { parse } from 'yaml'
import { type Problem, problem } from '../enrollment/problem.js'
import type { ManifestFile, ManifestObject, ResourceId } from '../kargo/index.js'
import { jsonMap } from '../text/index.js'

/** `apiVersion/kind/namespace/name`: a resource's identity as one string. */
export function resourceKey(id: ResourceId): string {
  return `${id.apiVersion}/${id.kind}/${id.namespace}/${id.name}`
}

/** An object of the output folder that is added, removed or modified. */
export interface ResourceChange {
  readonly kind: 'added' | 'removed' | 'modified'
  readonly id: ResourceId
  /** File of the new object, or of the removed one; relative to the output folder. */
  readonly file: string
  /** The object as YAML before and after; null for none. */
  readonly before: string | null
  readonly after: string | null
}

/** How our printer begins an object; everything else is parsed by the YAML library. */
const OWN_HEAD =
  /^apiVersion: ([a-z][a-z0-9./]*)\nkind: ([A-Z][A-Za-z]*)\nmetadata:\n {2}name: ([a-z][a-z0-9.-]*)\n(?: {2}namespace: ([a-z][a-z0-9-]*)\n)?/

/** Unquoted, YAML reads these as something other than text. */
const NO_PLAIN_TEXT = /^(?:null|true|false|yes|no|on|off|y|n)$/

/**
 * The objects of a manifest file. Text that is not an object (a hand-edited file, conflict markers) becomes one unnamed
 * object of kind `File`, so that a diff shows it.
 *
 * @param path of the file, for text without an identity.
 */
export function parseManifests(path: string, text: string): ManifestObject[] {
  return text
    .split(/^---$/m)
    .map((part) => part.replace(/^(?:\s*#[^\n]*\n)*\s*/, '').trimEnd())
    .filter((part) => part !== '')
    .map((part, index) => ({ id: identify(`${part}\n`) ?? unknown(path, index), text: `${part}\n` }))
}

function identify(text: string): ResourceId | null {
  const own = OWN_HEAD.exec(text)
  const [, apiVersion = '', kind = '', name = '', namespace = ''] = own ?? []
  if (own === null || NO_PLAIN_TEXT.test(name) || NO_PLAIN_TEXT.test(namespace)) return identifyByLibrary(text)
  // Our printer writes name and namespace first, each on one line.
  const [metadata = ''] = /^(?: [^\n]*\n)*/.exec(text.slice(own[0].length)) ?? []
  const isOurs = !/^(?: {2}(?:namespace|name):| {3})/.test(metadata) && !/\n {2}(?:namespace|name):/.test(metadata)
  return isOurs ? { apiVersion, kind, namespace, name } : identifyByLibrary(text)
}

function identifyByLibrary(text: string): ResourceId | null {
  try {
    const manifest: unknown = parse(text, { maxAliasCount: 100, logLevel: 'silent' })
    const { apiVersion, kind, metadata } = jsonMap(manifest) ?? {}
    const { name, namespace = '' } = jsonMap(metadata) ?? {}
    if ([apiVersion, kind, name, namespace].some((part) => typeof part !== 'string') || name === '') return null
    return { apiVersion: String(apiVersion), kind: String(kind), namespace: String(namespace), name: String(name) }
  } catch {
    return null
  }
}

function unknown(path: string, index: number): ResourceId {
  return { apiVersion: '', kind: 'File', namespace: '', name: index === 0 ? path : `${path}#${index + 1}` }
}

/** How the output folder differs from what it should contain. */
export interface Comparison {
  /** By resource identity: an object that moved to another file unchanged is not a change. */
  readonly changes: readonly ResourceChange[]
  /** By file: new text, or null for a deleted file. */
  readonly files: ReadonlyMap<string, string | null>
  readonly resourcesBefore: number
}

/**
 * Compares generated files with those on disk, object by object.
 *
 * @param before text of the existing generated files, by path.
 * @param after the files that should exist.
 */
export function compareManifests(before: ReadonlyMap<string, string>, after: readonly ManifestFile[]): Comparison {
  const wanted = new Set(after.map(({ path }) => path))
  const changed = after.filter(({ path, text }) => before.get(path) !== text)
  const gone = [...before.keys()].filter((path) => !wanted.has(path))
  const files = new Map<string, string | null>([
    ...changed.map(({ path, text }) => [path, text] as const),
    ...gone.map((path) => [path, null] as const),
  ])
  // Identical bytes need no parsing: in a run with few changes, that is nearly everything.
  const old = [...files.keys()].flatMap((path) => {
    const text = before.get(path)
    return text === undefined ? [] : [readFile([path, text])]
  })
  const changes = changesBetween(old, changed)
  // Objects are counted without parsing them.
  const resourcesBefore = [...before.values()].reduce((sum, text) => sum + text.split('\n---\n').length, 0)
  return { changes: withoutCopies(changes, before, files), files, resourcesBefore }
}

type FileOfObjects = Pick<ManifestFile, 'path' | 'objects'>

/** The objects that are added, removed or modified between two sets of files, sorted by identity. */
export function changesBetween(before: readonly FileOfObjects[], after: readonly FileOfObjects[]): ResourceChange[] {
  const [old, next] = [placed(before), placed(after)]
  const keys = [...new Set([...old.keys(), ...next.keys()])].sort()
  return keys.flatMap((key): ResourceChange[] => {
    const was = old.get(key)
    const is = next.get(key)
    if (is !== undefined && was !== undefined) {
      if (was.text === is.text) return []
      return [{ kind: 'modified', id: is.id, file: is.file, before: was.text, after: is.text }]
    }
    if (is !== undefined) return [{ kind: 'added', id: is.id, file: is.file, before: null, after: is.text }]
    if (was !== undefined) return [{ kind: 'removed', id: was.id, file: was.file, before: was.text, after: null }]
    return []
  })
}

function placed(files: readonly FileOfObjects[]): Map<string, ManifestObject & { readonly file: string }> {
  const all = files.flatMap(({ path, objects }) => objects.map((object) => ({ ...object, file: path })))
  return new Map(all.map((object) => [resourceKey(object.id), object]))
}

function readFile([path, text]: readonly [string, string]): FileOfObjects {
  return { path, objects: parseManifests(path, text) }
}

/** An object is not removed if an unchanged file still contains the copy that a deleted file had. */
function withoutCopies(
  changes: readonly ResourceChange[],
  before: ReadonlyMap<string, string>,
  files: ReadonlyMap<string, string | null>,
): readonly ResourceChange[] {
  if (!changes.some((change) => change.kind === 'removed')) return changes
  const untouched = placed([...before].filter(([path]) => !files.has(path)).map(readFile))
  return changes.filter((change) => change.kind !== 'removed' || !untouched.has(resourceKey(change.id)))
}

/** How many objects one run may delete: a number, or a percentage of the existing ones. */
export type DeletionLimit =
  | { readonly kind: 'count'; readonly count: number }
  | { readonly kind: 'percent'; readonly percent: number }

/** Allowed in any run, whatever the limit: removing an image or two is routine. */
const ALWAYS_ALLOWED = 10

/** Deleting one of these deletes everything in it. */
const CONTAINERS: ReadonlySet<string> = new Set(['Namespace', 'Project'])

/** Deleting one of these loses Kargo's records of Freight. */
export const WITH_HISTORY: ReadonlySet<string> = new Set(['Namespace', 'Project', 'Warehouse', 'Stage'])

/** Reads `25%` or `40`; null if it is neither. */
export function parseDeletionLimit(text: string): DeletionLimit | null {
  const match = /^(\d{1,7})(%?)$/.exec(text.trim())
  if (match === null) return null
  const amount = Number(match[1])
  if (match[2] === '') return { kind: 'count', count: amount }
  return amount > 100 ? null : { kind: 'percent', percent: amount }
}

/**
 * Changes that must not be written: too many deletions at once, or a deletion that takes all Freight with it.
 *
 * @param outputDir the output folder as shown to people, for the remedy.
 * @returns errors; none if the changes may be written.
 */
export function guardDeletions(comparison: Comparison, limit: DeletionLimit, outputDir: string): Problem[] {
  const removed = comparison.changes.filter((change) => change.kind === 'removed')
  const before = comparison.resourcesBefore
  const asked = limit.kind === 'count' ? limit.count : Math.floor((before * limit.percent) / 100)
  const allowed = Math.max(ALWAYS_ALLOWED, asked)
  const problems = removed
    .filter((change) => CONTAINERS.has(change.id.kind))
    .map((change) => containerProblem(change, outputDir))
  if (removed.length > allowed) {
    const message = `this run would delete ${removed.length} of ${before} resources; ${allowed} are allowed.`
    const remedy = `If that is intended, run once with max-deletions: ${removed.length} (--max-deletions ${removed.length}). If not, check what is missing from images.yaml.`
    problems.push(problem('deletions-exceeded', message, { remedy }))
  }
  return problems
}

function containerProblem(change: ResourceChange, outputDir: string): Problem {
  const message = `this run would delete the ${change.id.kind} ${change.id.name}, and with it all Freight.`
  const file = `${outputDir}/${change.file}`
  const remedy = `Undo the change of settings.namespace; if it is intended, delete ${file} by hand in a separate commit first.`
  return problem('container-deleted', message, { file, remedy })
}

/** Whether a change deletes an object together with its history. */
export function isDestructive(change: ResourceChange): boolean {
  return change.kind === 'removed' && WITH_HISTORY.has(change.id.kind)
}
