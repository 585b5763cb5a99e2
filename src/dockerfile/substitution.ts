import type { WorkBudget } from './result.js'
import { cutShortest, cutTrailing, type PatternWatch, replacePattern } from './shell-pattern.js'

/** How words are read. */
export interface ExpansionMode {
  escapeChar: string
  /** Keep quotes and escapes as they are written. */
  raw?: boolean
  /** Keep quotes as they are written. */
  rawQuotes?: boolean
  /** Leave variables that have no value as they are written, instead of making them empty. */
  keepUnset?: boolean
  /** Quotes are letters like any other, and a long text is no mistake: a heredoc's body. */
  literalQuotes?: boolean
  /** The words are asked for. */
  words?: boolean
  /** A variable that is missing may have a value that is not known here: with one of them, nothing is computed. */
  openEnded?: boolean
  /** Missing: no limit. */
  budget?: WorkBudget
}

/** A word that has been read. */
export interface Expansion {
  text: string
  /** With `words` or `keepUnset`: the text cut at white space outside quotes. */
  words: string[]
  /** Variables that were looked up and had a value, or had none. */
  found: Set<string>
  missing: Set<string>
}

/** A `${name…}` with a modifier, as far as it has been read; its operand is read by the word reader. */
export interface Substitution {
  name: string
  /** `-`, `+`, `?`, `#`, `%`, `/` or `//`. */
  operator: string
  /** A colon stands before the operator: an empty value counts as none. */
  nullIsUnset: boolean
  /** For `/` and `//`: the pattern, once it has been read. */
  pattern: string | null
}

const SPECIAL_PARAMETERS = '@*#?-$!0'

/**
 * Does BuildKit know this modifier? Where variables are only kept as they are written, any modifier after a colon
 * passes: `${x:=y}` is fine in RUN.
 */
export function knowsModifier(
  operator: string,
  { nullIsUnset, keepUnset }: { nullIsUnset: boolean; keepUnset: boolean },
): boolean {
  if (!nullIsUnset) return '+-?#%/'.includes(operator)
  return '+-?'.includes(operator) || (keepUnset && operator !== '#' && operator !== '%')
}

/** Is this a `/` substitution whose pattern is still to come? */
export function awaitsPattern({ operator, nullIsUnset, pattern }: Substitution): boolean {
  return operator.startsWith('/') && !nullIsUnset && pattern === null
}

/** The substitution as it was written. */
export function writtenSubstitution({ name, operator, nullIsUnset, pattern }: Substitution, operand: string): string {
  if (pattern !== null) return `\${${name}/${pattern}/${operand}}`
  return `\${${name}${nullIsUnset ? ':' : ''}${operator}${operand}}`
}

/** What a substitution comes to; `value` is null for a variable without one. A failing `?` and bad patterns are told to `watch`. */
export function applySubstitution(
  substitution: Substitution,
  value: string | null,
  operand: string,
  watch: PatternWatch,
): string {
  const { name, operator, nullIsUnset, pattern } = substitution
  const isMissing = value === null || (nullIsUnset && value === '')
  const current = value ?? ''
  switch (operator) {
    case '-':
      return isMissing ? operand : current
    case '+':
      return isMissing ? '' : operand
    case '?':
      if (!isMissing) return current
      return watch.fail(
        `${name} has no value: ${operand === '' ? `it must ${value === null ? 'be set' : 'not be empty'}` : operand}`,
      )
    case '#':
      return cutShortest(current, operand, watch)
    case '%':
      return cutTrailing(current, operand, watch)
    default:
      return replacePattern(current, pattern ?? '', operand, { all: operator === '//', watch })
  }
}

/** The variable name that begins at `start`: digits, one special parameter, or letters, digits and `_`; may be empty. */
export function variableNameAt(source: string, start: number): string {
  const first = characterAt(source, start)
  if (!isDigit(first) && first !== '' && SPECIAL_PARAMETERS.includes(first)) return first
  const accepts = isDigit(first) ? isDigit : isNameCharacter
  let end = start
  for (let char = first; char !== '' && accepts(char); char = characterAt(source, end)) end += char.length
  return source.slice(start, end)
}

function characterAt(source: string, at: number): string {
  const code = source.codePointAt(at)
  return code === undefined ? '' : String.fromCodePoint(code)
}

function isDigit(char: string): boolean {
  return (char >= '0' && char <= '9') || (char > '\x7f' && /^\p{Nd}$/u.test(char))
}

function isNameCharacter(char: string): boolean {
  return /^[A-Za-z0-9_]$/.test(char) || (char > '\x7f' && /^[\p{L}\p{Nd}]$/u.test(char))
}
