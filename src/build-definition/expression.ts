import { type BuildValue, known, unknown } from './value.js'

/** What an expression (`env.NODE`, without `${{ }}`) stands for, null where that cannot be known. */
export type Lookup = (expression: string) => string | null

/**
 * Text of which the expressions that can be known are filled in. The others are marks, so that the text can be cut
 * into lines and items as the action would cut it: what an expression is written with cuts nothing.
 */
export interface Expanded {
  readonly text: string
  readonly unknown: readonly string[]
}

// No argument of a program can hold it, so no text that matters does.
const MARK = '\0'

/** Fills in the `${{ … }}` of a text (docs.github.com, "Expressions": strings in them are in single quotes). */
export function expand(written: string, lookup: Lookup): Expanded {
  const parts: string[] = []
  const unknowns: string[] = []
  const source = written.replaceAll(MARK, '\ufffd')
  let at = 0
  for (let open = source.indexOf('${{'); open >= 0; open = source.indexOf('${{', at)) {
    const close = expressionEnd(source, open + 3)
    const found = close === null ? null : lookup(source.slice(open + 3, close).trim())
    parts.push(source.slice(at, open))
    at = close === null ? source.length : close + 2
    if (found === null) {
      parts.push(`${MARK}${unknowns.length}${MARK}`)
      unknowns.push(source.slice(open, at))
    } else parts.push(found.replaceAll(MARK, '\ufffd'))
  }
  parts.push(source.slice(at))
  return { text: parts.join(''), unknown: unknowns }
}

/** Text of which nothing can be known. */
export function nothingOf(written: string): Expanded {
  return { text: `${MARK}0${MARK}`, unknown: [written] }
}

/** The value of an expanded text, or of a piece that was cut out of one. */
export function pieceValue(piece: string, { unknown: written }: Expanded): BuildValue {
  if (!piece.includes(MARK)) return known(piece)
  return unknown(piece.replace(/\0(\d+)\0/g, (_, index: string) => written[Number(index)] ?? ''))
}

function expressionEnd(text: string, from: number): number | null {
  let isQuoted = false
  for (let at = from; at < text.length; at += 1) {
    if (text[at] === "'") isQuoted = !isQuoted
    else if (!isQuoted && text[at] === '}' && text[at + 1] === '}') return at
  }
  return null
}

/** The name behind `env.NAME` or `env['NAME']`, null where the expression is something else. */
export function envName(expression: string): string | null {
  const match = /^env(?:\.([A-Za-z_][\w-]*)|\[\s*'([^']*)'\s*\])$/.exec(expression)
  return match?.[1] ?? match?.[2] ?? null
}

/** The keys behind `matrix.a.b`, null where the expression is something else. */
export function matrixPath(expression: string): readonly string[] | null {
  const match = /^matrix((?:\.[A-Za-z_][\w-]*)+)$/.exec(expression)
  return match?.[1]?.slice(1).split('.') ?? null
}
