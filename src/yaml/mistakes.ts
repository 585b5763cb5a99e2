import { byItemColumn, byLayout, KEY, lineAt, linesOf, type Mistake, type ParserError, short } from './layout.js'

/**
 * Explains a syntax error. A parser names the token that stopped it ("Implicit keys need to be on a single line"); the
 * actual cause is nearly always one of a few mistakes visible in the lines around it.
 *
 * @param text the whole file.
 */
export function explainMistake(text: string, error: ParserError): Mistake {
  for (const rule of RULES) {
    const found = rule(text, error)
    if (found !== null) return found
  }
  return { message: sentence(error.message), offset: error.offset, remedy: null }
}

/**
 * The mistakes without those that follow from one further up: what the parser says after a mistake that was understood,
 * and after one that shifts the structure, other shifts in the same entry and dashes that no longer fit.
 *
 * @param mistakes in the order of the text.
 */
export function withoutFollowUps(text: string, mistakes: readonly Mistake[]): Mistake[] {
  const items = itemStarts(text)
  let understood = false
  let shifted: number | null = null
  return mistakes.filter(({ offset, remedy, shifts }) => {
    if (remedy === null) return !understood
    understood = true
    if (shifts === undefined) return true
    const isOther =
      shifted === null || (shifts === 'key' && items.some((at) => shifted !== null && shifted < at && at <= offset))
    shifted = offset
    return isOther
  })
}

/** Offsets of the lines that begin an entry. */
function itemStarts(text: string): readonly number[] {
  return linesOf(text).flatMap(({ start, text: line }) => (/^ *- *[A-Za-z_][\w-]*:/.test(line) ? [start] : []))
}

const RULES = [
  byTab,
  byUnusualSpace,
  byQuote,
  byBracket,
  byFirstCharacter,
  byEscape,
  byTextAfterQuote,
  byMissingComma,
  byDashBeforeKey,
  byLayout,
  byColonInValue,
  byDashInValue,
  byWords,
]

function byTab(text: string, { offset }: ParserError): Mistake | null {
  if (!/^ *\t/.test(lineAt(text, offset).text.slice(0, 200))) return null
  return { message: 'this line is indented with a tab.', offset, remedy: 'Use spaces.' }
}

/** Text copied from a web page or a chat: in front of a key, after a dash or a colon, YAML knows only U+0020. */
function byUnusualSpace(text: string, { offset }: ParserError): Mistake | null {
  const { start, text: line } = lineAt(text, offset)
  const [found, before = '', space = ''] = /^([ -]*|.*?:)([^\P{Zs} ])/u.exec(line.slice(0, 200)) ?? []
  if (found === undefined) return null
  const code = `U+${space.charCodeAt(0).toString(16).toUpperCase().padStart(4, '0')}`
  const message = `there is a space here that YAML does not read as one: ${code}.`
  return { message, offset: start + before.length, remedy: 'Replace it with an ordinary space.' }
}

/** The parser searches for the closing quote up to the end of the file; the opening quote is what matters. */
function byQuote(text: string, { message }: ParserError): Mistake | null {
  const quote = /^Missing closing (["'])quote/.exec(message)?.[1]
  if (quote === undefined) return null
  const opening = quote === '"' ? /(?:^|[\s[{,])("(?:[^"\\]|\\.)*)$/ : /(?:^|[\s[{,])('(?:[^']|'')*)$/
  for (const { start, text: line } of linesOf(text)) {
    const rest = opening.exec(line)?.[1]
    if (rest === undefined) continue
    const offset = start + line.length - rest.length
    return { message: `the quote ${quote} is never closed.`, offset, remedy: `Write ${short(rest.trimEnd())}${quote}.` }
  }
  return null
}

function byBracket(text: string, { message, offset }: ParserError): Mistake | null {
  const end = /^Flow (?:map|sequence) .*end with a ([\]}])$/.exec(message)?.[1]
  if (end === undefined) return null
  const open = end === ']' ? '[' : '{'
  const at = lastUnclosed(text.slice(0, offset), open, end)
  return { message: `"${open}" is never closed.`, offset: at ?? offset, remedy: `Close it with "${end}".` }
}

function lastUnclosed(before: string, open: string, end: string): number | null {
  let closed = 0
  for (let index = before.length - 1; index >= 0; index -= 1) {
    if (before[index] === end) closed += 1
    else if (before[index] === open) {
      if (closed === 0) return index
      closed -= 1
    }
  }
  return null
}

/** Characters with a special meaning at the start of a value: `@`, a backtick, `%`, `*`, `&`. */
function byFirstCharacter(text: string, { code, message, offset }: ParserError): Mistake | null {
  const isAlias = code === 'BAD_ALIAS' && message.includes('empty string')
  if (code !== 'BAD_SCALAR_START' && !isAlias) return null
  const rest = restOf(text, offset)
  const { start, text: line } = lineAt(text, offset)
  const isInFlow = isAlias || /[[{][^\]}]*$/.test(line.slice(0, offset - start).slice(-200))
  const value = isInFlow ? (/^[^\s,\]}]*/.exec(rest)?.[0] ?? '') : rest
  return { message: `a value cannot begin with "${value.slice(0, 1)}".`, offset, remedy: `Write ${quoted(value)}.` }
}

/** Usually a regular expression in double quotes. */
function byEscape(text: string, { code, offset }: ParserError): Mistake | null {
  if (code !== 'BAD_DQ_ESCAPE') return null
  const { start, text: line } = lineAt(text, offset)
  const sequence = text.slice(offset, offset + 2)
  const inside = [...line.matchAll(/"((?:[^"\\]|\\.)*)"/g)].find(
    ({ index, 0: whole }) => start + index < offset && offset < start + index + whole.length,
  )?.[1]
  const message = `${sequence} is not a valid escape in double quotes.`
  if (inside === undefined || inside.includes("'")) return { message, offset, remedy: 'Use single quotes.' }
  return { message, offset, remedy: `Use single quotes: '${short(inside)}'.` }
}

function byTextAfterQuote(text: string, { code, offset }: ParserError): Mistake | null {
  if (code !== 'UNEXPECTED_TOKEN') return null
  const { text: line } = lineAt(text, offset)
  const [, value, rest] = /(?:^|: +|- +)("(?:[^"\\]|\\.)*"|'(?:[^']|'')*') *([^\s#].*)$/.exec(line) ?? []
  if (value === undefined || rest === undefined) return null
  const message = `there is text after the closing quote: ${quoted(rest)}.`
  return { message, offset, remedy: `Write ${short(value)} alone.` }
}

function byMissingComma(_: string, { code, offset }: ParserError): Mistake | null {
  if (code !== 'BLOCK_IN_FLOW') return null
  const remedy = 'Put one after each value, as in {name: web, registry: ghcr.io}.'
  return { message: 'a comma is missing in this { } or [ ].', offset, remedy }
}

function byColonInValue(text: string, { code, offset }: ParserError): Mistake | null {
  if (code !== 'BLOCK_AS_IMPLICIT_KEY') return null
  const { text: line } = lineAt(text, offset)
  const [, key, value] = new RegExp(`^ *(?:- +)*(${KEY}): +(.*: .*)$`).exec(line) ?? []
  if (key === undefined || value === undefined) return null
  const remedy = `Write ${key}: ${quoted(value)}, or put what follows "${key}:" on its own lines, indented further.`
  return { message: `the value of ${key} contains a colon and a space.`, offset, remedy }
}

/** `- registry: ghcr.io` below `- name: web`, or an item in the wrong column. */
function byDashBeforeKey(text: string, error: ParserError): Mistake | null {
  const { message, offset } = error
  if (!message.startsWith('A block sequence may not be used as an implicit map key')) return null
  const item = byItemColumn(text, error)
  if (item !== null) return item
  const { start, text: line } = lineAt(text, offset)
  const [, before = '', key] = new RegExp(`^( *)- +(${KEY}:.*)$`).exec(line) ?? []
  if (key === undefined) return null
  const remedy = `Write ${short(key.trimEnd())} with spaces instead of the "-".`
  const said = 'this "-" begins a list where a key belongs.'
  return { message: said, offset: start + before.length, remedy, shifts: 'item' }
}

function byDashInValue(text: string, { code, offset }: ParserError): Mistake | null {
  const [, item] = new RegExp(`^ *(?:- +)*${KEY}: +- +(.*)$`).exec(lineAt(text, offset).text) ?? []
  if (code !== 'UNEXPECTED_TOKEN' || item === undefined) return null
  const shown = short(item.trimEnd())
  return {
    message: 'a list cannot begin on the line of its key.',
    offset,
    remedy: `Write [${shown}], or put "- ${shown}" on the next line.`,
  }
}

/** Everything else: the parser's message in plain words. */
function byWords(text: string, { code, message, offset }: ParserError): Mistake | null {
  const tag = /^Unresolved tag: (.*)$/.exec(message)?.[1]
  if (tag !== undefined) {
    return {
      message: `the tag ${short(tag)} is not supported here.`,
      offset,
      remedy: 'Remove it, or quote the value.',
    }
  }
  if (code === 'BAD_DIRECTIVE') {
    const remedy = 'Remove the line.'
    return { message: `${restOf(text, offset)} is not a directive of YAML.`, offset, remedy }
  }
  const header = /^Block scalar header includes extra characters: ([|>].*)$/.exec(message)?.[1]
  if (header !== undefined) {
    const remedy = `Write "${header.slice(0, 1)}" alone, and the text on the next lines.`
    return { message: `there is text after "${header.slice(0, 1)}".`, offset, remedy }
  }
  if (code !== 'IMPOSSIBLE') return null
  return { message: 'a key must be plain text.', offset, remedy: 'Write one word before the colon.' }
}

function sentence(message: string): string {
  return /[.!?]$/.test(message) ? message : `${message}.`
}

/** From an offset to the end of its line, without a comment. */
function restOf(text: string, offset: number): string {
  const { start, text: line } = lineAt(text, offset)
  return line
    .slice(offset - start)
    .replace(/ +#.*$/, '')
    .trimEnd()
}

function quoted(text: string): string {
  return JSON.stringify(short(text.trimEnd()))
}
