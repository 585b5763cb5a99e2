import type { WorkBudget } from './result.js'
import { cutShortest, cutTrailing, type PatternWatch, replacePattern } from './shell-pattern.js'

/** Options for parsing words. */
export interface ExpansionMode {
  escapeChar: string
  /** Keep quotes and escapes. */
  raw?: boolean
  /** Keep quotes. */
  rawQuotes?: boolean
  /** Keep variables without a value as written instead of making them empty. */
  keepUnset?: boolean
  /** Quotes are ordinary characters and there is no length limit: for heredoc bodies. */
  literalQuotes?: boolean
  /** Collect the words. */
  words?: boolean
  /** Missing variables may have a value that is unknown here: with any of them, nothing is computed. */
  openEnded?: boolean
  /** Missing: unlimited. */
  budget?: WorkBudget
}

/** A parsed word. */
export interface Expansion {
  text: string
  /** With `words` or `keepUnset`: the text split at white space outside quotes. */
  words: string[]
  /** Variables that were looked up: those with a value, and those without. */
  found: Set<string>
  missing: Set<string>
}

/** A `${name…}` with a modifier, as far as it has been parsed; its operand is parsed by the word reader. */
export interface Substitution {
  name: string
  /** `-`, `+`, `?`, `#`, `%`, `/` or `//`. */
  operator: string
  /** A colon precedes the operator: an empty value counts as missing. */
  nullIsUnset: boolean
  /** For `/` and `//`: the pattern, once parsed. */
  pattern: string | null
}

const SPECIAL_PARAMETERS = '@*#?-$!0'

/**
 * Whether BuildKit accepts this modifier. Where variables are kept as written, it accepts any modifier after a colon:
 * `${x:=y}` is fine in RUN.
 */
export function knowsModifier(
  operator: string,
  { nullIsUnset, keepUnset }: { nullIsUnset: boolean; keepUnset: boolean },
): boolean {
  if (!nullIsUnset) return '+-?#%/'.includes(operator)
  return '+-?'.includes(operator) || (keepUnset && operator !== '#' && operator !== '%')
}

/** Whether this is a `/` substitution whose pattern is still to be parsed. */
export function awaitsPattern({ operator, nullIsUnset, pattern }: Substitution): boolean {
  return operator.startsWith('/') && !nullIsUnset && pattern === null
}

/** The substitution as written. */
export function writtenSubstitution({ name, operator, nullIsUnset, pattern }: Substitution, operand: string): string {
  if (pattern !== null) return `\${${name}/${pattern}/${operand}}`
  return `\${${name}${nullIsUnset ? ':' : ''}${operator}${operand}}`
}

/** The value of a substitution; null `value`: no such variable. `watch` gets failing `?` and invalid patterns. */
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

/** The variable name at `start`: digits, one special parameter, or letters, digits and `_`; may be empty. */
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
