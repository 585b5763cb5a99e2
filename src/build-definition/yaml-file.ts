import { readYaml } from '../enrollment/yaml-data.js'
import { type Data, type DataMap, isDataMap, type Path, type PlacedData, type Tagged } from '../yaml/data.js'

/** The data if it is a map, else an empty one. */
export function mapOf(data: Data | undefined): DataMap {
  return isDataMap(data) ? data : {}
}

/** The data if it is a list, else an empty one. */
export function listOf(data: Data | undefined): readonly Data[] {
  return Array.isArray(data) ? data : []
}

/** The value at a path of keys; undefined: none. Only own keys count, not those of a prototype. */
export function valueAt(data: Data | undefined, ...keys: readonly string[]): Data | undefined {
  let found = data
  for (const key of keys) found = isDataMap(found) && Object.hasOwn(found, key) ? found[key] : undefined
  return found
}

/** A scalar as text, null for maps and lists. Null is the empty text. */
export function scalarText(data: Data | undefined): string | null {
  if (data === undefined || data === null) return ''
  return typeof data === 'object' ? null : String(data)
}

/** A file that defines builds. */
export interface DefinitionFile {
  /** Path in the repository, which determines the format and appears in messages. */
  readonly file: string
  readonly text: string
}

/** Why a file cannot be used. */
export interface Unreadable {
  readonly ok: false
  readonly message: string
  /** 1-based, null when it concerns the whole file. */
  readonly line: number | null
}

/** Build definitions are small; anything larger is a mistake or an attack. */
export const MAX_DEFINITION_BYTES = 512 * 1024

/** Limit on position lookups, each of which searches from the top of the file. */
const MAX_LOOKS = 500

const NUMBER = /^[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?$|^0(?:x[\da-fA-F]+|o[0-7]+)$/

/** A number in the form YAML readers return it: 3.20 becomes 3.2. */
function plainNumber(text: string): string | null {
  return NUMBER.test(text) ? String(Number(text)) : null
}

/** A YAML file with numbers as its actual reader returns them, and the line of every part. */
export class YamlFile {
  readonly data: Data
  readonly #placed: PlacedData
  readonly name: string
  readonly #lines: readonly string[]
  readonly #found = new Map<string, number | null>()
  readonly #plain = new Map<string, boolean>()
  #looks = MAX_LOOKS

  constructor(name: string, placed: PlacedData, text: string) {
    this.name = name
    this.data = placed.data
    this.#placed = placed
    this.#lines = text.replace(/^\ufeff/, '').split('\n')
  }

  /** Values with custom tags. */
  get tagged(): readonly Tagged[] {
    return this.#placed.tagged
  }

  /** 1-based line of a part; 1 if unknown. */
  line(path: Path): number {
    return this.lineOf(path) ?? 1
  }

  /** 1-based line of a part; null if unknown. */
  lineOf(path: Path): number | null {
    const key = JSON.stringify(path)
    const known = this.#found.get(key)
    if (known !== undefined) return known
    const line = this.#look() ? (this.#placed.position(path)?.line ?? null) : null
    this.#found.set(key, line)
    return line
  }

  /** Position for messages: `.github/workflows/build.yml:12`. */
  place(path: Path): string {
    return `${this.name}:${this.line(path)}`
  }

  /**
   * A scalar as the build receives it. An unquoted number loses its spelling: GitHub and compose turn `3.20` into 3.2
   * (docs.github.com and actions/setup-python warn about 3.10), while `"3.20"` stays. Null for maps and lists.
   *
   * @param numberOf converts unquoted text as the reader does; null: not a number.
   */
  scalar(data: Data | undefined, path: Path, numberOf = plainNumber): string | null {
    if (typeof data === 'number') return numberOf(String(data)) ?? String(data)
    if (typeof data !== 'string') return scalarText(data)
    const number = numberOf(data)
    return number !== null && number !== data && this.#isPlain(path) ? number : data
  }

  /** Whether a scalar is unquoted. Cached, because a file is followed once for each image it builds. */
  #isPlain(path: Path): boolean {
    const key = JSON.stringify(path)
    const known = this.#plain.get(key)
    if (known !== undefined) return known
    const at = this.#look() ? this.#placed.valuePosition(path) : null
    const first = at === null ? '' : (this.#lines[at.line - 1]?.[at.column - 1] ?? '')
    const isPlain = /[-+.\d]/.test(first)
    this.#plain.set(key, isPlain)
    return isPlain
  }

  /** Everything below a path, with numbers as the build receives them. */
  read(data: Data, path: Path): Data {
    if (Array.isArray(data)) return data.map((item: Data, index) => this.read(item, [...path, index]))
    if (!isDataMap(data)) return data === null ? null : this.scalar(data, path)
    const read: Record<string, Data> = Object.create(null)
    for (const [key, value] of Object.entries(data)) read[key] = this.read(value, [...path, key])
    return read
  }

  #look(): boolean {
    this.#looks -= 1
    return this.#looks >= 0
  }
}

/**
 * Reads a YAML file that defines builds; merge keys are not resolved.
 *
 * @param tags custom tags to allow.
 */
export function readYamlFile(
  text: string,
  file: string,
  tags: readonly string[] = [],
): { readonly ok: true; readonly file: YamlFile } | Unreadable {
  const options = { numbers: 'lossless', bytes: MAX_DEFINITION_BYTES, repeated: 100_000, tags } as const
  const { placed, problems } = readYaml(text, file, options)
  const wrong = problems.find(({ severity }) => severity === 'error')
  if (wrong !== undefined) return { ok: false, message: wrong.message, line: wrong.line }
  if (placed === null || !isDataMap(placed.data)) return { ok: false, message: 'the file is not a map.', line: 1 }
  return { ok: true, file: new YamlFile(file, placed, text) }
}
