import { DockerfileRefusal } from './result.js'
import { expandWord } from './word-expansion.js'

export interface HeredocStart {
  /** The line that ends it. */
  terminator: string
  /** `<<-`: tabs before the terminator do not count. */
  stripTabs: boolean
  /** Part of the name is in quotes: the body is taken as it is, no variables. */
  isLiteral: boolean
}

const NO_VARIABLES: ReadonlyMap<string, string> = new Map()

/**
 * The heredocs that begin on an instruction's line, in order. A line whose quoting the shell lexer cannot follow begins
 * none. Words are looked at as the shell would: `<<EOF`, `<< EOF`, `3<<-"E O F"`; not `<<<` and nothing in quotes.
 */
export function heredocStarts(line: string, lineNumber: number): HeredocStart[] {
  const starts: HeredocStart[] = []
  for (const word of wordsOf(line, lineNumber)) {
    const start = parseHeredoc(word, lineNumber)
    if (start !== null) starts.push(start)
  }
  return starts
}

/** Is this argument a heredoc? One that cannot be read counts as none here. */
export function isHeredoc(argument: string): boolean {
  return heredocNamed(argument) !== null
}

/** The heredoc that an argument is, null when it is none or cannot be read. */
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
