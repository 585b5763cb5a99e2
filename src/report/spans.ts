// Sentences before it is known where they are shown: words of our own, and texts of users that each place escapes.
import { oneLine } from '../text/index.js'
import { codeSpan, link } from './markdown.js'

/** Words of our own, a text of users, or a part that stands out. */
export type Span = string | CodeSpan | LinkSpan | StrongSpan

/** A text of users: a name, a value. */
interface CodeSpan {
  readonly code: string
  /** Where it leads; null: nowhere. */
  readonly url: string | null
}

/** Words of our own that lead somewhere. */
interface LinkSpan {
  readonly word: string
  readonly to: string
}

interface StrongSpan {
  readonly strong: readonly Span[]
}

/** A name or value, linked where there is an address. */
export function code(text: string, url: string | null = null): Span {
  return { code: text, url }
}

/** Words of our own, linked where there is an address. */
export function linked(word: string, url: string | null): Span {
  return url === null ? word : { word, to: url }
}

/** What a reader sees first. */
export function strong(...spans: readonly Span[]): Span {
  return { strong: spans }
}

const MAX_CODE = 120

/** As Markdown, safe wherever GitHub shows it. */
export function markdown(spans: readonly Span[]): string {
  return spans
    .map((span) => {
      if (typeof span === 'string') return span
      if ('word' in span) return link(span.word, span.to)
      return 'code' in span ? link(codeSpan(span.code, MAX_CODE), span.url) : `**${markdown(span.strong)}**`
    })
    .join('')
}

/** As text for a terminal. */
export function terminalText(spans: readonly Span[], bold: (text: string) => string): string {
  return spans
    .map((span) => {
      if (typeof span === 'string') return span
      if ('word' in span) return span.word
      return 'code' in span ? oneLine(span.code, MAX_CODE) || '""' : bold(terminalText(span.strong, (text) => text))
    })
    .join('')
}

/** `a`, `a and b`, `a, b and c`; of many the first, and how many there are besides. */
export function listed(
  items: readonly (readonly Span[])[],
  { max = items.length, and = ' and ' }: { readonly max?: number; readonly and?: string } = {},
): Span[] {
  const shown = items.slice(0, max)
  const more = items.length > max ? [` and ${items.length - max} more`] : []
  const last = more.length > 0 ? ', ' : and
  const joined = shown.flatMap((item, index) => {
    if (index === 0) return [...item]
    return [index === shown.length - 1 ? last : ', ', ...item]
  })
  return [...joined, ...more]
}
