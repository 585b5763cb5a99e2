import { DockerfileRefusal } from './refusal.js'

/** Longest line BuildKit reads, in bytes without the line feed. */
const MAX_LINE_BYTES = 65_535

/** The physical lines of a file, one after the other, each with its line end. */
export interface LineSource {
  /** The next line, null at the end. */
  next(): string | null
  /** Number of the line that `next` gave last, from 1. */
  number(): number
  /** Refuses the file if reading ended at a line that is too long. */
  checkComplete(): void
}

/** Like BuildKit's scanner, a line that is too long ends the file, and is refused only if nothing before it was. */
export function lineSource(text: string): LineSource {
  let start = 0
  let number = 0
  let tooLong = false
  return {
    number: () => number,
    next() {
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
    checkComplete() {
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
