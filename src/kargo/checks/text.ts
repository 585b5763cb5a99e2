import { opensExpression } from '../constructs/expression.js'

/** What is wrong with a text that Kargo would evaluate. */
export function evaluatedFault(where: string, text: string): string {
  return `${where} holds ${text.includes('${{') ? '${{' : '${%'}, which Kargo would evaluate: ${JSON.stringify(text)}`
}

/** Texts of enrolled data that Kargo would evaluate, with the path of each (`source.inputs.reason`). */
export function evaluatedTexts(data: unknown): { readonly path: string; readonly text: string }[] {
  return textsBelow(data).map(({ path, text }) => ({ path: path.length === 0 ? 'entry' : path.join('.'), text }))
}

interface Placed {
  readonly path: readonly string[]
  readonly text: string
}

/** Nearly always there are none: paths are put together where there are. */
function textsBelow(data: unknown): readonly Placed[] {
  if (typeof data === 'string') return opensExpression(data) ? [{ path: [], text: data }] : NONE
  if (typeof data !== 'object' || data === null) return NONE
  const found: Placed[] = []
  for (const [key, value] of data instanceof Map ? data : Object.entries(data)) {
    const name = String(key)
    if (opensExpression(name)) found.push({ path: [], text: name })
    for (const { path, text } of textsBelow(value)) found.push({ path: [name, ...path], text })
  }
  return found
}

const NONE: readonly Placed[] = []
