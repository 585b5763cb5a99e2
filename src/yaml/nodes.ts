import { type Alias, isAlias, isMap, isScalar, isSeq, type Node, type Pair, parseAllDocuments, type Scalar } from 'yaml'
import { distinctBy } from '../text/index.js'
import type { Data, Path, PlacedData, Position, Tagged, YamlFault, YamlOptions } from './data.js'
import { type Mistake, short } from './layout.js'
import { explainMistake, withoutFollowUps } from './mistakes.js'

/** One mistake can cause many syntax errors; a longer list helps no one. */
const MAX_SYNTAX_FAULTS = 20

/**
 * Reads any YAML text with the library `yaml`, which reports every error in it.
 *
 * @param text without a byte order mark.
 */
export function readNodes(
  text: string,
  options: YamlOptions,
): { readonly placed: PlacedData | null; readonly faults: readonly YamlFault[] } {
  const parsed = parseWithin(text, options.tags ?? [])
  if (parsed === null) {
    const message = `the file nests deeper than ${options.depth} levels.`
    return { placed: null, faults: [{ message, remedy: null, line: null, column: null }] }
  }
  const walk = new Walk(text, options)
  for (const { message, offset, remedy } of parsed.mistakes) walk.report(message, offset, remedy)
  if (walk.faults.length > 0) return { placed: null, faults: oneALine(walk.faults).slice(0, MAX_SYNTAX_FAULTS) }
  const data = parsed.contents === null ? null : walk.visit(parsed.contents, 0)
  return { placed: walk.cutShort ? null : walk.placed(data, parsed.contents), faults: walk.faults }
}

/** Only the first error of each line: the others usually follow from it. */
function oneALine(faults: readonly YamlFault[]): YamlFault[] {
  const inOrder = [...faults].sort((a, b) => (a.line ?? 0) - (b.line ?? 0) || (a.column ?? 0) - (b.column ?? 0))
  return distinctBy(inOrder, ({ line }) => line)
}

/** @returns after any of the mistakes, the data would be guesswork; null: the text nests too deeply to be parsed. */
function parseWithin(
  text: string,
  tags: readonly string[],
): { readonly contents: Node | null; readonly mistakes: readonly Mistake[] } | null {
  try {
    const stream = parseAllDocuments(text, { prettyErrors: false, uniqueKeys: false, merge: false })
    const documents = 'empty' in stream ? [] : stream
    const passes = new Set(tags.map((tag) => `Unresolved tag: ${tag}`))
    const found = documents
      .flatMap((document) => [...document.errors, ...document.warnings])
      .filter(({ message }) => !passes.has(message))
    if (found.some((error) => error.message.startsWith('Maximum call stack'))) return null
    const marker = found.length === 0 ? -1 : text.search(CONFLICT_MARKER)
    if (marker >= 0) return { contents: null, mistakes: [{ ...CONFLICT, offset: marker }] }
    // Explaining each takes reading the lines around it: thousands would be slow, and no one would read them.
    const explained = found
      .slice(0, 5 * MAX_SYNTAX_FAULTS)
      .map(({ code, message, pos: [offset] }) => explainMistake(text, { code, message, offset }))
      .sort((a, b) => a.offset - b.offset)
    const mistakes = withoutFollowUps(text, explained)
    const second = documents[1]
    if (second !== undefined) mistakes.push({ ...SECOND_DOCUMENT, offset: second.range[0] })
    return { contents: (documents[0]?.contents as Node | null | undefined) ?? null, mistakes }
  } catch (error) {
    // The parser is recursive: text made only of brackets exhausts the stack before there is a document.
    if (error instanceof RangeError) return null
    throw error
  }
}

const CONFLICT_MARKER = /^(?:<{7}|>{7})(?: |$)/m
const CONFLICT = { message: 'an unresolved merge conflict begins here.', remedy: 'Resolve it.' }
const SECOND_DOCUMENT = {
  message: 'the file contains more than one YAML document.',
  remedy: 'Keep one, without "---" or "..." after it.',
}

class Walk {
  readonly faults: YamlFault[] = []
  readonly #text: string
  #lineStarts: readonly number[] | null = null
  readonly #options: YamlOptions
  readonly #anchors = new Map<string, Node>()
  /** The target of each alias where it was used: an anchor may be redefined further down. */
  readonly #targets = new Map<Node, Node>()
  /** Aliases being visited, and values repeated through aliases so far. */
  #inside = 0
  #repeated = 0
  readonly #tagged: Tagged[] = []
  readonly #path: (string | number)[] = []
  /** The text exceeds a limit: its data must not be used. */
  cutShort = false

  constructor(text: string, options: YamlOptions) {
    this.#text = text
    this.#options = options
  }

  report(message: string, offset: number, remedy: string | null = null): void {
    this.faults.push({ message, remedy, ...this.#positionOf(offset) })
  }

  /** An offset past the end counts as the end. */
  #positionOf(offset: number): Position {
    this.#lineStarts ??= lineStartsOf(this.#text)
    return positionIn(this.#lineStarts, Math.min(offset, this.#text.length))
  }

  placed(data: Data, root: Node | null): PlacedData {
    const look = (which: 'key' | 'value') => (path: Path) => {
      const offset = this.#find(root, path, which)
      return offset === null ? null : this.#positionOf(offset)
    }
    return { data, position: look('key'), valuePosition: look('value'), tagged: this.#tagged }
  }

  visit(node: Node, depth: number): Data {
    const offset = offsetOf(node)
    if (this.cutShort) return null
    if (this.#inside > 0) this.#repeated += 1
    if (this.#repeated > this.#options.repeated) return this.#cut('the file expands to too many values.', offset)
    if (depth > this.#options.depth)
      return this.#cut(`the file nests deeper than ${this.#options.depth} levels.`, offset)
    if (isAlias(node)) return this.#visitAlias(node, depth)
    if (node.tag !== undefined && !CORE_TAG.test(node.tag)) this.#visitTag(node.tag, offset)
    if ('anchor' in node && typeof node.anchor === 'string') this.#anchors.set(node.anchor, node)
    if (isScalar(node)) return this.#visitScalar(node, offset)
    if (isSeq<Node>(node)) return node.items.map((item, index) => this.#visitPart(index, item, depth))
    if (isMap<Node, Node | null>(node)) return this.#visitMap(node.items, depth)
    return null
  }

  #visitPart(step: string | number, node: Node, depth: number): Data {
    this.#path.push(step)
    const data = this.visit(node, depth + 1)
    this.#path.pop()
    return data
  }

  #visitTag(tag: string, offset: number): void {
    if (this.#options.tags?.includes(tag)) this.#tagged.push({ tag, path: [...this.#path] })
    else this.report(`the tag ${short(tag)} is not supported here.`, offset, 'Remove it, or quote the value.')
  }

  #visitScalar(node: Scalar, offset: number): Data {
    const data = scalarData(node, this.#options.numbers)
    // "\ud800" cannot be written to a file: reading it back would differ every time.
    if (typeof data === 'string' && HALF_CHARACTER.test(data))
      this.report('this text contains half a character.', offset)
    return data
  }

  #visitMap(pairs: readonly Pair<Node, Node | null>[], depth: number): Data {
    const map: Record<string, Data> = Object.create(null)
    for (const { key, value } of pairs) {
      const name = keyName(key)
      if (name === null) this.#reportKey(key)
      else if (HALF_CHARACTER.test(name)) this.report('this key contains half a character.', offsetOf(key))
      else if (name in map)
        this.report(`duplicate key ${JSON.stringify(name.slice(0, 80))}.`, offsetOf(key), 'Keep one of them.')
      else if (name === '__proto__') this.report('__proto__ is not a valid key.', offsetOf(key))
      else map[name] = value === null ? null : this.#visitPart(name, value, depth)
    }
    return map
  }

  /** `{{ name }}` is a map whose key is a map. */
  #reportKey(key: Node): void {
    const offset = offsetOf(key)
    const isTemplate = /\{\s*$/.test(this.#text.slice(Math.max(0, offset - 10), offset)) && this.#text[offset] === '{'
    const remedy = isTemplate
      ? 'Nothing fills in "{{ … }}" here: write the value itself, or put quotes around it.'
      : 'Write one word before the colon.'
    this.report('a key must be plain text.', offset, remedy)
  }

  #visitAlias(node: Alias, depth: number): Data {
    const target = this.#anchors.get(node.source)
    if (target === undefined) {
      const name = short(node.source)
      const remedy = `Write "*${name}" in quotes if it is text.`
      this.report(`the alias *${name} has no anchor before it.`, offsetOf(node), remedy)
      return null
    }
    this.#targets.set(node, target)
    this.#inside += 1
    const data = this.visit(target, depth + 1)
    this.#inside -= 1
    return data
  }

  #find(root: Node | null, path: Path, which: 'key' | 'value'): number | null {
    let node: Node | null = root
    let key: Node | null = root
    for (const step of path) {
      const inside: Node | null = node === null ? null : (this.#targets.get(node) ?? node)
      if (isSeq<Node>(inside)) {
        node = inside.items[Number(step)] ?? null
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

  #cut(message: string, offset: number): null {
    this.cutShort = true
    this.report(message, offset)
    return null
  }
}

/** A lone surrogate: it cannot be written to a file. */
const HALF_CHARACTER = /\p{Surrogate}/u

/** Offsets at which the lines of a text begin. */
export function lineStartsOf(text: string): number[] {
  const starts = [0]
  for (let end = text.indexOf('\n'); end >= 0; end = text.indexOf('\n', end + 1)) starts.push(end + 1)
  return starts
}

/** Line and column of an offset, from the offsets of the lines. */
export function positionIn(starts: readonly number[], offset: number): Position {
  let [low, high] = [0, starts.length]
  while (high - low > 1) {
    const middle = (low + high) >> 1
    if ((starts[middle] ?? 0) <= offset) low = middle
    else high = middle
  }
  return { line: low + 1, column: offset - (starts[low] ?? 0) + 1 }
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
