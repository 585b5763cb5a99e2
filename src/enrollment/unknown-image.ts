import { quote, suggest } from '../text/index.js'

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
  const shown = [...names].sort().slice(0, MAX_NAMES).join(', ')
  const more = names.length > MAX_NAMES ? `, and ${names.length - MAX_NAMES} more` : ''
  return { message, remedy: `Its images: ${shown}${more}.` }
}
