import type { Data } from './yaml-data.js'

/**
 * Two maps as one: map by map and key by key; a list or a plain value replaces what is below it.
 * The result shares nothing with a prototype.
 */
export function mergeData(below: Data, above: Data): Data {
  if (!isDataMap(below) || !isDataMap(above)) return above
  const merged: Record<string, Data> = Object.assign(Object.create(null), below)
  for (const [key, value] of Object.entries(above)) {
    const under = merged[key]
    merged[key] = under === undefined ? value : mergeData(under, value)
  }
  return merged
}

/** Whether two say the same; the order of keys says nothing. */
export function isSameData(a: Data | undefined, b: Data | undefined): boolean {
  if (isDataMap(a) && isDataMap(b)) {
    const keys = Object.keys(a)
    return (
      keys.length === Object.keys(b).length && keys.every((key) => Object.hasOwn(b, key) && isSameData(a[key], b[key]))
    )
  }
  if (!Array.isArray(a) || !Array.isArray(b)) return a === b
  return a.length === b.length && a.every((item: Data, index) => isSameData(item, b[index]))
}

/** Whether data is a map. */
export function isDataMap(data: Data | undefined): data is { readonly [key: string]: Data } {
  return typeof data === 'object' && data !== null && !Array.isArray(data)
}
