import { lineCounter, matchAt } from '../scan.js'
import { HclError } from './hcl-tree.js'

/** Limit on nested brackets; no real file reaches it. */
const MAX_DEPTH = 100

const NAME = /[\p{ID_Start}_][\p{ID_Continue}-]*/uy
const BLANKS = /[ \t]+/y

/** A cursor over HCL text: blanks, comments, words and the depth of brackets. */
export class HclReader {
  protected at = 0
  readonly #text: string
  readonly #lineAt: (position: number) => number
  #newlines = true
  #depth = 0

  /** @param firstLine the line on which the text begins. */
  constructor(text: string, firstLine: number) {
    this.#text = text
    this.#lineAt = lineCounter(text, firstLine)
    if (text.startsWith('\ufeff')) this.at = 1
  }

  protected get text(): string {
    return this.#text
  }

  /** 1-based line of a position. */
  protected line(at = this.at): number {
    return this.#lineAt(at)
  }

  protected fail(message: string, at = this.at): never {
    throw new HclError(message, this.line(at))
  }

  protected deeper<Result>(read: () => Result): Result {
    if (this.#depth >= MAX_DEPTH) this.fail(`there are more than ${MAX_DEPTH} nested brackets.`)
    this.#depth += 1
    const result = read()
    this.#depth -= 1
    return result
  }

  /** Inside parentheses and lists a line end is white space; in a body or an object it ends an item. */
  protected withNewlines<Result>(newlines: boolean, read: () => Result): Result {
    const before = this.#newlines
    this.#newlines = newlines
    const result = read()
    this.#newlines = before
    return result
  }

  protected skip(): void {
    for (;;) {
      const sign = this.#text[this.at]
      if (sign === ' ' || sign === '\t' || (sign === '\r' && this.#text[this.at + 1] === '\n')) {
        this.at += sign === '\r' ? 1 : (this.match(BLANKS)?.length ?? 1)
      } else if (sign === '\n' && !this.#newlines) this.at += 1
      else if (sign === '#' || this.#text.startsWith('//', this.at)) {
        const end = this.#text.indexOf('\n', this.at)
        this.at = end < 0 ? this.#text.length : end
      } else if (this.#text.startsWith('/*', this.at)) {
        const end = this.#text.indexOf('*/', this.at + 2)
        if (end < 0) this.fail('a comment is not closed.')
        this.at = end + 2
      } else return
    }
  }

  protected sees(sign: string): boolean {
    this.skip()
    return this.#text.startsWith(sign, this.at)
  }

  protected take(sign: string): boolean {
    if (!this.sees(sign)) return false
    this.at += sign.length
    return true
  }

  protected need(sign: string): void {
    if (!this.take(sign)) this.fail(`${sign} is expected.`)
  }

  protected isAtEnd(): boolean {
    this.skip()
    return this.at >= this.#text.length
  }

  protected lineEnds(): void {
    while (this.withNewlines(true, () => this.take('\n')));
  }

  protected name(): string | null {
    this.skip()
    const found = this.match(NAME)
    if (found === null) return null
    this.at += found.length
    return found
  }

  protected needName(): string {
    return this.name() ?? this.fail('a name is expected.')
  }

  protected keyword(word: string): boolean {
    const before = this.at
    if (this.name() === word) return true
    this.at = before
    return false
  }

  protected match(pattern: RegExp): string | null {
    return matchAt(pattern, this.#text, this.at)?.[0] ?? null
  }
}
