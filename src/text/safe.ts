/**
 * What a reader cannot see or cannot tell from a blank: control, bidirectional and zero-width characters, lone
 * surrogates, private use, every space and line end but the ordinary blank (general categories of the Unicode Standard,
 * section 4.5, and its property Default_Ignorable_Code_Point). Line feeds and tabs are among them.
 */
const INVISIBLE = /(?! )[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Z}\p{Default_Ignorable_Code_Point}]/u
const ALL_INVISIBLE = new RegExp(INVISIBLE, 'gu')
/** Most texts: nothing of them is replaced, and whole differences are among them. */
const ORDINARY = /^[\x20-\x7e\n]*$/

/** Shows what cannot be seen as `\u{1b}`; line feeds and tabs stay. */
export function escapeInvisible(text: string): string {
  if (ORDINARY.test(text)) return text
  return text.replace(ALL_INVISIBLE, (character) =>
    character === '\n' || character === '\t' ? character : `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`,
  )
}

/** Text for a log or a terminal: what cannot be seen, and would be obeyed there, as `�`; line feeds stay. */
export function printable(text: string): string {
  if (ORDINARY.test(text)) return text
  return text.replace(ALL_INVISIBLE, (character) => (character === '\n' ? character : '�'))
}

/** At most so many UTF-16 units, the rest as an ellipsis; no character is cut in two. */
export function truncate(text: string, maxLength: number): string {
  return text.length <= maxLength ? text : `${text.slice(0, maxLength - 1).replace(/[\ud800-\udbff]$/, '')}…`
}

/** One line of visible text, at most `maxLength` UTF-16 units long. */
export function oneLine(text: string, maxLength = 240): string {
  // Cut first, so that a text of megabytes costs no more than a short one.
  const flat = escapeInvisible(text.slice(0, maxLength * 4))
    .replace(/\s+/g, ' ')
    .trim()
  if (flat.length <= maxLength && text.length <= maxLength * 4) return flat
  return truncate(`${flat.slice(0, maxLength)}…`, maxLength)
}

/** A value from a file inside a message: in double quotes, short, on one line. */
export function quote(text: string, maxLength = 80): string {
  return escapeInvisible(JSON.stringify(truncate(text, maxLength)))
}
