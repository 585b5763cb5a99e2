import type { Marks } from './marks.js'
import type { Field } from './state.js'

/** A text of which no part is known. */
export const ONLY_MARKS = /^(?:\0\d+\0)+$/

/** Puts parts together to words. */
export class FieldBuilder {
  readonly #marks: Marks
  readonly #cuts: boolean
  readonly #fields: Field[] = []
  #text: string | null = null
  /** Whether there is anything in the word that is no unknown and unquoted part. */
  #isFirm = false

  constructor(marks: Marks, cuts = true) {
    this.#marks = marks
    this.#cuts = cuts
  }

  quoted(text: string): void {
    this.#isFirm = true
    this.#append(text)
  }

  literal(text: string, isEscaped: boolean): void {
    // Nothing but a line end that is escaped.
    if (text === '') return
    if (isEscaped || !ONLY_MARKS.test(text)) this.#isFirm = true
    this.#append(text)
  }

  expansion(text: string, isQuoted: boolean): void {
    if (isQuoted || !this.#cuts) {
      this.quoted(text)
      return
    }
    const pieces = text.split(/[ \t\n]+/)
    for (const [index, piece] of pieces.entries()) {
      if (index > 0) this.#end()
      if (piece === '') continue
      if (!ONLY_MARKS.test(piece)) this.#isFirm = true
      this.#append(piece)
    }
  }

  /** All items of a list: each its own word, in quotes as they are. */
  list(items: readonly Field[], isQuoted: boolean): void {
    for (const [index, item] of items.entries()) {
      if (index > 0) this.#end()
      if (!isQuoted && !item.isElastic) this.expansion(item.text, false)
      else {
        this.#isFirm ||= !item.isElastic
        this.#append(item.text)
      }
    }
  }

  done(): Field[] {
    this.#end()
    return this.#fields
  }

  #append(text: string): void {
    this.#text = (this.#text ?? '') + text
  }

  #end(): void {
    const text = this.#text
    if (text !== null) {
      this.#fields.push({ text, isElastic: !this.#isFirm && text !== '' && this.#marks.settled(text) === null })
    }
    this.#text = null
    this.#isFirm = false
  }
}
