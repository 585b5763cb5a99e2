import { opensExpression } from '../constructs/expression.js'

/** What is wrong with a text that Kargo would evaluate. */
export function evaluatedFault(where: string, text: string): string {
  return `${where} holds ${text.includes('${{') ? '${{' : '${%'}, which Kargo would evaluate: ${JSON.stringify(text)}`
}

/** Texts of enrolled data that Kargo would evaluate, with the path of each (`source.inputs.reason`). */
export function evaluatedTexts(data: unknown, path = ''): { readonly path: string; readonly text: string }[] {
  if (typeof data === 'string') return opensExpression(data) ? [{ path, text: data }] : []
  if (typeof data !== 'object' || data === null) return []
  const entries = data instanceof Map ? [...data] : Object.entries(data)
  return entries.flatMap(([key, value]) => [
    ...(opensExpression(String(key)) ? [{ path: path === '' ? 'entry' : path, text: String(key) }] : []),
    ...evaluatedTexts(value, path === '' ? String(key) : `${path}.${key}`),
  ])
}
