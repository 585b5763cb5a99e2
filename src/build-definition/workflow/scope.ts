import { type Data, isDataMap, type Path } from '../../yaml/data.js'
import type { Budget } from '../scan.js'
import { type BuildValue, known, unknown } from '../value.js'
import type { YamlFile } from '../yaml-file.js'
import {
  type Contexts,
  contextText,
  isValueList,
  isValueMap,
  lowered,
  NotKnown,
  type Value,
  type ValueMap,
} from './contexts.js'
import { evaluate } from './evaluate.js'

/** What expressions in a workflow or action may read. */
export interface Scope {
  readonly contexts: Contexts
  /** Limit on text produced by filling in. */
  readonly budget: Budget
}

/** A context of which nothing is known before the run. */
export const UNKNOWN_CONTEXT: ValueMap = { values: new Map(), others: 'unknown' }

/** A scope with some contexts replaced. */
export function within(scope: Scope, contexts: Readonly<Record<string, ValueMap>>): Scope {
  return { ...scope, contexts: new Map([...scope.contexts, ...Object.entries(contexts)]) }
}

/** Limit on an expression's length; no real one reaches it. */
const MAX_EXPRESSION = 4096

/** Fills in the `${{ }}` of a text; what is unknown before the run becomes a mark. */
export function fillIn(scope: Scope, written: string): Expanded {
  if (!scope.budget.spend(written.length)) return nothingOf(written)
  return expand(written, (expression) => {
    const text = contextText(valueOfExpression(scope, expression))
    return text !== null && scope.budget.spend(text.length) ? text : null
  })
}

/** Evaluates one expression, without its `${{ }}`. */
function valueOfExpression({ contexts }: Scope, expression: string): Value {
  if (expression.length > MAX_EXPRESSION) return new NotKnown()
  const result = evaluate(expression, contexts, { inJob: true })
  if (result.kind === 'value') return result.value
  return result.kind === 'unknown' ? new NotKnown(result.part, result.reason) : new NotKnown(expression, result.reason)
}

/** A text that is a single expression keeps that expression's type; any other text is filled in. */
export function valueOfText(scope: Scope, written: string): Value {
  const only = /^\s*\$\{\{((?:(?!\}\}).)*)\}\}\s*$/s.exec(written)?.[1]
  if (only !== undefined) return valueOfExpression(scope, only.trim())
  const filled = fillIn(scope, written)
  return filled.unknown.length === 0 ? filled.text : new NotKnown(filled.unknown[0] ?? written)
}

/** Data of a workflow with numbers as GitHub reads them and expressions evaluated. */
export function valueOfData(scope: Scope, file: YamlFile, data: Data, path: Path): Value {
  if (data === null || typeof data === 'boolean') return data
  if (Array.isArray(data)) {
    return data.map((item: Data, index) => valueOfData(scope, file, item, [...path, index]))
  }
  if (isDataMap(data)) {
    const entries = Object.entries(data).map(([key, value]): [string, Value] => [
      key,
      valueOfData(scope, file, value, [...path, key]),
    ])
    return { values: lowered(entries), others: 'absent' }
  }
  const text = file.scalar(data, path) ?? ''
  return text.includes('${{') ? valueOfText(scope, text) : text
}

/** Environment variables by their names as written. */
export type Variables = ReadonlyMap<string, Value>

/** The `env` context: the job may set further variables while it runs. */
export function envContext(variables: Variables): ValueMap {
  return { values: lowered(variables), others: 'unknown' }
}

/**
 * Variables overridden by those of an `env`. An unknown `env` may set any of them.
 *
 * @param data the `env` as written, undefined if there is none.
 */
export function withVariables(
  below: Variables,
  { scope, file, data, path }: { scope: Scope; file: YamlFile; data: Data | undefined; path: Path },
): Variables {
  if (data === undefined || data === null) return below
  const value = valueOfData(scope, file, data, path)
  if (!isValueMap(value)) return new Map([...below.keys()].map((name) => [name, new NotKnown(`env.${name}`)]))
  const names = isDataMap(data) ? Object.keys(data) : [...value.values.keys()]
  const above = names.map((name): [string, Value] => [name, value.values.get(name.toLowerCase()) ?? ''])
  return new Map([...below, ...above])
}

function buildValueOf(value: Value, written: string): BuildValue {
  const text = contextText(value)
  return text === null ? unknown(written) : known(text)
}

/** The variables as a build's environment. */
export function environmentOf(variables: Variables): ReadonlyMap<string, BuildValue> {
  return new Map(
    [...variables].map(([name, value]) => [name, buildValueOf(value, `the workflow's variable ${name}`)] as const),
  )
}

/** Whether an `if` lets a job or step run: null if known only during the run. */
export function conditionHolds(scope: Scope, condition: Data | undefined): boolean | null {
  if (condition === undefined || condition === null) return true
  if (typeof condition === 'boolean') return condition
  if (typeof condition !== 'string') return null
  if (condition.trim() === '') return true
  const value = condition.includes('${{') ? valueOfText(scope, condition) : valueOfExpression(scope, condition.trim())
  if (value instanceof NotKnown) return null
  if (isValueMap(value) || isValueList(value)) return true
  return value !== '' && value !== 0 && value !== false && value !== null
}

/** Whether both conditions hold; null if unknown. */
export function bothHold(one: boolean | null, other: boolean | null): boolean | null {
  if (one === false || other === false) return false
  return one === null || other === null ? null : true
}

/** All variables, each now unknown. */
export function anyChanged(variables: Variables, place: string): Variables {
  const changed = (name: string) => new NotKnown(`env.${name}`, `which ${place} may change`)
  return new Map([...variables.keys()].map((name) => [name, changed(name)]))
}

/**
 * Text with known expressions filled in. The others are marks, so that the text can be split into lines and items as
 * the action would: the source text of an expression splits nothing.
 */
export interface Expanded {
  readonly text: string
  readonly unknown: readonly string[]
}

// No program argument can contain NUL, so no relevant text does.
const MARK = '\0'

/**
 * Fills in the `${{ … }}` of a text (docs.github.com, "Expressions": strings in them are in single quotes).
 *
 * @param lookup gives the value of an expression (`env.NODE`, without `${{ }}`), null if unknown.
 */
export function expand(written: string, lookup: (expression: string) => string | null): Expanded {
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

/** A text of which nothing is known. */
function nothingOf(written: string): Expanded {
  return { text: `${MARK}0${MARK}`, unknown: [written] }
}

/** The value of an expanded text, or of a piece of one. */
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
