// The report: the findings and changes of a run, for people. One renderer for the pull request comment and the job
// summary (Markdown, as much as fits), another for terminals. Pure: no clock, environment, input or output; equal
// reports give equal bytes. All content of a report is treated as hostile.
import { Buffer } from 'node:buffer'
import { summarize } from './document.js'
import { formatMarker, type Marker } from './marker.js'
import type { Report } from './model.js'
import { type PlainOptions, patch, plain, plainWithin } from './plain.js'
import { fitToBudget, untruncated } from './truncation.js'
import { viewOf } from './view.js'

export {
  buildRefusalReport,
  buildReport,
  committedState,
  NOTHING_BEFORE,
  type ReportInput,
  synthesizedState,
} from './build-report.js'
export { type DependencyGraph, dependencyGraph, type GraphFormat, renderGraph } from './graph.js'
export { imageChanges, settingsChanges } from './image-changes.js'
export { withPlaces } from './links.js'
export { fromData, isNewer, MAX_DATA, type Marker, parseMarker, sameReport, toData } from './marker.js'
export {
  allChanges,
  type BaseDrift,
  type BaseRow,
  type BaseUseRow,
  changesAnything,
  type ImageChange,
  isChanged,
  isReportable,
  type RebuildRow,
  type Report,
} from './model.js'
export {
  leakedSecretProblems,
  sourceProblems,
  staleImages,
  staleProblems,
  starvationProblems,
  workflowProblems,
} from './problems.js'
export { dueRebuilds, rebuildRows } from './rebuild-rows.js'
export { rebuildWords } from './rebuilds.js'
export { basicCredentials, redactor, withoutValues } from './redact.js'

/** Values that must never be shown, such as tokens. */
interface Secrets {
  readonly secrets?: readonly string[]
}

/** The pull request comment: its first line is the marker. `budget` counts characters (at least 1,500). */
export function renderComment(
  report: Report,
  options: { readonly marker: Marker; readonly budget?: number } & Secrets,
): string {
  const { marker, budget: limit = 60_000, secrets } = options
  const document = { firstLine: formatMarker(marker), whereOmitted: 'see the summary of the run' }
  const measure = (text: string) => text.length
  return fitToBudget(viewOf(report, secrets), document, { limit, comfortable: COMFORTABLE, measure, rows: 50 })
}

/** Longer comments are hard to read: diffs of additions are then left to the summary. */
const COMFORTABLE = 20_000

const SUMMARY = { firstLine: null, whereOmitted: '`image-factory diff` shows all of them' }
const SUMMARY_ROWS = 500

/** The job summary: the same document without marker. `budget` counts bytes (at least 1,500). */
export function renderSummary(report: Report, options: { readonly budget?: number } & Secrets = {}): string {
  const { budget: limit = 1_000_000, secrets } = options
  const measure = (text: string) => Buffer.byteLength(text)
  return fitToBudget(viewOf(report, secrets), SUMMARY, { limit, comfortable: 2 * limit, measure, rows: SUMMARY_ROWS })
}

/** The job summary with every diff, in pieces: it may be as long as all manifests. */
export function renderFullSummary(report: Report, { secrets }: Secrets = {}): Iterable<string> {
  return untruncated(viewOf(report, secrets), SUMMARY, SUMMARY_ROWS)
}

/** The report for a terminal: optional unified diffs, the effect, problems, and the summary. */
export function renderPlain(
  report: Report,
  { secrets, ...options }: { readonly color: boolean } & Partial<PlainOptions> & Secrets,
): string {
  return plain(viewOf(report, secrets), { diffs: true, problems: true, ...options })
}

/** Like `renderPlain`, without colors, for a log; null if it has more than `maxLength` characters. */
export function renderLog(
  report: Report,
  { maxLength, secrets }: { readonly maxLength: number } & Secrets,
): string | null {
  return plainWithin(viewOf(report, secrets), maxLength)
}

/** Every object's unified diff, for the diff file; line numbers count within the object. In pieces as well. */
export function renderDiff(report: Report, options: Secrets = {}): Iterable<string> {
  return patch(viewOf(report, options.secrets))
}

/** The report on one line. */
export function summaryLine(report: Report, options: Secrets = {}): string {
  const { main, rest } = summarize(viewOf(report, options.secrets))
  return main + rest
}
