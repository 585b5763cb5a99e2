/** What GitHub's and GitLab's APIs say about builds. */
import type { Dialect, Page, Question, Shown } from './build-forge.js'
import type { HttpRequest } from './requests.js'

/** The token that is taken. */
export const TOKEN = 'secret-token'

const iso = (seconds: number) => new Date(seconds * 1000).toISOString().replace(/\.000Z$/, 'Z')

function unknownRequest({ method, url }: HttpRequest): never {
  throw new Error(`a request that the forge does not know: ${method} ${url}`)
}

/** Address of a run or pipeline for people. */
export function addressOf({ place, id }: { readonly place: string; readonly id: number }): string {
  return place.includes('/actions/workflows/')
    ? `${place.replace('/api/v3', '').replace(/api\.|\/repos|\/workflows\/.*$/g, '')}/runs/${id}`
    : `${place}/-/pipelines/${id}`
}

function githubRun(run: Shown): unknown {
  return {
    id: run.id,
    event: run.event ?? (run.isDispatched ? 'workflow_dispatch' : 'push'),
    display_title: run.title,
    status: run.isOver ? 'completed' : (run.state ?? 'in_progress'),
    conclusion: run.isOver ? run.conclusion : null,
    head_branch: run.branch,
    created_at: new Date(run.startedAt * 1000).toISOString(),
    run_started_at: iso(run.startedAt),
    updated_at: iso(run.isOver ? run.endsAt : run.startedAt),
    html_url: addressOf(run),
  }
}

function pageOf(params: URLSearchParams): Page {
  const onlyDispatched = params.get('event') === 'workflow_dispatch'
  return { size: Math.min(100, Number(params.get('per_page'))), onlyDispatched }
}

function githubQuestion(request: HttpRequest): Question {
  const { origin, pathname, searchParams } = new URL(request.url)
  const [, place = '', rest] = /^(.*\/actions\/workflows\/[^/]+)\/(runs|dispatches)$/.exec(origin + pathname) ?? []
  if (request.method === 'GET' && rest === 'runs')
    return { kind: 'list', place, branch: searchParams.get('branch') ?? '', ...pageOf(searchParams) }
  if (request.method === 'POST' && rest === 'dispatches') {
    const body = JSON.parse(request.body)
    return { kind: 'dispatch', place, branch: body.ref, body }
  }
  const [, repo = '', id] = /^(.*)\/actions\/runs\/(\d+)$/.exec(origin + pathname) ?? []
  if (id === undefined || request.method !== 'GET') return unknownRequest(request)
  return { kind: 'one', place: repo, id: Number(id) }
}

/** GitHub, which answers a dispatch with its run where it is asked to. A server of before 3.21 knows no such key. */
export function githubDialect(server: 'github.com' | 'before 3.21'): Dialect {
  const knowsDetails = server === 'github.com'
  return {
    question: githubQuestion,
    isAllowed: ({ headers }) => headers.get('authorization') === `Bearer ${TOKEN}`,
    list: (runs) => ({ total_count: runs.length, workflow_runs: runs.map(githubRun) }),
    one: githubRun,
    refusal: ({ return_run_details }) =>
      return_run_details === undefined || knowsDetails
        ? null
        : { status: 400, body: { message: 'Invalid request. "return_run_details" is not a permitted key.' } },
    inputs: ({ inputs }) => inputs as Readonly<Record<string, unknown>>,
    accepted: (run, { return_run_details }) =>
      return_run_details === true
        ? { status: 200, body: { workflow_run_id: run.id, html_url: addressOf(run) } }
        : { status: 204 },
    unauthorized: { status: 401, body: { message: 'Bad credentials' } },
    notFound: { status: 404, body: { message: 'Not Found' } },
  }
}

function pipeline(build: Shown): unknown {
  return {
    id: build.id,
    name: build.title,
    source: build.event ?? (build.isDispatched ? 'api' : 'push'),
    ref: build.branch,
    status: build.isOver ? build.conclusion : (build.state ?? 'running'),
    created_at: new Date(build.startedAt * 1000).toISOString(),
    updated_at: iso(build.isOver ? build.endsAt : build.startedAt),
    web_url: addressOf(build),
  }
}

function gitlabQuestion(request: HttpRequest): Question {
  const { origin, pathname, searchParams } = new URL(request.url)
  const [, place = '', rest = '', id] =
    /^(.*\/projects\/[^/]+)\/(pipelines?)(?:\/(\d+))?$/.exec(origin + pathname) ?? []
  if (request.method === 'POST' && rest === 'pipeline') {
    const body = JSON.parse(request.body)
    return { kind: 'dispatch', place, branch: body.ref, body }
  }
  if (request.method !== 'GET' || rest !== 'pipelines') return unknownRequest(request)
  return id === undefined
    ? { kind: 'list', place, branch: searchParams.get('ref') ?? '', ...pageOf(searchParams) }
    : { kind: 'one', place, id: Number(id) }
}

/** GitLab. */
export const GITLAB_DIALECT: Dialect = {
  question: gitlabQuestion,
  isAllowed: ({ headers }) => headers.get('private-token') === TOKEN,
  list: (builds) => builds.map(pipeline),
  one: pipeline,
  refusal: () => null,
  inputs: ({ variables }) =>
    Object.fromEntries((variables as { key: string; value: string }[]).map(({ key, value }) => [key, value])),
  accepted: (build) => ({ status: 201, body: pipeline(build) }),
  unauthorized: { status: 401, body: { message: '401 Unauthorized' } },
  notFound: { status: 404, body: { message: '404 Not found' } },
}
