import { DockerfileRefusal, quoted } from './result.js'
import { cutAtBlank, isSpace, nearest, trim, trimStart } from './text.js'

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

type FlagKind = 'boolean' | 'string' | 'strings'
/** The flags that an instruction accepts. */
export type FlagSpecification = Readonly<Record<string, FlagKind>>
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

function valueProblem(kind: FlagKind, value: string | null): string | null {
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
