import { matchAt } from '../scan.js'
import { type BuildValue, isKnown } from '../value.js'
import { MAX_DEFINITION_BYTES, type Unreadable } from '../yaml-file.js'
import { type Interpolation, interpolate } from './variables.js'

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

class DotenvReader {
  readonly values = new Map<string, BuildValue>()
  line = 1
  #at = 0
  readonly #text: string
  readonly #file: string
  readonly #settings: Interpolation

  constructor(text: string, file: string, settings: Interpolation) {
    this.#text = text
    this.#file = file
    this.#settings = settings
  }

  /** The error, or null. */
  read(): string | null {
    for (this.#take(BLANKS); this.#at < this.#text.length; this.#take(BLANKS)) {
      const wrong = this.#text[this.#at] === '#' ? this.#skipLine() : this.#statement()
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
    const sign = this.#text[this.#at] ?? '\n'
    if (name === '' || /\s/.test(name) || !/[=:\n]/.test(sign)) {
      return 'it is not NAME=value. Put a # before it if it is a comment.'
    }
    if (sign === '\n') {
      const inherited = this.#settings.environment.get(name)
      if (inherited !== undefined) this.values.set(name, inherited)
      return null
    }
    this.#at += 1
    this.#take(SPACES)
    const value = this.#value()
    if (value === null) return 'a quote that begins here is not closed.'
    this.values.set(name, assumedAt(value, name, `${this.#file}:${line}`))
    return null
  }

  /** null: an unterminated quote. */
  #value(): BuildValue | null {
    const quote = this.#text[this.#at]
    if (quote !== '"' && quote !== "'") {
      const [value = ''] = this.#take(PLAIN).split(' #')
      return this.#filled(value.trimEnd())
    }
    const pattern = QUOTED[quote]
    const inner = matchAt(pattern, this.#text, this.#at)?.[1]
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
    const found = matchAt(pattern, this.#text, this.#at)?.[0] ?? ''
    this.#at += found.length
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
