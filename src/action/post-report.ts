import { join } from 'node:path'
import { refuse } from '../enrollment/index.js'
import { findOpenPullRequest, type PullRequest } from '../publish/index.js'
import { fromData, type LeftReport, MAX_DATA, type Report, summaryLine } from '../report/index.js'
import { readOptional } from '../state/index.js'
import { VERSION } from '../version.js'
import { Clients } from './clients.js'
import type { Context, TriggeringRun } from './context.js'
import { type Inputs, inputFolder } from './inputs.js'
import { knownSecrets, logLine } from './log.js'
import { DATA_FILE, setOutputs, writeReports } from './outputs.js'
import { lastLine, postComment } from './report-outcome.js'

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
  const pull = await pullRequestOf(run, inputs, context)
  const marker = { id: inputs.commentId, sha: run.headSha, run: run.id, attempt: run.attempt }
  const result = await postComment(report, async () => pull, { marker, head: run.headSha, inputs })
  const commentUrl = result !== null && 'url' in result ? result.url : ''
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
function trusted({ report, headSha }: LeftReport, run: TriggeringRun, inputs: Inputs, context: Context): Report {
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

async function pullRequestOf(run: TriggeringRun, inputs: Inputs, context: Context): Promise<PullRequest | null> {
  const [owner = '', repo = ''] = context.repository.split('/')
  const client = await new Clients(inputs, context).for('comment')
  const head = { branch: run.headBranch, sha: run.headSha }
  const number = await findOpenPullRequest(client, { owner, repo }, head)
  if (number === null)
    logLine(`No open pull request of ${context.repository} has the head ${run.headSha}: nothing is posted.`)
  return number === null ? null : { client, owner, repo, number }
}
