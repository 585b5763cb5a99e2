/** Shell patterns as in `${V#…}`, `${V%…}` and `${V/…}`: `*`, `?`, and `\` before either; no brackets. */

type Token = { literal: string } | 'any' | 'star'

/** Callbacks of a match. */
export interface PatternWatch {
  /** Reports an invalid pattern; does not return. */
  fail(reason: string): never
  /** Reports the number of characters compared; may abort by throwing. */
  spend(comparisons: number): void
}

/** `${V#pattern}` (removes the shortest match at the start), `${V##pattern}` (the longest; 2nd `#` is in `operand`). */
export function cutShortest(value: string, operand: string, watch: PatternWatch): string {
  const longest = operand.startsWith('#')
  const pattern = [...(longest ? operand.slice(1) : operand)]
  return cutLeading([...value], pattern, longest, watch).join('')
}

/** `${V%pattern}` and `${V%%pattern}`: the same at the end, by reversing value and pattern. */
export function cutTrailing(value: string, operand: string, watch: PatternWatch): string {
  const longest = operand.startsWith('%')
  const pattern = reversedPattern([...(longest ? operand.slice(1) : operand)])
  return cutLeading([...value].reverse(), pattern, longest, watch)
    .reverse()
    .join('')
}

/** `${V/pattern/replacement}` and, with `all`, `${V//pattern/replacement}`: replaces the leftmost longest match. */
export function replacePattern(
  value: string,
  pattern: string,
  replacement: string,
  { all, watch }: { all: boolean; watch: PatternWatch },
): string {
  const segments = segmentsOf(tokens([...pattern], watch))
  const text = [...value]
  if (!all) {
    const match = findMatch({ text, watch }, segments, 0)
    if (match === null) return value
    return text.slice(0, match.start).join('') + replacement + text.slice(match.end).join('')
  }
  const output: string[] = []
  let copied = 0
  let from = 0
  while (from <= text.length) {
    const match = findMatch({ text, watch }, segments, from)
    if (match === null) break
    output.push(text.slice(copied, match.start).join(''))
    // An empty match right after the previous match does not count.
    if (match.end > copied || match.start === 0)
      output.push(withGroups(replacement, text.slice(match.start, match.end)))
    copied = match.end
    from = match.end > from ? match.end : from + 1
  }
  return output.join('') + text.slice(copied).join('')
}

function cutLeading(text: string[], pattern: string[], longest: boolean, watch: PatternWatch): string[] {
  const end = matchAt({ text, watch }, segmentsOf(tokens(pattern, watch)), { start: 0, longest })
  return end === null ? text : text.slice(end)
}

/** Reversed except for each `\x`, which stays in order, as in BuildKit (including a lone trailing `\`). */
function reversedPattern(pattern: string[]): string[] {
  const output: string[] = []
  let at = 0
  while (at < pattern.length) {
    const isPair = pattern[at] === '\\' && at < pattern.length - 1
    const group = pattern.slice(at, at + (isPair ? 2 : 1))
    output.push(...group.reverse())
    at += group.length
  }
  return output.reverse()
}

function tokens(pattern: string[], watch: PatternWatch): Token[] {
  const output: Token[] = []
  let at = pattern[0] === '\ufeff' ? 1 : 0
  while (at < pattern.length) {
    const char = pattern[at] ?? ''
    at += 1
    if (char === '*') output.push('star')
    else if (char === '?') output.push('any')
    else if (char !== '\\') output.push({ literal: char })
    else if (pattern[at] !== '}' && pattern[at] !== '/') {
      const escaped = pattern[at]
      if (escaped !== '*' && escaped !== '?' && escaped !== '\\')
        watch.fail(`a pattern has "\\${escaped ?? ''}", which escapes nothing`)
      output.push({ literal: escaped ?? '' })
      at += 1
    }
  }
  return output
}

/** The parts between stars: n stars make n + 1 of them. */
function segmentsOf(pattern: Token[]): Token[][] {
  const segments: Token[][] = [[]]
  for (const token of pattern) {
    if (token === 'star') segments.push([])
    else segments.at(-1)?.push(token)
  }
  return segments
}

interface Subject {
  text: readonly string[]
  watch: PatternWatch
}

/** Leftmost match at or after `from`, as long as possible. */
function findMatch(subject: Subject, segments: Token[][], from: number) {
  const { text } = subject
  const first = segments[0] ?? []
  for (let start = from; start + first.length <= text.length; start += 1) {
    if (!fitsAt(subject, first, start)) continue
    const end = matchAt(subject, segments, { start, longest: true })
    if (end !== null) return { start, end }
    // A later start would leave no more text for the rest of the pattern.
    if (!text.includes('\n', start)) return null
  }
  return null
}

/** End of the shortest or longest match that begins at `start`. */
function matchAt(
  subject: Subject,
  segments: Token[][],
  { start, longest }: { start: number; longest: boolean },
): number | null {
  const first = segments[0] ?? []
  if (!fitsAt(subject, first, start)) return null
  let at = start + first.length
  if (segments.length === 1) return at
  const newline = subject.text.indexOf('\n', at)
  const limit = newline === -1 ? subject.text.length : newline
  for (const segment of segments.slice(1, -1)) {
    const found = firstFit(subject, segment, at, limit)
    if (found === null) return null
    at = found + segment.length
  }
  const last = segments.at(-1) ?? []
  const found = longest ? lastFit(subject, last, at, limit) : firstFit(subject, last, at, limit)
  return found === null ? null : found + last.length
}

function firstFit(subject: Subject, segment: Token[], from: number, limit: number): number | null {
  for (let at = from; at + segment.length <= limit; at += 1) if (fitsAt(subject, segment, at)) return at
  return null
}

function lastFit(subject: Subject, segment: Token[], from: number, limit: number): number | null {
  for (let at = limit - segment.length; at >= from; at -= 1) if (fitsAt(subject, segment, at)) return at
  return null
}

function fitsAt({ text, watch }: Subject, segment: Token[], at: number): boolean {
  if (at + segment.length > text.length) return false
  const mismatch = segment.findIndex((token, i) =>
    typeof token === 'string' ? text[at + i] === '\n' : token.literal !== text[at + i],
  )
  watch.spend(1 + (mismatch === -1 ? segment.length : mismatch))
  return mismatch === -1
}

/** In a replacement, Go expands `$0`, `${name}` and `$$` to the match, nothing and a dollar sign. */
function withGroups(replacement: string, match: string[]): string {
  return replacement.replace(/\$(?:\$|(\w+)|\{(\w+)\})/g, (whole, bare?: string, braced?: string) => {
    if (whole === '$$') return '$'
    return /^0+$/.test(bare ?? braced ?? '') ? match.join('') : ''
  })
}
