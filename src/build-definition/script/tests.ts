import type { TestExpression, Word } from 'unbash'
import type { Field } from './state.js'

/** Whether the command `[ … ]` or `test …` holds, null where that is not known. */
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

/** Whether `[[ … ]]` holds, null where that is not known. */
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
      // Without quotes the right side is a pattern.
      if (/[*?[\\]/.test(expression.right.text)) return null
      return compared([plain(text(expression.left)), expression.operator, plain(text(expression.right))])
    }
  }
}

/** Which of the patterns of `case` fits first, null where that is not known; -1: none. */
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

/** A text that is known, whatever nobody sets. */
function plain(text: string): string | null {
  return text.includes('\0') ? null : text
}
