import { Lexer } from 'yaml'
import type { Position } from './data.js'
import { lineStartsOf, positionIn } from './nodes.js'

/** A comment, including its `#`. */
export interface Comment extends Position {
  readonly text: string
  /** Whether it is alone on its line. */
  readonly isAlone: boolean
}

/** The library's token before a scalar. */
const SCALAR = '\x1f'

/** All comments of a YAML text in order; a `#` inside a value is not one. */
export function commentsOf(text: string): Comment[] {
  const body = text.startsWith('\ufeff') ? text.slice(1) : text
  const starts = lineStartsOf(body)
  const found: Comment[] = []
  let offset = 0
  let previous = ''
  for (const token of new Lexer().lex(body)) {
    if (token.startsWith('#') && previous !== SCALAR) {
      const { line, column } = positionIn(starts, offset)
      const before = body.slice(starts[line - 1], offset)
      found.push({ text: token.trimEnd(), line, column, isAlone: before.trim() === '' })
    }
    // The library's own marks between tokens are not part of the text.
    if (!MARKS.has(token)) offset += token.length
    previous = token
  }
  return found
}

const MARKS: ReadonlySet<string> = new Set(['\x02', '\x18', SCALAR])
