import type { ManifestFile, ManifestObject } from '../kargo/index.js'
import { countManifests, parseManifests, type ResourceChange, resourceKey } from './resources.js'

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
  let resourcesBefore = 0
  for (const text of before.values()) resourcesBefore += countManifests(text)
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
