import type { Report } from '../report/index.js'

const REPOSITORY = 'https://github.com/craigedmunds/image-factory-action'

/** What the messages mean, for those whose run failed. */
const TROUBLESHOOTING = `${REPOSITORY}/blob/main/docs/troubleshooting.md#what-the-run-says`

/** What the last line of the log is made of, beside the report. */
export interface Ending {
  /** The report in one line. */
  readonly verdict: string
  readonly isFailed: boolean
  /** Empty where there is none. */
  readonly commentUrl: string
  /** The page of the run, which has the job summary. */
  readonly runUrl: string
}

/** Says what happened and where to look: the line that a log is scrolled down to. */
export function lastLine(report: Pick<Report, 'mode' | 'commit'>, ending: Ending): string {
  const { verdict, isFailed, commentUrl, runUrl } = ending
  const places = [
    ...(report.commit?.url ? [`commit ${report.commit.url}`] : []),
    ...(commentUrl === '' ? [] : [`comment ${commentUrl}`]),
    `summary ${runUrl}`,
    ...(isFailed ? [`what messages mean ${TROUBLESHOOTING}`] : []),
  ]
  const isSaid = isFailed && verdict.startsWith('❌')
  const done = isSaid ? verdict : `${isFailed ? 'Failed' : whatWasDone(report)}: ${verdict}`
  return `${done}. Look at: ${places.join(' · ')}`
}

function whatWasDone({ mode, commit }: Pick<Report, 'mode' | 'commit'>): string {
  if (commit !== null) return `Committed ${commit.sha.slice(0, 12)} to ${commit.branch}`
  return { preview: 'Preview', commit: 'Nothing to commit', check: 'Up to date' }[mode]
}

/**
 * The last line of a run that was stopped before there was anything to report.
 *
 * @param isDefect nobody but us can mend it.
 */
export function stoppedLine({ isDefect }: { readonly isDefect: boolean }): string {
  return isDefect
    ? `Stopped by a defect of this action, nothing was written. Please report the lines above: ${REPOSITORY}/issues`
    : `Stopped, nothing was written. What messages mean: ${TROUBLESHOOTING}`
}
