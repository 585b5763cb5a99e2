import { compareText, formatNumber, listSome, quote, suggest } from '../text/index.js'

const MAX_NAMES = 10

/**
 * The message about a name that no entry has, and what to write instead.
 *
 * @param names of the enrolled images.
 * @param file the enrollment file as shown to people.
 */
export function unknownImage(
  name: string,
  names: readonly string[],
  file: string,
): { readonly message: string; readonly remedy: string } {
  const message = `${file} enrolls no image ${quote(name)}.`
  const near = suggest(name, names)
  if (near !== null) return { message, remedy: `Did you mean ${near}?` }
  const shown = listSome([...names].sort(compareText), MAX_NAMES, String, (n) => `and ${formatNumber(n)} more`)
  return { message, remedy: `Its images: ${shown.join(', ')}.` }
}
