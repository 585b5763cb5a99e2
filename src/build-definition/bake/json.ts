import { Scanner } from '../scan.js'
import { parseTemplate } from './hcl-parser.js'
import { type Attribute, type Block, type Body, HclError, type HclExpression } from './hcl-tree.js'

/** Top-level names that are blocks in a bake file; everything else is an attribute (buildx, `bake/bake.go`). */
const BLOCK_TYPES: ReadonlySet<string> = new Set(['group', 'target', 'variable', 'function'])

/**
 * Parses a bake file in JSON into the same tree as HCL (hashicorp/hcl, json/spec.md): blocks may be lists of blocks at
 * each level, every string is a template, a property `//` is a comment.
 *
 * @throws {HclError} when it is not valid JSON or not an object.
 */
export function parseBakeJson(text: string): Body {
  const root = parseJsonTree(text)
  if (root.kind !== 'object') throw new HclError('the file is not a map.', 1)
  const blocks = root.members
    .filter(({ key }) => BLOCK_TYPES.has(key))
    .flatMap(({ key, value }) => labelled(value).flatMap((member) => blocksOf(key, member)))
  return { attributes: attributesOf(root.members.filter(({ key }) => !BLOCK_TYPES.has(key))), blocks }
}

function labelled(node: JsonNode): readonly JsonMember[] {
  if (node.kind === 'list') return node.items.flatMap((item) => (item.kind === 'object' ? item.members : []))
  return node.kind === 'object' ? node.members : []
}

function blocksOf(type: string, { key, line, value }: JsonMember): Block[] {
  const bodies = value.kind === 'list' ? value.items : [value]
  return bodies.flatMap((body) =>
    body.kind === 'object'
      ? [{ type, labels: [key], line, body: { attributes: attributesOf(body.members), blocks: [] } }]
      : [],
  )
}

function attributesOf(members: readonly JsonMember[]): ReadonlyMap<string, Attribute> {
  const attributes = new Map<string, Attribute>()
  for (const { key, line, value } of members) {
    if (key !== '//') attributes.set(key, { name: key, line, value: expressionOf(value), written: writtenOf(value) })
  }
  return attributes
}

function expressionOf(node: JsonNode): HclExpression {
  const { line } = node
  if (node.kind === 'text') return templateOf(node.text, line)
  if (node.kind === 'list') return { kind: 'tuple', line, items: node.items.map(expressionOf) }
  if (node.kind === 'object') return { kind: 'object', line, items: node.members.map(itemOf) }
  // A sign before a number is an operator in HCL.
  if (node.kind === 'number' && node.text.startsWith('-')) {
    return { kind: 'unary', line, sign: '-', value: { kind: 'number', line, text: node.text.slice(1) } }
  }
  if (node.kind === 'number') return { kind: 'number', line, text: node.text }
  return node
}

function itemOf({ key, line, value }: JsonMember) {
  return { key: templateOf(key, line), value: expressionOf(value), written: writtenOf(value) }
}

/** Bake refuses an invalid template only where it is used, so it becomes a reference to a missing variable. */
function templateOf(text: string, line: number): HclExpression {
  try {
    return parseTemplate(text, line)
  } catch (error) {
    if (!(error instanceof HclError)) throw error
    return { kind: 'variable', line, name: text }
  }
}

function writtenOf(node: JsonNode): string {
  if (node.kind === 'text' || node.kind === 'number') return node.text
  if (node.kind === 'bool') return String(node.is)
  return node.kind === 'null' ? 'null' : node.kind === 'list' ? 'a list' : 'a map'
}

/** A JSON value with its line; objects keep duplicate keys, numbers their spelling. */
type JsonNode =
  | { readonly kind: 'object'; readonly line: number; readonly members: readonly JsonMember[] }
  | { readonly kind: 'list'; readonly line: number; readonly items: readonly JsonNode[] }
  | { readonly kind: 'text'; readonly line: number; readonly text: string }
  | { readonly kind: 'number'; readonly line: number; readonly text: string }
  | { readonly kind: 'bool'; readonly line: number; readonly is: boolean }
  | { readonly kind: 'null'; readonly line: number }

interface JsonMember {
  readonly key: string
  readonly line: number
  readonly value: JsonNode
}

/** Limit on nesting; no real file reaches it. */
const MAX_DEPTH = 100

const NO_JSON = 'the file is not JSON.'

const TEXT = /"(?:[^"\\\p{Cc}]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*"/uy
const NUMBER = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y
const WORD = /true|false|null/y
const BLANKS = /[ \t\r]*/y

class JsonReader extends Scanner {
  #line = 1
  #depth = 0

  file(): JsonNode {
    const node = this.#value()
    this.#skip()
    if (this.at < this.text.length) this.#fail()
    return node
  }

  #value(): JsonNode {
    this.#skip()
    const line = this.#line
    const sign = this.text[this.at]
    if (sign === '{') return this.#within(() => ({ kind: 'object', line, members: this.#members() }))
    if (sign === '[') return this.#within(() => ({ kind: 'list', line, items: this.#items() }))
    if (sign === '"') return { kind: 'text', line, text: this.#string() }
    const word = this.match(WORD)
    if (word === 'null') return { kind: 'null', line }
    if (word !== '') return { kind: 'bool', line, is: word === 'true' }
    const number = this.match(NUMBER)
    return number === '' ? this.#fail() : { kind: 'number', line, text: number }
  }

  #within(read: () => JsonNode): JsonNode {
    if (this.#depth >= MAX_DEPTH) {
      throw new HclError(`there are more than ${MAX_DEPTH} nested brackets.`, this.#line)
    }
    this.#depth += 1
    this.at += 1
    const node = read()
    this.#depth -= 1
    return node
  }

  #members(): JsonMember[] {
    const members: JsonMember[] = []
    if (this.#take('}')) return members
    do {
      this.#skip()
      const line = this.#line
      const key = this.#string()
      if (!this.#take(':')) this.#fail()
      members.push({ key, line, value: this.#value() })
    } while (this.#take(','))
    return this.#take('}') ? members : this.#fail()
  }

  #items(): JsonNode[] {
    const items: JsonNode[] = []
    if (this.#take(']')) return items
    do items.push(this.#value())
    while (this.#take(','))
    return this.#take(']') ? items : this.#fail()
  }

  #string(): string {
    const written = this.match(TEXT)
    if (written === '') return this.#fail()
    const text: unknown = JSON.parse(written)
    return typeof text === 'string' ? text : this.#fail()
  }

  #skip(): void {
    this.match(BLANKS)
    while (this.text[this.at] === '\n') {
      this.#line += 1
      this.at += 1
      this.match(BLANKS)
    }
  }

  #take(sign: string): boolean {
    this.#skip()
    if (this.text[this.at] !== sign) return false
    this.at += 1
    return true
  }

  #fail(): never {
    throw new HclError(NO_JSON, this.#line)
  }
}

/**
 * Parses JSON with line numbers.
 *
 * @throws {HclError} when it is not valid JSON or too deeply nested.
 */
function parseJsonTree(text: string): JsonNode {
  return new JsonReader(text.replace(/^\ufeff/, '')).file()
}
