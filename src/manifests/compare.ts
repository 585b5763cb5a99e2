import { countManifests, parseManifests, type Resource } from './parse.js'
import { type ManifestFile, type ResourceChange, resourceKey } from './resources.js'

/** How the output folder differs from what it shall hold. */
export interface Comparison {
  /** By resource identity: an object that moved to another file unchanged is no change. */
  readonly changes: readonly ResourceChange[]
  /** By file: new text, or null for a file that goes. */
  readonly files: ReadonlyMap<string, string | null>
  /** Objects there were. */
  readonly resourcesBefore: number
}

interface Placed extends Resource {
  readonly file: string
}

/**
 * Compares generated files object by object.
 *
 * @param before text of the generated files that are there, by path.
 * @param after the files there shall be.
 */
export function compareManifests(before: ReadonlyMap<string, string>, after: readonly ManifestFile[]): Comparison {
  const files = new Map<string, string | null>()
  const wanted = new Set(after.map((file) => file.path))
  for (const { path, text } of after) if (before.get(path) !== text) files.set(path, text)
  for (const path of before.keys()) if (!wanted.has(path)) files.set(path, null)
  // What is equal as bytes needs no parsing: in a run that changes little that is nearly everything.
  const old = placed([...files.keys()].flatMap((path) => pair(path, before.get(path))))
  const next = placed([...files].flatMap(([path, text]) => pair(path, text ?? undefined)))
  let resourcesBefore = 0
  for (const text of before.values()) resourcesBefore += countManifests(text)
  const changes = withoutCopies(changesBetween(old, next), before, files)
  return { changes, files, resourcesBefore }
}

/** An object that a deleted file held too, and a file that stays as it is still holds, does not go. */
function withoutCopies(
  changes: readonly ResourceChange[],
  before: ReadonlyMap<string, string>,
  files: ReadonlyMap<string, string | null>,
): readonly ResourceChange[] {
  if (!changes.some((change) => change.kind === 'removed')) return changes
  const untouched = placed([...before].filter(([path]) => !files.has(path)))
  return changes.filter((change) => change.kind !== 'removed' || !untouched.has(resourceKey(change.id)))
}

function pair(path: string, text: string | undefined): [string, string][] {
  return text === undefined ? [] : [[path, text]]
}

function placed(files: readonly [string, string][]): Map<string, Placed> {
  const resources = new Map<string, Placed>()
  for (const [file, text] of files) {
    for (const resource of parseManifests(file, text)) resources.set(resourceKey(resource.id), { ...resource, file })
  }
  return resources
}

function changesBetween(old: ReadonlyMap<string, Placed>, next: ReadonlyMap<string, Placed>): ResourceChange[] {
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
