import { oneLine } from './messages.js'
import { type Problem, problem } from './problem.js'
import { readWithLibrary } from './yaml/library.js'
import type { PlacedData, YamlOptions } from './yaml/model.js'
import { readPlain } from './yaml/plain.js'

export type { Data, Path, PlacedData, Position, Tagged, YamlOptions } from './yaml/model.js'

const OPTIONS: YamlOptions = { numbers: 'text', bytes: 16 * 1024 * 1024, depth: 64, repeated: 1_000_000 }

/**
 * Reads one YAML 1.2 document as plain data with positions. Every string in it may be hostile: duplicate keys, custom
 * tags, keys that are no strings, prototype keys, several documents, alias bombs and absurd sizes are problems.
 *
 * @param text the file's text; a BOM and CRLF are fine.
 * @param file the file's name, for the problems.
 * @returns the data (null when it could not be read) and what is wrong with it; data is only to be used when no
 *   problem is an error.
 */
export function readYaml(
  text: string,
  file: string,
  given: Partial<YamlOptions> = {},
): { readonly placed: PlacedData | null; readonly problems: readonly Problem[] } {
  const options = { ...OPTIONS, ...given }
  if (Buffer.byteLength(text) > options.bytes) {
    const message = `the file is larger than ${options.bytes} bytes.`
    return { placed: null, problems: [problem('error', message, { file })] }
  }
  // Editors on Windows write a byte order mark; the library takes it for indentation.
  const body = text.startsWith('\ufeff') ? text.slice(1) : text
  const placed = readPlain(body, options)
  if (placed !== null) return { placed, problems: [] }
  const { problems, ...read } = readWithLibrary(body, file, options)
  // The library quotes what it finds, whatever that is.
  return { ...read, problems: problems.map((one) => ({ ...one, message: oneLine(one.message) })) }
}
