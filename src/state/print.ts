import { stringify } from 'yaml'

/** `key: value` lines as YAML that readers of version 1.1 and 1.2 take for the same strings. */
export function yamlLines(values: object): string {
  return stringify(values, {
    version: '1.1',
    lineWidth: 0,
    singleQuote: true,
    aliasDuplicateObjects: false,
    nullStr: 'null',
  })
}

/** A comment line that stays one line whatever the text holds. */
export function comment(text: string): string {
  return `# ${text.replace(/[\p{Cc}\u2028\u2029]/gu, ' ')}\n`
}

/** A map with some keys first, in the order given, and the others behind them as they were. */
export function inOrder<T>(values: Readonly<Record<string, T>>, first: readonly string[]): Record<string, T> {
  const ordered: Record<string, T> = {}
  for (const key of first) {
    const value = values[key]
    if (value !== undefined) ordered[key] = value
  }
  return { ...ordered, ...Object.fromEntries(Object.entries(values).filter(([key]) => !Object.hasOwn(ordered, key))) }
}
