/** Compares by code unit: the same order on every machine, whatever its locale. */
export function compareText(a: string, b: string): number {
  if (a === b) return 0
  return a < b ? -1 : 1
}

/** A comparison by one text of each item: `items.sort(by(({ name }) => name))`. */
export function by<T>(textOf: (item: T) => string): (a: T, b: T) => number {
  return (a, b) => compareText(textOf(a), textOf(b))
}

/** Compares entries by their key: `[...map].sort(byKey)`. */
export function byKey([a]: readonly [string, unknown], [b]: readonly [string, unknown]): number {
  return compareText(a, b)
}

/** Groups items by key; keys keep the order of first appearance. */
export function groupBy<T, K>(items: Iterable<T>, keyOf: (item: T) => K): Map<K, [T, ...T[]]> {
  const groups = new Map<K, [T, ...T[]]>()
  for (const item of items) {
    const key = keyOf(item)
    const group = groups.get(key)
    if (group === undefined) groups.set(key, [item])
    else group.push(item)
  }
  return groups
}

/** The first item of each key, in order. */
export function distinctBy<T, K>(items: Iterable<T>, keyOf: (item: T) => K): T[] {
  const first = new Map<K, T>()
  for (const item of items) if (!first.has(keyOf(item))) first.set(keyOf(item), item)
  return [...first.values()]
}
