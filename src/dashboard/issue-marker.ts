import { createHash } from 'node:crypto'
import { decode, encode } from '../report/marker.js'

/** What the dashboard's first line says, which nobody sees. */
export interface DashboardMarker {
  /** Tells several factories in one repository apart. */
  readonly id: string
  /** Number of the last notification; 0: there was none. */
  readonly sequence: number
  /** Keys of concerns that people know of; many: of more than are kept, so that none is told by itself. */
  readonly told: ReadonlySet<string> | 'many'
}

/** A dashboard as it was read from an issue. */
export interface Dashboard {
  readonly marker: DashboardMarker
  /** Whether it is what we wrote, but for its boxes. */
  readonly isIntact: boolean
  /** Names of the images whose box is ticked, and `all-stale`; sorted. */
  readonly ticked: readonly string[]
}

/** Characters of a key. */
export const KEY_LENGTH = 8

/** More than these are not kept one by one: a first line must leave room for the rest. */
export const MAX_TOLD = 200

/** Stands in a box for all images that are stale; no image can be asked for by this name. */
export const ALL_STALE = 'all-stale'

const LINE =
  /^<!-- image-factory:dashboard id=(\S{1,1000}) seq=(\d{1,9}) told=(many|[0-9a-f]{0,1600}) hash=([0-9a-f]{16}) -->$/

/** A whole body: its marker, and what people read. */
export function withMarker(marker: DashboardMarker, text: string): string {
  return `${firstLine(marker, hashOf(marker, text))}\n${text}`
}

function firstLine({ id, sequence, told }: DashboardMarker, hash: string): string {
  return `<!-- image-factory:dashboard id=${encode(id)} seq=${sequence} told=${joined(told)} hash=${hash} -->`
}

/** The keys as a marker has them. */
export function joined(told: DashboardMarker['told']): string {
  return told === 'many' ? told : [...told].sort().join('')
}

/** The keys that `joined` put together. */
export function parted(text: string): DashboardMarker['told'] {
  return text === 'many' ? text : new Set(text.match(new RegExp(`.{${KEY_LENGTH}}`, 'g')) ?? [])
}

/** Reads an issue's body; null where it is no dashboard. */
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

/** GitHub trims what it stores, and a browser may change line ends. */
function normal(body: string): string {
  return body.replaceAll('\r\n', '\n').trimEnd()
}

/** Covers the whole body but the hash itself, whatever is ticked. */
function hashOf({ id, sequence, told }: DashboardMarker, text: string): string {
  const whole = [id, sequence, joined(told), unticked(normal(text))].join('\n')
  return createHash('sha256').update(whole).digest('hex').slice(0, 16)
}

/** Only whole lines of our own begin like this: what users write never does. */
const BOX = /^- \[([ xX])\] <!-- rebuild=([a-z0-9-]{1,63}) -->/gm

/** A box that has an image rebuilt, or all that are stale. */
export function box(name: string): string {
  return `- [ ] <!-- rebuild=${name} -->`
}

/** The names in the boxes of a text, ticked or not; sorted. */
export function boxesIn(text: string): string[] {
  return [...new Set([...text.matchAll(BOX)].map(([, , name = '']) => name))].sort()
}

function tickedIn(text: string): string[] {
  const ticked = [...text.matchAll(BOX)].flatMap(([, mark, name = '']) => (mark === ' ' ? [] : [name]))
  return [...new Set(ticked)].sort()
}

/** A body with no box ticked. */
export function unticked(body: string): string {
  return body.replace(BOX, (_, _mark, name: string) => box(name))
}

/** A body with these boxes ticked, as far as it has them. */
export function withTicks(body: string, names: readonly string[]): string {
  const ticked = new Set(names)
  return body.replace(BOX, (whole, _mark, name: string) => (ticked.has(name) ? whole.replace('[ ]', '[x]') : whole))
}

/** Whether two bodies are the same to a reader, ticks included. */
export function isSameBody(a: string, b: string): boolean {
  return normal(a) === normal(b)
}

/** Whether two bodies differ in nothing but boxes. */
export function isSameButBoxes(a: string, b: string): boolean {
  return unticked(normal(a)) === unticked(normal(b))
}
