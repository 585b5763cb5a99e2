import { type Data, HALF_CHARACTER } from './model.js'

/** Thrown where the text is more than the plain subset; whoever reads then leaves it to the library. */
export const DECLINED = new Error('not in the plain subset of YAML')

const TAB = 0x09
const LF = 0x0a
const CR = 0x0d
const SPACE = 0x20
const QUOTE = 0x22
const HASH = 0x23
const APOSTROPHE = 0x27
const COMMA = 0x2c
const DASH = 0x2d
const COLON = 0x3a
const BACKSLASH = 0x5c

const codes = (characters: string) => new Set([...characters].map((one) => one.charCodeAt(0)))

/** What plain text cannot begin with; `?` and `:` can before other text, which is rare. `-` is looked at by itself. */
const NO_BEGINNING = codes('?:,[]{}#&*!|>\'"%@`\t\r\n ')
const FLOW = codes(',[]{}')

/** Most texts hold nothing that has to be looked at more closely: one class of characters is found fastest. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for.
const SUSPECT = /[\0-\x08\x0b-\x1f\x7f\ud800-\udfff\ufeff]/

/** Characters that mean something to the library, or that text should not hold; a lone CR is no end of a line. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for.
const SPECIAL = /[\0-\x08\x0b\x0c\x0e-\x1f\x7f\ufeff]|\r(?!\n)|\p{Surrogate}/u

/** Keys that objects put before the others: the order of the file would be lost. */
const INDEX = /^(?:0|[1-9]\d*)$/

/** Keys of more than 1,024 characters are an error in YAML. */
const MAX_KEY_LENGTH = 1000

/** Plain text that is no string in YAML's core schema (yaml.org/spec/1.2.2, 10.3.2); numbers are not among it. */
const CONSTANTS = new Map<string, null | boolean>([
  ...['~', 'null', 'Null', 'NULL'].map((spelling) => [spelling, null] as const),
  ...['true', 'True', 'TRUE'].map((spelling) => [spelling, true] as const),
  ...['false', 'False', 'FALSE'].map((spelling) => [spelling, false] as const),
])

/** Goes through a text line by line, and reads what stands on one line. Throws DECLINED at what it does not know. */
export class Scanner {
  /** Ends with a line feed, so that every line does. */
  readonly #text: string
  readonly #numbers: 'text' | 'lossless'
  /** Where it is. */
  offset = 0
  /** Spaces before the content of its line; -1 when there is no further line. */
  indent = -1

  constructor(text: string, numbers: 'text' | 'lossless') {
    if (SUSPECT.test(text) && SPECIAL.test(text)) throw DECLINED
    this.#text = `${text}\n`
    this.#numbers = numbers
    this.#findContent()
    if (this.indent === 0 && text.startsWith('---', this.offset)) {
      this.offset += 3
      this.endLine()
    }
  }

  /** The character it is at. */
  code(): number {
    return this.#text.charCodeAt(this.offset)
  }

  skipSpaces(): void {
    while (this.code() === SPACE) this.offset += 1
  }

  /** Whether nothing but a comment follows on this line; goes behind the spaces before it. */
  isLineOver(): boolean {
    this.skipSpaces()
    const code = this.code()
    return code === LF || code === CR || (code === HASH && this.#text.charCodeAt(this.offset - 1) === SPACE)
  }

  /** Goes to the next line with content. */
  endLine(): void {
    if (!this.isLineOver()) throw DECLINED
    this.offset = this.#text.indexOf('\n', this.offset) + 1
    this.#findContent()
  }

  isListItem(): boolean {
    return this.code() === DASH && this.#isBlank(this.offset + 1)
  }

  isKey(): boolean {
    const start = this.offset
    if (FLOW.has(this.code())) return false
    this.#words('block')
    const found = this.code() === COLON
    this.offset = start
    return found
  }

  /** Reads a key and its colon. */
  key(within: 'block' | 'flow'): string {
    const start = this.offset
    // `---` and `...` begin and end documents.
    if (this.code() === DASH || this.#text.startsWith('...', start)) throw DECLINED
    const isPlain = !this.#isQuote()
    const name = this.#words(within)
    if (this.code() !== COLON || !this.#isBlank(this.offset + 1)) throw DECLINED
    if (this.offset - start > MAX_KEY_LENGTH || name === '__proto__' || INDEX.test(name)) throw DECLINED
    if (isPlain && CONSTANTS.has(name)) throw DECLINED
    this.offset += 1
    return name
  }

  /** Reads the opening bracket of a flow collection; whether the closing one follows. */
  isOpenedEmpty(closing: number): boolean {
    this.offset += 1
    this.skipSpaces()
    if (this.code() !== closing) return false
    this.offset += 1
    return true
  }

  /** Reads what follows an item of a flow collection: the closing bracket, or a comma and the spaces behind it. */
  isClosed(closing: number): boolean {
    this.skipSpaces()
    const code = this.code()
    if (code !== closing && code !== COMMA) throw DECLINED
    this.offset += 1
    if (code === COMMA) this.skipSpaces()
    return code === closing
  }

  /** Reads a scalar; in a flow collection it ends where the next item begins. */
  scalar(within: 'block' | 'flow'): Data {
    const isPlain = !this.#isQuote()
    const words = this.#words(within)
    return isPlain ? this.#resolved(words) : words
  }

  #findContent(): void {
    const text = this.#text
    for (let start = this.offset; start < text.length; start = text.indexOf('\n', this.offset) + 1) {
      this.offset = start
      this.skipSpaces()
      const code = this.code()
      if (code === HASH || code === LF || code === CR) continue
      this.indent = this.offset - start
      return
    }
    this.offset = text.length
    this.indent = -1
  }

  #words(within: 'block' | 'flow'): string {
    return this.#isQuote() ? this.#quoted(this.code()) : this.#plain(within)
  }

  #isQuote(): boolean {
    const code = this.code()
    return code === QUOTE || code === APOSTROPHE
  }

  #isBlank(offset: number): boolean {
    const code = this.#text.charCodeAt(offset)
    return code === SPACE || code === LF || code === CR || code === TAB
  }

  #plain(within: 'block' | 'flow'): string {
    const text = this.#text
    const start = this.offset
    this.#checkBeginning(within)
    let end = start
    for (let at = start; ; at += 1) {
      const code = text.charCodeAt(at)
      if (code === SPACE) continue
      if (code === LF || code === CR || (code === HASH && end < at)) break
      if (code === COLON && this.#isBlank(at + 1)) break
      if (code === TAB) throw DECLINED
      if (within === 'flow' && FLOW.has(code)) break
      if (within === 'flow' && code === COLON && FLOW.has(text.charCodeAt(at + 1))) throw DECLINED
      end = at + 1
    }
    this.offset = end
    return text.slice(start, end)
  }

  #checkBeginning(within: 'block' | 'flow'): void {
    if (NO_BEGINNING.has(this.code())) throw DECLINED
    if (this.code() !== DASH) return
    const next = this.offset + 1
    if (this.#isBlank(next) || (within === 'flow' && FLOW.has(this.#text.charCodeAt(next)))) throw DECLINED
  }

  #quoted(quote: number): string {
    const text = this.#text
    const start = this.offset + 1
    let at = start
    let isEscaped = false
    for (; ; at += 1) {
      let code = text.charCodeAt(at)
      const isPair = code === quote && quote === APOSTROPHE && text.charCodeAt(at + 1) === quote
      if (code === quote && !isPair) break
      if (isPair || (code === BACKSLASH && quote === QUOTE)) {
        isEscaped = true
        at += 1
        code = text.charCodeAt(at)
      }
      if (code === LF || code === CR || code === TAB) throw DECLINED
    }
    this.offset = at + 1
    const inside = text.slice(start, at)
    if (!isEscaped) return inside
    return quote === QUOTE ? unescaped(inside) : inside.replaceAll("''", "'")
  }

  #resolved(words: string): Data {
    const constant = words.length <= 5 ? CONSTANTS.get(words) : undefined
    if (constant !== undefined) return constant
    if (this.#numbers === 'text' || !/^-?\d/.test(words)) return words
    const number = Number(words)
    return String(number) === words ? number : words
  }
}

/** JSON's escapes mean the same in YAML; YAML's own are rare. */
function unescaped(inside: string): string {
  try {
    const text = JSON.parse(`"${inside}"`) as string
    if (!HALF_CHARACTER.test(text)) return text
  } catch {
    // Falls through: JSON does not know the escape.
  }
  throw DECLINED
}
