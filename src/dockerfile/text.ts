import { DockerfileRefusal } from './result.js'

/** White space as in Go (and so BuildKit); JavaScript's definition differs for U+0085 and U+FEFF. */
export function isSpace(char: string | undefined): boolean {
  if (char === undefined || char === '') return false
  const code = char.charCodeAt(0)
  if (code < 0x80) return code === 0x20 || (code >= 0x09 && code <= 0x0d)
  return code === 0x85 || (char !== '\ufeff' && /^\s/.test(char))
}

export function trimStart(text: string): string {
  let start = 0
  while (start < text.length && isSpace(text[start])) start += 1
  return text.slice(start)
}

export function trim(text: string): string {
  let end = text.length
  while (end > 0 && isSpace(text[end - 1])) end -= 1
  return trimStart(text.slice(0, end))
}

/** Without trailing line ends; one line may have several (`\r\r\n`). */
export function trimNewline(text: string): string {
  let end = text.length
  while (end > 0 && (text[end - 1] === '\n' || text[end - 1] === '\r')) end -= 1
  return text.slice(0, end)
}

/** Splits at runs of blanks: only these characters separate the words of instructions, not all white space. */
export function splitBlanks(text: string): string[] {
  return text.split(/[\t\v\f\r ]+/)
}

/** Splits at the first run of blanks; null if there is none. */
export function cutAtBlank(text: string): [string, string] | null {
  const start = text.search(/[\t\v\f\r ]/)
  if (start === -1) return null
  let end = start
  while (end < text.length && '\t\v\f\r '.includes(text.charAt(end))) end += 1
  return [text.slice(0, start), text.slice(end)]
}

/** Lower case as in Go: the dotted capital I becomes a plain i. */
export function lower(text: string): string {
  return text.replace(/İ/g, 'i').toLowerCase()
}

/** The closest candidate (at most two edits away), for messages; null if there is none. */
export function nearest(word: string, candidates: Iterable<string>): string | null {
  if (word.length > 40) return null
  let best: string | null = null
  let bestDistance = Math.min(2, Math.floor(word.length / 2))
  for (const candidate of candidates) {
    if (Math.abs(candidate.length - word.length) > bestDistance || candidate === word) continue
    const distance = editDistance(word, candidate)
    if (distance > bestDistance || (distance === bestDistance && best !== null)) continue
    best = candidate
    bestDistance = distance
  }
  return best
}

function editDistance(a: string, b: string): number {
  let previous = Array.from({ length: b.length + 1 }, (_, i) => i)
  for (let i = 1; i <= a.length; i += 1) {
    const row = [i]
    for (let j = 1; j <= b.length; j += 1) {
      const substitution = (previous[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1)
      row.push(Math.min((previous[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1, substitution))
    }
    previous = row
  }
  return previous[b.length] ?? 0
}

/** BuildKit's limit on a line, in bytes without the line feed. */
const MAX_LINE_BYTES = 65_535

/**
 * The physical lines of a file in order, each with its line end. As in BuildKit's scanner, a line over the limit ends
 * the file, which is refused only if nothing before it was.
 */
export function lineSource(text: string) {
  let start = 0
  let number = 0
  let tooLong = false
  return {
    /** 1-based number of the line that `next` last returned. */
    number: () => number,
    /** The next line; null at the end. */
    next(): string | null {
      if (start >= text.length || tooLong) return null
      const newline = text.indexOf('\n', start)
      const end = newline === -1 ? text.length : newline
      tooLong = isTooLong(text, start, end)
      if (tooLong) return null
      const line = text.slice(start, newline === -1 ? end : end + 1)
      start = end + 1
      number += 1
      return line
    },
    /** Refuses the file if reading ended at a line over the limit. */
    checkComplete(): void {
      if (!tooLong) return
      throw new DockerfileRefusal(
        `the line is longer than ${MAX_LINE_BYTES} bytes, more than BuildKit reads`,
        number + 1,
      )
    },
  }
}

function isTooLong(text: string, start: number, end: number): boolean {
  if (end - start > MAX_LINE_BYTES) return true
  if ((end - start) * 3 <= MAX_LINE_BYTES) return false
  return Buffer.byteLength(text.slice(start, end), 'utf8') > MAX_LINE_BYTES
}

/** Splits text into words at white space while it is being produced; quoted text stays whole. */
export function wordSplitter() {
  const words: string[] = []
  let begun = ''
  let inWord = false
  return {
    /** Adds text that stays in one word, whatever it contains. */
    addWhole(text: string): void {
      begun += text
      inWord = true
    },
    /** Adds text to be split at its white space. */
    addCut(text: string): void {
      for (const char of text) {
        if (!isSpace(char)) {
          begun += char
          inWord = true
        } else if (inWord && begun !== '') {
          words.push(begun)
          begun = ''
          inWord = false
        }
      }
    },
    /** Drops the unfinished word, as BuildKit's lexer does on a `${…}` with an operand: both share one buffer. */
    dropBegun(): void {
      begun = ''
    },
    /** All words, including the unfinished one. */
    finish(): string[] {
      return begun === '' ? words : [...words, begun]
    },
  }
}
