/** GitHub Actions below a repository: dispatches start runs, which end when a test says so. */
import type { Reply, WorkflowRun } from './model.js'
import { failure, json, NOT_FOUND } from './replies.js'
import { page, type RestRequest } from './rest-request.js'

/** POST /repos/OWNER/REPO/actions/workflows/FILE/dispatches */
export async function dispatchWorkflow(request: RestRequest): Promise<Reply> {
  const { world, record, repository, parameters } = request
  const [workflow = ''] = parameters
  const {
    ref = '',
    inputs = {},
    ...more
  } = (record.body ?? {}) as {
    ref?: string
    inputs?: Record<string, string>
    return_run_details?: boolean
  }
  const tip = await world.repositories.tip(repository.fullName, ref)
  if (tip === null) return failure(422, `No ref found for: ${ref}`)
  const text = (await world.repositories.readFiles(repository.fullName, tip)).get(`.github/workflows/${workflow}`)
  if (text === undefined) return NOT_FOUND
  if (!/\bworkflow_dispatch\b/.test(text)) return failure(422, "Workflow does not have 'workflow_dispatch' trigger")
  const run = startRun(world.runs, { repository: repository.fullName, workflow, branch: ref, inputs })
  await world.onDispatch?.(run)
  if (more.return_run_details !== true || !world.givesRunDetails)
    return { status: 204, headers: {}, body: Buffer.from('') }
  const url = `${world.url}/api/v3/repos/${repository.fullName}/actions/runs/${run.id}`
  return json(200, { workflow_run_id: run.id, run_url: url, html_url: pageOf(world.url, run) })
}

/** A run that somebody starts. */
export function startRun(
  runs: WorkflowRun[],
  about: Pick<WorkflowRun, 'repository' | 'workflow' | 'branch'> & Partial<WorkflowRun>,
): WorkflowRun {
  const now = new Date().toISOString()
  const run = {
    id: 9001 + runs.length,
    event: 'workflow_dispatch',
    title: about.workflow,
    inputs: {},
    status: 'in_progress',
    conclusion: null,
    startedAt: now,
    updatedAt: now,
    ...about,
  } as const
  runs.push(run)
  return run
}

function pageOf(url: string, { repository, id }: WorkflowRun): string {
  return `${url}/${repository}/actions/runs/${id}`
}

function shown(url: string, run: WorkflowRun) {
  const { id, event, title, branch, status, conclusion, startedAt, updatedAt } = run
  const times = { created_at: startedAt, run_started_at: startedAt, updated_at: updatedAt }
  return {
    id,
    event,
    display_title: title,
    head_branch: branch,
    status,
    conclusion,
    ...times,
    html_url: pageOf(url, run),
  }
}

/** GET /repos/OWNER/REPO/actions/workflows/FILE/runs */
export function listRuns(request: RestRequest): Reply {
  const { world, record, repository, parameters } = request
  const { branch, event, status, created } = record.query
  const since = created?.startsWith('>=') ? Date.parse(created.slice(2)) : 0
  const found = world.runs
    .filter(
      (run) => run.repository.toLowerCase() === repository.fullName.toLowerCase() && run.workflow === parameters[0],
    )
    .filter((run) => branch === undefined || run.branch === branch)
    .filter((run) => event === undefined || run.event === event)
    .filter((run) => status === undefined || run.status === status || run.conclusion === status)
    .filter((run) => Date.parse(run.startedAt) >= since)
    .sort((a, b) => Date.parse(b.startedAt) - Date.parse(a.startedAt) || b.id - a.id)
  const { body, ...reply } = page(
    request,
    found.map((run) => shown(world.url, run)),
  )
  const list = JSON.parse(body.toString('utf8')) as unknown
  return { ...reply, body: Buffer.from(JSON.stringify({ total_count: found.length, workflow_runs: list })) }
}

/** GET /repos/OWNER/REPO/actions/runs/ID */
export function readRun({ world, repository, parameters }: RestRequest): Reply {
  const run = world.runs.find(({ id, repository: at }) => String(id) === parameters[0] && at === repository.fullName)
  return run === undefined ? NOT_FOUND : json(200, shown(world.url, run))
}
