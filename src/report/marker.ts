// A report as data, for another run to post: written without secrets, read as untrusted input.
import * as z from 'zod'
import { refuse } from '../enrollment/problem.js'
import { parseJson } from '../text/index.js'
import { FOOTER_OPENS } from './document.js'
import { type Report, reportShape } from './model.js'
import { viewOf } from './view.js'

/** First line of our comment: identifies the report, its run and its commit. */
export interface Marker {
  /** Distinguishes several reports on one pull request; never derived from content. */
  readonly id: string
  readonly sha: string
  /** Id and attempt of the workflow run. */
  readonly run: number
  readonly attempt: number
}

const LINE = /^<!-- image-factory:report id=(\S{0,1000}) sha=(\S{0,200}) run=(\d{1,15}) attempt=(\d{1,15}) -->$/

/** The marker as the first line of a comment. */
export function formatMarker(marker: Marker): string {
  const { id, sha, run, attempt } = marker
  return `<!-- image-factory:report id=${encode(id)} sha=${encode(sha)} run=${digits(run)} attempt=${digits(attempt)} -->`
}

/** Parses the marker in the first line of a comment's body; null if there is none. */
export function parseMarker(body: string): Marker | null {
  // Truncated first: a body without a line feed may be very long.
  const [first = ''] = body.slice(0, 2000).split('\n', 1)
  const found = LINE.exec(first.replace(/\r$/, ''))
  if (found === null) return null
  const [, id = '', sha = '', run = '', attempt = ''] = found
  const marker = { id: decode(id), sha: decode(sha), run: Number(run), attempt: Number(attempt) }
  // Only exactly what we would write counts: each marker has one spelling.
  return formatMarker(marker) === found[0] ? marker : null
}

/** Whether the existing comment is from a newer run, and therefore kept. */
export function isNewer(existing: Marker, ours: Marker): boolean {
  if (existing.run !== ours.run) return existing.run > ours.run
  return existing.attempt > ours.attempt
}

/** Percent-encodes everything that could end the HTML comment or split a field. */
export function encode(text: string): string {
  let encoded = ''
  for (const byte of Buffer.from(text, 'utf8')) {
    const character = String.fromCharCode(byte)
    const plain = /[A-Za-z0-9._/:-]/.test(character) && !(character === '-' && encoded.endsWith('-'))
    encoded += plain ? character : `%${byte.toString(16).toUpperCase().padStart(2, '0')}`
  }
  return encoded
}

/** Reverses `encode`. */
export function decode(text: string): string {
  const bytes = text.replace(/%([0-9A-F]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)))
  return Buffer.from(bytes, 'latin1').toString('utf8')
}

function digits(n: number): string {
  return Number.isSafeInteger(n) && n > 0 ? String(n) : '0'
}

/** Whether two comments have the same content. Marker and footer identify run and commit, so they are ignored. */
export function sameReport(a: string, b: string): boolean {
  return content(a) === content(b)
}

function content(comment: string): string {
  // Links point to files at that commit, and stay valid while nothing else changes.
  const sha = parseMarker(comment)?.sha ?? ''
  const text = /^[0-9a-f]{40,64}$/.test(sha) ? comment.replaceAll(`/blob/${sha}/`, '/blob/') : comment
  // GitHub trims what it stores and may change line endings.
  const lines = text.replaceAll('\r\n', '\n').trimEnd().split('\n')
  if (lines[0]?.startsWith('<!-- image-factory:report ')) lines.shift()
  if (lines.at(-1)?.startsWith(FOOTER_OPENS)) lines.pop()
  return lines.join('\n').trimEnd()
}

/** Bytes of a report's data; enough for the diffs of tens of thousands of objects. */
export const MAX_DATA = 32 * 1024 * 1024

const FORMAT = 5

const dataSchema = z.strictObject({
  format: z.literal(FORMAT),
  ...reportShape,
  headSha: z.string().max(20_000).nullable(),
})

/** The report as JSON, without secrets. It does not include its run: the run that posts it learns that from GitHub. */
export function toData(report: Report, options: { readonly secrets?: readonly string[] } = {}): string {
  const { run, commit: _, servers: __, ...rest } = viewOf(report, options.secrets).report
  return `${JSON.stringify({ format: FORMAT, ...rest, headSha: run?.headSha ?? null })}\n`
}

/**
 * Reads the output of `toData` as untrusted input: every key is validated, unknown ones are refused, and nothing is
 * shown that was not rendered here.
 *
 * @returns the report, and the commit that it claims to be for.
 * @throws Refusal for anything else, with the first error.
 */
export function fromData(json: string): { readonly report: Report; readonly headSha: string | null } {
  const data = parseJson(json)
  if (data === undefined) throw refuse('data-invalid', "the report's data is not JSON.")
  const parsed = dataSchema.safeParse(data)
  if (!parsed.success) {
    const [issue] = parsed.error.issues
    const place = issue?.path.slice(0, 6).join('.') ?? ''
    throw refuse(
      'data-invalid',
      `the report's data cannot be used${place === '' ? '' : `, at ${place}`}: ${issue?.message ?? ''}.`,
      {
        remedy: 'Let both workflows run the same version of this action.',
      },
    )
  }
  const { format: _, headSha, ...report } = parsed.data
  return { report: { ...report, commit: null, run: null }, headSha }
}
