import type { Data, Path, PlacedData, Position } from '../yaml/data.js'

/** Paths in our form (joined by dots) → where the file has them. */
export type Moved = ReadonlyMap<string, Path>

/** Where an entry stands, and which of its parts (and of the defaults') stand elsewhere than our form has them. */
export interface EntryPlace {
  readonly path: Path
  readonly moved: Moved
  readonly movedInDefaults: Moved
}

/** Which place is meant: the key that leads to a part, or the part itself. */
export type Which = 'key' | 'value'

/** Where a part of an entry stands: in the entry or in the defaults; null where neither writes it. */
export function partPosition(placed: PlacedData, place: EntryPlace, inside: Path, which: Which): Position | null {
  const look = which === 'key' ? placed.position : placed.valuePosition
  const own = look([...place.path, ...writtenAt(inside, place.moved)])
  if (own !== null || isInOwnList(placed, place, inside)) return own
  return look(['defaults', ...writtenAt(inside, place.movedInDefaults)])
}

/** The same; what nobody writes is at the nearest part above it that somebody writes, at last at the entry. */
export function nearestPosition(placed: PlacedData, place: EntryPlace, inside: Path, which: Which): Position | null {
  for (let length = inside.length; length > 0; length -= 1) {
    const found = partPosition(placed, place, inside.slice(0, length), which)
    if (found !== null) return found
  }
  return placed.valuePosition(place.path)
}

/** The keys that lead to a part as they are written: what a message calls it. */
export function writtenAt(inside: Path, moved: Moved): Path {
  if (moved.size === 0) return inside
  for (let length = inside.length; length > 0; length -= 1) {
    const at = moved.get(inside.slice(0, length).join('.'))
    if (at !== undefined) return [...at, ...inside.slice(length)]
  }
  return inside
}

/** A list of the entry replaces that of the defaults: what its items lack does not stand there. */
function isInOwnList(placed: PlacedData, { path, moved }: EntryPlace, inside: Path): boolean {
  const index = inside.findIndex((step) => typeof step === 'number')
  return index > 0 && placed.position([...path, ...writtenAt(inside.slice(0, index), moved)]) !== null
}

/** What stands at a path; undefined where nothing does. */
export function valueAt(data: Data, path: Path): unknown {
  let value: unknown = data
  for (const step of path) {
    if (typeof value !== 'object' || value === null) return undefined
    value = Object.hasOwn(value, step) ? (value as Record<string | number, unknown>)[step] : undefined
  }
  return value
}

type Placed = Readonly<Record<keyof Position, number | null>>

/** The place of something as text. */
export function placeKey({ line, column }: Placed): string {
  return `${line}:${column}`
}

/** The order of a file. */
export function byPlace(a: Placed, b: Placed): number {
  return (a.line ?? 0) - (b.line ?? 0) || (a.column ?? 0) - (b.column ?? 0)
}
