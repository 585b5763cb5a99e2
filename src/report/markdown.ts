// Escapes untrusted text. Every string of a report passes through here on its way to Markdown or HTML: nothing in it
// can break out of its place, mention a user or link an issue. Spans are text independent of its output format: our own
// words, and user text that each format escapes.
import { formatNumber, listSome, oneLine } from '../text/index.js'

const DOCKER_HUB = /^docker\.io\/(?:library\/)?(?=.)/

/** The common short form of a reference: without the host for Docker Hub, in full for every other registry. */
export function shortReference(reference: string): string {
  return reference.replace(DOCKER_HUB, '')
}

const MAX_PROSE = 400

/** What GitHub turns into a link, a mention, an emoji or a formula after parsing Markdown, escaped or not. */
const LIVE = /[@$]|#\d|\bGH-\d|:\/\/|www\.|:[\w+-]+:/i

const MARKDOWN: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  // GitHub splits table cells before it processes backslashes, so these two need entities.
  '|': '&#124;',
  '\\': '&#92;',
  '`': '&#96;',
}

function escapeMarkdown(word: string): string {
  return word.replace(/[&<>|\\`*_~[\]#]/g, (character) => MARKDOWN[character] ?? `\\${character}`)
}

/** Entities for everything with a meaning in HTML or Markdown: safe in either. */
function escapeHtml(text: string): string {
  return text.replace(/[^\p{L}\p{N} .,:;()/+=%-]/gu, (character) => `&#${character.codePointAt(0) ?? 0};`)
}

/** An identifier as code within HTML, where Markdown is not parsed. */
export function htmlCode(text: string, most?: number): string {
  return `<code>${escapeHtml(oneLine(text, most))}</code>`
}

/**
 * An identifier as code, in prose, lists and (through `cell`) tables. Never as an HTML tag: GitHub parses Markdown
 * between inline tags, and would create links there.
 */
export function codeSpan(text: string, most?: number): string {
  const line = oneLine(text, most)
  if (line === '') return '`""`'
  const ticks = '`'.repeat(longestRun(line) + 1)
  const pad = line.startsWith('`') || line.endsWith('`') ? ' ' : ''
  return `${ticks}${pad}${line}${pad}${ticks}`
}

/** Finished Markdown as a table cell: pipes split cells first, even within code. */
export function cell(markdown: string): string {
  return markdown.replace(/(\\?)\|/g, (_, backslash: string) => (backslash === '' ? '\\|' : '\\\\u{7c}'))
}

/**
 * Text for a paragraph, list or table cell. `Quoted` words and words that GitHub would make active become code.
 *
 * @param urlOf the URL of a word, without punctuation around it; null: none.
 */
export function prose(text: string, most = MAX_PROSE, urlOf: (word: string) => string | null = () => null): string {
  const linked = (word: string) => {
    const url = urlOf(word)
    return url === null ? null : link(codeSpan(word), url)
  }
  const escaped = byWord(oneLine(text, most), escapeMarkdown, codeSpan, linked)
  // At the start of a line these would begin a list, a heading or a rule.
  return escaped.replace(/^[-+=]/, '\\$&').replace(/^(\d+)([.)])/, '$1\\$2')
}

/** Text within HTML, where Markdown is not parsed. */
export function html(text: string, most?: number): string {
  return byWord(oneLine(text, most), escapeHtml, htmlCode)
}

/** The words of a text, without brackets, periods or backticks around them. */
export function bareWords(text: string): string[] {
  return [...oneLine(text, MAX_PROSE).matchAll(WORDS)].map(([word, quoted]) => quoted ?? BARE.exec(word)?.[2] ?? word)
}

const WORDS = /(?<!\S)`([^`]+)`(?=[.,;:!?)]*(?: |$))|\S+/g
const BARE = /^(\(?)(.*?)([.,;:!?)]*)$/

function byWord(
  line: string,
  plain: (word: string) => string,
  asCode: (word: string) => string,
  linked: (word: string) => string | null = () => null,
): string {
  return line.replace(WORDS, (word: string, quoted: string | undefined) => {
    if (quoted !== undefined) return linked(quoted) ?? asCode(quoted)
    const [, open = '', inner = '', close = ''] = BARE.exec(word) ?? []
    const url = linked(inner)
    if (url !== null) return open + url + close
    if (!LIVE.test(word)) return plain(word)
    return LIVE.test(inner) ? open + asCode(inner) + close : asCode(word)
  })
}

/** A code block that its content cannot close. */
export function fence(language: string, content: string): string {
  const ticks = '`'.repeat(Math.max(3, longestRun(content) + 1))
  return `${ticks}${language}\n${content}\n${ticks}`
}

function longestRun(text: string): number {
  let longest = 0
  for (const run of text.matchAll(/`+/g)) longest = Math.max(longest, run[0].length)
  return longest
}

/** A link with Markdown as its text; only the text if the URL is unusual. */
export function link(markdown: string, url: string | null): string {
  const ordinary = url !== null && url.length <= 200 && /^https?:\/\/[\w.~:/?#@!$&*+,;=%-]+$/.test(url)
  return ordinary ? `[${markdown}](${url})` : markdown
}

/** A folded block. The title is HTML, the body Markdown. */
export function details(title: string, body: string): string {
  return `<details><summary>${title}</summary>\n\n${body}\n\n</details>`
}

/** A table of at most `rows` items, and the number of the others. */
export function table<T>(
  head: readonly string[],
  items: readonly T[],
  cells: (item: T) => readonly string[],
  rows: number,
): string {
  const line = (columns: readonly string[]) => `| ${columns.map(cell).join(' | ')} |`
  const rule = line(head.map(() => '---'))
  const more = (n: number) => line([`… and ${formatNumber(n)} more`, ...head.slice(1).map(() => '')])
  return [line(head), rule, ...listSome(items, rows, (item) => line(cells(item)), more)].join('\n')
}

/** A list of at most `max` items, one per line. */
export function bullets<T>(items: readonly T[], max: number, show: (item: T) => string): string[] {
  return listSome(
    items,
    max,
    (item) => `- ${show(item)}`,
    (n) => `- … and ${formatNumber(n)} more`,
  )
}

/** `+2 −1`; for an added or removed object only one of them. */
export function delta({ added, removed }: { readonly added: number; readonly removed: number }): string {
  if (added > 0 && removed === 0) return `+${added}`
  return added === 0 && removed > 0 ? `−${removed}` : `+${added} −${removed}`
}

/** Our own words, also linked; user text (a name, a value), linked if there is a URL; or an emphasized part. */
export type Span =
  | string
  | { readonly word: string; readonly to: string }
  | { readonly code: string; readonly url: string | null }
  | { readonly strong: readonly Span[] }

/** A name or value, linked if there is a URL. */
export function code(text: string, url: string | null = null): Span {
  return { code: text, url }
}

/** Our own words, linked if there is a URL. */
export function linked(word: string, url: string | null): Span {
  return url === null ? word : { word, to: url }
}

/** Emphasized text. */
export function strong(...spans: readonly Span[]): Span {
  return { strong: spans }
}

const MAX_CODE = 120

/** As Markdown that is safe on GitHub. */
export function markdown(spans: readonly Span[]): string {
  return spans
    .map((span) => {
      if (typeof span === 'string') return span
      if ('word' in span) return link(span.word, span.to)
      return 'code' in span ? link(codeSpan(span.code, MAX_CODE), span.url) : `**${markdown(span.strong)}**`
    })
    .join('')
}

export function terminalText(spans: readonly Span[], bold: (text: string) => string): string {
  return spans
    .map((span) => {
      if (typeof span === 'string') return span
      if ('word' in span) return span.word
      return 'code' in span ? oneLine(span.code, MAX_CODE) || '""' : bold(terminalText(span.strong, (text) => text))
    })
    .join('')
}

/** `a`, `a and b`, `a, b and c`; limited to the first ones and the number of others. */
export function listed(
  items: readonly (readonly Span[])[],
  { max = items.length, and = ' and ' }: { readonly max?: number; readonly and?: string } = {},
): Span[] {
  const shown = items.slice(0, max)
  const more = items.length > max ? [` and ${formatNumber(items.length - max)} more`] : []
  const last = more.length > 0 ? ', ' : and
  const joined = shown.flatMap((item, index) => {
    if (index === 0) return [...item]
    return [index === shown.length - 1 ? last : ', ', ...item]
  })
  return [...joined, ...more]
}
