import type { Data, Path, PlacedData, Position } from '../yaml/data.js'
import type { Problem } from './problem.js'

/** Where an entry is, and which of its parts (and of the defaults) are at another path than in canonical form. */
export interface EntryPlace {
  readonly path: Path
  /** Canonical paths (joined by dots) → paths in the file. */
  readonly moved: ReadonlyMap<string, Path>
  readonly movedInDefaults: ReadonlyMap<string, Path>
}

/**
 * The position of a part of an entry, in the entry or in the defaults; null if neither sets it.
 *
 * @param which whether the position of the key is meant, or of its value.
 */
export function partPosition(
  placed: PlacedData,
  place: EntryPlace,
  inside: Path,
  which: 'key' | 'value',
): Position | null {
  const look = which === 'key' ? placed.position : placed.valuePosition
  const own = look([...place.path, ...writtenAt(inside, place.moved)])
  if (own !== null || isInOwnList(placed, place, inside)) return own
  return look(['defaults', ...writtenAt(inside, place.movedInDefaults)])
}

/** Like `partPosition`; for an unset part the position of the nearest enclosing part that is set, or of the entry. */
export function nearestPosition(
  placed: PlacedData,
  place: EntryPlace,
  inside: Path,
  which: 'key' | 'value',
): Position | null {
  for (let length = inside.length; length > 0; length -= 1) {
    const found = partPosition(placed, place, inside.slice(0, length), which)
    if (found !== null) return found
  }
  return placed.valuePosition(place.path)
}

/** The path of a part as written in the file, for messages. */
export function writtenAt(inside: Path, moved: ReadonlyMap<string, Path>): Path {
  if (moved.size === 0) return inside
  for (let length = inside.length; length > 0; length -= 1) {
    const at = moved.get(inside.slice(0, length).join('.'))
    if (at !== undefined) return [...at, ...inside.slice(length)]
  }
  return inside
}

/** A list of the entry replaces that of the defaults, so keys missing in its items have no position there. */
function isInOwnList(placed: PlacedData, { path, moved }: EntryPlace, inside: Path): boolean {
  const index = inside.findIndex((step) => typeof step === 'number')
  return index > 0 && placed.position([...path, ...writtenAt(inside.slice(0, index), moved)]) !== null
}

/** The value at a path; undefined if there is none. */
export function valueAt(data: Data, path: Path): unknown {
  let value: unknown = data
  for (const step of path) {
    if (typeof value !== 'object' || value === null) return undefined
    value = Object.hasOwn(value, step) ? (value as Record<string | number, unknown>)[step] : undefined
  }
  return value
}

/** Compares positions in the file. */
export function byPlace(a: Problem, b: Problem): number {
  return (a.line ?? 0) - (b.line ?? 0) || (a.column ?? 0) - (b.column ?? 0)
}
