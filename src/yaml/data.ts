/** Plain data from YAML: strings stay strings (`1e3`, `0777`, `2024-01-01`), maps have no prototype. */
export type Data = string | number | boolean | null | readonly Data[] | DataMap

export interface DataMap {
  readonly [key: string]: Data
}

/** Keys and indexes that lead to a part of the data. */
export type Path = readonly (string | number)[]

/** 1-based position in a text. */
export interface Position {
  readonly line: number
  readonly column: number
}

/** Data with the position of each of its parts. */
export interface PlacedData {
  readonly data: Data
  /** Position of the key at `path` (of the list item, for an index); null when there is none. */
  readonly position: (path: Path) => Position | null
  /** Position of the value at `path`. */
  readonly valuePosition: (path: Path) => Position | null
  /** The tags that `YamlOptions.tags` allows, where they occur. */
  readonly tagged: readonly Tagged[]
}

/** A custom tag (`!reset`) and the path of the value it is on. */
export interface Tagged {
  readonly tag: string
  readonly path: Path
}

/** Options for reading. */
export interface YamlOptions {
  /** Plain numbers: as written (1.10 is a version), or as a number where no digits are lost. */
  readonly numbers: 'text' | 'lossless'
  readonly bytes: number
  readonly depth: number
  /** Limit on values repeated by aliases, counted each time: stops alias bombs. */
  readonly repeated: number
  /** Custom tags allowed in this kind of file (`!reset`); any other tag is an error. */
  readonly tags?: readonly string[]
}

/** An error in a text; line and column are null when it concerns the whole text. */
export interface YamlFault {
  readonly message: string
  /** What to write instead; null when unknown. */
  readonly remedy: string | null
  readonly line: number | null
  readonly column: number | null
}

/** Deep merge: maps key by key; a list or scalar in `above` replaces `below`. The result has no prototype. */
export function mergeData(below: Data, above: Data): Data {
  if (!isDataMap(below) || !isDataMap(above)) return above
  const merged: Record<string, Data> = Object.assign(Object.create(null), below)
  for (const [key, value] of Object.entries(above)) {
    const under = merged[key]
    merged[key] = under === undefined ? value : mergeData(under, value)
  }
  return merged
}

/** Deep equality; the order of keys does not matter. */
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
