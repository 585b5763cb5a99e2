import { data, Evaluator, Lexer, Parser, wellKnownFunctions } from '@actions/expressions'
import { type Contexts, type ExpressionResult, isValueMap, NotKnown, type Value, type ValueMap } from './contexts.js'
import { oneLine } from './value.js'

/**
 * Evaluates an expression with GitHub's own library.
 *
 * @param expression without `${{ }}`; hostile: its length is the caller's matter, what it may grow to is ours.
 * @param contexts what it may read. What it does not reach (`a || b`) may be unknown.
 */
export function evaluate(expression: string, contexts: Contexts): ExpressionResult {
  const unknown = new Unknowns()
  try {
    const { tokens } = new Lexer(expression).lex()
    const parsed = new Parser(tokens, [...contexts.keys()], []).parse()
    if (parsed === undefined) return { kind: 'invalid', reason: 'there is nothing between ${{ and }}' }
    const places = [...contexts].map(([key, map]) => ({ key, value: new Place(key, map, unknown) }))
    const result = new BoundedEvaluator(parsed, new data.Dictionary(...places)).evaluate()
    if (!result.primitive) return { kind: 'invalid', reason: 'it comes out as a list or a map' }
    return { kind: 'text', text: result.coerceString() }
  } catch (error) {
    // The library wraps what is thrown inside of an index.
    if (unknown.first !== null) return { kind: 'unknown', ...unknown.first }
    return { kind: 'invalid', reason: error instanceof Error ? oneLine(error.message) : 'GitHub would refuse it' }
  }
}

/** What was asked for and is not known before the run; the first of it is told. */
class Unknowns {
  first: { readonly part: string; readonly reason: string | null } | null = null

  reach(part: string, reason: string | null): never {
    this.first ??= { part, reason }
    throw new Error(`${part} is not known`)
  }
}

/** A map of which reading what is not known ends the evaluation. */
class Place extends data.Dictionary {
  readonly #path: string
  readonly #map: ValueMap
  readonly #unknown: Unknowns

  constructor(path: string, map: ValueMap, unknown: Unknowns) {
    super()
    this.#path = path
    this.#map = map
    this.#unknown = unknown
  }

  override get(key: string): data.ExpressionData | undefined {
    const found = this.#map.values.get(key.toLowerCase())
    if (found !== undefined) return this.#dataOf(key, found)
    if (this.#map.others === 'absent') return undefined
    return this.#unknown.reach(`${this.#path}.${oneLine(key)}`, null)
  }

  // In which order, and with what else, GitHub would give all of them is not documented.
  override values(): never {
    return this.#unknown.reach(`all of ${this.#path}`, null)
  }

  override pairs(): never {
    return this.#unknown.reach(`all of ${this.#path}`, null)
  }

  #dataOf(key: string, value: Value): data.ExpressionData {
    const path = `${this.#path}.${oneLine(key)}`
    if (isValueMap(value)) return new Place(path, value, this.#unknown)
    if (value instanceof NotKnown) return this.#unknown.reach(value.part ?? path, value.reason)
    if (typeof value === 'boolean') return new data.BooleanData(value)
    if (typeof value === 'number') return new data.NumberData(value)
    return new data.StringData(bounded(value))
  }
}

/** Texts inside an expression: formats of formats would grow without end. */
const MAX_TEXT = 2048

function bounded(text: string): string {
  if (text.length > MAX_TEXT) throw new Error(`a part of it is longer than ${MAX_TEXT} characters`)
  return text
}

class BoundedEvaluator extends Evaluator {
  override visitFunctionCall(call: Parameters<Evaluator['visitFunctionCall']>[0]): data.ExpressionData {
    const name = call.functionName.lexeme.toLowerCase()
    // The library looks names up in an object, which has more names than those of functions.
    if (!Object.hasOwn(wellKnownFunctions, name)) throw new Error(`there is no function ${oneLine(name)}`)
    const result = super.visitFunctionCall(call)
    if (result.primitive) bounded(result.coerceString())
    return result
  }
}
