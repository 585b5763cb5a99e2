import {
  type Alias,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  type Node,
  type Pair,
  parseAllDocuments,
  type Scalar,
} from 'yaml'
import { type Problem, problem } from './problem.js'

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
}

/** How text is read. */
export interface YamlOptions {
  /** What becomes of plain numbers: their spelling (1.10 is a version), or a number where that loses nothing. */
  readonly numbers: 'text' | 'lossless'
  readonly bytes: number
  readonly depth: number
  /** Nodes visited, aliases counted each time they are used: what stops an alias bomb. */
  readonly nodes: number
}

const OPTIONS: YamlOptions = { numbers: 'text', bytes: 16 * 1024 * 1024, depth: 64, nodes: 4_000_000 }

/**
 * Reads one YAML 1.2 document as plain data with positions. Every string in it may be hostile: duplicate keys, custom
 * tags, keys that are no strings, prototype keys, several documents, alias bombs and absurd sizes are problems.
 *
 * @param text the file's text; a BOM and CRLF are fine.
 * @param file the file's name, for the problems.
 * @returns the data (null when it could not be read) and what is wrong with it; data is only to be used when no
 *   problem is an error.
 */
export function readYaml(
  text: string,
  file: string,
  given: Partial<YamlOptions> = {},
): { readonly placed: PlacedData | null; readonly problems: readonly Problem[] } {
  const options = { ...OPTIONS, ...given }
  if (Buffer.byteLength(text) > options.bytes) {
    const message = `the file is larger than ${options.bytes} bytes.`
    return { placed: null, problems: [problem('error', message, { file })] }
  }
  const lines = new LineCounter()
  const parsed = parseWithin(text, lines)
  if (parsed === null) {
    const message = `the file nests deeper than ${options.depth} levels.`
    return { placed: null, problems: [problem('error', message, { file })] }
  }
  const walk = new Walk(file, lines, options)
  for (const found of parsed.problems) walk.report(found.message, found.offset)
  if (parsed.problems.some((found) => found.fatal)) return { placed: null, problems: walk.problems }
  const data = parsed.contents === null ? null : walk.visit(parsed.contents, 0)
  return { placed: walk.placed(data, parsed.contents), problems: walk.problems }
}

interface Parsed {
  readonly contents: Node | null
  /** Fatal: the data would be guesswork. After a key written twice the rest can still be checked. */
  readonly problems: readonly { readonly message: string; readonly offset: number; readonly fatal: boolean }[]
}

function parseWithin(text: string, lineCounter: LineCounter): Parsed | null {
  try {
    const stream = parseAllDocuments(text, { lineCounter, prettyErrors: false, uniqueKeys: true, merge: false })
    const documents = 'empty' in stream ? [] : stream
    const problems = documents
      .flatMap((document) => [...document.errors, ...document.warnings])
      .map((error) => ({
        message: sentence(error.message),
        offset: error.pos[0],
        fatal: error.code !== 'DUPLICATE_KEY',
      }))
    const second = documents[1]
    if (second !== undefined) {
      problems.push({ message: 'the file holds more than one YAML document.', offset: second.range[0], fatal: true })
    }
    return { contents: (documents[0]?.contents as Node | null | undefined) ?? null, problems }
  } catch (error) {
    // The parser recurses: text made of brackets alone exhausts the stack before there is a document to look at.
    if (error instanceof RangeError) return null
    throw error
  }
}

function sentence(message: string): string {
  if (message === 'Map keys must be unique') return 'this key is written twice. Keep one of them.'
  return /[.!?]$/.test(message) ? message : `${message}.`
}

/** One pass over the nodes of a document, and what it found. */
class Walk {
  readonly problems: Problem[] = []
  readonly #file: string
  readonly #lines: LineCounter
  readonly #options: YamlOptions
  readonly #anchors = new Map<string, Node>()
  /** What each alias stood for where it was used: an anchor may be defined anew further down. */
  readonly #targets = new Map<Node, Node>()
  #visited = 0

  constructor(file: string, lines: LineCounter, options: YamlOptions) {
    this.#file = file
    this.#lines = lines
    this.#options = options
  }

  report(message: string, offset: number): void {
    const at = this.#at(offset)
    this.problems.push(problem('error', message, { file: this.#file, line: at.line, column: at.column }))
  }

  placed(data: Data, root: Node | null): PlacedData {
    const look = (which: 'key' | 'value') => (path: Path) => {
      const offset = this.#find(root, path, which)
      return offset === null ? null : this.#at(offset)
    }
    return { data, position: look('key'), valuePosition: look('value') }
  }

  visit(node: Node, depth: number): Data {
    const offset = offsetOf(node)
    this.#visited += 1
    if (this.#visited > this.#options.nodes) return this.#once('the file expands to too many values.', offset)
    if (depth > this.#options.depth)
      return this.#once(`the file nests deeper than ${this.#options.depth} levels.`, offset)
    if (isAlias(node)) return this.#visitAlias(node, depth)
    if (node.tag !== undefined && !CORE_TAG.test(node.tag))
      this.report(`the tag ${node.tag} is not supported here.`, offset)
    if ('anchor' in node && typeof node.anchor === 'string') this.#anchors.set(node.anchor, node)
    if (isScalar(node)) return scalarData(node, this.#options.numbers)
    if (isSeq<Node>(node)) return node.items.map((item) => this.visit(item, depth + 1))
    if (isMap<Node, Node | null>(node)) return this.#visitMap(node.items, depth)
    return null
  }

  #visitMap(pairs: readonly Pair<Node, Node | null>[], depth: number): Data {
    const map: Record<string, Data> = Object.create(null)
    for (const { key, value } of pairs) {
      const name = keyName(key)
      if (name === null) this.report('a key must be plain text.', offsetOf(key))
      else if (name === '__proto__') this.report('__proto__ is no usable key.', offsetOf(key))
      else map[name] = value === null ? null : this.visit(value, depth + 1)
    }
    return map
  }

  #visitAlias(node: Alias, depth: number): Data {
    const target = this.#anchors.get(node.source)
    if (target === undefined) {
      this.report(`the alias *${node.source} has no anchor before it.`, offsetOf(node))
      return null
    }
    this.#targets.set(node, target)
    return this.visit(target, depth + 1)
  }

  #find(root: Node | null, path: Path, which: 'key' | 'value'): number | null {
    let node: Node | null = root
    let key: Node | null = root
    for (const step of path) {
      const inside: Node | null = node === null ? null : (this.#targets.get(node) ?? node)
      if (isSeq<Node>(inside) && typeof step === 'number') {
        node = inside.items[step] ?? null
        key = node
      } else if (isMap<Node, Node | null>(inside)) {
        const pair: Pair<Node, Node | null> | undefined = inside.items.find(
          (item) => keyName(item.key) === String(step),
        )
        node = pair?.value ?? null
        key = pair?.key ?? null
      } else return null
      if (key === null) return null
    }
    const found = which === 'key' ? key : (node ?? key)
    return found === null ? null : offsetOf(found)
  }

  #once(message: string, offset: number): null {
    if (!this.problems.some((found) => found.message === message)) this.report(message, offset)
    return null
  }

  #at(offset: number): Position {
    const { line, col } = this.#lines.linePos(offset)
    return { line: Math.max(line, 1), column: Math.max(col, 1) }
  }
}

const CORE_TAG = /^tag:yaml\.org,2002:(str|map|seq|bool|int|float|null)$/

function offsetOf(node: Node): number {
  return node.range?.[0] ?? 0
}

function keyName(key: Node): string | null {
  if (!isScalar(key)) return null
  const name = scalarData(key, 'text')
  return name === null ? null : String(name)
}

function scalarData(node: Scalar, numbers: YamlOptions['numbers']): string | number | boolean | null {
  const { value, source } = node
  if (typeof value === 'boolean' || value === null || typeof value === 'string') return value
  const spelling = source ?? String(value)
  return numbers === 'lossless' && typeof value === 'number' && String(value) === spelling ? value : spelling
}
