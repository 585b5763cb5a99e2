// The pictures of the page: the history of each image, and which image is built on which.

import { shortReference } from '../../report/markdown.js'
import { by, minute, truncate } from '../../text/index.js'
import { type Overview, type OverviewBase, type OverviewImage, STANDING_WORDS, STANDINGS } from '../overview.js'
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

/** A base image or an enrolled image, with its position in the picture. */
interface Box {
  readonly id: string
  readonly label: string
  readonly below: string
  readonly kind: string
  readonly column: number
  readonly row: number
}

/** Most images in one readable picture. */
const MAX_IMAGES = 60
const MAX_LABEL = 26

const [COLUMN, ROW, WIDTH, HEIGHT] = [260, 44, 196, 34]

/** Which image is built on which, from left to right; if there are many images, the most urgent ones. */
export function dependencyPicture(overview: Overview): Html {
  const shown = [...overview.images]
    .filter(({ bases }) => bases.length > 0)
    .sort((a, b) => STANDINGS.indexOf(a.standing) - STANDINGS.indexOf(b.standing))
    .slice(0, MAX_IMAGES)
  if (shown.length === 0) return html`<p>No base image is known yet.</p>`
  const boxes = boxesOf(overview, shown)
  const at = new Map(boxes.map((box) => [box.id, box]))
  const lines = shown.flatMap((image) => image.bases.map((base) => edge(at, image, base)))
  const width = Math.max(...boxes.map(({ column }) => column)) * COLUMN + WIDTH + 4
  const height = (Math.max(...boxes.map(({ row }) => row)) + 1) * ROW
  const isCut = shown.length < overview.images.length
  const cut =
    isCut && html`<p>Shown are ${shown.length} of ${overview.images.length} images, the most urgent first.</p>`
  const picture = html`<svg width="${width}" height="${height}" viewBox="-2 -2 ${width} ${height}" role="group" aria-label="Dependencies">${lines}${boxes.map(drawn)}</svg>`
  return html`${cut}<div class="pic" tabindex="0" role="region" aria-label="Picture of dependencies">${picture}</div>`
}

/** A base that is an enrolled image is represented by that image. */
function sourceOf(base: OverviewImage['bases'][number], shown: ReadonlySet<string>): string {
  const { enrolledImage, name } = base
  return enrolledImage !== null && shown.has(enrolledImage) ? `i-${enrolledImage}` : `b-${name}`
}

function boxesOf(overview: Overview, shown: readonly OverviewImage[]): Box[] {
  const names = new Set(shown.map(({ name }) => name))
  const sources = new Map(
    shown.map((image) => [`i-${image.name}`, image.bases.map((base) => sourceOf(base, names))] as const),
  )
  const column = columnsOf(sources)
  const used = new Set([...sources.values()].flat())
  const bases = overview.bases
    .filter(({ name }) => used.has(`b-${name}`))
    .sort((a, b) => b.users.length - a.users.length)
  const rows = new Map<string, number>()
  const left = bases.map(({ name, ref, users }, row): Box => {
    rows.set(`b-${name}`, row)
    const below = `${users.length} ${users.length === 1 ? 'image' : 'images'}`
    return { id: `b-${name}`, label: shortReference(ref), below, kind: 'base', column: 0, row }
  })
  return [...left, ...imageBoxes(shown, sources, column, rows)]
}

/** Places each image as close as possible to the middle of its bases, column by column. */
function imageBoxes(
  shown: readonly OverviewImage[],
  sources: ReadonlyMap<string, readonly string[]>,
  column: ReadonlyMap<string, number>,
  rows: Map<string, number>,
): Box[] {
  const boxes: Box[] = []
  for (let at = 1; at <= Math.max(...column.values()); at += 1) {
    const placed = shown
      .filter(({ name }) => column.get(`i-${name}`) === at)
      .map((image) => ({ image, middle: middleOf(sources.get(`i-${image.name}`) ?? [], rows) }))
      .sort((a, b) => a.middle - b.middle || by<OverviewImage>(({ name }) => name)(a.image, b.image))
    for (const [row, { image }] of placed.entries()) {
      const { name, standing } = image
      rows.set(`i-${name}`, row)
      const below = STANDING_WORDS[standing].word
      boxes.push({ id: `i-${name}`, label: name, below, kind: `s-${standing}`, column: at, row })
    }
  }
  return boxes
}

function middleOf(sources: readonly string[], rows: ReadonlyMap<string, number>): number {
  const known = sources.flatMap((id) => rows.get(id) ?? [])
  return known.reduce((sum, row) => sum + row, 0) / Math.max(1, known.length)
}

/** 0 for base images, otherwise one more than the highest column of an image's bases; cycles end where they began. */
function columnsOf(sources: ReadonlyMap<string, readonly string[]>): Map<string, number> {
  const columns = new Map<string, number>()
  const columnOf = (id: string, path: readonly string[]): number => {
    const known = columns.get(id)
    if (known !== undefined) return known
    const from = sources.get(id)
    if (from === undefined || path.includes(id)) return 0
    const column = 1 + Math.max(0, ...from.map((one) => columnOf(one, [...path, id])))
    columns.set(id, column)
    return column
  }
  for (const id of sources.keys()) columnOf(id, [])
  return columns
}

function edge(
  boxes: ReadonlyMap<string, Box>,
  image: OverviewImage,
  base: OverviewImage['bases'][number],
): Html | null {
  const to = boxes.get(`i-${image.name}`)
  const from = boxes.get(`i-${base.enrolledImage ?? ''}`) ?? boxes.get(`b-${base.name}`)
  if (to === undefined || from === undefined || from.column >= to.column) return null
  const [x1, y1] = [from.column * COLUMN + WIDTH, from.row * ROW + HEIGHT / 2]
  const [x2, y2] = [to.column * COLUMN, to.row * ROW + HEIGHT / 2]
  const isOld = base.change === 'behind' || base.change === 'newer'
  const middle = (x1 + x2) / 2
  return html`<path class="${isOld ? 'e old' : 'e'}" d="M${x1} ${y1}C${middle} ${y1} ${middle} ${y2} ${x2} ${y2}"/>`
}

function drawn({ id, label, below, kind, column, row }: Box): Html {
  const [x, y] = [column * COLUMN, row * ROW]
  const name = truncate(label, MAX_LABEL)
  return html`<a href="#${id}"><rect class="${kind}" x="${x}" y="${y}" width="${WIDTH}" height="${HEIGHT}" rx="5"/><text x="${x + 10}" y="${y + 15}">${name}<title>${label}</title></text><text class="sub" x="${x + 10}" y="${y + 28}">${below}</text></a>`
}
