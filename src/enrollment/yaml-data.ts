import type { PlacedData, YamlOptions } from '../yaml/data.js'
import { readData } from '../yaml/index.js'
import { sentence } from './messages.js'
import { type Problem, problem } from './problem.js'

/**
 * Reads one YAML document, its mistakes as problems (`readData` says which there are).
 *
 * @param text the file's text; a BOM and CRLF are fine.
 * @param file the file's name, for the problems.
 * @returns the data (null when it could not be read) and what is wrong with it; data is only to be used when no
 *   problem is an error.
 */
export function readYaml(
  text: string,
  file: string,
  options: Partial<YamlOptions> = {},
): { readonly placed: PlacedData | null; readonly problems: readonly Problem[] } {
  const { placed, faults } = readData(text, options)
  // The library quotes what it finds, whatever that is.
  const problems = faults.map(({ message, remedy, ...at }) =>
    problem('yaml-invalid', sentence(message), { file, remedy: remedy === null ? null : sentence(remedy), ...at }),
  )
  return { placed, problems }
}

/** Control characters but tab and line ends, CR on its own, and what turns the direction of text around. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: finding them is the point.
const UNPRINTABLE = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f\u202a-\u202e\u2066-\u2069]|\r(?!\n)/g

/** More than these help nobody. */
const MAX_COUNT = 5

/**
 * Characters that no editor shows as they are: a parser and a reviewer would read two different files (a comment that
 * ends at CR for one of them, text that runs backwards).
 */
export function characterProblems(text: string, file: string): Problem[] {
  const found: Problem[] = []
  let line = 1
  let start = 0
  for (const { 0: character, index } of text.matchAll(UNPRINTABLE)) {
    for (let end = text.indexOf('\n', start); end >= 0 && end < index; end = text.indexOf('\n', start)) {
      line += 1
      start = end + 1
    }
    found.push(
      problem('character-unprintable', messageFor(character), {
        file,
        line,
        column: index - start + 1,
        ...remedyFor(character),
      }),
    )
    if (found.length === MAX_COUNT) break
  }
  return found
}

function messageFor(character: string): string {
  if (character === '\r') return 'this line ends with CR alone.'
  const code = character.charCodeAt(0).toString(16).toUpperCase().padStart(4, '0')
  return character > '\u2000' ? `U+${code} here turns the text around.` : `the control character U+${code} stands here.`
}

function remedyFor(character: string): { readonly remedy: string } {
  if (character === '\r') return { remedy: 'Save the file with line ends LF or CRLF.' }
  return { remedy: character === '\0' ? 'Save the file as UTF-8.' : 'Take it out.' }
}
