import { createHash } from 'node:crypto'
import { bullets, codeSpan, linked, markdown, prose } from '../report/markdown.js'
import { decode, encode } from '../report/marker.js'
import { redactor } from '../report/redact.js'
import { count, groupBy } from '../text/index.js'
import type { Concern } from './concerns.js'
import { type DashboardMarker, joined, KEY_LENGTH, MAX_TOLD, parted } from './issue-marker.js'
import type { Overview, OverviewImage } from './overview.js'

type Told = DashboardMarker['told']

export interface NewsItem {
  readonly key: string
  readonly image: OverviewImage
  readonly concern: Concern
}

export interface News {
  /** Concerns without a notification yet, by image. */
  readonly items: readonly NewsItem[]
  /** What people know of afterwards: concerns that last; resolved ones are dropped. */
  readonly told: Told
}

/**
 * The news in a factory.
 *
 * @param told what people were already notified of.
 * @param there references of base images found in registries: whether the others are still missing is not checked in
 *   every run, and their notification is not repeated.
 */
export function newsOf({ images }: Overview, told: Told, there: ReadonlySet<string>): News {
  const all = images.flatMap((image) =>
    image.concerns.flatMap((concern): NewsItem[] =>
      concern.isNews ? [{ key: keyOf(image.name, concern.kind, concern.key), image, concern }] : [],
    ),
  )
  const unasked = images.flatMap(({ name, bases }) =>
    bases.flatMap((base) => (there.has(base.ref) ? [] : [keyOf(name, 'base-missing', base.name)])),
  )
  const lasting = told === 'many' ? [] : unasked.filter((key) => told.has(key))
  const current = new Set([...all.map(({ key }) => key), ...lasting])
  return {
    items: told === 'many' ? [] : all.filter(({ key }) => !told.has(key)),
    told: current.size > MAX_TOLD ? 'many' : current,
  }
}

function keyOf(image: string, kind: Concern['kind'], key: string): string {
  return createHash('sha256')
    .update(JSON.stringify([image, kind, key]))
    .digest('hex')
    .slice(0, KEY_LENGTH)
}

/** What people were notified of, plus more. */
export function toldAlso(told: Told, more: Told): Told {
  return told === 'many' || more === 'many' ? 'many' : new Set([...told, ...more])
}

/** The keys of items, as their notice stores them. */
export function keysOf(items: readonly NewsItem[]): Told {
  return items.length > MAX_TOLD ? 'many' : new Set(items.map(({ key }) => key))
}

const LINE = /^<!-- image-factory:notice id=(\S{1,1000}) seq=(\d{1,9}) told=(many|[0-9a-f]{0,1600}) -->$/

/** Reads a comment's first line; null if the comment is not a notice. */
export function readNotice(body: string): DashboardMarker | null {
  const [first = ''] = body.slice(0, 4000).split('\n', 1)
  const found = LINE.exec(first.replace(/\r$/, ''))
  if (found === null) return null
  const [, id = '', sequence = '', told = ''] = found
  return { id: decode(id), sequence: Number(sequence), told: parted(told) }
}

const MAX_SHOWN = 20

/**
 * The comment that notifies people of new concerns; it always fits into GitHub's limit.
 *
 * @param notify `@user`, `@org/team`: who is notified; validated with the settings.
 * @param secrets values that are never shown.
 */
export function renderNotice(
  items: readonly NewsItem[],
  { id, sequence }: Pick<DashboardMarker, 'id' | 'sequence'>,
  notify: readonly string[],
  secrets: readonly string[],
): string {
  const redact = redactor(secrets)
  const byImage = [...groupBy(items, ({ image }) => image.name).values()]
  const n = byImage.length
  const show = ([first, ...others]: readonly [NewsItem, ...NewsItem[]]) =>
    `**${codeSpan(first.image.name)}**: ${[first, ...others].map((item) => sentence(item, redact)).join(' ')}`
  return [
    `<!-- image-factory:notice id=${encode(id)} seq=${sequence} told=${joined(keysOf(items))} -->`,
    `${notify.map((one) => `${one} `).join('')}**${count(n, 'image')} newly ${n === 1 ? 'needs' : 'need'} attention.**`,
    bullets(byImage, MAX_SHOWN, show).join('\n'),
    'The issue above stays current and has boxes that start rebuilds.',
  ].join('\n\n')
}

const MAX_TEXT = 600

function sentence({ image, concern }: NewsItem, redact: (text: string) => string): string {
  const url = concern.kind === 'build-failed' ? (image.rebuilds[0]?.run?.url ?? null) : null
  const run = url === null ? '' : ` ${markdown([linked('Run', redact(url))])}.`
  return `${prose(redact(concern.text), MAX_TEXT)}${run} ${prose(redact(concern.next), MAX_TEXT)}`
}
