/** What an expression may read, by the lower-case name of a context (`inputs`, `github`). */
export type Contexts = ReadonlyMap<string, ValueMap>

/** A value of a context, as far as it is known before a run. */
export type Value = string | number | boolean | ValueMap | NotKnown

/** Values by lower-case key: GitHub's keys are the same in either case. */
export interface ValueMap {
  readonly values: ReadonlyMap<string, Value>
  /** What every other key is: nothing, or something that is known when the workflow runs. */
  readonly others: 'absent' | 'unknown'
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
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'unknown'; readonly part: string; readonly reason: string | null }
  | { readonly kind: 'invalid'; readonly reason: string }

/** Whether a value is a map of others. */
export function isValueMap(value: Value): value is ValueMap {
  return typeof value === 'object' && !(value instanceof NotKnown)
}
