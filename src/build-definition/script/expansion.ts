import type { ParameterOperation, Word } from 'unbash'
import type { Marks } from './marks.js'
import type { Field } from './state.js'

/** A text that consists only of unknown parts. */
export const ONLY_MARKS = /^(?:\0\d+\0)+$/

/** Builds words from their parts. */
export class FieldBuilder {
  readonly #marks: Marks
  readonly #cuts: boolean
  readonly #fields: Field[] = []
  #text: string | null = null
  /** Whether the word contains anything other than unknown, unquoted parts. */
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
    // Only an escaped line end.
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

  /** Adds the items of a list: a word each, unsplit if quoted. */
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
      this.#fields.push({ text, isElastic: !this.#isFirm && text !== '' && this.#marks.withDefaults(text) === null })
    }
    this.#text = null
    this.#isFirm = false
  }
}

/**
 * Evaluates `${NAME%suffix}`, `${NAME/a/b}`, `${NAME:0:7}`, `${NAME,,}` for a known text (Bash manual, "Shell Parameter
 * Expansion"); null if the result is unknown.
 */
export function operated(text: string, operation: ParameterOperation, expand: (word: Word) => string): string | null {
  if (operation.type === 'Remove') {
    const pattern = patternOf(operation.operand, expand)
    return pattern === null ? null : removed(text, pattern, operation.operator)
  }
  if (operation.type === 'Replace') {
    const pattern = patternOf(operation.pattern, expand)
    const replacement = expand(operation.replacement)
    if (pattern === null || pattern.includes('*') || /[\0&\\]/.test(replacement)) return null
    return replaced(text, pattern, replacement, operation.operator)
  }
  if (operation.type === 'Slice') return sliced(text, operation.offset.text, operation.length?.text ?? null)
  if (operation.type === 'CaseModification' && operation.operand === undefined) return cased(text, operation.operator)
  return null
}

/** Supports only what people write: a literal with at most one star, at one of its ends. */
function patternOf(word: Word, expand: (word: Word) => string): string | null {
  const pattern = expand(word)
  const isQuoted = /["'\\$`]/.test(word.text)
  if (/[?[\]()\0\\]/.test(pattern) || (isQuoted && pattern.includes('*'))) return null
  return /^\*?[^*]*$|^[^*]*\*$/.test(pattern) ? pattern : null
}

function removed(text: string, pattern: string, operator: '#' | '##' | '%' | '%%'): string {
  const literal = pattern.replace('*', '')
  const isLong = operator.length === 2
  if (operator.startsWith('#')) {
    if (!pattern.startsWith('*')) {
      if (!text.startsWith(literal)) return text
      return pattern.endsWith('*') && isLong ? '' : text.slice(literal.length)
    }
    const at = isLong ? text.lastIndexOf(literal) : text.indexOf(literal)
    return at < 0 ? text : text.slice(at + literal.length)
  }
  if (!pattern.endsWith('*') || pattern === '*') {
    if (!text.endsWith(literal)) return text
    return pattern.startsWith('*') && isLong ? '' : text.slice(0, text.length - literal.length)
  }
  const at = isLong ? text.indexOf(literal) : text.lastIndexOf(literal)
  return at < 0 ? text : text.slice(0, at)
}

function replaced(
  text: string,
  pattern: string,
  replacement: string,
  operator: '/' | '//' | '/#' | '/%',
): string | null {
  if (pattern === '') return operator === '/' || operator === '//' ? text : null
  if (operator === '//') return text.split(pattern).join(replacement)
  if (operator === '/#') return text.startsWith(pattern) ? replacement + text.slice(pattern.length) : text
  if (operator === '/%') return text.endsWith(pattern) ? text.slice(0, -pattern.length) + replacement : text
  const at = text.indexOf(pattern)
  return at < 0 ? text : text.slice(0, at) + replacement + text.slice(at + pattern.length)
}

function sliced(text: string, offset: string, length: string | null): string | null {
  if (!/^ ?-?\d{1,6}$/.test(offset) || (length !== null && !/^\d{1,6}$/.test(length))) return null
  const start = Number(offset)
  const from = start < 0 ? text.length + start : start
  if (from < 0) return ''
  return length === null ? text.slice(from) : text.slice(from, from + Number(length))
}

function cased(text: string, operator: '^' | '^^' | ',' | ',,'): string {
  const change = (part: string) => (operator.startsWith('^') ? part.toUpperCase() : part.toLowerCase())
  return operator.length === 2 ? change(text) : change(text.slice(0, 1)) + text.slice(1)
}
