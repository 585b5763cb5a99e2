import { join } from 'node:path'
import { setOutput, summary, warning } from '@actions/core'
import { isDestructive } from '../manifests/index.js'
import {
  allChanges,
  changesAnything,
  type Report,
  renderDiff,
  renderFullSummary,
  renderSummary,
  toData,
} from '../report/index.js'
import { writeFiles } from '../state/index.js'
import type { Context } from './context.js'
import { knownSecrets, safe } from './log.js'

const REPORT_FILE = 'image-factory-report.md'
const DIFF_FILE = 'image-factory.diff'

/** Name of the report's data file, in the runner's temporary folder and in the artifact. */
export const DATA_FILE = 'image-factory-report.json'

export interface Outputs {
  readonly report: Report | null
  readonly commitSha: string
  readonly commentUrl: string
  readonly reportFile: string
  readonly diffFile: string
  readonly reportData: string
}

export const NO_OUTPUTS: Outputs = {
  report: null,
  commitSha: '',
  commentUrl: '',
  reportFile: '',
  diffFile: '',
  reportData: '',
}

/** Sets every output, also after a failure: unknown values are empty or zero. */
export function setOutputs({ report, commitSha, commentUrl, reportFile, diffFile, reportData }: Outputs): void {
  const changes = report === null ? [] : allChanges(report)
  const count = (kind: string) => String(changes.filter((change) => change.kind === kind).length)
  setOutput('changed', String(report !== null && changesAnything(report)))
  setOutput('added', count('added'))
  setOutput('modified', count('modified'))
  setOutput('removed', count('removed'))
  setOutput('destructive', String(changes.some(isDestructive)))
  setOutput('images', String(report?.totals.images ?? 0))
  setOutput('base-images', String(report?.totals.bases ?? 0))
  setOutput('stale', String(report?.totals.stale ?? 0))
  setOutput('rebuilds', startedJson(report))
  setOutput('commit-sha', commitSha)
  setOutput('comment-url', safe(commentUrl))
  setOutput('report-file', reportFile)
  setOutput('diff-file', diffFile)
  setOutput('report-data', reportData)
}

function startedJson(report: Report | null): string {
  const started = (report?.rebuilds ?? []).filter(({ status }) => status === 'started')
  return safe(JSON.stringify(started.map(({ image, run, reason, bases }) => ({ image, run, reason, bases }))))
}

/** Writes the job summary, and the report as files: in full for people, as a diff, and as data for another run. */
export async function writeReports(
  report: Report,
  context: Context,
): Promise<Pick<Outputs, 'reportFile' | 'diffFile' | 'reportData'>> {
  const secrets = knownSecrets()
  await writeSummary(renderSummary(report, { secrets }))
  const texts: readonly (readonly [string, () => string | Iterable<string>])[] = [
    [REPORT_FILE, () => renderFullSummary(report, { secrets })],
    [DIFF_FILE, () => renderDiff(report, { secrets })],
    [DATA_FILE, () => toData(report, { secrets })],
  ]
  // One at a time: each can be as long as all manifests together.
  for (const [name, render] of texts) writeFiles(context.temp, new Map([[name, render()]]))
  const at = (name: string) => join(context.temp, name)
  return { reportFile: at(REPORT_FILE), diffFile: at(DIFF_FILE), reportData: at(DATA_FILE) }
}

/** A failure to write the summary does not fail a successful run. */
export async function writeSummary(text: string): Promise<void> {
  try {
    await summary.addRaw(text, true).write()
  } catch (error) {
    warning(safe(`The job summary could not be written: ${(error as Error).message}`))
  }
}
