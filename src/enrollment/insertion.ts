import {
  Document,
  isAlias,
  isCollection,
  isMap,
  isPair,
  isScalar,
  isSeq,
  type Node,
  parseDocument,
  type ToStringOptions,
  visit,
  type YAMLMap,
  type YAMLSeq,
} from 'yaml'
import type { DataMap } from '../yaml/data.js'

/** How the entries of a file are formatted. */
interface EntryStyle {
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
export function blockEntry(entry: DataMap, style: EntryStyle, eol: string): string {
  const lines = style.flow ? [flowEntry(entry)] : printed(entry, { indent: style.indent }).split('\n')
  const first = `${' '.repeat(style.dash)}-${' '.repeat(style.behindDash - 1)}`
  const others = ' '.repeat(style.dash + style.behindDash)
  return lines.map((line, index) => (index === 0 ? first : others) + line).join(eol)
}

/** An entry on one line, for a list in brackets. */
function flowEntry(entry: DataMap): string {
  return printed(entry, { collectionStyle: 'flow', flowCollectionPadding: false })
}

function printed(entry: DataMap, options: ToStringOptions): string {
  const document = new Document(entry, { compat: 'yaml-1.1' })
  visit(document, {
    Scalar: (_, node) => {
      if (typeof node.value === 'string' && node.value.includes('\n')) node.type = 'QUOTE_DOUBLE'
    },
  })
  return document.toString({ ...ONE_LINE, ...options }).trimEnd()
}

/** The style of a block list with entries; the last entry decides. */
function styleOf(list: YAMLSeq<Node>, dashes: readonly number[], text: string): EntryStyle {
  const [last = 0, earlier] = [...dashes].reverse()
  const item = list.items.at(-1)
  const dash = column(text, last)
  const start = item?.range?.[0] ?? last + 2
  const distance = column(text, start) - dash
  const before = list.items.at(-2)
  return {
    dash,
    behindDash: distance >= 2 && distance <= 10 ? distance : 2,
    indent: nestedIndent(list, text) ?? 2,
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
function nextLine(text: string, at: number): number {
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

function nestedIndent(list: YAMLSeq<Node>, text: string): number | null {
  for (const item of [...list.items].reverse()) {
    if (!isMap<Node, Node | null>(item) || item.flow) continue
    for (const { key, value } of item.items) {
      if (!isMap<Node>(value) || value.flow) continue
      const distance = column(text, value.range?.[0] ?? 0) - column(text, key.range?.[0] ?? 0)
      if (distance >= 1 && distance <= 10) return distance
    }
  }
  return null
}

/** The node that holds the list: the document itself, or the value of `images`; undefined without that key. */
function listNode(document: Document.Parsed): Node | null | undefined {
  const root = document.contents
  if (!isMap<Node, Node | null>(root)) return root
  return root.items.find(({ key }) => isScalar(key) && key.value === 'images')?.value
}

/** A text edit: replaces `from` to `to` by `text`. The entry begins after `skip` characters of it. */
export interface Edit {
  readonly from: number
  readonly to: number
  readonly text: string
  readonly skip: number
}

/**
 * Where an entry can be written, best option first: after the last entry of the list, in its style. Everything else
 * stays unchanged, except an empty `[]` or `null`, which is replaced. An option may turn out to change the meaning of
 * the file (a block scalar that runs to the end of the file): the caller parses the result, and tries the next option.
 *
 * @param text a readable file, without byte order mark.
 * @returns an empty list if the list has a form that no entry can be added to (an alias).
 */
export function placesFor(text: string, entry: DataMap): readonly Edit[] {
  const document = parseDocument(text, { keepSourceTokens: true, uniqueKeys: false, merge: false })
  const place: Place = { text, entry, eol: /\r?\n/.exec(text)?.[0] ?? '\n' }
  const list = listNode(document)
  if (isAlias(list)) return []
  if (isSeq<Node>(list) && list.items.length > 0) return list.flow ? [inBrackets(list, place)] : behindLast(list, place)
  const root = document.contents
  if (isMap<Node, Node | null>(root)) {
    return list === undefined ? withKey(root, place) : underKey(root, list, place)
  }
  return list === null || list === undefined || isBlank(list)
    ? [atEnd(place)]
    : [inPlaceOf(list, place, PLAIN_STYLE.dash)]
}

interface Place {
  readonly text: string
  readonly entry: DataMap
  readonly eol: string
}

function behindLast(list: YAMLSeq<Node>, place: Place): Edit[] {
  const { text, entry, eol } = place
  const last = list.items.at(-1)
  const dashes = dashesOf(list)
  if (last === undefined || dashes.length === 0) return []
  const style = styleOf(list, dashes, text)
  const block = blockEntry(entry, style, eol)
  const behindNode = nextLine(text, Math.max(list.range?.[2] ?? 0, last.range?.[2] ?? 0))
  return [ownEnd(text, endOf(last), style.dash), behindNode, text.length].map((at) =>
    linesAt(place, at, block, style.apart),
  )
}

function dashesOf(list: YAMLSeq<Node>): number[] {
  const token = list.srcToken
  if (token?.type !== 'block-seq') return []
  return token.items.flatMap(({ start }) => start.find(({ type }) => type === 'seq-item-ind')?.offset ?? [])
}

/** The end of an entry's lines, including comments below it that are indented deeper than its dash. */
function ownEnd(text: string, end: number, dash: number): number {
  let own = nextLine(text, end)
  for (let at = own; at < text.length; ) {
    const next = nextLine(text, at + 1)
    const line = text.slice(at, next)
    const comment = /^( *)#/.exec(line)
    if (comment !== null && (comment[1]?.length ?? 0) > dash) own = next
    else if (line.trim() !== '') break
    at = next
  }
  return own
}

/** @param apart whether a blank line separates the block from what is above it. */
function linesAt({ text, eol }: Place, at: number, block: string, apart: boolean): Edit {
  const needsEnd = at > 0 && text[at - 1] !== '\n'
  const isApart = /(?:^|\n)[ \t]*\r?\n$/.test(text.slice(0, at)) || at === 0
  const before = (needsEnd ? eol : '') + (apart && !isApart ? eol : '')
  return { from: at, to: at, text: `${before}${block}${eol}`, skip: before.length + block.search(/\S/) }
}

function atEnd(place: Place): Edit {
  const block = blockEntry(place.entry, PLAIN_STYLE, place.eol)
  return linesAt(place, place.text.length, block, /\S/.test(place.text))
}

function inBrackets(list: YAMLSeq<Node>, { text, entry, eol }: Place): Edit {
  const last = list.items.at(-1)
  const [start, end] = [last?.range?.[0] ?? 0, last?.range?.[1] ?? 0]
  const lead = text.slice(text.lastIndexOf('\n', start - 1) + 1, start)
  const separator = /^[ \t]+$/.test(lead) ? `,${eol}${lead}` : ', '
  return { from: end, to: end, text: separator + flowEntry(entry), skip: separator.length }
}

/** `images:` without a value, or with an empty list. */
function underKey(root: YAMLMap<Node, Node | null>, list: Node | null, place: Place): readonly Edit[] {
  if (list === null) return []
  if (root.flow) return isSeq(list) ? [insideBrackets(list, place)] : []
  const { text, eol } = place
  const dash = column(text, root.range?.[0] ?? 0) + PLAIN_STYLE.indent
  if (!isBlank(list)) return [inPlaceOf(list, place, dash)]
  const block = blockEntry(place.entry, { ...PLAIN_STYLE, dash }, eol)
  return [linesAt(place, nextLine(text, list.range?.[1] ?? 0), block, false)]
}

function isBlank({ range }: Node): boolean {
  return range?.[0] === range?.[1]
}

/** Replaces `[]`, `null` or `~` by the entry; a comment between brackets is kept, with the brackets. */
function inPlaceOf(list: Node, place: Place, dash: number): Edit {
  const { text, entry, eol } = place
  const [start, end] = [list.range?.[0] ?? 0, list.range?.[1] ?? 0]
  if (!/^(?:\[\s*\]|[^[]*)$/.test(text.slice(start, end))) return insideBrackets(list, place)
  const from = start - (/[ \t]*$/.exec(text.slice(0, start))?.[0].length ?? 0)
  const isLineStart = from === 0 || text[from - 1] === '\n'
  const rest = text.slice(end, nextLine(text, end))
  const comment = rest.trimEnd()
  const block = blockEntry(entry, { ...PLAIN_STYLE, dash }, eol)
  const before = comment + (isLineStart && comment === '' ? '' : eol)
  const to = end + rest.length
  return { from, to, text: `${before}${block}${eol}`, skip: before.length + dash }
}

function insideBrackets(list: Node, { text, entry }: Place): Edit {
  const at = (list.range?.[0] ?? 0) + 1
  return { from: at, to: at, text: `${flowEntry(entry)}${/\s/.test(text[at] ?? ' ') ? '' : ' '}`, skip: 0 }
}

function withKey(root: YAMLMap<Node, Node | null>, place: Place): readonly Edit[] {
  if (root.flow) return []
  const { text, entry, eol } = place
  const lead = column(text, root.range?.[0] ?? 0)
  const key = `${' '.repeat(lead)}images:${eol}`
  const block = key + blockEntry(entry, { ...PLAIN_STYLE, dash: lead + PLAIN_STYLE.indent }, eol)
  const at = ownEnd(text, endOf(root), lead)
  return [at, text.length].map((offset) => {
    const edit = linesAt(place, offset, block, true)
    return { ...edit, skip: edit.text.indexOf('- ', edit.text.indexOf(key)) }
  })
}

/** Columns before an offset in its line. */
function column(text: string, offset: number): number {
  return offset - (text.lastIndexOf('\n', offset - 1) + 1)
}
