/** Words for what a JSON Schema says across keys. */

/** A JSON Schema, or a part of one. */
export interface JsonSchema {
  readonly [keyword: string]: unknown
}

/** What holds where a condition does, and where it does not; null: nothing. */
export function conditional(condition: JsonSchema, holds: JsonSchema | null, fails: JsonSchema | null): JsonSchema {
  const branches: readonly (readonly [string, JsonSchema | null])[] = [
    ['if', condition],
    ['then', holds],
    ['else', fails],
  ]
  return Object.fromEntries(branches.filter(([, schema]) => schema !== null))
}

/** A map that says all these keys. */
export function says(...keys: readonly string[]): JsonSchema {
  return { required: keys }
}

/** A map whose keys hold these values. */
export function holding(values: Readonly<Record<string, unknown>>): JsonSchema {
  const properties = Object.entries(values).map(([key, value]) => [key, { const: value }])
  return { required: Object.keys(values), properties: Object.fromEntries(properties) }
}

/** A map in which these keys, where they are said at all, hold what the schemas say. */
export function where(properties: Readonly<Record<string, JsonSchema>>): JsonSchema {
  return { properties }
}

/** A map without these keys; an editor says the message at each that is there. */
export function without(keys: readonly string[], errorMessage: string): JsonSchema {
  return { properties: Object.fromEntries(keys.map((key) => [key, { not: {}, errorMessage }])) }
}

export function anyOf(...schemas: readonly JsonSchema[]): JsonSchema {
  return { anyOf: schemas }
}

export function not(schema: JsonSchema): JsonSchema {
  return { not: schema }
}
