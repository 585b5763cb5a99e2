/** A JSON object from outside: check each key before use. */
export type JsonMap = Readonly<Record<string, unknown>>

/** Parses JSON; undefined when it is invalid. */
export function parseJson(text: string | Buffer): unknown {
  try {
    return JSON.parse(text.toString()) as unknown
  } catch {
    return undefined
  }
}

/** The value if it is an object, else null. */
export function jsonMap(value: unknown): JsonMap | null {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as JsonMap) : null
}

/** The value if it is an array, else an empty one. */
export function jsonList(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : []
}
