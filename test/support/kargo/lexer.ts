/** Cuts an expression of expr-lang into words. */
import { Unknown } from './values.js'

/** One word of an expression. */
export interface Token {
  readonly kind: 'name' | 'number' | 'text' | 'operator' | 'end'
  /** As written, a text without its quotes and escapes. */
  readonly value: string
}

const END: Token = { kind: 'end', value: '' }

const WORD =
  /\s*(?:(?<number>\d+(?:\.(?!\.)\d+)?(?:e[+-]?\d+)?)|(?<name>[A-Za-z_]\w*)|(?<text>"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')|(?<operator>\?\.|\?\?|\.\.|\|\||&&|[=!<>]=|[-+*/<>=!?:;,.#()[\]{}])|(?<end>$))/uy

/** Words that are operators, and those that are in expr-lang but not here. */
const OPERATORS = new Set(['in', 'not', 'let', 'contains'])
const NOT_HERE = new Set(['and', 'or', 'matches', 'startsWith', 'endsWith', 'if', 'else'])

/** All words of an expression, and the end. */
export function tokensOf(text: string): readonly Token[] {
  const tokens: Token[] = []
  WORD.lastIndex = 0
  for (;;) {
    const at = WORD.lastIndex
    const groups = WORD.exec(text)?.groups
    if (groups === undefined) throw new Unknown(`the expression at ${JSON.stringify(text.slice(at, at + 30))}`)
    if (groups.end !== undefined) return [...tokens, END]
    tokens.push(tokenOf(groups))
  }
}

function tokenOf({ number, name, text, operator }: Readonly<Record<string, string | undefined>>): Token {
  if (number !== undefined) return { kind: 'number', value: number }
  if (text !== undefined) return { kind: 'text', value: unescaped(text.slice(1, -1)) }
  if (name === undefined) return { kind: 'operator', value: operator ?? '' }
  if (NOT_HERE.has(name)) throw new Unknown(`the operator ${name}`)
  return { kind: OPERATORS.has(name) ? 'operator' : 'name', value: name }
}

const ESCAPES: Readonly<Record<string, string>> = { n: '\n', r: '\r', t: '\t', '"': '"', "'": "'", '\\': '\\' }

function unescaped(text: string): string {
  return text.replace(/\\(?:u([\da-f]{4})|(.))/giu, (all, code: string | undefined, letter = '') => {
    const plain = code === undefined ? ESCAPES[letter] : String.fromCharCode(Number.parseInt(code, 16))
    if (plain === undefined) throw new Unknown(`the escape ${all}`)
    return plain
  })
}
