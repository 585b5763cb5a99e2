import leven from 'leven'

/** A whole number as people read it: `10,000`. */
export function formatNumber(n: number): string {
  // toLocaleString would load ICU's tables first, which takes longer than reading an images.yaml.
  return String(n).replace(/\B(?=(?:\d{3})+$)/g, ',')
}

/** `1 image`, `2 images`, `10,000 images`. */
export function count(n: number, noun: string): string {
  return `${formatNumber(n)} ${noun}${n === 1 ? '' : 's'}`
}

/** `a`, `a or b`, `a, b or c`. */
export function alternatives(words: readonly string[]): string {
  const last = words.at(-1) ?? ''
  return words.length < 2 ? last : `${words.slice(0, -1).join(', ')} or ${last}`
}

/** `a`, `a and b`, `a, b, and c`. */
export function enumeration(words: readonly string[]): string {
  const last = words.at(-1) ?? ''
  return words.length < 3 ? words.join(' and ') : `${words.slice(0, -1).join(', ')}, and ${last}`
}

/** The first `max` items, plus one line with the number omitted. */
export function listSome<T>(
  items: readonly T[],
  max: number,
  show: (item: T) => string,
  more: (n: number) => string,
): string[] {
  const lines = items.slice(0, max).map(show)
  return items.length > max ? [...lines, more(items.length - max)] : lines
}

/** The known word closest to a misspelled one, null if none is close. */
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
  // Transposed letters count as one edit: nmae.
  const isSwapped = a.length === b.length && [...a].sort().join('') === [...b].sort().join('')
  return isSwapped ? Math.min(leven(a, b), 1) : leven(a, b)
}
