import { createHash } from 'node:crypto'
import { count, minute } from '../../text/index.js'
import type { Overview } from '../overview.js'
import { SCRIPT, STYLES } from './assets.js'
import { dayOf, Html, html } from './html.js'
import { type Axis, axisOf, dependencyPicture, laneParts, nowStyle } from './pictures.js'
import { attention, baseTable, imageTable, overridesInForce, policyTable, totals } from './sections.js'

/**
 * The page of a factory: one HTML file that loads nothing and works from disk. Its Content-Security-Policy allows only
 * its own style and script, by their hashes: markup that got in through some text could not run anything.
 */
function renderPage(overview: Overview): string {
  const { repository, images } = overview
  const title = repository === null ? 'Image factory' : `Image factory of ${repository}`
  const axis = axisOf(overview)
  const styles = nowStyle(axis) + STYLES
  const policy = `default-src 'none'; style-src '${hashOf(styles)}'; script-src '${hashOf(SCRIPT)}'; img-src data:; base-uri 'none'; form-action 'none'`
  const body = images.length === 0 ? emptyFactory() : factoryBody(overview, axis)
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="referrer" content="no-referrer">
<link rel="icon" href="data:,">
<title>${title}</title>
<style>${new Html(styles)}</style>
</head>
<body>
<header><h1>${title}</h1><p>${asOf(overview)}</p></header>
<main>
${body}
</main>
<script>${new Html(SCRIPT)}</script>
</body>
</html>
`.text
}

function asOf({ at, asOf: newest, images, bases }: Overview): string {
  const facts = newest === null ? 'there are no state files yet' : `data as of ${minute(newest)}`
  const many = `${count(images.length, 'image')}, ${count(bases.length, 'base image')}`
  return `${many}. Written ${minute(at)}; ${facts}. Times are in UTC.`
}

function emptyFactory(): Html {
  return html`<p>Nothing is enrolled yet. Add an image to images.yaml: <code>image-factory enroll</code> writes the entry.</p>`
}

function factoryBody(overview: Overview, axis: Axis): Html {
  const span = `${dayOf(new Date(axis.begin).toISOString())} to ${dayOf(new Date(axis.end).toISOString())}`
  return html`${totals(overview)}
${attention(overview)}
${overridesInForce(overview)}
<section><h2>Images</h2>
<p class="tools"><label>Search <input type="search" id="search" placeholder="name, base image, repository" autocomplete="off"></label> <output id="shown" aria-live="polite"></output></p>
<p class="legend">History, ${span}: <i class="ch"></i> new digest <i class="wt"></i> waiting <i class="ok"></i> rebuilt, proven current <i class="bd"></i> rebuilt <i class="no"></i> failed <i class="now"></i> now</p>
${laneParts(overview, axis)}
${imageTable(overview, axis)}
</section>
<section><h2>Base images</h2>${baseTable(overview)}</section>
<section><h2>Dependencies</h2>${dependencyPicture(overview)}</section>
<section><h2>Policy</h2>${policyTable(overview)}</section>`
}

function hashOf(text: string): string {
  return `sha256-${createHash('sha256').update(text).digest('base64')}`
}

/** The page and its data, text by file name. */
export function pageFiles(overview: Overview): ReadonlyMap<string, string> {
  return new Map([
    ['factory.json', `${JSON.stringify(overview)}\n`],
    ['index.html', renderPage(overview)],
  ])
}
