import { Expression, opensExpression } from './expression.js'

/** What a manifest is made of. */
export type Json = string | number | boolean | readonly Json[] | JsonObject
export interface JsonObject {
  readonly [key: string]: Json
}

/** A manifest under construction: expressions are still told from literal text, and undefined fields are left out. */
export type Draft = Json | Expression | undefined | readonly Draft[] | DraftObject
export interface DraftObject {
  readonly [key: string]: Draft
}

/** A finished manifest, and what in it is wrong: literal texts, keys included, that Kargo would evaluate. */
export interface Finished {
  readonly manifest: JsonObject
  readonly evaluatedLiterals: readonly string[]
}

/** The finished form of a draft, keys in the order they were given. */
export function finish(draft: DraftObject): Finished {
  const evaluatedLiterals: string[] = []
  const literal = (text: string): string => {
    if (opensExpression(text)) evaluatedLiterals.push(text)
    return text
  }
  return { manifest: finishObject(draft, literal), evaluatedLiterals }
}

type OnLiteral = (text: string) => string

function finishObject(draft: DraftObject, literal: OnLiteral): JsonObject {
  const finished: Record<string, Json> = {}
  for (const key of Object.keys(draft)) {
    const value = draft[key]
    if (value !== undefined) finished[literal(key)] = finishValue(value, literal)
  }
  return finished
}

function finishValue(draft: Draft, literal: OnLiteral): Json {
  if (typeof draft === 'string') return literal(draft)
  if (draft instanceof Expression) return draft.text
  if (isList(draft)) return draft.map((item) => finishValue(item, literal))
  return typeof draft === 'object' ? finishObject(draft, literal) : (draft ?? '')
}

/** `Array.isArray` does not tell readonly arrays from objects. */
function isList(draft: Draft): draft is readonly Draft[] {
  return Array.isArray(draft)
}

/** The value at a path of a manifest, undefined where there is none. */
export function valueAt(json: Json | undefined, ...path: readonly string[]): Json | undefined {
  return path.reduce<Json | undefined>((value, key) => (isObject(value) ? value[key] : undefined), json)
}

/** The objects of the list at a path; none where there is no list. */
export function objectsAt(json: Json | undefined, ...path: readonly string[]): JsonObject[] {
  const value = valueAt(json, ...path)
  return Array.isArray(value) ? (value as readonly Json[]).filter(isObject) : []
}

/** Every text in a value, keys left out; behind those already found. */
export function textsIn(json: Json | undefined, found: string[] = []): string[] {
  if (typeof json === 'string') found.push(json)
  else if (typeof json === 'object') for (const value of Object.values(json as JsonObject)) textsIn(value, found)
  return found
}

function isObject(json: Json | undefined): json is JsonObject {
  return typeof json === 'object' && !Array.isArray(json)
}
