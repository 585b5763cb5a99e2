import type { Data, Path, PlacedData, Position } from '../yaml/data.js'
import { type Comment, commentsOf } from '../yaml/places.js'
import type { EnrolledImage } from './images-file.js'
import { explainIssues } from './messages.js'
import { type EntryFault, type Problem, problem } from './problem.js'
import type { WarningCode } from './problem-codes.js'
import { acceptance } from './schema/entry.js'
import { keysAt } from './schema/keys.js'

/** An acceptance in a comment, with its position. */
export interface AcceptComment {
  readonly data: { readonly code: string; readonly reason: string }
  readonly at: Position
}

type Fault = Omit<EntryFault, 'path'>

const FORM = 'Write `# image-factory: accept CODE reason`'
const ACCEPT = /^#\s*image-factory:\s*accept(?:\s+(\S+))?(?:\s+(\S.*))?$/

/**
 * Reads `# image-factory: accept CODE reason`: above an entry, or inside it on a separate line or at the end of one.
 *
 * @param path of the list of images.
 * @param count number of entries.
 * @returns the comments that accept a warning, by index of the entry, and the problems of others.
 */
export function acceptComments(text: string, placed: PlacedData, path: Path, count: number) {
  const byEntry = new Map<number, AcceptComment[]>()
  const faults: { readonly fault: Fault; readonly at: Position }[] = []
  if (!/#\s*image-factory:\s*accept/.test(text)) return { byEntry, faults }
  const comments = commentsOf(text)
  const entries = Array.from(
    { length: count },
    (_, index) => placed.position([...path, index]) ?? { line: 1, column: 1 },
  )
  const end = endOfList(placed, entries)
  const below = entriesBelow(comments, entries)
  let own = -1
  for (const at of comments) {
    const match = ACCEPT.exec(at.text)
    if (match === null) continue
    const [, code, reason] = match
    while ((entries[own + 1]?.line ?? Number.POSITIVE_INFINITY) <= at.line) own += 1
    const entry = at.line < end ? entryOf(at, own, entries, below) : null
    const fault = entry === null ? BESIDE_NOTHING : faultOf({ code, reason })
    if (fault !== null) faults.push({ fault, at })
    if (fault !== null || entry === null || code === undefined || reason === undefined) continue
    const all = byEntry.get(entry) ?? []
    all.push({ data: { code, reason }, at })
    byEntry.set(entry, all)
  }
  return { byEntry, faults }
}

const BESIDE_NOTHING: Fault = {
  code: 'value-invalid',
  message: 'this acceptance belongs to no entry.',
  remedy: 'Write it directly above the entry, or indented like its keys.',
}

/** The same problem as the key `accept` would have. */
function faultOf(written: { readonly code: string | undefined; readonly reason: string | undefined }): Fault | null {
  if (written.code === undefined || written.reason === undefined) {
    const message = `an acceptance needs ${written.code === undefined ? 'a code and ' : ''}a reason.`
    return { code: 'key-missing', message, remedy: `${FORM}.` }
  }
  const result = acceptance.safeParse(written)
  if (result.success) return null
  const [first] = explainIssues(result.error.issues, {
    prefix: ['accept'],
    knownKeys: (at) => keysAt(acceptance, at),
    value: ([key]) => (written as Readonly<Record<string, string | undefined>>)[String(key)],
  })
  return first ?? null
}

/** The first line after the list, where another key of the file begins. */
function endOfList(placed: PlacedData, entries: readonly Position[]): number {
  const last = entries.at(-1)?.line ?? 0
  const keys = placed.data === null || Array.isArray(placed.data) ? [] : Object.keys(placed.data as object)
  const lines = keys.flatMap((key) => placed.position([key])?.line ?? []).filter((line) => line > last)
  return Math.min(...lines, Number.POSITIVE_INFINITY)
}

/** Entries directly below comments on separate lines, by line of the comment. */
function entriesBelow(comments: readonly Comment[], entries: readonly Position[]): ReadonlyMap<number, number> {
  const below = new Map(entries.map(({ line }, index) => [line, index]))
  for (const { line, isAlone } of [...comments].reverse()) {
    const entry = below.get(line + 1)
    if (isAlone && entry !== undefined) below.set(line, entry)
  }
  return below
}

/** @param own the last entry that begins above the comment or on its line. */
function entryOf(at: Comment, own: number, entries: readonly Position[], below: ReadonlyMap<number, number>) {
  const inside = entries[own]
  // A comment indented like the keys of an entry belongs to it.
  if (inside !== undefined && (!at.isAlone || at.column >= inside.column)) return own
  return at.isAlone ? (below.get(at.line) ?? null) : null
}

/** An entry's data including the acceptances in comments, as if they were in its key `accept`. */
export function withComments<T extends { readonly [key: string]: Data }>(
  entry: T,
  comments: readonly AcceptComment[],
): T {
  const { accept = [] } = entry
  // Only a list can be extended; any other value is reported separately.
  if (comments.length === 0 || !Array.isArray(accept)) return entry
  return Object.assign(Object.create(null), entry, { accept: [...accept, ...comments.map(({ data }) => data)] })
}

function keyOf(image: string | null, code: string): string {
  return `${image} ${code}`
}

/** Marks warnings that the entry of their image accepts with the reason. Errors stay errors. */
export function withAcceptances(problems: readonly Problem[], images: readonly EnrolledImage[]): Problem[] {
  const given = images.flatMap(({ name, accept }) =>
    accept.map(({ code, reason }) => [keyOf(name, code), reason] as const),
  )
  // The first reason for a code wins.
  const reasons = new Map(given.reverse())
  return problems.map((one) => {
    const reason = one.severity === 'warning' ? reasons.get(keyOf(one.image, one.code)) : undefined
    return reason === undefined ? one : { ...one, severity: 'accepted' as const, reason }
  })
}

/** These depend on registries and on time: their absence in one run does not mean that they are gone. */
const TRANSIENT_CODES: readonly WarningCode[] = [
  'base-missing',
  'bases-untracked',
  'build-behind',
  'rebuild-starved',
  'tags-unmatched',
]

/**
 * Reports acceptances that match no warning, one notice each.
 *
 * @param problems all of a run.
 * @param isJudged whether everything that the source of an image can show was checked.
 */
export function unusedAcceptances(
  problems: readonly Problem[],
  images: readonly EnrolledImage[],
  { file, isJudged }: { readonly file: string; readonly isJudged: (image: EnrolledImage) => boolean },
): Problem[] {
  const given = new Set(problems.map(({ image, code }) => keyOf(image, code)))
  return images.filter(isJudged).flatMap((image) => {
    const { name, accept, line, lineOf } = image
    const codes = [...new Set(accept.map(({ code }) => code))]
    return codes
      .filter((code) => !given.has(keyOf(name, code)) && !TRANSIENT_CODES.includes(code))
      .map((code) => {
        const at = { file, line: lineOf(`accept.${code}`) ?? lineOf('accept') ?? line, image: name }
        const message = `${name}: there is nothing left to accept: no warning has the code ${code}.`
        return problem('accept-unused', message, { ...at, remedy: 'Remove the acceptance.' })
      })
  })
}
