// The report: what a run found and changed, for people. One renderer for the pull request comment and the job
// summary (markdown, as much of it as fits), another for terminals. Pure: no clock, no environment, no input or
// output; equal reports give equal bytes. Whatever a report says is treated as hostile.
import { Buffer } from 'node:buffer'
import { FOOTER_OPENS } from './document.js'
import { formatMarker, type Marker } from './marker.js'
import type { Report } from './model.js'
import { patch, plain, plainWithin } from './plain.js'
import { fitToBudget, whole } from './truncation.js'
import { summarize } from './verdict.js'
import { viewOf } from './view.js'

export { type Before, committedState, synthesizedState } from './before.js'
export { buildRefusalReport, buildReport, type ReportInput } from './build-report.js'
export { fromData, type LeftReport, MAX_DATA, toData } from './data.js'
export { type DependencyGraph, dependencyGraph, type GraphFormat, renderGraph } from './dependency-graph.js'
export { imageChanges } from './image-changes.js'
export { isNewer, type Marker, parseMarker } from './marker.js'
export {
  allChanges,
  type BaseDrift,
  type BaseRow,
  type BaseUse,
  changesAnything,
  type ImageChange,
  isChanged,
  isReportable,
  type OverrideRow,
  type Report,
  type ValueChange,
} from './model.js'

export { redactor, withoutValues } from './redact.js'
export { settingsChanges } from './settings-changes.js'
export { starvationProblems } from './starvation.js'

/** Values that must never be shown: tokens and the like. */
interface Secrets {
  readonly secrets?: readonly string[]
}

/** The pull request comment: its first line is the marker. `budget` counts characters (at least 1,500). */
export function renderComment(
  report: Report,
  options: { readonly marker: Marker; readonly budget?: number } & Secrets,
): string {
  const { marker, budget = 60_000, secrets } = options
  const frame = { firstLine: formatMarker(marker), elsewhere: 'see the summary of the run' }
  return fitToBudget(viewOf(report, secrets), frame, { budget, measure: (text) => text.length, rows: 50 })
}

const WITHOUT_MARKER = { firstLine: null, elsewhere: '`image-factory diff` shows all of them' }
const SUMMARY_ROWS = 500

/** The job summary: the same document without marker. `budget` counts bytes (at least 1,500). */
export function renderSummary(report: Report, options: { readonly budget?: number } & Secrets = {}): string {
  const { budget = 1_000_000, secrets } = options
  const room = { budget, measure: (text: string) => Buffer.byteLength(text), rows: SUMMARY_ROWS }
  return fitToBudget(viewOf(report, secrets), WITHOUT_MARKER, room)
}

/** The job summary with every diff, however long it gets: piece by piece, for it may be as long as all manifests. */
export function renderWhole(report: Report, { secrets }: Secrets = {}): Iterable<string> {
  return whole(viewOf(report, secrets), WITHOUT_MARKER, SUMMARY_ROWS)
}

/** The report for a terminal: problems, images, unified diffs, verdict. */
export function renderPlain(report: Report, options: { readonly colour: boolean } & Secrets): string {
  return plain(viewOf(report, options.secrets), options.colour)
}

/** The same without colours, for a log; null where it has more than `most` characters. */
export function renderLog(report: Report, { most, secrets }: { readonly most: number } & Secrets): string | null {
  return plainWithin(viewOf(report, secrets), most)
}

/** Every object's unified diff, whole, for the diff file; line numbers count within the object. Piece by piece as well. */
export function renderDiff(report: Report, options: Secrets = {}): Iterable<string> {
  return patch(viewOf(report, options.secrets))
}

/** The report in one line. */
export function verdict(report: Report, options: Secrets = {}): string {
  const { main, rest } = summarize(viewOf(report, options.secrets))
  return main + rest
}

/** Do two comments say the same? Marker and footer name the run and its commit, so they do not count. */
export function sameReport(a: string, b: string): boolean {
  return content(a) === content(b)
}

function content(comment: string): string {
  // GitHub trims what it stores and may change its line ends.
  const lines = comment.replaceAll('\r\n', '\n').trimEnd().split('\n')
  if (lines[0]?.startsWith('<!-- image-factory:report ')) lines.shift()
  if (lines.at(-1)?.startsWith(FOOTER_OPENS)) lines.pop()
  return lines.join('\n').trimEnd()
}
