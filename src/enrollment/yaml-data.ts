import type { PlacedData, YamlOptions } from '../yaml/data.js'
import { readData } from '../yaml/index.js'
import { sentence } from './messages.js'
import { type Problem, problem } from './problem.js'

/**
 * Reads one YAML document and reports its problems (`readData` lists them).
 *
 * @param text the file's text; a BOM and CRLF are allowed.
 * @param file path to show in problems.
 * @returns the data (null if it could not be read) and its problems; the data must not be used if a problem is an
 *   error.
 */
export function readYaml(
  text: string,
  file: string,
  options: Partial<YamlOptions> = {},
): { readonly placed: PlacedData | null; readonly problems: readonly Problem[] } {
  const { placed, faults } = readData(text, options)
  // The library quotes arbitrary parts of the file.
  const problems = faults.map(({ message, remedy, ...at }) =>
    problem('yaml-invalid', sentence(message), { file, remedy: remedy === null ? null : sentence(remedy), ...at }),
  )
  return { placed, problems }
}

/** Control characters except tab and line endings, a lone CR, and bidirectional characters. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: finding them is the point.
const UNPRINTABLE = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f\u202a-\u202e\u2066-\u2069]|\r(?!\n)/g

const MAX_COUNT = 5

/**
 * Characters that editors do not show: a parser and a reviewer would see two different files (a comment that ends at a
 * CR for only one of them, text in reverse order).
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
  return character > '\u2000'
    ? `U+${code} here reverses the direction of the text.`
    : `there is a control character here: U+${code}.`
}

function remedyFor(character: string): { readonly remedy: string } {
  if (character === '\r') return { remedy: 'Save the file with line ends LF or CRLF.' }
  return { remedy: character === '\0' ? 'Save the file as UTF-8.' : 'Remove it.' }
}
