/** What an expression may read, by the lower-case name of a context (`inputs`, `github`). */
export type Contexts = ReadonlyMap<string, ValueMap>

/** A value of a context, as far as it is known before a run. */
export type Value = string | number | boolean | null | readonly Value[] | ValueMap | NotKnown

/** Values by lower-case key: GitHub's keys are the same in either case. */
export interface ValueMap {
  readonly values: ReadonlyMap<string, Value>
  /**
   * What every other key is: nothing, something that is known when the workflow runs, or nothing that the author may
   * have meant (an input that is not declared).
   */
  readonly others: 'absent' | 'unknown' | 'undeclared'
}

/** A value that has to be waited for. */
export class NotKnown {
  /** How people call it, `github.run_number`; null: by its path. */
  readonly part: string | null
  /** Why, as the end of a sentence that begins with it; null: it is known only when the workflow runs. */
  readonly reason: string | null

  constructor(part: string | null = null, reason: string | null = null) {
    this.part = part
    this.reason = reason
  }
}

/** What became of an expression. */
export type ExpressionResult =
  | { readonly kind: 'value'; readonly value: Value }
  | { readonly kind: 'unknown'; readonly part: string; readonly reason: string | null }
  | { readonly kind: 'invalid'; readonly reason: string }

/** Whether a value is a map of others. */
export function isValueMap(value: Value): value is ValueMap {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof NotKnown)
}

/** Whether a value is a list of others. */
export function isValueList(value: Value): value is readonly Value[] {
  return Array.isArray(value)
}

/** A scalar as GitHub writes it into a text; null for what is no scalar, or not known. */
export function textOf(value: Value): string | null {
  if (value === null) return ''
  return typeof value === 'object' ? null : String(value)
}

/** Values by their keys in lower case. */
export function lowered(values: Iterable<readonly [string, Value]>): Map<string, Value> {
  return new Map([...values].map(([key, value]) => [key.toLowerCase(), value]))
}
