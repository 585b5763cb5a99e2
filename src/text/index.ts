/**
 * Text and list helpers for messages, logs and files. They know nothing about the factory. All text from outside is
 * made safe here before it is shown (report/ adds Markdown escaping).
 */
import leven from 'leven'

/** Compares by code unit: the same order on every machine, whatever its locale. */
export function compareText(a: string, b: string): number {
  if (a === b) return 0
  return a < b ? -1 : 1
}

/** A comparison by one text of each item: `items.sort(by(({ name }) => name))`. */
export function by<T>(textOf: (item: T) => string): (a: T, b: T) => number {
  return (a, b) => compareText(textOf(a), textOf(b))
}

/** Compares entries by their key: `[...map].sort(byKey)`. */
export function byKey([a]: readonly [string, unknown], [b]: readonly [string, unknown]): number {
  return compareText(a, b)
}

/** Groups items by key; keys keep the order of first appearance. */
export function groupBy<T, K>(items: Iterable<T>, keyOf: (item: T) => K): Map<K, [T, ...T[]]> {
  const groups = new Map<K, [T, ...T[]]>()
  for (const item of items) {
    const key = keyOf(item)
    const group = groups.get(key)
    if (group === undefined) groups.set(key, [item])
    else group.push(item)
  }
  return groups
}

/** The first item of each key, in order. */
export function distinctBy<T, K>(items: Iterable<T>, keyOf: (item: T) => K): T[] {
  const first = new Map<K, T>()
  for (const item of items) if (!first.has(keyOf(item))) first.set(keyOf(item), item)
  return [...first.values()]
}

/** A JSON object from outside: check each key before use. */
export type JsonMap = Readonly<Record<string, unknown>>

/** Parses JSON; undefined when it is invalid. */
export function parseJson(text: string | Buffer): unknown {
  try {
    return JSON.parse(text.toString()) as unknown
  } catch {
    return undefined
  }
}

/** The value if it is an object, else null. */
export function jsonMap(value: unknown): JsonMap | null {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as JsonMap) : null
}

/** The value if it is an array, else an empty one. */
export function jsonList(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : []
}

/**
 * What a reader cannot see or cannot tell from a space: control, bidirectional and zero-width characters, lone
 * surrogates, private use, every space and line end except U+0020 (general categories of the Unicode Standard, section
 * 4.5, and its property Default_Ignorable_Code_Point). Line feeds and tabs are included.
 */
const INVISIBLE = /(?! )[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Z}\p{Default_Ignorable_Code_Point}]/u
const ALL_INVISIBLE = new RegExp(INVISIBLE, 'gu')
/** Fast path for most texts, including whole diffs: nothing in them needs replacing. */
const ORDINARY = /^[\x20-\x7e\n]*$/

/** Escapes invisible characters as `\u{1b}`; keeps line feeds and tabs. */
export function escapeInvisible(text: string): string {
  if (ORDINARY.test(text)) return text
  return text.replace(ALL_INVISIBLE, (character) =>
    character === '\n' || character === '\t' ? character : `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`,
  )
}

/** Text for a log or terminal: invisible characters, which a terminal may obey, become `�`; keeps line feeds. */
export function printable(text: string): string {
  if (ORDINARY.test(text)) return text
  return text.replace(ALL_INVISIBLE, (character) => (character === '\n' ? character : '�'))
}

/** Truncates to `maxLength` UTF-16 units with an ellipsis, never splitting a surrogate pair. */
export function truncate(text: string, maxLength: number): string {
  return text.length <= maxLength ? text : `${text.slice(0, maxLength - 1).replace(/[\ud800-\udbff]$/, '')}…`
}

/** One line of visible text, at most `maxLength` UTF-16 units long. */
export function oneLine(text: string, maxLength = 240): string {
  // Truncate first, so that megabytes of text cost no more than a short one.
  const flat = escapeInvisible(text.slice(0, maxLength * 4))
    .replace(/\s+/g, ' ')
    .trim()
  if (flat.length <= maxLength && text.length <= maxLength * 4) return flat
  return truncate(`${flat.slice(0, maxLength)}…`, maxLength)
}

/** A value from a file for use in a message: double-quoted, truncated, on one line. */
export function quote(text: string, maxLength = 80): string {
  return escapeInvisible(JSON.stringify(truncate(text, maxLength)))
}

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

/** A time, ISO 8601 in UTC, as people read it: `2026-03-12 08:00 UTC`. */
export function moment(iso: string): string {
  return `${minute(iso)} UTC`
}

/** `2026-03-12 08:00`, where times are known to be in UTC. */
export function minute(iso: string): string {
  return iso.slice(0, 16).replace('T', ' ')
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
