import { type Data, isDataMap, type Path, type Tagged } from '../../yaml/data.js'
import { type BuildValue, isKnown, type KnownValue, splitPair, type UnknownValue, writtenText } from '../value.js'
import { listOf, readYamlFile, scalarText, type Unreadable, valueAt, type YamlFile } from '../yaml-file.js'
import { type Interpolation, interpolate } from './variables.js'

/** Part of a compose file with variables filled in; null: empty. */
export type ComposeNode = BuildValue | null | readonly ComposeNode[] | ComposeMap

export type ComposeMap = ReadonlyMap<string, ComposeNode>

/** A list of `NAME=VALUE`: `!reset` cannot remove single names; a name alone gets its value where its file is read. */
export class PairList extends Map<string, ComposeNode> {}

/** The parts of a compose file that builds need. */
export interface ComposeFile {
  /** Its path, for messages. */
  readonly file: string
  readonly services: ReadonlyMap<string, ComposeMap>
  readonly include: readonly ComposeNode[]
  /** Paths removed from earlier files: those tagged `!reset` and `!override`. */
  readonly resets: readonly Path[]
  /** 1-based line of a part; null when unknown. */
  readonly line: (path: Path) => number | null
}

/** Keys of a service that affect its build. */
const SERVICE_KEYS: ReadonlySet<string> = new Set([
  'build',
  'env_file',
  'environment',
  'extends',
  'image',
  'platform',
  'profiles',
])

/** Tags that control merging (docs.docker.com, "Merge"). */
const RESET = '!reset'
const OVERRIDE = '!override'

export function isComposeMap(node: ComposeNode | undefined): node is ComposeMap {
  return node instanceof Map
}

export function isComposeList(node: ComposeNode | undefined): node is readonly ComposeNode[] {
  return Array.isArray(node)
}

/** A scalar; null if empty, a list or a map. */
export function scalarOf(node: ComposeNode | undefined): KnownValue | UnknownValue | null {
  return node === undefined || node === null || isComposeList(node) || isComposeMap(node) ? null : node
}

/** The value of a map's key; null for anything else. */
export function partOf(node: ComposeNode | undefined, key: string): ComposeNode {
  return isComposeMap(node) ? (node.get(key) ?? null) : null
}

/**
 * Parses one compose file: resolves merge keys (`<<`) and variables, nothing else.
 *
 * @throws {TooMuch} when the resulting text exceeds the limit.
 */
export function readComposeFile(
  text: string,
  file: string,
  settings: Interpolation,
): { readonly ok: true; readonly file: ComposeFile } | Unreadable {
  const read = readYamlFile(text, file, [RESET, OVERRIDE])
  if (!read.ok) return read
  const tagged = outermost(read.file.tagged)
  const reader = new TreeReader(read.file, file, tagged, settings)
  const top = read.file.data
  const services = new Map<string, ComposeMap>()
  for (const [name, data] of reader.entries(valueAt(top, 'services') ?? null, ['services'])) {
    services.set(name, reader.service(data.data, data.path))
  }
  const include = reader.node(valueAt(top, 'include') ?? null, ['include'])
  const resets = tagged.map(({ path }) => path.filter((step) => step !== '<<'))
  const line = (path: Path) => read.file.lineOf(path)
  return { ok: true, file: { file, services, include: isComposeList(include) ? include : [], resets, line } }
}

/** Whether a file without a known extension is a compose file. */
export function isComposeText(text: string, file: string): boolean {
  const read = readYamlFile(text, file, [RESET, OVERRIDE])
  return read.ok && isDataMap(valueAt(read.file.data, 'services'))
}

/** Tags inside a part that is replaced as a whole have no effect. */
function outermost(tagged: readonly Tagged[]): readonly Tagged[] {
  const paths = new Set(tagged.map(({ path }) => JSON.stringify(path)))
  return tagged.filter(({ path }) => !path.some((_, length) => paths.has(JSON.stringify(path.slice(0, length)))))
}

interface LocatedData {
  readonly data: Data
  readonly path: Path
}

class TreeReader {
  readonly #placed: YamlFile
  readonly #file: string
  readonly #settings: Interpolation
  readonly #removed: ReadonlySet<string>

  constructor(placed: YamlFile, file: string, tagged: readonly Tagged[], settings: Interpolation) {
    this.#placed = placed
    this.#file = file
    this.#settings = settings
    const removed = tagged.filter(({ tag }) => tag === RESET)
    this.#removed = new Set(removed.map(({ path }) => JSON.stringify(path)))
  }

  service(data: Data, path: Path): ComposeMap {
    const kept = [...this.entries(data, path)].filter(([key]) => SERVICE_KEYS.has(key))
    return new Map(kept.map(([key, part]) => [key, this.#part(key, part)]))
  }

  #part(key: string, { data, path }: LocatedData): ComposeNode {
    if (key === 'environment') return this.#pairs(data, path)
    if (key !== 'build' || !isDataMap(data)) return this.node(data, path)
    return new Map([...this.entries(data, path)].map(([name, part]) => [name, this.#buildPart(name, part)]))
  }

  #buildPart(name: string, { data, path }: LocatedData): ComposeNode {
    if (name === 'args') return this.#pairs(data, path)
    return name === 'additional_contexts' ? new Map(this.#pairs(data, path)) : this.node(data, path)
  }

  node(data: Data, path: Path): ComposeNode {
    if (Array.isArray(data)) {
      const items = data.map((item: Data, index): LocatedData => ({ data: item, path: [...path, index] }))
      return items.filter((item) => !this.#isRemoved(item.path)).map((item) => this.node(item.data, item.path))
    }
    if (!isDataMap(data)) return this.#scalar(data, path)
    return new Map([...this.entries(data, path)].map(([key, part]) => [key, this.node(part.data, part.path)]))
  }

  /** The entries of a map; its own keys override those from its merge key (`<<`). */
  entries(data: Data, path: Path): ReadonlyMap<string, LocatedData> {
    const found = new Map<string, LocatedData>()
    if (!isDataMap(data)) return found
    const merge = valueAt(data, '<<')
    if (merge !== undefined) {
      const below = Array.isArray(merge)
        ? merge.map((item: Data, index): LocatedData => ({ data: item, path: [...path, '<<', index] }))
        : [{ data: merge, path: [...path, '<<'] }]
      for (const part of below.slice(0, MAX_MERGED).reverse()) {
        for (const [key, value] of this.entries(part.data, part.path)) found.set(key, value)
      }
    }
    for (const [key, value] of Object.entries(data)) {
      const at = [...path, key]
      if (key !== '<<' && !this.#isRemoved(at)) found.set(key, { data: value, path: at })
    }
    return found
  }

  /** A map, or a list of `NAME=VALUE`. A name alone has no value. */
  #pairs(data: Data, path: Path): ComposeMap {
    if (!Array.isArray(data)) {
      const entries = [...this.entries(data, path)]
      return new Map(entries.map(([name, value]) => [name, this.#scalar(value.data, value.path)]))
    }
    const pairs = new PairList()
    for (const [index, item] of listOf(data).entries()) {
      const whole = this.#scalar(item, [...path, index])
      if (whole === null || this.#isRemoved([...path, index])) continue
      const line = writtenText(whole)
      const [name, rest] = splitPair(line)
      if (name === '') continue
      // An unknown name may be any name.
      if (!isKnown(whole) && name.includes('$')) pairs.set(line, whole)
      else pairs.set(name, rest === null ? null : this.#rest(whole, rest, scalarText(item) ?? ''))
    }
    return pairs
  }

  /** The value of `NAME=VALUE`. */
  #rest(whole: BuildValue, text: string, written: string): BuildValue {
    if (!isKnown(whole))
      return { ...interpolate(text, this.#settings), ...(whole.place !== undefined && { place: whole.place }) }
    if (whole.assumedFrom === undefined) return { ...whole, text }
    return { ...whole, text, assumedFrom: splitPair(written)[1] ?? written }
  }

  #scalar(data: Data, path: Path): BuildValue | null {
    if (data === null) return null
    const written = this.#placed.scalar(data, path, composeNumber)
    if (written === null) return { unknown: true, written: 'a list or map', place: this.#place(path) }
    const value = interpolate(written, this.#settings)
    const isPlain = isKnown(value) && value.assumedFrom === undefined
    return isPlain ? value : { ...value, place: this.#place(path) }
  }

  #place(path: Path): string {
    return placeOf(this.#file, this.#placed.lineOf(path))
  }

  #isRemoved(path: Path): boolean {
    return this.#removed.size > 0 && this.#removed.has(JSON.stringify(path))
  }
}

/** Limit on the maps in one merge key. */
const MAX_MERGED = 1000

/** `compose.yaml:3`, or only the file. */
export function placeOf(file: string, line: number | null): string {
  return line === null ? file : `${file}:${line}`
}

const INTEGER = /^([-+]?)(0[xX][\da-fA-F]+|0[bB][01]+|0[oO]?[0-7]+|[1-9]\d*|0)$/
const FLOAT = /^[-+]?(?:\.\d+|\d+(?:\.\d*)?)(?:[eE][-+]?\d+)?$/
const DATE = /^(\d{4})-(\d\d?)-(\d\d?)$/

/** Limit of Go's uint64; larger integers become floats. */
const MAX_INTEGER = 2n ** 64n

/**
 * Converts a plain scalar that YAML reads as a number or date to its text in a compose file: parsed by Go's YAML
 * library (go.yaml.in/yaml, `resolve.go`) and printed by Go. `3.20` becomes 3.2, `017` becomes 15, `1_000` becomes
 * 1000.
 *
 * @returns null: neither, so it stays as written.
 */
function composeNumber(written: string): string | null {
  const date = DATE.exec(written)
  if (date !== null) return dateOf(Number(date[1]), Number(date[2]), Number(date[3]))
  const text = written.replaceAll('_', '')
  if (!/\d/.test(text) || text.length > 400) return null
  const [, sign = '', digits] = INTEGER.exec(text) ?? []
  if (digits !== undefined) {
    const value = BigInt(/^0\d/.test(digits) ? `0o${digits.slice(1)}` : digits.toLowerCase())
    if (value < MAX_INTEGER) return sign === '-' && value !== 0n ? `-${value}` : String(value)
  }
  return FLOAT.test(text) ? floatOf(Number(text)) : null
}

/** A float as Go prints it. */
function floatOf(value: number): string | null {
  if (!Number.isFinite(value)) return null
  if (value === 0) return Object.is(value, -0) ? '-0' : '0'
  const [mantissa = '', exponent = ''] = value.toExponential().split('e')
  const power = Number(exponent)
  if (power >= -4 && power < 21) return String(value)
  return `${mantissa}e${power < 0 ? '-' : '+'}${String(Math.abs(power)).padStart(2, '0')}`
}

function dateOf(year: number, month: number, day: number): string | null {
  const date = new Date(Date.UTC(year, month - 1, day))
  if (year < 100 || date.getUTCMonth() !== month - 1 || date.getUTCDate() !== day) return null
  return `${date.toISOString().slice(0, 10)} 00:00:00 +0000 UTC`
}
