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
  /** It shifts the structure that the parser sees, so errors further down may only follow from it. */
  readonly shifts?: 'key' | 'item'
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

/** A mistake in a line: its column is 0-based. */
type InLine = Pick<Mistake, 'message' | 'shifts'> & { readonly column: number; readonly remedy: string }

/** A missing space or colon in a line; null when neither is missing. */
export function gluedLine(line: string): InLine | null {
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
    return { message: 'a space is missing after "-".', column: indent.length + 1, remedy, shifts: 'key' }
  }
  const [, dashes = '', word, rest = ''] = NO_COLON.exec(line) ?? []
  if (word === undefined) return null
  const column = dashes.length + word.length
  return { message: `a colon is missing after "${word}".`, column, remedy: `Write ${word}: ${short(rest.trimEnd())}.` }
}

/** What is missing from, or misplaced in, the line of the error or the one after it. */
export function byLayout(text: string, error: ParserError): Mistake | null {
  if (!LAYOUT_CODES.includes(error.code)) return null
  const lines = contentLines(text)
  const index = lineIndex(lines, error.offset)
  for (const at of [index, index + 1]) {
    const line = lines[at]
    const found = line === undefined ? null : (gluedLine(line.text) ?? bareKey(lines, at))
    if (line !== undefined && found !== null) return inText(line, found)
    const wrong = misplaced(lines, at)
    if (wrong !== null) return wrong
  }
  return null
}

/** An item in another column than the items above that begin with the same key: its dash is misplaced. */
export function byItemColumn(text: string, { offset }: ParserError): Mistake | null {
  const lines = contentLines(text)
  const at = lineIndex(lines, offset)
  const line = lines[at]
  const { item, word } = layoutOf(line?.text ?? '')
  const same = lines
    .slice(0, at)
    .findLast((other) => layoutOf(other.text).item !== null && layoutOf(other.text).word === word)
  const wanted = same === undefined ? null : layoutOf(same.text).item
  if (line === undefined || item === null || wanted === null || wanted === item) return null
  return misplacedItem(line, lines[at + 1], wanted)
}

/** The lines that are neither empty nor a comment. */
function contentLines(text: string): readonly Line[] {
  return linesOf(text).filter(({ text: line }) => !/^ *(?:#|$)/.test(line))
}

function lineIndex(lines: readonly Line[], offset: number): number {
  return lines.findLastIndex(({ start }) => start <= offset)
}

function inText(line: Line, { column, ...found }: InLine): Mistake {
  return { ...found, offset: line.start + column }
}

/** `images` alone, with a list or a map below it. */
function bareKey(lines: readonly Line[], at: number): InLine | null {
  const [, spaces = '', word] = new RegExp(`^( *)(${KEY}) *$`).exec(lines[at]?.text ?? '') ?? []
  const below = layoutOf(lines[at + 1]?.text ?? '')
  if (word === undefined || below.indent < spaces.length || (below.item ?? below.key) === null) return null
  const column = spaces.length + word.length
  return { message: `a colon is missing after "${word}".`, column, remedy: `Write ${word}:.`, shifts: 'key' }
}

/** The columns of the first dash (`item`) and of the key, null where there is none. */
function layoutOf(line: string) {
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
function misplaced(lines: readonly Line[], at: number): Mistake | null {
  const line = lines[at]
  const above = lines[at - 1]
  if (line === undefined || above === undefined) return null
  const { indent, item, key, word } = layoutOf(line.text)
  if (item === null && key === null) return null
  const open = openColumns(lines.slice(0, at), item === null ? 'key' : 'item')
  const last = layoutOf(above.text)
  const isBelow = indent > (last.key ?? last.indent)
  const takesMore = /:(?: +#.*)? *$/.test(above.text)
  if (open.length === 0 || open.includes(indent) || (isBelow && takesMore)) return null
  // Where the key above is left of the keys around it, that key is the wrong one.
  const isAboveWrong = isBelow && last.item === null && openColumns(lines.slice(0, at - 1), 'key').includes(indent)
  if (isAboveWrong) return misplacedKey(above, indent)
  if (isBelow && isDashWrong(lines, at)) return misplacedItem(above, line, indent - 2)
  const wanted = isBelow ? open[0] : (open.findLast((column) => column > indent) ?? open[0])
  if (wanted === undefined) return null
  if (item !== null) return misplacedItem(line, lines[at + 1], wanted)
  const isItem = lines.slice(0, at).some((other) => isItemOf(other, indent, word))
  return isItem ? missingDash(line) : misplacedKey(line, wanted)
}

/** Whether the keys below a dash agree on a column that the dash is too far left for, and no other item is in its column. */
function isDashWrong(lines: readonly Line[], at: number): boolean {
  const above = layoutOf(lines[at - 1]?.text ?? '')
  const { indent, key } = layoutOf(lines[at]?.text ?? '')
  const next = layoutOf(lines[at + 1]?.text ?? '')
  const { item } = above
  if (item === null || key !== indent || next.key !== indent || next.item !== null) return false
  return lines.filter((other) => isItemOf(other, item, above.word)).length === 1
}

function isItemOf({ text }: Line, column: number, first: string): boolean {
  const { item, word } = layoutOf(text)
  return item === column && word === first
}

function misplacedKey(line: Line, wanted: number): Mistake {
  const { indent, word } = layoutOf(line.text)
  const message = `"${word}" is indented by ${count(indent, 'space')} instead of ${wanted}.`
  return inText(line, { message, column: indent, remedy: `Indent it by ${count(wanted, 'space')}.`, shifts: 'key' })
}

/** @param below the next line: the whole entry may be in the wrong column, or only its dash. */
function misplacedItem(line: Line, below: Line | undefined, wanted: number): Mistake {
  const { indent } = layoutOf(line.text)
  const message = `this "-" is indented by ${count(indent, 'space')} instead of ${wanted}.`
  const next = layoutOf(below?.text ?? '')
  const isWhole = next.item === null && next.key === indent + 2
  const distance = `${count(Math.abs(wanted - indent), 'space')} to the ${wanted < indent ? 'left' : 'right'}`
  const remedy = isWhole ? `Move the whole entry ${distance}.` : `Indent it by ${count(wanted, 'space')}.`
  return inText(line, { message, column: indent, remedy, shifts: 'item' })
}

function missingDash(line: Line): Mistake {
  const { indent, word } = layoutOf(line.text)
  const remedy = `Write - ${short(line.text.trim())}.`
  return inText(line, { message: `a "-" is missing before "${word}".`, column: indent, remedy, shifts: 'key' })
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
