import { join } from 'node:path'
import { notice, setFailed, summary, warning } from '@actions/core'
import { type Problem, Refusal } from '../enrollment/index.js'
import { type CommentResult, findPullRequest, type PullRequest, upsertComment } from '../publish/index.js'
import {
  isReportable,
  type Marker,
  type Report,
  renderComment,
  renderDiff,
  renderFullSummary,
  renderLog,
  renderSummary,
  summaryLine,
  toData,
} from '../report/index.js'
import { writeFiles } from '../state/index.js'
import type { Context } from './context.js'
import type { Inputs } from './inputs.js'
import { lastLine } from './last-line.js'
import { annotate, fold, hidden, safe, say } from './log.js'
import { type Outputs, setOutputs } from './outputs.js'
import type { Outcome } from './run.js'
import { VERSION } from './version.js'

/** Tells everybody how the run went: log, annotations, summary, comment, outputs; fails the step last. */
export async function reportOutcome(outcome: Outcome, inputs: Inputs, context: Context): Promise<void> {
  const report = completed(outcome, context)
  const secrets = hidden()
  const log = logText(report, secrets)
  if (log !== null) fold('All problems and differences', log)
  annotate(report.problems, outcome.target.isOwn)
  const files = await writeReports(report, context)
  const result = await commentOn(report, outcome, inputs, context)
  const commentUrl = result !== null && 'url' in result ? result.url : ''
  setOutputs({ report, commitSha: outcome.commit?.sha ?? '', commentUrl, ...files })
  const failure = failureOf(outcome, report, inputs)
  if (failure !== null) setFailed(safe(failure))
  const ending = { verdict: summaryLine(report, { secrets }), isFailed: failure !== null, commentUrl }
  say(lastLine(report, { ...ending, runUrl: context.run.url }))
}

/** The job summary, and the same as files: for people whole, as a difference, and as data for another run. */
export async function writeReports(
  report: Report,
  context: Context,
): Promise<Pick<Outputs, 'reportFile' | 'diffFile' | 'reportData'>> {
  const secrets = hidden()
  await writeSummary(renderSummary(report, { secrets }))
  const reportFile = 'image-factory-report.md'
  const diffFile = 'image-factory.diff'
  const reportData = 'image-factory-report.json'
  const texts: readonly (readonly [string, () => string | Iterable<string>])[] = [
    [reportFile, () => renderFullSummary(report, { secrets })],
    [diffFile, () => renderDiff(report, { secrets })],
    [reportData, () => toData(report, { secrets })],
  ]
  // One after the other: each may be as long as all manifests together.
  for (const [name, render] of texts) writeFiles(context.temp, new Map([[name, render()]]))
  const at = (name: string) => join(context.temp, name)
  return { reportFile: at(reportFile), diffFile: at(diffFile), reportData: at(reportData) }
}

/** More than this nobody reads in a log; the whole difference is in `diff-file`. */
const MAX_LOG_LENGTH = 200_000

/** All that there is to say beyond the summary line; null where that is all. */
function logText(report: Report, secrets: readonly string[]): string | null {
  const whole = renderLog(report, { maxLength: MAX_LOG_LENGTH, secrets })
  if (whole === null) return 'This is too long for the log: it is in the file of the output diff-file.'
  return whole.trimEnd().includes('\n') ? whole : null
}

function completed({ plan, commit, target }: Outcome, context: Context): Report {
  const repositoryUrl = `${context.servers.github}/${target.repository}`
  const headSha = context.pullRequest?.headSha || context.sha
  return {
    ...plan.report,
    commit: commit === null ? null : { ...commit, url: `${repositoryUrl}/commit/${commit.sha}` },
    run: {
      url: `${context.run.url}/attempts/${context.run.attempt}`,
      headSha,
      repositoryUrl: `${context.servers.github}/${context.repository}`,
      version: VERSION,
    },
  }
}

function failureOf({ plan, target }: Outcome, report: Report, inputs: Inputs): string | null {
  if (plan.refused) return summaryLine(report)
  if (target.mode !== 'check' || plan.changes.size === 0) return null
  const options = [`--state ${inputs.statePath}`, `--images ${inputs.imagesFile}`, `--output ${inputs.outputDir}`].join(
    ' ',
  )
  return `${plan.changes.size} generated files are out of date. Mend it with: image-factory synth ${options} (node dist/index.js of this action), and commit; or run this action with mode: commit.`
}

/** A summary that cannot be written is no reason to fail a run that went well. */
export async function writeSummary(text: string): Promise<void> {
  try {
    await summary.addRaw(text, true).write()
  } catch (error) {
    warning(safe(`The job summary could not be written: ${(error as Error).message}`))
  }
}

async function commentOn(
  report: Report,
  outcome: Outcome,
  inputs: Inputs,
  context: Context,
): Promise<CommentResult | null> {
  if (inputs.comment === 'never') return null
  const head = context.pullRequest?.headSha ?? null
  const { id: run, attempt } = context.run
  const marker = { id: inputs.commentId, sha: head ?? context.sha, run, attempt }
  return unlessItFails(async () => {
    const pull = await pullRequest(outcome, context)
    return pull === null ? null : write(report, pull, { marker, head, inputs })
  })
}

/** What a comment is written with. */
export interface CommentSetting {
  readonly marker: Marker
  /** The commit the pull request must still be at; null where that does not matter. */
  readonly head: string | null
  readonly inputs: Inputs
}

/** Shows a report on a pull request. That this is not possible is said, and no reason to fail. */
export function comment(report: Report, pull: PullRequest, setting: CommentSetting): Promise<CommentResult | null> {
  if (setting.inputs.comment === 'never') return Promise.resolve(null)
  return unlessItFails(() => write(report, pull, setting))
}

async function write(report: Report, pull: PullRequest, setting: CommentSetting): Promise<CommentResult> {
  const { marker, head, inputs } = setting
  const secrets = hidden()
  const render = (budget: number) => renderComment(report, { marker, secrets, budget })
  const isWanted = inputs.comment === 'always' || isReportable(report)
  const result = await upsertComment(pull, { render, marker, isReportable: isWanted, head })
  say(commentLine(result, pull.number))
  if (result.kind === 'forbidden') notice(FORBIDDEN)
  return result
}

async function unlessItFails(write: () => Promise<CommentResult | null>): Promise<CommentResult | null> {
  try {
    return await write()
  } catch (error) {
    const said = error instanceof Refusal ? error.problems.map(sentences).join(' ') : (error as Error).message
    warning(safe(`The pull request could not be commented: ${said} The report is in the job summary.`))
    return null
  }
}

function sentences({ message, remedy }: Problem): string {
  return remedy === null ? message : `${message} ${remedy}`
}

const FORBIDDEN =
  'The token may not comment on this pull request (usual for forks and Dependabot); the report is in the job summary. ' +
  'For other pull requests give the job the permission pull-requests: write; for these, see docs/forks.md.'

/** The pull request of the event; after a commit, the one that the pushed commit came from. */
async function pullRequest(outcome: Outcome, context: Context): Promise<PullRequest | null> {
  const [owner = '', repo = ''] = context.repository.split('/')
  const known = context.pullRequest?.number ?? null
  if (known === null && (outcome.commit === null || context.eventName !== 'push')) return null
  const client = await outcome.clients.for('comment')
  const number = known ?? (await findPullRequest(client, { owner, repo }, context.sha))
  return number === null ? null : { client, owner, repo, number }
}

function commentLine(result: CommentResult, number: number): string {
  if (result.kind === 'skipped') return `No comment on #${number}: ${result.reason}.`
  if (result.kind === 'forbidden') return `The token may not comment on #${number}.`
  return `Comment on #${number} ${result.kind}: ${result.url}`
}
