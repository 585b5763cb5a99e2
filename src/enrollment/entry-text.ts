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

/** An entry of `images`, as it is to be written: keys in their order. */
export type EntryData = { readonly [key: string]: Data }

/** How the entries of a file are laid out. */
export interface EntryStyle {
  /** Columns before the dash. */
  readonly dash: number
  /** Columns from the dash to what stands behind it. */
  readonly behindDash: number
  /** Columns a map is further right than the key above it. */
  readonly indent: number
  /** Entries are set apart by blank lines. */
  readonly apart: boolean
  /** Entries are written `{name: …}`, in one line. */
  readonly flow: boolean
}

/** A list with nothing to go by. */
export const PLAIN_STYLE: EntryStyle = { dash: 0, behindDash: 2, indent: 2, apart: true, flow: false }

// Each text on a line of its own. `compat` below: other readers take a plain `on` or `12:30` for something else than text.
const ONE_LINE = { lineWidth: 0, blockQuote: false, singleQuote: false, doubleQuotedAsJSON: true } as const

/** An entry as lines of a block list, without line end behind the last. Values that YAML would read as something else are quoted. */
export function blockEntry(entry: EntryData, style: EntryStyle, eol: string): string {
  const lines = style.flow ? [flowEntry(entry)] : printed(entry, { indent: style.indent }).split('\n')
  const first = `${' '.repeat(style.dash)}-${' '.repeat(style.behindDash - 1)}`
  const others = ' '.repeat(style.dash + style.behindDash)
  return lines.map((line, index) => (index === 0 ? first : others) + line).join(eol)
}

/** An entry in one line, for a list in brackets. */
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

/** How a block list that has entries lays them out; the last entry decides. */
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

/** Where the last thing that a node says ends: comments and blank lines behind it are not part of it. */
export function endOf(node: Node): number {
  if (isCollection(node) && !node.flow) {
    const last: unknown = node.items.at(-1)
    const part = isPair<Node, Node | null>(last) ? filledPart(last.key, last.value) : last
    if (isMap(part) || isSeq(part) || isScalar(part)) return endOf(part)
  }
  return node.range?.[1] ?? 0
}

/** `key:` alone has a value of no length that stands before the comment behind it. */
function filledPart(key: Node, value: Node | null): Node {
  return value === null || (value.range?.[0] === value.range?.[1] && isScalar(value)) ? key : value
}

/** The beginning of the next line; where a line begins, that place itself. */
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

/** The node that holds the list: the document itself, or what stands behind `images`; undefined where no key says it. */
export function listNode(document: Document.Parsed): Node | null | undefined {
  const root = document.contents
  if (!isMap<Node, Node | null>(root)) return root
  return root.items.find(({ key }) => isScalar(key) && key.value === 'images')?.value
}
