import { type Budget, matchAt, Scanner, TooMuch } from '../scan.js'
import { type BuildValue, isKnown, unknown } from '../value.js'
import { MAX_DEFINITION_BYTES, type Unreadable } from '../yaml-file.js'

/** Limit on nested defaults; no real file reaches it. */
const MAX_DEPTH = 32

/** Inputs of interpolation. */
export interface Interpolation {
  /** Variables of the step that builds, and of `.env` files. */
  readonly environment: Pick<ReadonlyMap<string, BuildValue>, 'get'>
  /** Limit on the resulting text. */
  readonly budget: Budget
}

/**
 * Fills in `$NAME`, `${NAME}` and `${NAME:-default}` as compose does (docs.docker.com, "Interpolation"; compose-go,
 * `template/template.go`). A variable not in the known environment counts as unset if it has a default, which is
 * assumed; `$$` is a dollar, and so is one before anything that is not a name.
 *
 * @throws {TooMuch} when the resulting text exceeds the limit.
 */
export function interpolate(written: string, settings: Interpolation): BuildValue {
  if (!written.includes('$')) return { text: written }
  const reader = new VariableReader(written, settings)
  const text = reader.read(0)
  if (reader.isUnknown || reader.isTooDeep) return unknown(written)
  return reader.isAssumed ? { text, assumedFrom: written } : { text }
}

class VariableReader extends Scanner {
  isUnknown = false
  isAssumed = false
  /** Once braces are no longer matched, nothing read counts. */
  isTooDeep = false
  readonly #settings: Interpolation

  constructor(written: string, settings: Interpolation) {
    super(written)
    this.#settings = settings
  }

  /** Reads up to the text's end or, in a default, up to the brace that closes its variable. */
  read(depth: number): string {
    const parts: string[] = []
    // Balanced braces inside a default are text.
    let open = 0
    while (this.at < this.text.length) {
      const character = this.text[this.at] ?? ''
      if (depth > 0 && character === '}' && open === 0) break
      if (character === '{') open += 1
      if (character === '}') open -= 1
      if (character === '$') parts.push(this.#spent(this.#variable(depth)))
      else {
        parts.push(character)
        this.at += 1
      }
    }
    return parts.join('')
  }

  #spent(text: string): string {
    if (!this.#settings.budget.spend(text.length)) {
      throw new TooMuch('its variables give too large a result.')
    }
    return text
  }

  #variable(depth: number): string {
    const next = this.text[this.at + 1] ?? ''
    if (!/[{A-Za-z_]/.test(next)) {
      this.at += next === '$' ? 2 : 1
      return '$'
    }
    this.at += next === '{' ? 2 : 1
    const name = this.match(/[A-Za-z_]\w*/y)
    if (depth >= MAX_DEPTH) this.isTooDeep = true
    if (name === '' || this.isTooDeep) return this.#giveUp()
    if (next !== '{') return this.#value(name) ?? this.#giveUp()
    const operator = this.match(/:?[-+?]/y)
    // Assumptions in an alternative that is not used do not count.
    const assumedBefore = this.isAssumed
    const unknownBefore = this.isUnknown
    const alternative = operator === '' ? '' : this.read(depth + 1)
    const [assumedIn, unknownIn] = [this.isAssumed, this.isUnknown]
    if (this.text[this.at] !== '}') return this.#giveUp()
    this.at += 1
    this.isAssumed = assumedBefore
    this.isUnknown = unknownBefore
    const takes = () => {
      this.isAssumed ||= assumedIn
      this.isUnknown ||= unknownIn
      return alternative
    }
    return this.#choose(name, operator, takes)
  }

  #choose(name: string, operator: string, alternative: () => string): string {
    const isSet = this.#settings.environment.get(name) !== undefined
    const value = this.#value(name)
    if (isSet && value === null) return this.#giveUp()
    const isEmpty = value === null || (operator.startsWith(':') && value === '')
    if (operator.endsWith('-')) {
      if (!isSet) this.isAssumed = true
      return isEmpty ? alternative() : (value ?? '')
    }
    if (operator.endsWith('+')) {
      if (!isSet) this.isAssumed = true
      return isEmpty ? '' : alternative()
    }
    return isEmpty && operator !== '' ? this.#giveUp() : (value ?? this.#giveUp())
  }

  /** The value in the known environment, else null. */
  #value(name: string): string | null {
    const value = this.#settings.environment.get(name)
    if (value === undefined || !isKnown(value)) return null
    this.isAssumed ||= value.assumedFrom !== undefined
    return value.text
  }

  #giveUp(): string {
    this.isUnknown = true
    return ''
  }
}

const SPACES = /[\t\v\f\r \u0085\u00a0]*/y
const BLANKS = /\s*/y
const EXPORT = /export[\t\v\f\r \u0085\u00a0]+/y
const NAME = /[\p{L}\p{N}_.\-[\]\t\v\f\r \u0085\u00a0]*/uy
const PLAIN = /[^\n]*/y
const QUOTED = { '"': /"([^"\\]*(?:\\[\s\S][^"\\]*)*)"/y, "'": /'([^'\\]*(?:\\[\s\S][^'\\]*)*)'/y } as const

const ESCAPE = /\\(?:([abcfnrtv$"\\])|0(\d{0,3}))/g
const ESCAPED: Readonly<Record<string, string>> = {
  a: '\x07',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
  v: '\v',
  // Interpolation, which follows, turns it into a single dollar.
  $: '$$',
  '"': '"',
  '\\': '\\',
}

/**
 * Reads a `.env` file as compose does (compose-go, `dotenv/parser.go`): `NAME=value`, `NAME: value` and `export`; `#`
 * after a blank begins a comment; quoted values may span lines; single quotes are literal. Other values may contain
 * variables: from the environment, then from earlier lines of the file. A name alone takes the environment's value.
 *
 * @param file its path, for positions.
 * @param settings source of variables, and the limit on the resulting text.
 * @returns the values, each assumed: an environment variable of that name overrides it. Or why parsing failed.
 */
export function readDotenv(
  text: string,
  file: string,
  settings: Interpolation,
): { readonly ok: true; readonly values: ReadonlyMap<string, BuildValue> } | Unreadable {
  if (Buffer.byteLength(text) > MAX_DEFINITION_BYTES) {
    return { ok: false, message: `the file is larger than ${MAX_DEFINITION_BYTES} bytes.`, line: null }
  }
  const reader = new DotenvReader(text.replace(/^\ufeff/, ''), file, settings)
  const wrong = reader.read()
  return wrong === null ? { ok: true, values: reader.values } : { ok: false, message: wrong, line: reader.line }
}

class DotenvReader extends Scanner {
  readonly values = new Map<string, BuildValue>()
  line = 1
  readonly #file: string
  readonly #settings: Interpolation

  constructor(text: string, file: string, settings: Interpolation) {
    super(text)
    this.#file = file
    this.#settings = settings
  }

  /** The error, or null. */
  read(): string | null {
    for (this.#take(BLANKS); this.at < this.text.length; this.#take(BLANKS)) {
      const wrong = this.text[this.at] === '#' ? this.#skipLine() : this.#statement()
      if (wrong !== null) return wrong
    }
    return null
  }

  #skipLine(): null {
    this.#take(PLAIN)
    return null
  }

  #statement(): string | null {
    this.#take(EXPORT)
    const line = this.line
    const name = this.#take(NAME).trim()
    const sign = this.text[this.at] ?? '\n'
    if (name === '' || /\s/.test(name) || !/[=:\n]/.test(sign)) {
      return 'it is not NAME=value. Put a # before it if it is a comment.'
    }
    if (sign === '\n') {
      const inherited = this.#settings.environment.get(name)
      if (inherited !== undefined) this.values.set(name, inherited)
      return null
    }
    this.at += 1
    this.#take(SPACES)
    const value = this.#value()
    if (value === null) return 'a quote that begins here is not closed.'
    this.values.set(name, assumedAt(value, name, `${this.#file}:${line}`))
    return null
  }

  /** null: an unterminated quote. */
  #value(): BuildValue | null {
    const quote = this.text[this.at]
    if (quote !== '"' && quote !== "'") {
      const [value = ''] = this.#take(PLAIN).split(' #')
      return this.#filled(value.trimEnd())
    }
    const pattern = QUOTED[quote]
    const inner = matchAt(pattern, this.text, this.at)?.[1]
    if (inner === undefined) return null
    this.#take(pattern)
    const unquoted = inner.replaceAll(`\\${quote}`, quote)
    return quote === "'" ? { text: unquoted } : this.#filled(unescaped(unquoted))
  }

  #filled(written: string): BuildValue {
    const { environment, budget } = this.#settings
    // The environment overrides the file's own variables.
    const lookup = (name: string) => environment.get(name) ?? this.values.get(name)
    return interpolate(written, { environment: { get: lookup }, budget })
  }

  #take(pattern: RegExp): string {
    const found = this.match(pattern)
    for (const sign of found) if (sign === '\n') this.line += 1
    return found
  }
}

function unescaped(text: string): string {
  return text.replace(ESCAPE, (all: string, letter: string | undefined, octal: string | undefined) => {
    if (octal === undefined) return ESCAPED[letter ?? ''] ?? all
    return /^[0-3][0-7]{2}$/.test(octal) ? String.fromCharCode(Number.parseInt(octal, 8)) : `\\${octal}`
  })
}

function assumedAt(value: BuildValue, name: string, place: string): BuildValue {
  return isKnown(value) ? { text: value.text, assumedFrom: name, place } : { ...value, place }
}
