import { setOutput } from '@actions/core'
import { isDestructive } from '../manifests/index.js'
import { allChanges, changesAnything, type Report } from '../report/index.js'
import { safe } from './log.js'

/** What later steps of the job can read. */
export interface Outputs {
  readonly report: Report | null
  readonly commitSha: string
  readonly commentUrl: string
  readonly reportFile: string
  readonly diffFile: string
  readonly reportData: string
}

/** What there is to read of a run that did not get far. */
export const NO_OUTPUTS: Outputs = {
  report: null,
  commitSha: '',
  commentUrl: '',
  reportFile: '',
  diffFile: '',
  reportData: '',
}

/** Sets every output, also after a failure: what could not be found out is empty or zero. */
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
  setOutput('commit-sha', commitSha)
  setOutput('comment-url', safe(commentUrl))
  setOutput('report-file', reportFile)
  setOutput('diff-file', diffFile)
  setOutput('report-data', reportData)
}
