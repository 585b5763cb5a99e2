import type { Data, Path } from '../enrollment/yaml-data.js'
import {
  type Contexts,
  isValueList,
  isValueMap,
  lowered,
  NotKnown,
  textOf,
  type Value,
  type ValueMap,
} from './contexts.js'
import { isMap, type PlacedFile } from './data.js'
import { evaluate } from './evaluate.js'
import { type Expanded, expand, nothingOf } from './expression.js'
import { type Budget, type BuildValue, known, unknown } from './value.js'

/** Where texts of a workflow or an action stand, and what their expressions may read. */
export interface Scope {
  readonly contexts: Contexts
  /** What filling in may still come to. */
  readonly budget: Budget
}

/** A context of which nothing is known before the run. */
export const UNKNOWN_CONTEXT: ValueMap = { values: new Map(), others: 'unknown' }

/** A scope with other contexts in place of some. */
export function within(scope: Scope, contexts: Readonly<Record<string, ValueMap>>): Scope {
  return { ...scope, contexts: new Map([...scope.contexts, ...Object.entries(contexts)]) }
}

/** Longer expressions are nobody's. */
const MAX_EXPRESSION = 4096

/** Fills in the `${{ }}` of a text; what is not known before the run is marked in it. */
export function fillIn(scope: Scope, written: string): Expanded {
  if (!scope.budget.spend(written.length)) return nothingOf(written)
  return expand(written, (expression) => {
    const text = textOf(valueOfExpression(scope, expression))
    return text !== null && scope.budget.spend(text.length) ? text : null
  })
}

/** The value of one expression, without its `${{ }}`. */
export function valueOfExpression({ contexts }: Scope, expression: string): Value {
  if (expression.length > MAX_EXPRESSION) return new NotKnown()
  const result = evaluate(expression, contexts, { inJob: true })
  if (result.kind === 'value') return result.value
  return result.kind === 'unknown' ? new NotKnown(result.part, result.reason) : new NotKnown(expression, result.reason)
}

/** A text that is one expression has that expression's value, of whatever kind; any other is filled in. */
export function valueOfText(scope: Scope, written: string): Value {
  const only = /^\s*\$\{\{((?:(?!\}\}).)*)\}\}\s*$/s.exec(written)?.[1]
  if (only !== undefined) return valueOfExpression(scope, only.trim())
  const filled = fillIn(scope, written)
  return filled.unknown.length === 0 ? filled.text : new NotKnown(filled.unknown[0] ?? written)
}

/** Data of a workflow with its numbers as GitHub reads them and its expressions evaluated. */
export function valueOfData(scope: Scope, file: PlacedFile, data: Data, path: Path): Value {
  if (data === null || typeof data === 'boolean') return data
  if (Array.isArray(data)) {
    return data.map((item: Data, index) => valueOfData(scope, file, item, [...path, index]))
  }
  if (isMap(data)) {
    const entries = Object.entries(data).map(([key, value]): [string, Value] => [
      key,
      valueOfData(scope, file, value, [...path, key]),
    ])
    return { values: lowered(entries), others: 'absent' }
  }
  const text = file.scalar(data, path) ?? ''
  return text.includes('${{') ? valueOfText(scope, text) : text
}

/** Variables of the environment by their names as they are written. */
export type Variables = ReadonlyMap<string, Value>

/** `env` for expressions: others than those that are written may be set while the job runs. */
export function envContext(variables: Variables): ValueMap {
  return { values: lowered(variables), others: 'unknown' }
}

/**
 * Variables with those of an `env` over them. An `env` that is not known may set any of them.
 *
 * @param data the `env` as it is written, undefined where there is none.
 */
export function withVariables(
  below: Variables,
  { scope, file, data, path }: { scope: Scope; file: PlacedFile; data: Data | undefined; path: Path },
): Variables {
  if (data === undefined || data === null) return below
  const value = valueOfData(scope, file, data, path)
  if (!isValueMap(value)) return new Map([...below.keys()].map((name) => [name, new NotKnown(`env.${name}`)]))
  const names = isMap(data) ? Object.keys(data) : [...value.values.keys()]
  const above = names.map((name): [string, Value] => [name, value.values.get(name.toLowerCase()) ?? ''])
  return new Map([...below, ...above])
}

/** A value as a build gets it, as a text. */
export function buildValueOf(value: Value, written: string): BuildValue {
  const text = textOf(value)
  return text === null ? unknown(written) : known(text)
}

/** The variables as a build's environment. */
export function environmentOf(variables: Variables): ReadonlyMap<string, BuildValue> {
  return new Map(
    [...variables].map(([name, value]) => [name, buildValueOf(value, `the workflow's variable ${name}`)] as const),
  )
}

/** Whether an `if` lets a job or step run: null where that is decided by the run. */
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

/** Whether both let it run; null where that is not known. */
export function bothHold(one: boolean | null, other: boolean | null): boolean | null {
  if (one === false || other === false) return false
  return one === null || other === null ? null : true
}

/** Variables of which any may have another value by now. */
export function anyChanged(variables: Variables, place: string): Variables {
  const changed = (name: string) => new NotKnown(`env.${name}`, `which ${place} may change`)
  return new Map([...variables.keys()].map((name) => [name, changed(name)]))
}
