import { isSpace } from './text.js'

/** Cuts text into words at white space while it is being produced; quoted text comes in whole. */
export interface WordSplitter {
  /** Text that holds together, whatever is in it. */
  addWhole(text: string): void
  /** Text that is cut at its white space. */
  addCut(text: string): void
  /** Drops the word begun, as BuildKit's lexer does when it enters a `${…}` with an operand: it has one buffer for all. */
  dropBegun(): void
  /** The words, the one begun included. */
  finish(): string[]
}

export function wordSplitter(): WordSplitter {
  const words: string[] = []
  let begun = ''
  let inWord = false
  return {
    addWhole(text) {
      begun += text
      inWord = true
    },
    addCut(text) {
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
    dropBegun() {
      begun = ''
    },
    finish() {
      return begun === '' ? words : [...words, begun]
    },
  }
}
