/** A map of JSON that comes from outside: what is in it is looked at key by key. */
export type JsonMap = Readonly<Record<string, unknown>>

/** JSON as data; undefined where it is none. */
export function parseJson(text: string | Buffer): unknown {
  try {
    return JSON.parse(text.toString()) as unknown
  } catch {
    return undefined
  }
}

/** A value as a map; null where it is something else. */
export function jsonMap(value: unknown): JsonMap | null {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as JsonMap) : null
}

/** A value as a list; empty where it is something else. */
export function jsonList(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : []
}
