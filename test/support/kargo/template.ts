/** Kargo's templates: text with `${{ }}` and `${% %}` in it, and what becomes of the result. */
import { evaluate, type Scope } from './evaluate.js'
import { Callable, ExprError, fromJson, jsonText, Unknown, type Value } from './values.js'

/** What quote() does to keep a text a text, or JSON a text. */
const QUOTE = new Callable((value = null) => (typeof value === 'string' ? goQuoted(value) : `"${jsonText(value)}"`))

/**
 * Fills a template in. One without any expression stays the text it is, whatever it looks like; the result of any other is
 * taken for a number, true or false, or JSON where it can be read as one.
 */
export function filledIn(template: string, scopeNow: () => Scope): Value {
  if (!/\$\{[{%]/.test(template)) return template
  const scope = scopeNow()
  const names = new Map(scope.names).set('quote', QUOTE)
  return typed(replaced(template, { ...scope, names }))
}

/** An expression ends at the first bracket that may end one, whatever stands around. */
function replaced(template: string, scope: Scope): string {
  const start = template.search(/\$\{[{%]/)
  if (start < 0) return template
  const end = template[start + 2] === '{' ? '}}' : '%}'
  const stop = template.indexOf(end, start + 3)
  if (stop < 0) throw new ExprError('unclosed expression')
  const value = evaluate(template.slice(start + 3, stop), scope)
  const text = typeof value === 'string' ? value : jsonText(value)
  return template.slice(0, start) + text + replaced(template.slice(stop + 2), scope)
}

const FLOAT = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/i
const NO_NUMBER = /^[+-]?(?:inf|infinity|nan)$/i
const HEX_FLOAT = /^[+-]?0x/i

function typed(result: string): Value {
  if (/[\n]$/.test(result)) throw new Unknown('a result that ends with a line break, of which none of ours does')
  if (result.length > 1 && result.startsWith('"') && result.endsWith('"')) return result.slice(1, -1)
  if (NO_NUMBER.test(result) || HEX_FLOAT.test(result)) throw new Unknown(`${result}, which Go takes for a number`)
  if (FLOAT.test(result)) return Number(result)
  if (/^(?:t|T|TRUE|true|True)$/.test(result)) return true
  if (/^(?:f|F|FALSE|false|False)$/.test(result)) return false
  try {
    return fromJson(JSON.parse(result))
  } catch {
    return result
  }
}

/** Go's `%q`. */
function goQuoted(text: string): string {
  if (/[^\x20-\x7e]/.test(text)) throw new Unknown('quote() of more than plain ASCII')
  return `"${text.replace(/[\\"]/g, '\\$&')}"`
}
