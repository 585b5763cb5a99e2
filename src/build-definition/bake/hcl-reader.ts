import { lineCounter, Scanner } from '../scan.js'
import { HclError } from './hcl-tree.js'

/** Limit on nested brackets; no real file reaches it. */
const MAX_DEPTH = 100

const NAME = /[\p{ID_Start}_][\p{ID_Continue}-]*/uy
const BLANKS = /[ \t]+/y

/** A cursor over HCL text: blanks, comments, words and the depth of brackets. */
export class HclReader extends Scanner {
  readonly #lineAt: (position: number) => number
  #newlines = true
  #depth = 0

  /** @param firstLine the line on which the text begins. */
  constructor(text: string, firstLine: number) {
    super(text)
    this.#lineAt = lineCounter(text, firstLine)
    if (text.startsWith('\ufeff')) this.at = 1
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
      const sign = this.text[this.at]
      if (sign === ' ' || sign === '\t') this.match(BLANKS)
      else if (sign === '\r' && this.text[this.at + 1] === '\n') this.at += 1
      else if (sign === '\n' && !this.#newlines) this.at += 1
      else if (sign === '#' || this.text.startsWith('//', this.at)) {
        const end = this.text.indexOf('\n', this.at)
        this.at = end < 0 ? this.text.length : end
      } else if (this.text.startsWith('/*', this.at)) {
        const end = this.text.indexOf('*/', this.at + 2)
        if (end < 0) this.fail('a comment is not closed.')
        this.at = end + 2
      } else return
    }
  }

  protected sees(sign: string): boolean {
    this.skip()
    return this.text.startsWith(sign, this.at)
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
    return this.at >= this.text.length
  }

  protected lineEnds(): void {
    while (this.withNewlines(true, () => this.take('\n')));
  }

  protected name(): string | null {
    this.skip()
    return this.match(NAME) || null
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
}
