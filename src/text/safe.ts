/**
 * What a reader cannot see or cannot tell from a space: control, bidirectional and zero-width characters, lone
 * surrogates, private use, every space and line end except U+0020 (general categories of the Unicode Standard, section
 * 4.5, and its property Default_Ignorable_Code_Point). Line feeds and tabs are included.
 */
const INVISIBLE = /(?! )[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Z}\p{Default_Ignorable_Code_Point}]/u
const ALL_INVISIBLE = new RegExp(INVISIBLE, 'gu')
/** Fast path for most texts, including whole diffs: nothing in them needs replacing. */
const ORDINARY = /^[\x20-\x7e\n]*$/

/** Escapes invisible characters as `\u{1b}`; keeps line feeds and tabs. */
export function escapeInvisible(text: string): string {
  if (ORDINARY.test(text)) return text
  return text.replace(ALL_INVISIBLE, (character) =>
    character === '\n' || character === '\t' ? character : `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`,
  )
}

/** Text for a log or terminal: invisible characters, which a terminal may obey, become `�`; keeps line feeds. */
export function printable(text: string): string {
  if (ORDINARY.test(text)) return text
  return text.replace(ALL_INVISIBLE, (character) => (character === '\n' ? character : '�'))
}

/** Truncates to `maxLength` UTF-16 units with an ellipsis, never splitting a surrogate pair. */
export function truncate(text: string, maxLength: number): string {
  return text.length <= maxLength ? text : `${text.slice(0, maxLength - 1).replace(/[\ud800-\udbff]$/, '')}…`
}

/** One line of visible text, at most `maxLength` UTF-16 units long. */
export function oneLine(text: string, maxLength = 240): string {
  // Truncate first, so that megabytes of text cost no more than a short one.
  const flat = escapeInvisible(text.slice(0, maxLength * 4))
    .replace(/\s+/g, ' ')
    .trim()
  if (flat.length <= maxLength && text.length <= maxLength * 4) return flat
  return truncate(`${flat.slice(0, maxLength)}…`, maxLength)
}

/** A value from a file for use in a message: double-quoted, truncated, on one line. */
export function quote(text: string, maxLength = 80): string {
  return escapeInvisible(JSON.stringify(truncate(text, maxLength)))
}
