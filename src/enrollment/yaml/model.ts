/** 1-based place in a text. */
export interface Position {
  readonly line: number
  readonly column: number
}

/** Plain data out of YAML: strings stay strings (`1e3`, `0777`, `2024-01-01`), maps have no prototype. */
export type Data = string | number | boolean | null | readonly Data[] | { readonly [key: string]: Data }

/** Path of keys and indexes into data. */
export type Path = readonly (string | number)[]

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
  /** Tags of its own that a kind of file knows (`!reset`); every other one is a problem. */
  readonly tags?: readonly string[]
}

/** Half of a character outside the first 65,536: it cannot be written to a file. */
export const HALF_CHARACTER = /\p{Surrogate}/u
