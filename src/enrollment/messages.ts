import type * as z from 'zod'
import { PROVIDERS } from '../forges/index.js'
import { alternatives, oneLine, quote, suggest } from '../text/index.js'
import type { EntryFault } from './problem.js'
import { remedyFor } from './repairs.js'
import { remedyForType } from './type-repairs.js'

export interface SchemaProblem extends EntryFault {
  /** key: the position is the key itself; value: its value. */
  readonly at: 'key' | 'value'
}

export interface Examined {
  /** Keys that lead to it: none for an entry of the list, `settings`. */
  readonly prefix: readonly string[]
  /** The keys allowed in the map at a path, for "did you mean". */
  readonly knownKeys: (path: readonly (string | number)[]) => readonly string[]
  /** The value at a path, for quoting. */
  readonly value: (path: readonly (string | number)[]) => unknown
  /** An example value for a path, for missing keys. */
  readonly example?: (path: readonly (string | number)[]) => string | null
  /** The remedy for an unknown key at a path that is known in another place of the file. */
  readonly misplaced?: (key: string, path: readonly (string | number)[]) => string | null
  /** The path as written, where that differs. */
  readonly written?: (path: readonly (string | number)[]) => readonly (string | number)[]
}

/** Turns zod issues into messages for people: one per position, since an empty name is not a valid label either. */
export function explainIssues(issues: readonly z.core.$ZodIssue[], examined: Examined): SchemaProblem[] {
  const first = new Map<string, SchemaProblem>()
  for (const found of issues.flatMap((issue) => explainIssue(issue, examined))) {
    const place = JSON.stringify(found.path)
    if (!first.has(place)) first.set(place, found)
  }
  return [...first.values()]
}

/** Problem of an unknown key: suggests the likely key, or lists the known ones. */
export function unknownKey(
  key: string,
  known: readonly string[],
  misplaced: string | null = null,
): Pick<SchemaProblem, 'code' | 'message'> & { readonly remedy: string } {
  const code = 'key-unknown'
  const near = suggest(key, known)
  const message = `unknown key ${quote(key)}.`
  if (key === '<<') return { code, message, remedy: 'Merge keys are not read: put what entries share under defaults.' }
  if (misplaced !== null) return { code, message, remedy: misplaced }
  return { code, message, remedy: near === null ? `Known here: ${known.join(', ')}.` : `Did you mean ${near}?` }
}

function explainIssue(issue: z.core.$ZodIssue, examined: Examined): SchemaProblem[] {
  const { knownKeys, value } = examined
  const path = issue.path.map((step) => (typeof step === 'symbol' ? String(step) : step))
  const name = nameOf(path, examined)
  if (issue.code === 'unrecognized_keys') {
    const told = (key: string) => unknownKey(key, knownKeys(path), examined.misplaced?.(key, path) ?? null)
    return issue.keys.map((key) => ({ path: [...path, key], at: 'key', ...told(key) }))
  }
  if (issue.code === 'invalid_key') {
    const message = `${quote(String(path.at(-1)))} ${issue.issues[0]?.message ?? 'is not a valid key'}.`
    const remedy = 'Use letters, digits and underscores.'
    return [{ code: 'value-invalid', path, at: 'key', message, remedy }]
  }
  const found = value(path)
  if (found === undefined) {
    const example = examined.example?.(path) ?? null
    const key = String(path.at(-1))
    const remedy =
      example === null ? `Write ${key}: and what belongs below it.` : `Write it, for example ${key}: ${example}.`
    return [{ code: 'key-missing', path, at: 'value', message: `${name} is missing.`, remedy }]
  }
  if (issue.code === 'invalid_type') return [typeProblem(issue.expected, path, found, examined)]
  if (issue.code === 'invalid_union') return explainUnion(issue, examined)
  if (issue.code === 'invalid_value') return [choiceProblem(issue.values.map(String), path, name, found)]
  const said = Array.isArray(found) ? `${name} ${issue.message}.` : `${name}: ${describe(found)} ${issue.message}.`
  const remedy =
    (issue.code === 'custom' ? remedyIn(issue.params, found) : null) ??
    remedyFor(path, found) ??
    likeExample(examined.example?.(path) ?? null)
  return [{ code: 'value-invalid', path, at: 'value', message: said, remedy }]
}

function likeExample(example: string | null): string | null {
  return example === null ? null : `Write it like ${example}.`
}

function remedyIn(params: Readonly<Record<string, unknown>> | undefined, found: unknown): string | null {
  if (typeof params?.remedy === 'string') return params.remedy
  const make = params?.remedyFor
  return typeof make === 'function' && typeof found === 'string' ? String(make(found)) : null
}

function typeProblem(
  expected: string,
  path: readonly (string | number)[],
  found: unknown,
  examined: Examined,
): SchemaProblem {
  const name = nameOf(path, examined)
  const isEmpty = found === null && typeof path.at(-1) === 'string'
  const message = isEmpty ? `${name} is empty.` : `${name} must be ${typeName(expected)}, not ${describe(found)}.`
  const remedy = remedyForType(expected, path, found, {
    example: examined.example?.(path) ?? null,
    keys: examined.knownKeys(path),
  })
  return { code: 'value-invalid', path, at: 'value', message, remedy }
}

/** Explains a union by the form that was meant: a map is compared with the map among the forms. */
function explainUnion(issue: z.core.$ZodIssueInvalidUnion, examined: Examined): SchemaProblem[] {
  const path = issue.path.map((step) => (typeof step === 'symbol' ? String(step) : step))
  const name = nameOf(path, examined)
  const found = examined.value(path)
  if (path.at(-1) === 'provider') return [choiceProblem(PROVIDERS, path, name, found)]
  const meant = issue.errors.find((form) => !form.some(isOfOtherType))
  if (meant !== undefined) {
    return meant.flatMap((one) => explainIssue({ ...one, path: [...issue.path, ...one.path] }, examined))
  }
  const roots = issue.errors.flatMap((form) => form.filter(isOfOtherType))
  const types = roots.flatMap((one) => (one.code === 'invalid_type' ? [one.expected] : []))
  const choices = roots.flatMap((one) => (one.code === 'invalid_value' ? one.values.map(String) : []))
  // Text also accepts true and false: too obvious to mention.
  const named = types.includes('string') ? ['text'] : [...new Set(types.map(typeName))]
  const words = [...choices, ...named].flatMap((one) => (one === 'true or false' ? ['true', 'false'] : [one]))
  const expected = alternatives(words)
  const near = typeof found === 'string' ? suggest(found, choices) : null
  const about = { example: examined.example?.(path) ?? null, keys: [] }
  const remedy = near === null ? remedyForType(types[0] ?? 'string', path, found, about) : `Did you mean ${near}?`
  const message = `${name} must be ${expected}, not ${describe(found)}.`
  return [{ code: 'value-invalid', path, at: 'value', message, remedy }]
}

function isOfOtherType(issue: z.core.$ZodIssue): boolean {
  return issue.path.length === 0 && (issue.code === 'invalid_type' || issue.code === 'invalid_value')
}

function choiceProblem(
  choices: readonly string[],
  path: readonly (string | number)[],
  name: string,
  found: unknown,
): SchemaProblem {
  const near = typeof found === 'string' ? suggest(found, choices) : null
  const remedy = near === null ? null : `Did you mean ${near}?`
  const message = `${name} must be one of ${choices.join(', ')}, not ${describe(found)}.`
  return { code: 'value-invalid', path, at: 'value', message, remedy }
}

function nameOf(path: readonly (string | number)[], { prefix, written = (same) => same }: Examined): string {
  return pathName([...prefix, ...written(path)]) || 'the entry'
}

/** `source.workflow`, `tags.allow[0]`, `build.contexts["a b"]`. */
export function pathName(path: readonly (string | number)[]): string {
  return path
    .map((step, index) => {
      if (typeof step === 'number') return `[${step}]`
      if (!/^[A-Za-z_][\w-]{0,63}$/.test(step)) return `[${quote(step)}]`
      return index === 0 ? step : `.${step}`
    })
    .join('')
}

/** Formats a third-party message like ours: short, on one line, ending with a period. */
export function sentence(message: string): string {
  const line = oneLine(message, 300)
  return line.endsWith('.') ? line : `${line}.`
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
