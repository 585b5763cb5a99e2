/** Plain data out of YAML: strings stay strings (`1e3`, `0777`, `2024-01-01`), maps have no prototype. */
export type Data = string | number | boolean | null | readonly Data[] | DataMap

/** A map out of a file. */
export interface DataMap {
  readonly [key: string]: Data
}

/** Path of keys and indexes into data. */
export type Path = readonly (string | number)[]

/** 1-based place in a text. */
export interface Position {
  readonly line: number
  readonly column: number
}

/** Data together with the place of each part of it. */
export interface PlacedData {
  readonly data: Data
  /** Place of the key that leads to `path` (of the list item, for an index); null where there is none. */
  readonly position: (path: Path) => Position | null
  /** Place of the value at `path`. */
  readonly valuePosition: (path: Path) => Position | null
  /** Where the tags stand that the reader was told to let pass. */
  readonly tagged: readonly Tagged[]
}

/** A tag of its own (`!reset`) on the part at a path. */
export interface Tagged {
  readonly tag: string
  readonly path: Path
}

/** How text is read. */
export interface YamlOptions {
  /** What becomes of plain numbers: their spelling (1.10 is a version), or a number where that loses nothing. */
  readonly numbers: 'text' | 'lossless'
  readonly bytes: number
  readonly depth: number
  /** Values that aliases repeat, each time they are used: what stops an alias bomb. */
  readonly repeated: number
  /** Tags of its own that a kind of file knows (`!reset`); every other one is a mistake. */
  readonly tags?: readonly string[]
}

/** A mistake in a text; line and column are null where the whole text is meant. */
export interface YamlFault {
  readonly message: string
  /** What to write instead; null where that is not known. */
  readonly remedy: string | null
  readonly line: number | null
  readonly column: number | null
}

export interface YamlReading {
  /** Null when the text could not be read; only to be used when there is no fault. */
  readonly placed: PlacedData | null
  readonly faults: readonly YamlFault[]
}

/**
 * Two maps as one: map by map and key by key; a list or a plain value replaces what is below it.
 * The result shares nothing with a prototype.
 */
export function mergeData(below: Data, above: Data): Data {
  if (!isDataMap(below) || !isDataMap(above)) return above
  const merged: Record<string, Data> = Object.assign(Object.create(null), below)
  for (const [key, value] of Object.entries(above)) {
    const under = merged[key]
    merged[key] = under === undefined ? value : mergeData(under, value)
  }
  return merged
}

/** Whether two say the same; the order of keys says nothing. */
export function isSameData(a: Data | undefined, b: Data | undefined): boolean {
  if (isDataMap(a) && isDataMap(b)) {
    const keys = Object.keys(a)
    return (
      keys.length === Object.keys(b).length && keys.every((key) => Object.hasOwn(b, key) && isSameData(a[key], b[key]))
    )
  }
  if (!Array.isArray(a) || !Array.isArray(b)) return a === b
  return a.length === b.length && a.every((item: Data, index) => isSameData(item, b[index]))
}

/** Whether data is a map. */
export function isDataMap(data: Data | undefined): data is DataMap {
  return typeof data === 'object' && data !== null && !Array.isArray(data)
}
