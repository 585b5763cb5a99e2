/** The step `http` of Kargo 1.11: sends its request once and says what its expressions make of the answer. */
import { evaluate } from './evaluate.js'
import { seconds } from './manifests.js'
import { type HttpAnswer, type HttpRequest, NoAnswer, type Server } from './requests.js'
import { Callable, Dict, dict, ExprError, fromJson, Int, isList, Unknown, type Value } from './values.js'

/** What one run of a step came to. */
export interface StepResult {
  readonly status: 'Succeeded' | 'Skipped' | 'Failed' | 'Errored' | 'Running'
  readonly outputs?: Dict
  readonly error?: StepError
  /** Seconds until a step that is running wants to be run again. */
  readonly again?: number
}

/** Why it did not succeed; after one that is terminal nothing is tried again. */
export interface StepError {
  readonly message: string
  readonly isTerminal: boolean
}

/** What an http step needs of the world. */
export interface HttpWorld {
  readonly server: Server
  readonly now: () => number
  /** Lets time go by. */
  readonly spend: (seconds: number) => void
}

const TEXTS = ['method', 'url', 'body', 'timeout', 'pollInterval', 'successExpression', 'failureExpression'] as const

/** Runs it with the configuration that its templates gave. */
export function runHttp(config: Dict, world: HttpWorld): StepResult {
  const wrong = [...TEXTS, 'errorExpression'].filter((key) => !isText(config.entries.get(key) ?? ''))
  if (wrong.length > 0) return failed(`invalid http config: ${wrong.join(', ')} must be a string`)
  let answer: HttpAnswer
  try {
    answer = world.server(requestOf(config))
  } catch (error) {
    if (!(error instanceof NoAnswer)) throw error
    if (error.isTimeout) world.spend(seconds(textOf(config, 'timeout') || '10s'))
    return errored(`error sending HTTP request: ${error.message}`)
  }
  try {
    return judged(config, answer, world)
  } catch (error) {
    if (!(error instanceof ExprError)) throw error
    return errored(error.message)
  }
}

function isText(value: Value): boolean {
  return typeof value === 'string'
}

function textOf(config: Dict, key: string): string {
  return String(config.entries.get(key) ?? '')
}

function requestOf(config: Dict): HttpRequest {
  const url = new URL(textOf(config, 'url'))
  for (const [name, value] of pairsOf(config, 'queryParams')) url.searchParams.append(name, value)
  return {
    method: textOf(config, 'method') || 'GET',
    url: url.href,
    headers: new Map(pairsOf(config, 'headers').map(([name, value]) => [name.toLowerCase(), value])),
    body: textOf(config, 'body'),
  }
}

/** Lists of names and texts. */
function pairsOf(config: Dict, key: string, valueKey = 'value'): [string, string][] {
  const list = config.entries.get(key) ?? []
  if (!isList(list)) throw new Error(`${key} is no list`)
  return list.map((item) => {
    const [name, value] = item instanceof Dict ? [item.entries.get('name'), item.entries.get(valueKey)] : []
    if (typeof name !== 'string' || typeof value !== 'string') throw new Error(`${key} has what is no text`)
    return [name, value]
  })
}

/** A failure goes before a success; where there is neither, the step is run again. */
function judged(config: Dict, answer: HttpAnswer, { now }: HttpWorld): StepResult {
  const scope = { names: new Map([['response', responseOf(answer)]]), now }
  const holds = (key: string) => {
    const expression = textOf(config, key)
    if (expression === '') return false
    const value = evaluate(expression, scope)
    if (typeof value !== 'boolean') throw new ExprError(`${key} did not evaluate to a boolean`)
    return value
  }
  if (textOf(config, 'successExpression') === '') throw new Unknown('an http step without a success expression')
  const isSuccess = holds('successExpression')
  if (holds('failureExpression')) {
    const said = errorText(textOf(config, 'errorExpression'), (expression) => evaluate(expression, scope))
    const met = `HTTP (${answer.status}) response met failure criteria`
    return failed(said === '' ? met : `${met}: ${JSON.stringify(said)}`)
  }
  if (!isSuccess) return { status: 'Running', again: seconds(textOf(config, 'pollInterval') || '30s') }
  const outputs = pairsOf(config, 'outputs', 'fromExpression')
  return { status: 'Succeeded', outputs: new Dict(outputs.map(([name, from]) => [name, evaluate(from, scope)])) }
}

function errorText(expression: string, worksOut: (expression: string) => Value): string {
  if (expression === '') return ''
  try {
    const value = worksOut(expression)
    return typeof value === 'string' ? value : ''
  } catch (error) {
    if (error instanceof ExprError) return ''
    throw error
  }
}

function responseOf({ status, headers = {}, body }: HttpAnswer): Value {
  const sent = new Map(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]))
  return dict({
    status: new Int(status, true),
    header: new Callable((name = null) => sent.get(String(name).toLowerCase()) ?? ''),
    // Without any, or with one that is no JSON, there is an empty map.
    body: body === undefined || typeof body === 'string' ? dict({}) : fromJson(body),
  })
}

function failed(message: string): StepResult {
  return { status: 'Failed', error: { message, isTerminal: true } }
}

function errored(message: string): StepResult {
  return { status: 'Errored', error: { message, isTerminal: false } }
}
