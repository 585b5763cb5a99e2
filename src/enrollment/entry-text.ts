import {
  Document,
  isCollection,
  isMap,
  isPair,
  isScalar,
  isSeq,
  type Node,
  type ToStringOptions,
  visit,
  type YAMLSeq,
} from 'yaml'
import type { Data } from '../yaml/data.js'

/** An entry of `images` to write, with its keys in order. */
export type EntryData = { readonly [key: string]: Data }

/** How the entries of a file are formatted. */
export interface EntryStyle {
  /** Columns before the dash. */
  readonly dash: number
  /** Columns from the dash to the first key. */
  readonly behindDash: number
  /** Indentation of a nested map. */
  readonly indent: number
  /** Whether blank lines separate entries. */
  readonly apart: boolean
  /** Whether entries are written as `{name: …}`, on one line. */
  readonly flow: boolean
}

/** Style for a list without entries to imitate. */
export const PLAIN_STYLE: EntryStyle = { dash: 0, behindDash: 2, indent: 2, apart: true, flow: false }

// Each text on one line. `compat` below: YAML 1.1 parsers read a plain `on` or `12:30` as something other than text.
const ONE_LINE = { lineWidth: 0, blockQuote: false, singleQuote: false, doubleQuotedAsJSON: true } as const

/** An entry as lines of a block list, without a final line ending. Values that YAML would misread are quoted. */
export function blockEntry(entry: EntryData, style: EntryStyle, eol: string): string {
  const lines = style.flow ? [flowEntry(entry)] : printed(entry, { indent: style.indent }).split('\n')
  const first = `${' '.repeat(style.dash)}-${' '.repeat(style.behindDash - 1)}`
  const others = ' '.repeat(style.dash + style.behindDash)
  return lines.map((line, index) => (index === 0 ? first : others) + line).join(eol)
}

/** An entry on one line, for a list in brackets. */
export function flowEntry(entry: EntryData): string {
  return printed(entry, { collectionStyle: 'flow', flowCollectionPadding: false })
}

function printed(entry: EntryData, options: ToStringOptions): string {
  const document = new Document(entry, { compat: 'yaml-1.1' })
  visit(document, {
    Scalar: (_, node) => {
      if (typeof node.value === 'string' && node.value.includes('\n')) node.type = 'QUOTE_DOUBLE'
    },
  })
  return document.toString({ ...ONE_LINE, ...options }).trimEnd()
}

/** The style of a block list with entries; the last entry decides. */
export function styleOf(list: YAMLSeq<Node>, dashes: readonly number[], text: string): EntryStyle {
  const [last = 0, earlier] = [...dashes].reverse()
  const item = list.items.at(-1)
  const column = (offset: number) => offset - (text.lastIndexOf('\n', offset - 1) + 1)
  const dash = column(last)
  const start = item?.range?.[0] ?? last + 2
  const distance = column(start) - dash
  const before = list.items.at(-2)
  return {
    dash,
    behindDash: distance >= 2 && distance <= 10 ? distance : 2,
    indent: nestedIndent(list, column) ?? 2,
    apart:
      earlier === undefined || before === undefined
        ? PLAIN_STYLE.apart
        : hasBlankLine(text.slice(nextLine(text, endOf(before)), last)),
    flow: isMap(item) && item.flow === true,
  }
}

/** Offset where a node's content ends, without the comments and blank lines after it. */
export function endOf(node: Node): number {
  if (isCollection(node) && !node.flow) {
    const last: unknown = node.items.at(-1)
    const part = isPair<Node, Node | null>(last) ? filledPart(last.key, last.value) : last
    if (isMap(part) || isSeq(part) || isScalar(part)) return endOf(part)
  }
  return node.range?.[1] ?? 0
}

/** A bare `key:` has a zero-length value that is positioned before the comment after it. */
function filledPart(key: Node, value: Node | null): Node {
  return value === null || (value.range?.[0] === value.range?.[1] && isScalar(value)) ? key : value
}

/** The beginning of the next line; at the beginning of a line, that offset itself. */
export function nextLine(text: string, at: number): number {
  if (at === 0 || text[at - 1] === '\n') return at
  const end = text.indexOf('\n', at)
  return end < 0 ? text.length : end + 1
}

function hasBlankLine(text: string): boolean {
  return text
    .split('\n')
    .slice(0, -1)
    .some((line) => line.trim() === '')
}

function nestedIndent(list: YAMLSeq<Node>, column: (offset: number) => number): number | null {
  for (const item of [...list.items].reverse()) {
    if (!isMap<Node, Node | null>(item) || item.flow) continue
    for (const { key, value } of item.items) {
      if (!isMap<Node>(value) || value.flow) continue
      const distance = column(value.range?.[0] ?? 0) - column(key.range?.[0] ?? 0)
      if (distance >= 1 && distance <= 10) return distance
    }
  }
  return null
}

/** The node that holds the list: the document itself, or the value of `images`; undefined without that key. */
export function listNode(document: Document.Parsed): Node | null | undefined {
  const root = document.contents
  if (!isMap<Node, Node | null>(root)) return root
  return root.items.find(({ key }) => isScalar(key) && key.value === 'images')?.value
}
