/** Generated parts of a page, by the names in its markers: `<!-- generated: NAME -->` … `<!-- end of NAME -->`. */
export type PageParts = Readonly<Record<string, string>>

/** The page with its generated parts put in. Throws when a marker is missing. */
export function withParts(page: string, parts: PageParts): string {
  let text = page
  for (const [name, part] of Object.entries(parts)) {
    const [begin, end] = [`<!-- generated: ${name} -->`, `<!-- end of ${name} -->`]
    const [before, after] = [text.indexOf(begin), text.indexOf(end)]
    if (before < 0 || after < before) throw new Error(`there is no ${begin} … ${end}`)
    text = `${text.slice(0, before)}${begin}\n\n${part}\n\n${text.slice(after)}`
  }
  return text
}

/** A table in Markdown. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n')
}
