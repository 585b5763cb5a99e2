import { posix } from 'node:path'
import type { TestExpression, Word } from 'unbash'
import type { Marks } from './marks.js'
import type { Field, ScriptVariables, State, Stdin } from './state.js'

/** Programs without output on success. */
const SILENT =
  /^(?:cd|export|declare|local|readonly|typeset|unset|set|shift|read|test|\[|:|true|mkdir|rm|cp|mv|touch|chmod|exit|return|sleep|source|\.)$/

const NOTHING: Stdin = { text: '' }

/** The output of a command, null if unknown. */
export function outputOf(
  name: string,
  args: readonly Field[],
  state: State,
  marks: Marks,
  variables: ScriptVariables,
): Stdin {
  const isKnown = args.every(({ isElastic }) => !isElastic)
  const texts = args.map(({ text }) => text)
  switch (name) {
    case 'echo':
      return isKnown ? { text: echoed(texts) } : null
    case 'printf':
      return isKnown ? printed(texts) : null
    case 'cat':
      return texts.length === 0 || texts[0] === '-' ? state.stdin : texts.length === 1 ? { file: texts[0] ?? '' } : null
    case 'tee':
      return state.stdin
    case 'pwd':
      return { text: `${variables.folderMark(state)}\n` }
    case 'git':
      return texts.join(' ') === 'rev-parse --show-toplevel'
        ? { text: `${marks.add('$(git rev-parse --show-toplevel)', { folder: '' })}\n` }
        : null
    case 'basename':
    case 'dirname':
      return pathPart(name, texts)
    default:
      return SILENT.test(name) ? NOTHING : null
  }
}

function echoed(texts: readonly string[]): string {
  const isFlag = (text: string) => /^-[neE]+$/.test(text)
  const first = texts.findIndex((text) => !isFlag(text))
  const flags = texts.slice(0, first < 0 ? texts.length : first).join('')
  const line = first < 0 ? '' : texts.slice(first).join(' ')
  const text = flags.includes('e') ? unescaped(line) : line
  return flags.includes('n') ? text : `${text}\n`
}

const ESCAPES: ReadonlyMap<string, string> = new Map([
  ['\\n', '\n'],
  ['\\t', '\t'],
  ['\\r', '\r'],
  ['\\\\', '\\'],
])

function unescaped(text: string): string {
  return text.replace(/\\[ntr\\]/g, (pair) => ESCAPES.get(pair) ?? pair)
}

/** `printf '%s=%s\n' A b`: only formats with `%s`. */
function printed([format = '', ...values]: readonly string[]): Stdin {
  if (/%[^s%]/.test(format) || format.startsWith('-')) return null
  const slots = format.split('%s').length - 1
  const rounds = slots === 0 ? 1 : Math.max(1, Math.ceil(values.length / slots))
  const left = [...values]
  const round = () => unescaped(format).replace(/%s|%%/g, (slot) => (slot === '%%' ? '%' : (left.shift() ?? '')))
  return { text: Array.from({ length: rounds }, round).join('') }
}

function pathPart(name: 'basename' | 'dirname', [path = '', suffix = '']: readonly string[]): Stdin {
  if (path === '' || path.includes('\0') || path.startsWith('-')) return null
  return { text: `${name === 'basename' ? posix.basename(path, suffix) : posix.dirname(path)}\n` }
}

/** Result of the command `[ … ]` or `test …`, null if unknown. */
export function holds(fields: readonly Field[]): boolean | null {
  const texts = fields.map(({ text, isElastic }) => (isElastic ? null : plain(text)))
  if (texts[0] === '[' && texts.at(-1) === ']') texts.pop()
  const [, ...args] = texts
  if (args[0] === '!') return not(compared(args.slice(1)))
  return compared(args)
}

function compared(args: readonly (string | null)[]): boolean | null {
  const [left, operator, right] = args
  if (args.length === 2 && (left === '-n' || left === '-z'))
    return operator == null ? null : (operator === '') === (left === '-z')
  if (args.length !== 3 || left == null || right == null) return null
  if (operator === '=' || operator === '==') return left === right
  return operator === '!=' ? left !== right : null
}

/** Result of `[[ … ]]`, null if unknown. */
export function isTrue(expression: TestExpression, text: (word: Word) => string): boolean | null {
  switch (expression.type) {
    case 'TestGroup':
      return isTrue(expression.expression, text)
    case 'TestNot': {
      const inner = isTrue(expression.operand, text)
      return expression.negations.length % 2 === 0 ? inner : not(inner)
    }
    case 'TestLogical': {
      const results = expression.operands.map((operand) => isTrue(operand, text))
      const decides = expression.operator === '||'
      if (results.includes(decides)) return decides
      return results.includes(null) ? null : !decides
    }
    case 'TestUnary':
      return compared([expression.operator, plain(text(expression.operand))])
    case 'TestBinary': {
      // An unquoted right side is a pattern.
      if (/[*?[\\]/.test(expression.right.text)) return null
      return compared([plain(text(expression.left)), expression.operator, plain(text(expression.right))])
    }
  }
}

/** Index of the first matching `case` pattern, null if unknown; -1: none. */
export function chosenCase(word: string, patterns: readonly (readonly string[])[]): number | null {
  const text = plain(word)
  if (text === null) return null
  for (const [index, alternatives] of patterns.entries()) {
    const fits = alternatives.map((one) => (one === '*' ? true : /[*?[\\\0]/.test(one) ? null : one === text))
    if (fits.includes(true)) return index
    if (fits.includes(null)) return null
  }
  return -1
}

function not(result: boolean | null): boolean | null {
  return result === null ? null : !result
}

/** The text, or null if a part is unknown or only assumed. */
function plain(text: string): string | null {
  return text.includes('\0') ? null : text
}
