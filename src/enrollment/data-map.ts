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

/** Whether data is a map. */
export function isDataMap(data: Data | undefined): data is { readonly [key: string]: Data } {
  return typeof data === 'object' && data !== null && !Array.isArray(data)
}
