import { FOOTER_OPENS } from './document.js'

/** First line of our comment: which report it is, and which run wrote it for which commit. */
export interface Marker {
  /** Tells several reports on one pull request apart; never derived from content. */
  readonly id: string
  /** Head commit the report was made for. */
  readonly sha: string
  /** Id of the workflow run, and which attempt of it. */
  readonly run: number
  readonly attempt: number
}

const LINE = /^<!-- image-factory:report id=(\S{0,1000}) sha=(\S{0,200}) run=(\d{1,15}) attempt=(\d{1,15}) -->$/

/** The marker as the first line of a comment. */
export function formatMarker(marker: Marker): string {
  const { id, sha, run, attempt } = marker
  return `<!-- image-factory:report id=${encode(id)} sha=${encode(sha)} run=${digits(run)} attempt=${digits(attempt)} -->`
}

/** Reads the marker from the first line of a comment's body; null where the first line is none. */
export function parseMarker(body: string): Marker | null {
  // Cut first: a body without a line feed may be very long.
  const [first = ''] = body.slice(0, 2000).split('\n', 1)
  const found = LINE.exec(first.replace(/\r$/, ''))
  if (found === null) return null
  const [, id = '', sha = '', run = '', attempt = ''] = found
  const marker = { id: decode(id), sha: decode(sha), run: Number(run), attempt: Number(attempt) }
  // Only what we would write ourselves is ours: one spelling a marker.
  return formatMarker(marker) === found[0] ? marker : null
}

/** Was the existing comment written by a newer run than ours? Then it stays. */
export function isNewer(existing: Marker, ours: Marker): boolean {
  if (existing.run !== ours.run) return existing.run > ours.run
  return existing.attempt > ours.attempt
}

/** Percent-encodes all that could close the HTML comment or split a field. */
export function encode(text: string): string {
  let encoded = ''
  for (const byte of Buffer.from(text, 'utf8')) {
    const character = String.fromCharCode(byte)
    const plain = /[A-Za-z0-9._/:-]/.test(character) && !(character === '-' && encoded.endsWith('-'))
    encoded += plain ? character : `%${byte.toString(16).toUpperCase().padStart(2, '0')}`
  }
  return encoded
}

/** What `encode` made. */
export function decode(text: string): string {
  const bytes = text.replace(/%([0-9A-F]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)))
  return Buffer.from(bytes, 'latin1').toString('utf8')
}

function digits(n: number): string {
  return Number.isSafeInteger(n) && n > 0 ? String(n) : '0'
}

/** Whether two comments say the same. Marker and footer name the run and its commit, so they do not count. */
export function sameReport(a: string, b: string): boolean {
  return content(a) === content(b)
}

function content(comment: string): string {
  // Links lead to files at that commit: they stay as good as they were while nothing else changes.
  const sha = parseMarker(comment)?.sha ?? ''
  const text = /^[0-9a-f]{40,64}$/.test(sha) ? comment.replaceAll(`/blob/${sha}/`, '/blob/') : comment
  // GitHub trims what it stores and may change its line ends.
  const lines = text.replaceAll('\r\n', '\n').trimEnd().split('\n')
  if (lines[0]?.startsWith('<!-- image-factory:report ')) lines.shift()
  if (lines.at(-1)?.startsWith(FOOTER_OPENS)) lines.pop()
  return lines.join('\n').trimEnd()
}
