import { forgeOf, givesRunDetails, workflowUrl } from '../forges/index.js'
import { byKey, type JsonMap, jsonMap } from '../text/index.js'
import type { BuildRun, RunState, WorkflowPlace } from './runs.js'
import { type ForgeRuns, idIn, isoIn, type ListedRun, momentIn, PAGE, type RunsServer, textIn } from './runs-client.js'

const GITHUB = forgeOf({ provider: 'github' })

/**
 * GitHub Actions: the runs of a workflow.
 *
 * @param runDetails whether a start may request its run's id; by default what is known of the server.
 */
export function githubRuns(
  { apiUrl, url, token, log }: RunsServer,
  runDetails = givesRunDetails(apiUrl),
): ForgeRuns<WorkflowPlace> {
  const workflowOf = ({ repo, workflow }: WorkflowPlace) => workflowUrl(apiUrl, repo, workflow)
  const listUrl = (source: WorkflowPlace, query: Readonly<Record<string, string>>) =>
    `${workflowOf(source)}/runs?${new URLSearchParams({ branch: source.branch, exclude_pull_requests: 'true', ...query })}`
  return {
    name: GITHUB.name,
    token,
    tokenInput: 'dispatch-token',
    readPermission: 'Actions: read',
    headers: {
      accept: 'application/vnd.github+json',
      ...(token === '' ? {} : { authorization: `Bearer ${token}` }),
    },
    log,
    start: ({ source, inputs }) => ({
      url: `${workflowOf(source)}/dispatches`,
      body: {
        ref: source.branch,
        inputs: Object.fromEntries([...inputs].sort(byKey)),
        ...(runDetails ? { return_run_details: true } : {}),
      },
      remedyOf: (status, said) => remedyOf(status, said, source),
    }),
    startedId: (data) => idIn(jsonMap(data)?.workflow_run_id),
    dispatchedUrl: (source, since, page) => {
      const created = `>=${since.toISOString().replace(/\.\d+Z$/, 'Z')}`
      return listUrl(source, { event: 'workflow_dispatch', created, per_page: String(PAGE), page: String(page) })
    },
    runsUrl: (source, { builds }) => {
      const event: Readonly<Record<string, string>> = builds === 'dispatched' ? { event: 'workflow_dispatch' } : {}
      return listUrl(source, { ...event, per_page: String(PAGE) })
    },
    runUrl: ({ repo }, id) => `${apiUrl}/repos/${repo.split('/').map(encodeURIComponent).join('/')}/actions/runs/${id}`,
    runsIn: (data) => {
      const runs = jsonMap(data)?.workflow_runs
      return Array.isArray(runs) ? runs.flatMap(listedRun) : null
    },
    stateOf,
    nameOf: ({ repo, workflow }) => `${workflow} of ${repo}`,
    pageOf: ({ repo }, id) => GITHUB.runPage(url, repo, id),
  }
}

/** A run of a list; empty if the data is not what GitHub sends. */
function listedRun(data: unknown): readonly ListedRun[] {
  const run: JsonMap = jsonMap(data) ?? {}
  const id = idIn(run.id)
  const createdAt = momentIn(run.created_at)
  const event = textIn(run.event)
  if (id === null || createdAt === null || event === null) return []
  const isDispatched = event === 'workflow_dispatch'
  return [
    {
      id,
      branch: textIn(run.head_branch),
      title: textIn(run.display_title),
      isDispatched,
      isProposal: event.startsWith('pull_request') || event === 'merge_group',
      isUntitled: !isDispatched,
      status: statusOf(run),
      createdAt,
      startedAt: momentIn(run.run_started_at) ?? createdAt,
      endedAt: run.status === 'completed' ? momentIn(run.updated_at) : null,
    },
  ]
}

function stateOf(data: unknown): Omit<RunState, 'url'> | null {
  const run: JsonMap = jsonMap(data) ?? {}
  if (idIn(run.id) === null || textIn(run.status) === null) return null
  const status = statusOf(run)
  const isOver = run.status === 'completed'
  return { status, startedAt: isoIn(run.run_started_at), endedAt: isOver ? isoIn(run.updated_at) : null }
}

/** All other conclusions are failures: `failure`, `timed_out`, `startup_failure`, `skipped`, `neutral`, `stale`, … */
function statusOf({ status, conclusion }: JsonMap): BuildRun['status'] {
  if (status === 'in_progress') return 'running'
  if (status !== 'completed') return 'queued'
  if (conclusion === 'success') return 'succeeded'
  return conclusion === 'cancelled' ? 'canceled' : 'failed'
}

function remedyOf(status: number, said: string, { repo, branch, workflow }: WorkflowPlace): string {
  const permission = `dispatch-token needs Actions: write on ${repo}`
  if (status >= 300 && status < 400) return 'If the repository was renamed or moved, write its new name in source.repo.'
  if (status === 401) return 'Set a dispatch-token that is valid.'
  if (status === 403) return `${permission} (github.token: \`permissions: {actions: write}\`).`
  if (status === 404) return `Check source.repo and source.workflow; ${permission}.`
  if (/\bdisabled\b/i.test(said))
    return `Enable ${workflow} in ${repo}: GitHub disables schedules of quiet repositories.`
  if (/\binputs?\b/i.test(said)) return `Make source.inputs match the inputs of ${workflow}.`
  if (/\bno ref\b/i.test(said)) return `Correct source.branch: ${repo} has no branch ${branch}.`
  if (/\bworkflow_dispatch\b/.test(said)) return `Add \`workflow_dispatch:\` under \`on:\` in ${workflow}.`
  return "Check GitHub's message."
}
