import { data, Evaluator, Lexer, Parser, wellKnownFunctions } from '@actions/expressions'
import { shortText } from '../value.js'
import {
  type Contexts,
  type ExpressionResult,
  isValueList,
  isValueMap,
  NotKnown,
  type Value,
  type ValueMap,
} from './contexts.js'

/**
 * Evaluates an expression with GitHub's own library.
 *
 * @param expression without `${{ }}`; hostile: the caller limits its length, this function its results.
 * @param contexts what it may read. Parts that evaluation does not reach (`a || b`) may be unknown.
 * @param inJob whether it is inside a job, where GitHub has additional functions.
 */
export function evaluate(
  expression: string,
  contexts: Contexts,
  { inJob = false }: { readonly inJob?: boolean } = {},
): ExpressionResult {
  const known = inJob ? FUNCTIONS : NO_FUNCTIONS
  const unknown = new Unknowns()
  try {
    const { tokens } = new Lexer(expression).lex()
    const parsed = new Parser(tokens, [...contexts.keys()], [...known.values()]).parse()
    if (parsed === undefined) return { kind: 'invalid', reason: 'there is nothing between ${{ and }}' }
    const places = [...contexts].map(([key, map]) => ({ key, value: new ContextDictionary(key, map, unknown) }))
    const functions = new Map([...known].map(([name, one]) => [name, { ...one, call: () => one.call(unknown) }]))
    const result = new BoundedEvaluator(parsed, new data.Dictionary(...places), functions).evaluate()
    const value = readResult(result)
    // An expression that is empty because of an undeclared input is more likely a mistake than intended.
    if ((value === '' || value === null) && unknown.undeclared !== null) {
      return { kind: 'unknown', part: unknown.undeclared, reason: 'which is not declared' }
    }
    return { kind: 'value', value }
  } catch (error) {
    // The library wraps errors thrown inside an index.
    if (unknown.first !== null) return { kind: 'unknown', ...unknown.first }
    return { kind: 'invalid', reason: error instanceof Error ? shortText(error.message) : 'GitHub would refuse it' }
  }
}

/** Shared, because creating a stack trace for each unknown expression would cost more than the evaluation. */
const NOT_KNOWN = new Error('not known')

/** Records the first unknown value that an expression reads. */
class Unknowns {
  first: { readonly part: string; readonly reason: string | null } | null = null
  undeclared: string | null = null

  reach(part: string, reason: string | null): never {
    this.first ??= { part, reason }
    throw NOT_KNOWN
  }
}

function statusFunction(name: string, result: boolean) {
  return { name, minArgs: 0, maxArgs: 0, call: (_: Unknowns) => new data.BooleanData(result) }
}

/** Functions in a run where everything succeeds (docs.github.com, "Expressions"). */
const FUNCTIONS = new Map<string, ReturnType<typeof statusFunction>>(
  [
    statusFunction('success', true),
    statusFunction('always', true),
    statusFunction('failure', false),
    statusFunction('cancelled', false),
    { name: 'hashFiles', minArgs: 1, maxArgs: 255, call: (unknown: Unknowns) => unknown.reach('hashFiles(…)', null) },
  ].map((one) => [one.name.toLowerCase(), one]),
)

const NO_FUNCTIONS: typeof FUNCTIONS = new Map()

/** A map that ends the evaluation when an unknown value is read. */
class ContextDictionary extends data.Dictionary {
  readonly #path: string
  readonly map: ValueMap
  readonly #unknown: Unknowns

  constructor(path: string, map: ValueMap, unknown: Unknowns) {
    super()
    this.#path = path
    this.map = map
    this.#unknown = unknown
  }

  override get(key: string): data.ExpressionData | undefined {
    const path = `${this.#path}.${shortText(key)}`
    const found = this.map.values.get(key.toLowerCase())
    if (found !== undefined) return dataOf(found, path, this.#unknown)
    if (this.map.others === 'unknown') return this.#unknown.reach(path, null)
    if (this.map.others === 'undeclared') this.#unknown.undeclared ??= path
    return undefined
  }

  // GitHub does not document the order of all values, or whether there are others.
  override values(): never {
    return this.#unknown.reach(`all of ${this.#path}`, null)
  }

  override pairs(): never {
    return this.#unknown.reach(`all of ${this.#path}`, null)
  }
}

function dataOf(value: Value, path: string, unknown: Unknowns): data.ExpressionData {
  if (value === null) return new data.Null()
  if (value instanceof NotKnown) return unknown.reach(value.part ?? path, value.reason)
  if (isValueMap(value)) return new ContextDictionary(path, value, unknown)
  if (isValueList(value)) {
    return new data.Array(...value.map((item, index) => dataOf(item, `${path}[${index}]`, unknown)))
  }
  if (typeof value === 'boolean') return new data.BooleanData(value)
  if (typeof value === 'number') return new data.NumberData(value)
  return new data.StringData(bounded(value))
}

/** Limits on a result's parts and depth; no real expression reaches them. */
const MAX_PARTS = 10_000
const MAX_DEPTH = 16

function readResult(result: data.ExpressionData): Value {
  let parts = 0
  const read = (item: data.ExpressionData, depth: number): Value => {
    parts += 1
    if (parts > MAX_PARTS || depth > MAX_DEPTH) throw new Error('its result is too large')
    if (item instanceof data.StringData) return item.coerceString()
    if (item instanceof data.NumberData) return item.number()
    if (item instanceof data.BooleanData) return item.value
    if (item instanceof data.Null) return null
    if (item instanceof ContextDictionary) return item.map
    if (item instanceof data.Array) return item.values().map((one) => read(one, depth + 1))
    const pairs = item.pairs().map(({ key, value }): [string, Value] => [key.toLowerCase(), read(value, depth + 1)])
    return { values: new Map(pairs), others: 'absent' }
  }
  return read(result, 0)
}

/** Limit on texts inside an expression: nested `format` calls could grow exponentially. */
const MAX_TEXT = 16_384

function bounded(text: string): string {
  if (text.length > MAX_TEXT) throw new Error(`a part of it is longer than ${MAX_TEXT} characters`)
  return text
}

class BoundedEvaluator extends Evaluator {
  override visitFunctionCall(call: Parameters<Evaluator['visitFunctionCall']>[0]): data.ExpressionData {
    const name = call.functionName.lexeme.toLowerCase()
    // The library looks names up in an object, which also has inherited properties.
    if (!Object.hasOwn(wellKnownFunctions, name) && !FUNCTIONS.has(name)) {
      throw new Error(`there is no function ${shortText(name)}`)
    }
    const result = super.visitFunctionCall(call)
    if (result.primitive) bounded(result.coerceString())
    return result
  }
}
