import { count } from '../text/index.js'

/** An error as the library `yaml` reports it. */
export interface ParserError {
  readonly code: string
  readonly message: string
  readonly offset: number
}

/** An error for people: what is wrong, where, and the literal text to write instead; null when that is unknown. */
export interface Mistake {
  readonly message: string
  readonly offset: number
  readonly remedy: string | null
}

export interface Line {
  readonly start: number
  readonly text: string
}

/** For these codes the lines tell more than the token: a key, dash or value is misplaced. */
const LAYOUT_CODES: readonly string[] = [
  'MULTILINE_IMPLICIT_KEY',
  'BLOCK_AS_IMPLICIT_KEY',
  'MISSING_CHAR',
  'BAD_INDENT',
  'UNEXPECTED_TOKEN',
]

export const KEY = '[A-Za-z_][\\w-]{0,63}'
const GLUED_COLON = new RegExp(`^( *(?:- +)*)(${KEY}):([^\\s:/].*)$`)
const GLUED_DASH = new RegExp(`^( *)-(${KEY}:(?: .*)?)$`)
const NO_COLON = new RegExp(`^( *(?:- +)*)(${KEY})(?: *=+ *| +)([^\\s:=](?:[^:]|:(?=\\S))*)$`)

/**
 * A missing space or colon in a line; null when neither is missing.
 *
 * @returns message, column (0-based) and remedy.
 */
export function gluedLine(line: string): { message: string; column: number; remedy: string } | null {
  const [, before = '', key, value = ''] = GLUED_COLON.exec(line) ?? []
  if (key !== undefined) {
    const column = before.length + key.length + 1
    return {
      message: `a space is missing after "${key}:".`,
      column,
      remedy: `Write ${key}: ${short(value.trimEnd())}.`,
    }
  }
  const [, indent = '', entry] = GLUED_DASH.exec(line) ?? []
  if (entry !== undefined) {
    const remedy = `Write - ${short(entry.trimEnd())}.`
    return { message: 'a space is missing after "-".', column: indent.length + 1, remedy }
  }
  const [, dashes = '', word, rest = ''] = NO_COLON.exec(line) ?? []
  if (word === undefined) return null
  const column = dashes.length + word.length
  return { message: `a colon is missing after "${word}".`, column, remedy: `Write ${word}: ${short(rest.trimEnd())}.` }
}

/** What is missing from, or misplaced in, the line of the error or the one after it. */
export function byLayout(text: string, error: ParserError): Mistake | null {
  if (!LAYOUT_CODES.includes(error.code)) return null
  const lines = linesOf(text).filter(({ text: line }) => !/^ *(?:#|$)/.test(line))
  const index = lines.findLastIndex(({ start }) => start <= error.offset)
  for (const at of [index, index + 1]) {
    const line = lines[at]
    const found = line === undefined ? null : (gluedLine(line.text) ?? misplaced(lines.slice(0, at), line))
    if (line === undefined || found === null) continue
    return { message: found.message, offset: line.start + found.column, remedy: found.remedy }
  }
  return null
}

interface Layout {
  readonly indent: number
  /** Column of the first dash; null: none. */
  readonly item: number | null
  /** Column of the key; null: none. */
  readonly key: number | null
  readonly word: string
}

function layoutOf(line: string): Layout {
  const [, spaces = '', dashes = '', word] = new RegExp(`^( *)((?:- +)*)((?:${KEY}|"[^"]*"):(?= |$))?`).exec(line) ?? []
  const indent = spaces.length
  return {
    indent,
    item: dashes === '' ? null : indent,
    key: word === undefined ? null : indent + dashes.length,
    word: word ?? '-',
  }
}

/** A key or dash in a column that no line above has opened. */
function misplaced(before: readonly Line[], line: Line): { message: string; column: number; remedy: string } | null {
  const { indent, item, key, word } = layoutOf(line.text)
  const above = before.at(-1)
  if (above === undefined || (item === null && key === null)) return null
  const open = openColumns(before, item === null ? 'key' : 'item')
  const last = layoutOf(above.text)
  const isBelow = indent > (last.key ?? last.indent)
  const takesMore = /:(?: +#.*)? *$/.test(above.text)
  if (open.length === 0 || open.includes(indent) || (isBelow && takesMore)) return null
  const wanted = isBelow ? open[0] : (open.findLast((column) => column > indent) ?? open[0])
  if (wanted === undefined) return null
  const shown = item === null ? `"${word}"` : 'this "-"'
  const message = `${shown} is indented by ${count(indent, 'space')} instead of ${wanted}.`
  return { message, column: indent, remedy: `Indent it by ${count(wanted, 'space')}.` }
}

/** Columns where another key, or another item, of an open block may start; innermost first. */
function openColumns(before: readonly Line[], which: 'key' | 'item'): readonly number[] {
  const columns: number[] = []
  let innermost = Number.POSITIVE_INFINITY
  for (const { text } of [...before].reverse().slice(0, 1000)) {
    const { indent, item, key } = layoutOf(text)
    if (indent >= innermost) continue
    innermost = indent
    const column = which === 'key' ? key : item
    if (column !== null) columns.push(column)
    if (indent === 0) break
  }
  return columns
}

/** The line that contains an offset, without its line end. */
export function lineAt(text: string, offset: number): Line {
  const start = text.lastIndexOf('\n', offset - 1) + 1
  const end = text.indexOf('\n', start)
  return { start, text: text.slice(start, end < 0 ? text.length : end).replace(/\r$/, '') }
}

export function linesOf(text: string): readonly Line[] {
  let start = 0
  return text.split('\n').map((line) => {
    const at = start
    start += line.length + 1
    return { start: at, text: line.replace(/\r$/, '') }
  })
}

/** A value from the file, truncated for a message. */
export function short(text: string): string {
  return text.length > 60 ? `${text.slice(0, 60)}…` : text
}
