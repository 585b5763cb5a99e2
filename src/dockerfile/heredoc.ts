import { DockerfileRefusal } from './result.js'
import { expandWord } from './word-expansion.js'

export interface HeredocStart {
  /** The line that ends it. */
  terminator: string
  /** `<<-`: tabs before the terminator are stripped. */
  stripTabs: boolean
  /** Part of the name is quoted: variables in the body are not expanded. */
  isLiteral: boolean
}

const NO_VARIABLES: ReadonlyMap<string, string> = new Map()

/**
 * The heredocs that begin on an instruction's line, in order; none on a line whose quoting the shell lexer rejects.
 * Recognizes them as the shell does: `<<EOF`, `<< EOF`, `3<<-"E O F"`; not `<<<`, and nothing in quotes.
 */
export function heredocStarts(line: string, lineNumber: number): HeredocStart[] {
  const starts: HeredocStart[] = []
  for (const word of wordsOf(line, lineNumber)) {
    const start = parseHeredoc(word, lineNumber)
    if (start !== null) starts.push(start)
  }
  return starts
}

/** Whether this argument is a heredoc; an invalid one is not. */
export function isHeredoc(argument: string): boolean {
  return heredocNamed(argument) !== null
}

/** The heredoc that an argument is; null if it is not one or is invalid. */
export function heredocNamed(argument: string): HeredocStart | null {
  try {
    return parseHeredoc(argument, 0)
  } catch (error) {
    if (error instanceof DockerfileRefusal) return null
    throw error
  }
}

function wordsOf(line: string, lineNumber: number): string[] {
  try {
    return expandWord(line, NO_VARIABLES, { escapeChar: '\\', raw: true, keepUnset: true }, lineNumber).words
  } catch (error) {
    if (error instanceof DockerfileRefusal) return []
    throw error
  }
}

function parseHeredoc(word: string, lineNumber: number): HeredocStart | null {
  const opening = /^\p{Nd}*<<(-?)[\t\n\f\r ]*/u.exec(word)
  if (opening === null || !/^\d*</.test(word)) return null
  const name = word.slice(opening[0].length)
  if (name === '' || name.includes('<')) return null
  const mode = { escapeChar: '\\', keepUnset: true }
  const words = expandWord(name, NO_VARIABLES, mode, lineNumber).words
  const terminator = words[0]
  if (terminator === undefined || words.length !== 1) return null
  const quotedWords = expandWord(name, NO_VARIABLES, { ...mode, rawQuotes: true }, lineNumber).words
  if (quotedWords.length !== 1)
    throw new DockerfileRefusal(`the name of the heredoc "${word}" cannot be read`, lineNumber)
  const isLiteral = countQuotes(terminator) !== countQuotes(quotedWords[0] ?? '')
  return { terminator, stripTabs: opening[1] === '-', isLiteral }
}

function countQuotes(text: string): number {
  return text.split(/['"]/).length
}
