// Reads a report's markdown the way GitHub does, as far as breaking out of it goes.

/** Lines outside of fences; throws where a fence or a fold is left open. */
export function outsideOfFences(markdown: string): string[] {
  const outside: string[] = []
  let [fence, folds] = ['', 0]
  for (const line of markdown.split('\n')) {
    const ticks = /^ {0,3}(`{3,})/.exec(line)?.[1] ?? ''
    if (fence !== '') {
      if (ticks.length >= fence.length && line.trim() === ticks) fence = ''
      continue
    }
    if (/^`{3,}[a-z]+$/.test(line)) {
      fence = ticks
      continue
    }
    folds += (line.match(/^<details( open)?><summary>/g) ?? []).length - (line === '</details>' ? 1 : 0)
    if (folds < 0 || folds > 2) throw new Error(`unbalanced details: ${line}`)
    outside.push(line)
  }
  if (fence !== '') throw new Error('a fence is left open')
  if (folds !== 0) throw new Error('a details is left open')
  return outside
}

/** What is left of a line when its code spans are gone: there, everything is alive. */
export function alive(line: string): string {
  // Between inline tags GitHub reads markdown; only a summary is raw HTML.
  if (line.startsWith('<details')) return line.replace(/<code>[^<]*<\/code>/g, '')
  return line.replace(/(?<!`)(`+)(?!`)(.*?)(?<!`)\1(?!`)/g, '')
}

const OURS = /<\/?(details|summary|sub)( open)?>|<br>/g
/** Links are ours: their addresses are checked, their texts are code or a word. */
const LINK = /\]\(https:\/\/git(?:hub|lab)\.com\/[^\s()]*\)/g

/** Whatever would ping, link, show an image, run or hide something; null where nothing does. */
export function danger(markdown: string): string | null {
  const unseen = /(?![\n\t ])[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Z}\p{Default_Ignorable_Code_Point}]/u.exec(markdown)
  if (unseen !== null) return `unseen character ${JSON.stringify(unseen[0])}`
  for (const line of outsideOfFences(markdown)) {
    const left = alive(line).replace(OURS, '').replace(LINK, ']')
    const found = /[<@$`]|(?<!&)#\d|\bGH-\d|:\/\/|www\.|:[\w+-]+:|!\[/i.exec(left)
    if (found !== null) return `${found[0]} in ${line}`
  }
  return null
}
