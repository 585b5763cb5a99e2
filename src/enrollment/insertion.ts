import { isAlias, isMap, isSeq, type Node, parseDocument, type YAMLMap, type YAMLSeq } from 'yaml'
import { blockEntry, type EntryData, endOf, flowEntry, listNode, nextLine, PLAIN_STYLE, styleOf } from './entry-text.js'

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
export function placesFor(text: string, entry: EntryData): readonly Edit[] {
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
  readonly entry: EntryData
  readonly eol: string
}

function behindLast(list: YAMLSeq<Node>, place: Place): Edit[] {
  const { text, entry, eol } = place
  const last = list.items.at(-1)
  const dashes = dashesOf(list)
  if (last === undefined || dashes.length === 0) return []
  const style = styleOf(list, dashes, text)
  const block = blockEntry(entry, style, eol)
  const lines = (at: number) => linesAt(at, { block, apart: style.apart, place })
  const behindNode = nextLine(text, Math.max(list.range?.[2] ?? 0, last.range?.[2] ?? 0))
  return [ownEnd(text, endOf(last), style.dash), behindNode, text.length].map(lines)
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

function linesAt(
  at: number,
  { block, apart, place }: { readonly block: string; readonly apart: boolean; readonly place: Place },
): Edit {
  const { text, eol } = place
  const needsEnd = at > 0 && text[at - 1] !== '\n'
  const isApart = /(?:^|\n)[ \t]*\r?\n$/.test(text.slice(0, at)) || at === 0
  const before = (needsEnd ? eol : '') + (apart && !isApart ? eol : '')
  return { from: at, to: at, text: `${before}${block}${eol}`, skip: before.length + block.search(/\S/) }
}

function atEnd(place: Place): Edit {
  const block = blockEntry(place.entry, PLAIN_STYLE, place.eol)
  return linesAt(place.text.length, { block, apart: /\S/.test(place.text), place })
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
  return [linesAt(nextLine(text, list.range?.[1] ?? 0), { block, apart: false, place })]
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
    const edit = linesAt(offset, { block, apart: true, place })
    return { ...edit, skip: edit.text.indexOf('- ', edit.text.indexOf(key)) }
  })
}

function column(text: string, offset: number): number {
  return offset - (text.lastIndexOf('\n', offset - 1) + 1)
}
