import { minute } from '../../explain/index.js'
import { shortReference } from '../../report/markdown.js'
import type { Overview, OverviewBase, OverviewImage } from '../overview.js'
import { CHANGE_WORDS, dayOf, type Html, html, link, shortDigest } from './html.js'

/** The period that all timelines of a page show, in milliseconds. */
export interface Axis {
  readonly begin: number
  readonly now: number
  readonly end: number
}

const DAY = 86_400_000
const MAX_PAST = 120 * DAY
const MIN_PAST = 14 * DAY
const MAX_FUTURE = 30 * DAY

/** One axis for all images, so that their timelines can be compared: from the first event to the last expected date. */
export function axisOf({ at, images, bases }: Overview): Axis {
  const now = Date.parse(at)
  const times = [
    ...bases.flatMap(({ changes }) => changes.map((one) => Date.parse(one.at))),
    ...images.flatMap(({ rebuilds }) => rebuilds.map((one) => Date.parse(one.at))),
  ]
  const first = times.reduce((least, one) => Math.min(least, one), now)
  const awaited = images.flatMap(({ standing, eligibleAt }) =>
    standing === 'waiting' && eligibleAt !== null ? [Date.parse(eligibleAt)] : [],
  )
  const last = awaited.reduce((most, one) => Math.max(most, one), now)
  const begin = Math.max(now - MAX_PAST, Math.min(now - MIN_PAST, first))
  return { begin, now, end: Math.max(now + DAY, Math.min(now + MAX_FUTURE, last)) }
}

/** Position of the current moment, as a style for all lanes. */
export function nowStyle(axis: Axis): string {
  return `:root { --now: ${placeOn(axis, axis.now) ?? 100}%; }\n`
}

/** Position of a moment on an axis, in percent with one decimal; null: outside of it. */
function placeOn({ begin, end }: Axis, time: number): number | null {
  if (!(time >= begin && time <= end)) return null
  return Math.round(((time - begin) / (end - begin)) * 1000) / 10
}

/** What lanes share: the changes of each base image. */
export function laneParts({ bases }: Overview, axis: Axis): Html {
  const changes = bases.map((base) => html`<g id="${partOf(base)}">${ticks(base, axis)}</g>`)
  return html`<svg class="parts" aria-hidden="true">${changes}</svg>`
}

function partOf({ name }: Pick<OverviewBase, 'name'>): string {
  return `c-${name}`
}

/**
 * The history of an image as a picture: for each base image when it changed, then when the image was rebuilt, and the
 * wait from each change to its rebuild. Requires `laneParts` on the same page.
 */
export function timeline(image: OverviewImage, bases: ReadonlyMap<string, OverviewBase>, axis: Axis): Html {
  const lanes = image.bases.slice(0, MAX_LANES).map((one) => {
    const base = bases.get(one.name)
    const marks = base === undefined ? [] : [waits(image, base, axis), html`<use href="#${partOf(base)}"/>`]
    const has = one.digest === null ? null : html` <code>${shortDigest(one.digest)}</code>`
    const since = one.since === null ? '' : ` since ${dayOf(one.since)}`
    return lane(
      html`<a href="#b-${one.name}">${shortReference(one.ref)}</a>${has}`,
      `${CHANGE_WORDS[one.change]}${since}`,
      marks,
    )
  })
  const more = image.bases.length - MAX_LANES
  const [last] = image.rebuilds
  if (last === undefined) return html`<div class="tl">${lanes}${more > 0 && html`<p>and ${more} more</p>`}</div>`
  const said = `last ${dayOf(last.started ?? last.at)}: ${last.result}`
  return html`<div class="tl">${lanes}${more > 0 && html`<p>and ${more} more</p>`}${lane('Rebuilds', said, builds(image, axis))}</div>`
}

const MAX_LANES = 8

function lane(label: Html | string, said: string, marks: readonly (Html | readonly Html[])[]): Html {
  return html`<div><span>${label}<small>${said}</small></span><svg>${marks}</svg></div>`
}

function ticks({ changes }: OverviewBase, axis: Axis): Html[] {
  return changes.flatMap(({ at, digest }) => {
    const x = placeOn(axis, Date.parse(at))
    if (x === null) return []
    const said = `${dayOf(at)} ${shortDigest(digest)}`
    return [html`<rect class="ch" x="${x}%"><title>${said}</title></rect>`]
  })
}

/** From each change of the base to the rebuild it led to, or to the expected date. */
function waits(image: OverviewImage, base: OverviewBase, axis: Axis): Html[] {
  const { rebuilds, standing, eligibleAt } = image
  const changed = new Map(base.changes.map(({ at, digest }) => [digest, at]))
  const past = rebuilds.flatMap(({ bases, started, at }) => {
    const to = bases.find(({ name }) => name === base.name)?.to ?? null
    const from = to === null ? undefined : changed.get(to)
    return from === undefined ? [] : bar(from, started ?? at, 'wt', axis)
  })
  const isAwaited = standing === 'waiting' && image.base === base.name
  if (!isAwaited || eligibleAt === null || base.since === null) return past
  return [...past, ...bar(base.since, eligibleAt, 'wt to', axis)]
}

function bar(from: string, to: string, kind: string, axis: Axis): Html[] {
  const x = placeOn(axis, Math.max(Date.parse(from), axis.begin))
  const until = placeOn(axis, Math.min(Date.parse(to), axis.end))
  if (x === null || until === null || until <= x) return []
  const width = Math.round((until - x) * 10) / 10
  return [html`<rect class="${kind}" x="${x}%" width="${width}%"/>`]
}

const BAD_RESULTS: ReadonlySet<string> = new Set(['failed', 'refused', 'lost', 'canceled'])

function builds({ rebuilds }: OverviewImage, axis: Axis): Html[] {
  return rebuilds.flatMap(({ at, started, result, evidence, run }, index) => {
    const when = started ?? at
    const x = placeOn(axis, Date.parse(when))
    if (x === null) return []
    const kind = BAD_RESULTS.has(result) ? 'no' : evidence === 'current' ? 'ok' : 'bd'
    const said = `${minute(when)} ${result}${evidence === null ? '' : `, then ${evidence}`}`
    // Only the latest successful one is linked: a thousand images have thousands.
    const page = index === 0 || kind === 'no' ? (run?.url ?? null) : null
    return [link(page, html`<circle class="${kind}" cx="${x}%"><title>${said}</title></circle>`)]
  })
}
