import { createHash } from 'node:crypto'
import { decode, encode } from '../report/marker.js'

/** Contents of the first line of the dashboard and of its notifications, which is not displayed. */
export interface DashboardMarker {
  /** Distinguishes several factories in one repository. */
  readonly id: string
  /** Number of the notification, of the last one in the dashboard; 0: none yet. */
  readonly sequence: number
  /** Keys of the concerns that people were notified of; many: more than are kept, so no key is listed. */
  readonly told: ReadonlySet<string> | 'many'
}

export interface Dashboard {
  readonly marker: DashboardMarker
  /** Whether it is what we wrote, apart from its boxes. */
  readonly isIntact: boolean
  /** Names of the images whose box is ticked, and `all-stale`; sorted. */
  readonly ticked: readonly string[]
}

export const KEY_LENGTH = 8

/** Most keys that are kept one by one: the first line must leave room for the rest. */
export const MAX_TOLD = 200

/** Represents all stale images in a box; a rebuild of one image cannot be requested by this name. */
export const ALL_STALE = 'all-stale'

const LINE =
  /^<!-- image-factory:dashboard id=(\S{1,1000}) seq=(\d{1,9}) told=(many|[0-9a-f]{0,1600}) hash=([0-9a-f]{16}) -->$/

/** A whole body: its marker, then the visible text. */
export function withMarker(marker: DashboardMarker, text: string): string {
  return `${firstLine(marker, hashOf(marker, text))}\n${text}`
}

function firstLine({ id, sequence, told }: DashboardMarker, hash: string): string {
  return `<!-- image-factory:dashboard id=${encode(id)} seq=${sequence} told=${joined(told)} hash=${hash} -->`
}

/** The keys in the format of a marker. */
export function joined(told: DashboardMarker['told']): string {
  return told === 'many' ? told : [...told].sort().join('')
}

/** Parses the output of `joined`. */
export function parted(text: string): DashboardMarker['told'] {
  return text === 'many' ? text : new Set(text.match(new RegExp(`.{${KEY_LENGTH}}`, 'g')) ?? [])
}

/** Reads an issue's body; null if it is not a dashboard. */
export function readDashboard(body: string): Dashboard | null {
  const text = normal(body)
  const [first = ''] = text.slice(0, MAX_LINE).split('\n', 1)
  const found = LINE.exec(first)
  if (found === null) return null
  const [, id = '', sequence = '', told = '', hash = ''] = found
  const marker = { id: decode(id), sequence: Number(sequence), told: parted(told) }
  const rest = text.slice(first.length + 1)
  return { marker, isIntact: firstLine(marker, hashOf(marker, rest)) === first && hash !== '', ticked: tickedIn(rest) }
}

const MAX_LINE = 4000

/** GitHub trims what it stores, and a browser may change line endings. */
function normal(body: string): string {
  return body.replaceAll('\r\n', '\n').trimEnd()
}

/** Covers the whole body except the hash itself, whatever is ticked. */
function hashOf({ id, sequence, told }: DashboardMarker, text: string): string {
  const whole = [id, sequence, joined(told), unticked(normal(text))].join('\n')
  return createHash('sha256').update(whole).digest('hex').slice(0, 16)
}

/** Only lines that we generate begin like this: text from users never does. */
const BOX = /^- \[([ xX])\] <!-- rebuild=([a-z0-9-]{1,63}) -->/gm

/** A box that requests the rebuild of an image, or of all stale ones. */
export function box(name: string): string {
  return `- [ ] <!-- rebuild=${name} -->`
}

function tickedIn(text: string): string[] {
  const ticked = [...text.matchAll(BOX)].flatMap(([, mark, name = '']) => (mark === ' ' ? [] : [name]))
  return [...new Set(ticked)].sort()
}

/** A body with all boxes unticked. */
export function unticked(body: string): string {
  return body.replace(BOX, (_, _mark, name: string) => box(name))
}

/** A body with these boxes ticked, where it has them. */
export function withTicks(body: string, names: readonly string[]): string {
  const ticked = new Set(names)
  return body.replace(BOX, (whole, _mark, name: string) => (ticked.has(name) ? whole.replace('[ ]', '[x]') : whole))
}

/** Whether two bodies look the same to a reader, ticks included. */
export function isSameBody(a: string, b: string): boolean {
  return normal(a) === normal(b)
}

/** Whether two bodies differ only in ticked boxes. */
export function isSameButBoxes(a: string, b: string): boolean {
  return unticked(normal(a)) === unticked(normal(b))
}
