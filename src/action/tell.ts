import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { notice, setFailed, summary, warning } from '@actions/core'
import { type CommentResult, findPullRequest, type PullRequest, upsertComment } from '../publish/index.js'
import { type Report, renderComment, renderDiff, renderPlain, renderSummary, verdict } from '../report/index.js'
import type { Context } from './context.js'
import type { Inputs } from './inputs.js'
import { annotate, safe, say } from './log.js'
import { setOutputs } from './outputs.js'
import type { Outcome } from './run.js'

/** Tells everybody how the run went: log, annotations, summary, comment, outputs; fails the step last. */
export async function tellOutcome(outcome: Outcome, inputs: Inputs, context: Context): Promise<void> {
  const report = completed(outcome, context)
  const secrets = [inputs.githubToken, inputs.stateToken, inputs.sourceToken, inputs.gitlabToken].filter(
    (one) => one !== '',
  )
  say(logText(report, secrets))
  annotate(report.problems, outcome.target.isOwn)
  await writeSummary(renderSummary(report, { secrets }))
  const comment = await commentOn(report, outcome, inputs, context, secrets)
  const reportFile = join(context.temp, 'image-factory-report.md')
  const diffFile = join(context.temp, 'image-factory.diff')
  await writeFile(reportFile, renderSummary(report, { secrets, budget: Number.MAX_SAFE_INTEGER }))
  await writeFile(diffFile, renderDiff(report, { secrets }))
  const commentUrl = comment !== null && 'url' in comment ? comment.url : ''
  setOutputs({ report, commitSha: outcome.commit?.sha ?? '', commentUrl, reportFile, diffFile })
  const failure = failureOf(outcome, report, inputs)
  if (failure !== null) setFailed(safe(failure))
}

/** More than this nobody reads in a log; the whole difference is in `diff-file`. */
const LONGEST_LOG = 200_000

function logText(report: Report, secrets: readonly string[]): string {
  const whole = renderPlain(report, { colour: false, secrets })
  if (whole.length <= LONGEST_LOG) return whole
  return `${verdict(report, { secrets })}. The difference is too long for the log: it is in the file of the output diff-file.`
}

function completed({ plan, commit, target }: Outcome, context: Context): Report {
  const repositoryUrl = `${context.serverUrl}/${target.repository}`
  const headSha = context.pullRequest?.headSha || context.sha
  return {
    ...plan.report,
    commit: commit === null ? null : { ...commit, url: `${repositoryUrl}/commit/${commit.sha}` },
    run: { url: context.run.url, headSha, repositoryUrl: `${context.serverUrl}/${context.repository}` },
  }
}

function failureOf({ plan, target }: Outcome, report: Report, inputs: Inputs): string | null {
  if (plan.refused) return verdict(report)
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
  secrets: readonly string[],
): Promise<CommentResult | null> {
  if (inputs.comment === 'never') return null
  try {
    const pull = await pullRequest(outcome, context)
    if (pull === null) return null
    const head = context.pullRequest?.headSha ?? null
    const { id: run, attempt } = context.run
    const marker = { id: inputs.commentId, sha: head ?? context.sha, run, attempt }
    const isNews = inputs.comment === 'always' || outcome.plan.refused || hasNews(report)
    const result = await upsertComment(pull, { body: renderComment(report, { marker, secrets }), marker, isNews, head })
    say(commentLine(result, pull.number))
    if (result.kind === 'forbidden') notice(FORBIDDEN)
    return result
  } catch (error) {
    warning(
      safe(`The pull request could not be commented: ${(error as Error).message} The report is in the job summary.`),
    )
    return null
  }
}

const FORBIDDEN =
  'The token may not comment on this pull request (usual for forks and Dependabot); the report is in the job summary. ' +
  'For other pull requests give the job the permission pull-requests: write.'

function hasNews(report: Report): boolean {
  return (
    report.changes.length + report.stateFiles.length > 0 || report.problems.some((one) => one.severity !== 'notice')
  )
}

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
