import { type Problem, problem } from './problem.js'

/** The problems of a file that is not valid YAML; those below a list without its key only follow from it. */
export function withKeylessList(problems: readonly Problem[], text: string, file: string): readonly Problem[] {
  const keyless = keylessList(text, file)
  if (keyless === null) return problems
  // The parser may report it at the end of the line above.
  return [...problems.filter(({ line, remedy }) => remedy !== null && (line ?? 0) < (keyless.line ?? 0)), keyless]
}

/**
 * The list of images below `settings:` or `defaults:` without its key: the line `images:` was forgotten.
 *
 * @returns null if the list has a key, or if it is not the list of images.
 */
function keylessList(text: string, file: string): Problem | null {
  const lines = text.split(/\r?\n/)
  if (!lines.some((line) => /^\ufeff?(?:settings|defaults):/.test(line))) return null
  const index = lines.findIndex((line) => /^ *- *name:/.test(line))
  const column = lines[index]?.indexOf('-')
  if (column === undefined || lines.some((line) => /^\ufeff?["']?images\b/.test(line))) return null
  const above = lines.slice(0, index).filter((line) => !/^ *(?:#|$)/.test(line))
  const isOfKey = /:(?: +#.*)? *$/.test(above.at(-1) ?? '') || above.some((line) => line.search(/- /) === column)
  if (isOfKey) return null
  const remedy = 'Add the line images: above it.'
  return problem('yaml-invalid', 'the list of images has no key.', {
    file,
    line: index + 1,
    column: column + 1,
    remedy,
  })
}
