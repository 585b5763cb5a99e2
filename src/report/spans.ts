// Text independent of its output format: our own words, and user text that each format escapes.
import { formatNumber, oneLine } from '../text/index.js'
import { codeSpan, link } from './markdown.js'

/** Our own words, user text, or an emphasized part. */
export type Span = string | CodeSpan | LinkSpan | StrongSpan

/** User text: a name, a value. */
interface CodeSpan {
  readonly code: string
  /** Link target; null: none. */
  readonly url: string | null
}

interface LinkSpan {
  readonly word: string
  readonly to: string
}

interface StrongSpan {
  readonly strong: readonly Span[]
}

/** A name or value, linked if there is a URL. */
export function code(text: string, url: string | null = null): Span {
  return { code: text, url }
}

/** Our own words, linked if there is a URL. */
export function linked(word: string, url: string | null): Span {
  return url === null ? word : { word, to: url }
}

/** Emphasized text. */
export function strong(...spans: readonly Span[]): Span {
  return { strong: spans }
}

const MAX_CODE = 120

/** As Markdown that is safe on GitHub. */
export function markdown(spans: readonly Span[]): string {
  return spans
    .map((span) => {
      if (typeof span === 'string') return span
      if ('word' in span) return link(span.word, span.to)
      return 'code' in span ? link(codeSpan(span.code, MAX_CODE), span.url) : `**${markdown(span.strong)}**`
    })
    .join('')
}

export function terminalText(spans: readonly Span[], bold: (text: string) => string): string {
  return spans
    .map((span) => {
      if (typeof span === 'string') return span
      if ('word' in span) return span.word
      return 'code' in span ? oneLine(span.code, MAX_CODE) || '""' : bold(terminalText(span.strong, (text) => text))
    })
    .join('')
}

/** `a`, `a and b`, `a, b and c`; limited to the first ones and the number of others. */
export function listed(
  items: readonly (readonly Span[])[],
  { max = items.length, and = ' and ' }: { readonly max?: number; readonly and?: string } = {},
): Span[] {
  const shown = items.slice(0, max)
  const more = items.length > max ? [` and ${formatNumber(items.length - max)} more`] : []
  const last = more.length > 0 ? ', ' : and
  const joined = shown.flatMap((item, index) => {
    if (index === 0) return [...item]
    return [index === shown.length - 1 ? last : ', ', ...item]
  })
  return [...joined, ...more]
}
