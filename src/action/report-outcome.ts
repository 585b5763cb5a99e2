import { join } from 'node:path'
import { notice, setFailed, warning } from '@actions/core'
import { refuse } from '../enrollment/index.js'
import {
  type CommentResult,
  findOpenPullRequest,
  findPullRequest,
  type PullRequest,
  upsertComment,
} from '../publish/index.js'
import {
  fromData,
  isReportable,
  MAX_DATA,
  type Marker,
  type Report,
  renderComment,
  renderLog,
  summaryLine,
} from '../report/index.js'
import { readOptional } from '../state/index.js'
import { VERSION } from '../version.js'
import { Clients } from './clients.js'
import type { Context, TriggeringRun } from './context.js'
import { type Inputs, inputFolder } from './inputs.js'
import { annotate, asWarning, knownSecrets, logFolded, logLine, safe } from './log.js'
import { DATA_FILE, setOutputs, writeReports } from './outputs.js'
import type { Outcome } from './run.js'

/** Reports how the run went: log, annotations, summary, comment, outputs; fails the step last. */
export async function reportOutcome(outcome: Outcome, inputs: Inputs, context: Context): Promise<void> {
  const report = completed(outcome, context)
  const secrets = knownSecrets()
  const log = logText(report, secrets)
  if (log !== null) logFolded('All problems and differences', log)
  annotate(report.problems, outcome.target.isOwn)
  const files = await writeReports(report, context)
  const commentUrl = await commentOn(report, outcome, inputs, context)
  setOutputs({ report, commitSha: outcome.commit?.sha ?? '', commentUrl, ...files })
  const failure = failureOf(outcome, report, inputs)
  if (failure !== null) setFailed(safe(failure))
  const ending = { verdict: summaryLine(report, { secrets }), isFailed: failure !== null, commentUrl }
  logLine(lastLine(report, { ...ending, runUrl: context.run.url }))
}

/** Longer logs are not readable; `diff-file` has the whole diff. */
const MAX_LOG_LENGTH = 200_000

/** The report for the log; null if the verdict says it all. */
function logText(report: Report, secrets: readonly string[]): string | null {
  const { changes, problems, images, settings } = report
  if (changes.length + problems.length + images.length + settings.length === 0) return null
  const whole = renderLog(report, { maxLength: MAX_LOG_LENGTH, secrets })
  return whole ?? 'Too long for the log: see the file in the output diff-file.'
}

function completed({ plan, commit, target }: Outcome, context: Context): Report {
  const repositoryUrl = `${context.servers.github}/${target.repository}`
  const headSha = context.pullRequest?.headSha || context.sha
  const baseBranch = context.pullRequest?.baseBranch ?? null
  return {
    ...plan.report,
    servers: context.servers,
    commit: commit === null ? null : { ...commit, url: `${repositoryUrl}/commit/${commit.sha}` },
    run: {
      url: `${context.run.url}/attempts/${context.run.attempt}`,
      headSha,
      repositoryUrl: `${context.servers.github}/${context.repository}`,
      ...(target.isOwn ? { filesUrl: `${repositoryUrl}/blob/${commit?.sha ?? headSha}` } : {}),
      ...(baseBranch === null ? {} : { baseBranch }),
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
  return `${plan.changes.size} generated files are out of date. Update them with: image-factory synth ${options} (node dist/index.js of this action), and commit; or run this action with mode: commit.`
}

function commentOn(report: Report, outcome: Outcome, inputs: Inputs, context: Context): Promise<string> {
  const head = context.pullRequest?.headSha ?? null
  const { id: run, attempt } = context.run
  const marker = { id: inputs.commentId, sha: head ?? context.sha, run, attempt }
  return postComment(report, () => pullRequestOf(outcome, context), { marker, head, inputs })
}

/**
 * Shows a report on a pull request. A failure is a warning and does not fail the run.
 *
 * @param find finds the pull request; null: there is none.
 * @param head the commit the pull request must still be at; null: any.
 * @returns the URL of the comment; empty where there is none.
 */
export async function postComment(
  report: Report,
  find: () => Promise<PullRequest | null>,
  { marker, head, inputs }: { readonly marker: Marker; readonly head: string | null; readonly inputs: Inputs },
): Promise<string> {
  if (inputs.comment === 'never') return ''
  try {
    const pull = await find()
    if (pull === null) return ''
    const secrets = knownSecrets()
    const render = (budget: number) => renderComment(report, { marker, secrets, budget })
    const isWanted = inputs.comment === 'always' || isReportable(report)
    const result = await upsertComment(pull, { render, marker, isReportable: isWanted, head })
    logLine(commentLine(result, pull.number))
    if (result.kind === 'forbidden') notice(FORBIDDEN)
    return 'url' in result ? result.url : ''
  } catch (error) {
    warning(safe(`The pull request could not be commented: ${asWarning(error)} The report is in the job summary.`))
    return ''
  }
}

const FORBIDDEN =
  'The token may not comment on this pull request (usual for forks and Dependabot); the report is in the job summary. ' +
  'For other pull requests give the job the permission pull-requests: write; for these, see docs/forks.md.'

/** The pull request of the event; after a commit, the one that the pushed commit came from. */
async function pullRequestOf(outcome: Outcome, context: Context): Promise<PullRequest | null> {
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

const REPOSITORY = 'https://github.com/craigedmunds/image-factory-action'

const MESSAGES_PAGE = `${REPOSITORY}/blob/main/docs/troubleshooting.md#what-the-run-says`

/**
 * The last line of the log, which people scroll to: what happened and where to look.
 *
 * @param commentUrl empty where there is none.
 * @param runUrl page of the run, which shows the job summary.
 */
export function lastLine(
  report: Pick<Report, 'mode' | 'commit'>,
  {
    verdict,
    isFailed,
    commentUrl,
    runUrl,
  }: {
    readonly verdict: string
    readonly isFailed: boolean
    readonly commentUrl: string
    readonly runUrl: string
  },
): string {
  const places = [
    ...(report.commit?.url ? [`commit ${report.commit.url}`] : []),
    ...(commentUrl === '' ? [] : [`comment ${commentUrl}`]),
    `summary ${runUrl}`,
    ...(isFailed ? [`what messages mean ${MESSAGES_PAGE}`] : []),
  ]
  const isComplete = isFailed && verdict.startsWith('❌')
  const done = isComplete ? verdict : `${isFailed ? 'Failed' : whatWasDone(report)}: ${verdict}`
  return `${done}. See ${places.join(' · ')}`
}

function whatWasDone({ mode, commit }: Pick<Report, 'mode' | 'commit'>): string {
  if (commit !== null) return `Committed ${commit.sha.slice(0, 12)} to ${commit.branch}`
  return { preview: 'Preview', commit: 'Nothing to commit', check: 'Up to date' }[mode]
}

/**
 * The last line of a run that stopped before there was anything to report.
 *
 * @param isDefect a bug in this action, which users cannot fix.
 */
export function stoppedLine({ isDefect }: { readonly isDefect: boolean }): string {
  return isDefect
    ? `Stopped by a bug in this action, nothing was written. Please report the lines above: ${REPOSITORY}/issues`
    : `Stopped, nothing was written. What messages mean: ${MESSAGES_PAGE}`
}

/** Events whose runs may have a report for a pull request. */
const REPORTED: ReadonlySet<string> = new Set(['pull_request'])

/**
 * Posts the report of a run on a pull request whose own token could not (forks, Dependabot). The author of the pull
 * request controls that report: its data is validated and rendered again, and the pull request, commit and run come
 * from GitHub's event and API, never from the report.
 *
 * @throws Refusal when the event is not a finished run, or the data is invalid.
 */
export async function postReport(folder: string, inputs: Inputs, context: Context): Promise<void> {
  const run = triggeringRun(context)
  const report = trusted(fromData(readData(folder, context)), run, inputs, context)
  const files = await writeReports(report, context)
  const pull = await pullRequestOfRun(run, inputs, context)
  const marker = { id: inputs.commentId, sha: run.headSha, run: run.id, attempt: run.attempt }
  const commentUrl = await postComment(report, async () => pull, { marker, head: run.headSha, inputs })
  setOutputs({ report, commitSha: '', commentUrl, ...files })
  const ending = { verdict: summaryLine(report, { secrets: knownSecrets() }), isFailed: false, commentUrl }
  logLine(lastLine(report, { ...ending, runUrl: context.run.url }))
}

function triggeringRun({ eventName, triggeringRun: run }: Context): TriggeringRun {
  if (eventName !== 'workflow_run' || run === null) {
    throw refuse('event-unsuitable', `report-from works on workflow_run only, not on ${eventName}.`, {
      remedy: 'Leave it out, or start the workflow by workflow_run: see docs/forks.md.',
    })
  }
  if (REPORTED.has(run.event)) return run
  throw refuse('event-unsuitable', `the run that started this one ran on ${run.event}, not on pull_request.`, {
    remedy: "Add to the job: if: github.event.workflow_run.event == 'pull_request'.",
  })
}

/** An artifact can contain symlinks: none is followed. */
function readData(left: string, context: Context): string {
  const folder = inputFolder('report-from', left, context)
  const text = folder === null ? null : readOptional(folder, DATA_FILE, { bytes: MAX_DATA })
  if (text !== null) return text
  const remedy = 'Download the artifact of the run that made the report into the folder that report-from names.'
  throw refuse('file-missing', `there is no ${join(folder ?? left, DATA_FILE)}.`, { remedy })
}

/** GitHub, not the report, decides where it comes from; such a run cannot have committed anything. */
function trusted(
  { report, headSha }: ReturnType<typeof fromData>,
  run: TriggeringRun,
  inputs: Inputs,
  context: Context,
): Report {
  const { servers, repository } = context
  const repositoryUrl = `${servers.github}/${repository}`
  if (headSha !== run.headSha) {
    throw refuse('data-invalid', `the report is for a different commit than the run that made it (${run.headSha}).`)
  }
  return {
    ...report,
    mode: 'preview',
    commit: null,
    servers,
    run: {
      url: `${repositoryUrl}/actions/runs/${run.id}/attempts/${run.attempt}`,
      headSha: run.headSha,
      repositoryUrl,
      ...((inputs.stateRepository ?? repository) === repository
        ? { filesUrl: `${repositoryUrl}/blob/${run.headSha}` }
        : {}),
      version: VERSION,
      isUnverified: true,
    },
  }
}

async function pullRequestOfRun(run: TriggeringRun, inputs: Inputs, context: Context): Promise<PullRequest | null> {
  const [owner = '', repo = ''] = context.repository.split('/')
  const client = await new Clients(inputs, context).for('comment')
  const head = { branch: run.headBranch, sha: run.headSha }
  const number = await findOpenPullRequest(client, { owner, repo }, head)
  if (number === null)
    logLine(`No open pull request of ${context.repository} has the head ${run.headSha}: nothing is posted.`)
  return number === null ? null : { client, owner, repo, number }
}
