import leven from 'leven'
import type * as z from 'zod'

/** The known word nearest to a misspelt one, null when none is near. */
export function suggest(word: string, known: readonly string[]): string | null {
  const near = known
    .map((candidate) => ({ candidate, distance: distance(word, candidate) }))
    .filter(({ candidate, distance }) => distance <= Math.max(1, Math.floor(candidate.length / 3)))
    .sort((a, b) => a.distance - b.distance)
  return near[0]?.candidate ?? null
}

function distance(word: string, candidate: string): number {
  const plain = (text: string) => text.slice(0, 64).toLowerCase().replace(/[-_]/g, '')
  const [a, b] = [plain(word), plain(candidate)]
  // Letters that changed places are one slip: nmae.
  const isSwapped = a.length === b.length && [...a].sort().join('') === [...b].sort().join('')
  return isSwapped ? Math.min(leven(a, b), 1) : leven(a, b)
}

/** One problem zod found, in our words. */
export interface SchemaProblem {
  readonly path: readonly (string | number)[]
  /** key: the place is the key itself; value: what stands behind it. */
  readonly at: 'key' | 'value'
  readonly message: string
  readonly remedy: string | null
}

/** What zod looked at. */
export interface Examined {
  /** Keys that lead to it: nothing for an entry of the list, `settings`. */
  readonly prefix: readonly string[]
  /** The keys allowed in the map at a path, for "did you mean". */
  readonly knownKeys: (path: readonly (string | number)[]) => readonly string[]
  /** What stands at a path, to be quoted. */
  readonly value: (path: readonly (string | number)[]) => unknown
}

/** What zod found, as sentences a person can act on: one a place, for an empty name is no label either. */
export function explainIssues(issues: readonly z.core.$ZodIssue[], examined: Examined): SchemaProblem[] {
  const first = new Map<string, SchemaProblem>()
  for (const found of issues.flatMap((issue) => explainIssue(issue, examined))) {
    const place = JSON.stringify(found.path)
    if (!first.has(place)) first.set(place, found)
  }
  return [...first.values()]
}

/** An unknown key: what was meant, or what there is. */
export function unknownKey(
  key: string,
  known: readonly string[],
): { readonly message: string; readonly remedy: string } {
  const near = suggest(key, known)
  const message = `unknown key ${quote(key)}.`
  if (key === '<<') return { message, remedy: 'Merge keys are not read: put what entries share under defaults.' }
  return { message, remedy: near === null ? `Known here: ${known.join(', ')}.` : `Did you mean ${near}?` }
}

function explainIssue(issue: z.core.$ZodIssue, { prefix, knownKeys, value }: Examined): SchemaProblem[] {
  const path = issue.path.map((step) => (typeof step === 'symbol' ? String(step) : step))
  const name = pathName([...prefix, ...path]) || 'the entry'
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => ({ path: [...path, key], at: 'key', ...unknownKey(key, knownKeys(path)) }))
  }
  if (issue.code === 'invalid_key') {
    const message = `${quote(String(path.at(-1)))} ${issue.issues[0]?.message ?? 'is no usable key'}.`
    return [{ path, at: 'key', message, remedy: null }]
  }
  const found = value(path)
  if (found === undefined) return [{ path, at: 'value', message: `${name} is missing.`, remedy: null }]
  if (issue.code === 'invalid_type') {
    return [
      {
        path,
        at: 'value',
        message: `${name} must be ${typeName(issue.expected)}, not ${describe(found)}.`,
        remedy: null,
      },
    ]
  }
  if (issue.code === 'invalid_value' || issue.code === 'invalid_union') {
    return [choiceProblem(issue, path, name, found)]
  }
  const said = Array.isArray(found) ? `${name} ${issue.message}.` : `${name}: ${describe(found)} ${issue.message}.`
  return [{ path, at: 'value', message: said, remedy: null }]
}

function choiceProblem(
  issue: z.core.$ZodIssueInvalidValue | z.core.$ZodIssueInvalidUnion,
  path: readonly (string | number)[],
  name: string,
  found: unknown,
): SchemaProblem {
  const choices =
    issue.code === 'invalid_value' ? issue.values.map(String) : path.at(-1) === 'provider' ? ['github', 'gitlab'] : []
  const near = typeof found === 'string' ? suggest(found, choices) : null
  const remedy = near === null ? null : `Did you mean ${near}?`
  const expected = choices.length === 0 ? 'must be text' : `must be one of ${choices.join(', ')}`
  return { path, at: 'value', message: `${name} ${expected}, not ${describe(found)}.`, remedy }
}

/** `source.workflow`, `tags.allow[0]`. */
export function pathName(path: readonly (string | number)[]): string {
  return path.map((step, index) => (typeof step === 'number' ? `[${step}]` : index === 0 ? step : `.${step}`)).join('')
}

/** A value from a file inside a message: short, on one line, with its control characters spelled out. */
export function quote(text: string): string {
  const short = text.length > 80 ? `${text.slice(0, 80)}…` : text
  return JSON.stringify(short)
}

function describe(value: unknown): string {
  if (typeof value === 'string') return quote(value)
  if (value === null) return 'nothing'
  if (Array.isArray(value)) return 'a list'
  return typeof value === 'object' ? 'a map' : String(value)
}

function typeName(expected: string): string {
  const names: Readonly<Record<string, string>> = {
    string: 'text',
    boolean: 'true or false',
    array: 'a list',
    object: 'a map',
    record: 'a map',
  }
  return names[expected] ?? expected
}
