import { DockerfileRefusal, quoted } from './result.js'
import { cutAtBlank, isSpace, nearest, trim, trimStart } from './text.js'

/** Parsers of values as in Go's standard library (and so BuildKit); each returns whether Go would accept the value. */

const MAX_UINT32 = 2 ** 32 - 1
const MAX_INT32 = 2 ** 31 - 1
const SIZE = /^([+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?) ?(?:b|[kmgtp](?:i?b)?)?$/i

/** `true`, `1`, `F` and so on; not mixed case such as `tRUE`. */
export function isGoBoolean(text: string): boolean {
  return /^(?:[01tTfF]|true|TRUE|True|false|FALSE|False)$/.test(text)
}

/** An unsigned 32-bit integer in octal or decimal digits. */
export function isUint32(text: string, radix: 8 | 10): boolean {
  return (radix === 8 ? /^[0-7]+$/ : /^\d+$/).test(text) && Number.parseInt(text, radix) <= MAX_UINT32
}

/** A 32-bit integer with or without a sign. */
export function isInt32(text: string): boolean {
  const value = Number(text)
  return /^[+-]?\d+$/.test(text) && value <= MAX_INT32 && value >= -MAX_INT32 - 1
}

/** A 64-bit integer with or without a sign. */
export function isInt64(text: string): boolean {
  return /^[+-]?\d+$/.test(text) && BigInt.asIntN(64, BigInt(text.replace('+', ''))) === BigInt(text.replace('+', ''))
}

/** A memory size: `512m`, `1.5 GiB`, `1e3`. */
export function isMemorySize(text: string): boolean {
  const size = SIZE.exec(text)
  if (size === null) return false
  const value = Number(size[1])
  return value >= 0 && value !== Number.POSITIVE_INFINITY
}

/** The fields of one line of CSV; a field in double quotes may contain commas and doubled quotes. */
export function splitCsv(text: string, line: number): string[] {
  const source = text.replace(/\r?\n$/, '')
  const refuse = (reason: string): never => {
    throw new DockerfileRefusal(`${quoted(text)} is not a list of key=value pairs: ${reason}`, line)
  }
  if (source === '') refuse('it is empty')
  const fields: string[] = []
  let at = 0
  for (;;) {
    const field = source[at] === '"' ? quotedField(source, at) : plainField(source, at)
    if (field === null) return refuse('a double quote is in the wrong place; quote the whole field')
    fields.push(field.text)
    if (field.end >= source.length) return fields
    at = field.end + 1
  }
}

function plainField(source: string, start: number): { text: string; end: number } | null {
  const comma = source.indexOf(',', start)
  const end = comma === -1 ? source.length : comma
  const text = source.slice(start, end)
  return text.includes('"') ? null : { text, end }
}

function quotedField(source: string, start: number): { text: string; end: number } | null {
  let text = ''
  let at = start + 1
  for (;;) {
    const quote = source.indexOf('"', at)
    if (quote === -1) return null
    text += source.slice(at, quote)
    at = quote + 1
    if (source[at] !== '"') break
    text += '"'
    at += 1
  }
  return at === source.length || source[at] === ',' ? { text, end: at } : null
}

/** Splits ARG, ENV and LABEL arguments at white space outside quotes; quotes and escapes are left for expansion. */
export function splitQuotedWords(text: string, escapeChar: string): string[] {
  const words: string[] = []
  let word = ''
  let quote = ''
  const finish = () => {
    if (word !== '') words.push(word)
    word = ''
  }
  for (let at = 0; at < text.length; at += 1) {
    const char = text.charAt(at)
    if (quote === '' && isSpace(char)) {
      finish()
      continue
    }
    if (char === escapeChar && quote !== "'") {
      // A trailing escape is dropped.
      if (at + 1 < text.length) word += char + text.charAt(at + 1)
      at += 1
      continue
    }
    if (quote === '' ? char === '"' || char === "'" : char === quote) quote = quote === '' ? char : ''
    word += char
  }
  finish()
  return words
}

/** `ENV name=value …` or the legacy `ENV name value`, as alternating names and values. Other forms are refused. */
export function assignedPairs(instruction: string, text: string, escapeChar: string, line: number): string[] {
  const words = splitQuotedWords(text, escapeChar)
  const first = words[0]
  if (first === undefined) return []
  if (!first.includes('=')) {
    const pair = cutAtBlank(text)
    if (pair === null)
      throw new DockerfileRefusal(`${instruction} needs a name and a value (${instruction} name=value)`, line)
    return pair
  }
  return words.flatMap((word) => {
    const equals = word.indexOf('=')
    if (equals !== -1) return [word.slice(0, equals), word.slice(equals + 1)]
    throw new DockerfileRefusal(`${instruction}: ${quoted(word)} has no "=": write every pair as name=value`, line)
  })
}

/** The strings of a JSON array; null if the text is not an array. An array of other values is refused. */
export function jsonStrings(text: string, line: number): string[] | null {
  const body = trimStart(text)
  if (!body.startsWith('[')) return null
  const parsed = parseJson(body)
  if (
    !Array.isArray(parsed) ||
    parsed.some((item) => item === Number.POSITIVE_INFINITY || item === Number.NEGATIVE_INFINITY)
  ) {
    return null
  }
  return parsed.map((item: unknown) => {
    if (typeof item === 'string') return item
    throw new DockerfileRefusal('an argument list in JSON form may hold strings only', line)
  })
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}

/** The flags that an instruction accepts. */
export type FlagSpecification = Readonly<Record<string, 'boolean' | 'string' | 'strings'>>
export type FlagValues = ReadonlyMap<string, readonly string[]>

/**
 * Splits the leading `--flag` words from an instruction's arguments, resolving quotes and escapes in them. A lone `--`
 * ends them.
 */
export function takeFlags(text: string, escapeChar: string): { flags: string[]; rest: string } {
  if (!trim(text).startsWith('--')) return { flags: [], rest: text }
  // BuildKit reads flags byte by byte, so a byte of a multi-byte character may count as a space or a letter.
  const bytes = Buffer.from(text, 'utf8').toString('latin1')
  const scanner = flagScanner(bytes, escapeChar)
  const flags: string[] = []
  for (;;) {
    const start = scanner.skipSpaces()
    if (!bytes.startsWith('--', start)) return { flags, rest: fromBytes(bytes.slice(start)) }
    const word = scanner.word()
    if (word.text === '--') return { flags, rest: fromBytes(bytes.slice(word.end)) }
    if (word.text !== '' || word.quoted) flags.push(word.text)
    if (word.end >= bytes.length) return { flags, rest: '' }
  }
}

function fromBytes(bytes: string): string {
  return Buffer.from(bytes, 'latin1').toString('utf8')
}

function flagScanner(text: string, escapeChar: string) {
  let at = 0
  return {
    skipSpaces(): number {
      while (at < text.length && isSpace(text[at])) at += 1
      return at
    },
    word(): { text: string; quoted: boolean; end: number } {
      let word = ''
      let quote = ''
      let wasQuoted = false
      for (; at < text.length; at += 1) {
        const char = text.charAt(at)
        if (quote === '' && isSpace(char)) break
        if (quote === '' ? char === '"' || char === "'" : char === quote) {
          quote = quote === '' ? char : ''
          wasQuoted = true
        } else if (char !== escapeChar) word += char
        else {
          at += 1
          word += text.charAt(at)
        }
      }
      return { text: word, quoted: wasQuoted, end: Math.min(at, text.length) }
    },
  }
}

/** Checks flags against those the instruction accepts and returns their values; refuses others as BuildKit does. */
export function parseFlags(
  instruction: string,
  flags: readonly string[],
  known: FlagSpecification,
  line: number,
): FlagValues {
  const values = new Map<string, string[]>()
  const refuse = (message: string): never => {
    throw new DockerfileRefusal(`${instruction}: ${message}`, line)
  }
  for (const flag of flags) {
    if (flag === '--') break
    if (!flag.startsWith('--')) refuse(`${quoted(flag)} should be a flag that begins with --`)
    const equals = flag.indexOf('=')
    const name = equals === -1 ? flag.slice(2) : flag.slice(2, equals)
    const value = equals === -1 ? null : flag.slice(equals + 1)
    const kind = Object.hasOwn(known, name) ? known[name] : undefined
    if (kind === undefined) return refuse(`${unknownFlag(name, known)}`)
    if (values.has(name) && kind !== 'strings') refuse(`the flag --${name} is given twice`)
    const problem = valueProblem(kind, value)
    if (problem !== null) refuse(`the flag --${name} ${problem}`)
    const earlier = values.get(name)
    if (earlier === undefined) values.set(name, [value ?? ''])
    else earlier.push(value ?? '')
  }
  return values
}

function valueProblem(kind: FlagSpecification[string], value: string | null): string | null {
  if (kind !== 'boolean') return value === null ? 'needs a value (--flag=value)' : null
  if (value === null || /^(?:true|false)$/i.test(value)) return null
  return value === '' ? 'has "=" but no value' : `is true or false, not ${quoted(value)}`
}

function unknownFlag(name: string, known: FlagSpecification): string {
  const names = Object.keys(known)
  const meant = nearest(name.toLowerCase(), names) ?? (names.includes(name.toLowerCase()) ? name.toLowerCase() : null)
  if (meant !== null) return `the flag --${name} is unknown (did you mean --${meant}?)`
  const list = names.length === 0 ? 'it takes none' : `it takes ${names.map((known) => `--${known}`).join(', ')}`
  return `the flag --${name} is unknown (${list})`
}
