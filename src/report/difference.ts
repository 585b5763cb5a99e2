// Line diffs of an object, computed once and shown with any context.
import { structuredPatch } from 'diff'
import { escapeInvisible } from '../text/index.js'

interface Hunk {
  readonly oldStart: number
  readonly newStart: number
  /** Each line begins with ` `, `+` or `-`. */
  readonly lines: readonly string[]
}

/** The changed lines of an object. */
export interface Difference {
  readonly added: number
  readonly removed: number
  /** With three lines of context; computed on demand, because most objects of a large report are never shown. */
  readonly hunks: () => readonly Hunk[]
}

const MAX_EDITS = 1000
/** Limit for the sum of squared edits: about a second of work in the worst case. */
const MAX_WORK = 8_000_000

/**
 * Compares the objects of one report. The cost of a diff grows with the square of its edits, so the edits of each
 * object and of all together are limited; the limit is a count rather than a time: the same report gives the same
 * bytes.
 *
 * @returns compares the versions of an object before and after; null for none.
 */
export function comparer(): (before: string | null, after: string | null) => Difference {
  let work = MAX_WORK
  return (before, after) => {
    if (before === null || after === null) return oneSided(before ?? '', after ?? '')
    const [old, now] = [ended(before), ended(after)]
    const maxEditLength = Math.max(20, Math.min(MAX_EDITS, Math.floor(Math.sqrt(work))))
    const patch = structuredPatch('', '', old, now, undefined, undefined, { context: 3, maxEditLength })
    if (patch === undefined) {
      work = Math.max(0, work - maxEditLength ** 2)
      return oneSided(before, after)
    }
    const lines = patch.hunks.flatMap((hunk) => hunk.lines)
    const [added, removed] = [starting(lines, '+'), starting(lines, '-')]
    work = Math.max(0, work - (added + removed) ** 2)
    return { added, removed, hunks: () => patch.hunks }
  }
}

/** Unified diff without file headers, each hunk with at most `context` unchanged lines around its changes. */
export function unified(difference: Difference, context: 1 | 3): string {
  const hunks = context === 3 ? difference.hunks() : difference.hunks().flatMap((hunk) => narrow(hunk, context))
  return hunks.map((hunk) => [header(hunk), ...hunk.lines].join('\n')).join('\n')
}

function header({ oldStart, newStart, lines }: Hunk): string {
  const old = lines.length - starting(lines, '+')
  const now = lines.length - starting(lines, '-')
  // Unified diffs name the line before an empty side.
  return `@@ -${old === 0 ? oldStart - 1 : oldStart},${old} +${now === 0 ? newStart - 1 : newStart},${now} @@`
}

/** All lines before are removed, all lines after are added. */
function oneSided(before: string, after: string): Difference {
  const [removed, added] = [countLines(before), countLines(after)]
  const lines = () => [...prefixed(before, '-'), ...prefixed(after, '+')]
  return { added, removed, hunks: () => (added + removed === 0 ? [] : [{ oldStart: 1, newStart: 1, lines: lines() }]) }
}

/** Drops unchanged lines further than `context` from a change; a hunk may split into several. */
function narrow(hunk: Hunk, context: number): Hunk[] {
  const near = nearChange(hunk.lines, context)
  const hunks: Hunk[] = []
  let open: string[] | null = null
  let [oldLine, newLine] = [hunk.oldStart, hunk.newStart]
  hunk.lines.forEach((line, index) => {
    if (!near[index]) open = null
    else if (open !== null) open.push(line)
    else {
      open = [line]
      hunks.push({ oldStart: oldLine, newStart: newLine, lines: open })
    }
    if (!line.startsWith('+')) oldLine++
    if (!line.startsWith('-')) newLine++
  })
  return hunks
}

function nearChange(lines: readonly string[], context: number): boolean[] {
  const near = lines.map(() => false)
  lines.forEach((line, index) => {
    if (!line.startsWith(' ')) near.fill(true, Math.max(0, index - context), index + context + 1)
  })
  return near
}

function ended(text: string): string {
  const trimmed = withoutEnd(escapeInvisible(text))
  return trimmed === '' ? '' : `${trimmed}\n`
}

function prefixed(text: string, sign: string): string[] {
  const whole = ended(text)
  return whole === ''
    ? []
    : whole
        .slice(0, -1)
        .split('\n')
        .map((line) => sign + line)
}

function countLines(text: string): number {
  const whole = withoutEnd(text)
  if (whole === '') return 0
  let lines = 1
  for (let at = whole.indexOf('\n'); at !== -1; at = whole.indexOf('\n', at + 1)) lines++
  return lines
}

function starting(lines: readonly string[], sign: string): number {
  return lines.reduce((n, line) => (line.startsWith(sign) ? n + 1 : n), 0)
}

/** Without trailing line feeds; a loop, because a regular expression would rescan every run of them. */
export function withoutEnd(text: string): string {
  let end = text.length
  while (text[end - 1] === '\n') end--
  return text.slice(0, end)
}
