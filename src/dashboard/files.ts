import type { Overview } from './overview.js'
import { renderPage } from './page/page.js'

/** The page and its data, text by file name. */
export function pageFiles(overview: Overview): ReadonlyMap<string, string> {
  return new Map([
    ['factory.json', `${JSON.stringify(overview)}\n`],
    ['index.html', renderPage(overview)],
  ])
}
