import { hasExpressionOpener } from '../../enrollment/grammar.js'
import { Expression } from './expression.js'

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
    if (hasExpressionOpener(text)) evaluatedLiterals.push(text)
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
