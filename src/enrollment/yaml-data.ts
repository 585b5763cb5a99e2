import type { PlacedData, YamlOptions } from '../yaml/data.js'
import { readData } from '../yaml/index.js'
import { oneLine } from './messages.js'
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
  const problems = faults.map(({ message, ...at }) => problem('error', oneLine(message), { file, ...at }))
  return { placed, problems }
}
