import { DockerfileRefusal, quoted } from './refusal.js'
import { cutAtBlank, isSpace, trimStart } from './text.js'

/** Cuts ARG, ENV and LABEL arguments at white space outside quotes; quotes and escapes stay for the word expansion. */
export function splitQuotedWords(text: string, escapeChar: string): string[] {
  const words: string[] = []
  let word = ''
  let quote = ''
  const finish = () => {
    if (word !== '') words.push(word)
    word = ''
  }
  for (let at = 0; at < text.length; at += 1) {
    const char = text.charAt(at)
    if (quote === '' && isSpace(char)) {
      finish()
      continue
    }
    if (char === escapeChar && quote !== "'") {
      // An escape at the very end is dropped.
      if (at + 1 < text.length) word += char + text.charAt(at + 1)
      at += 1
      continue
    }
    if (quote === '' ? char === '"' || char === "'" : char === quote) quote = quote === '' ? char : ''
    word += char
  }
  finish()
  return words
}

/** `ENV name=value …` or the old `ENV name value`: names and values in turn. Other forms are refused. */
export function assignedPairs(instruction: string, text: string, escapeChar: string, line: number): string[] {
  const words = splitQuotedWords(text, escapeChar)
  const first = words[0]
  if (first === undefined) return []
  if (!first.includes('=')) {
    const pair = cutAtBlank(text)
    if (pair === null)
      throw new DockerfileRefusal(`${instruction} needs a name and a value (${instruction} name=value)`, line)
    return pair
  }
  return words.flatMap((word) => {
    const equals = word.indexOf('=')
    if (equals !== -1) return [word.slice(0, equals), word.slice(equals + 1)]
    throw new DockerfileRefusal(`${instruction}: ${quoted(word)} has no "=": write every pair as name=value`, line)
  })
}

/** The strings of a JSON array; null when the text is none. An array of other things is refused. */
export function jsonStrings(text: string, line: number): string[] | null {
  const body = trimStart(text)
  if (!body.startsWith('[')) return null
  const parsed = parseJson(body)
  if (
    !Array.isArray(parsed) ||
    parsed.some((item) => item === Number.POSITIVE_INFINITY || item === Number.NEGATIVE_INFINITY)
  ) {
    return null
  }
  return parsed.map((item: unknown) => {
    if (typeof item === 'string') return item
    throw new DockerfileRefusal('an argument list in JSON form may hold strings only', line)
  })
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}
