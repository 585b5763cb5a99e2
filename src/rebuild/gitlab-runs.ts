import { forgeOf, projectUrl } from '../forges/index.js'
import { gitLabAddress } from '../sources/index.js'
import { byKey, type JsonMap, jsonMap } from '../text/index.js'
import type { BuildPlace, BuildRun, RunState } from './runs.js'
import { type ForgeRuns, idIn, isoIn, type ListedRun, momentIn, PAGE, type RunsServer, textIn } from './runs-client.js'

const GITLAB = forgeOf({ provider: 'gitlab' })

/**
 * GitLab CI: the pipelines of a branch.
 *
 * @throws Refusal when the URL is neither https nor on this machine.
 */
export function gitlabRuns({ url, token, log }: Omit<RunsServer, 'apiUrl'>): ForgeRuns<BuildPlace> {
  const address = gitLabAddress(url)
  const projectOf = ({ repo }: BuildPlace) => projectUrl(address.url, repo)
  const listUrl = ({ branch, ...source }: BuildPlace, query: Readonly<Record<string, string>>) =>
    `${projectOf({ branch, ...source })}/pipelines?${new URLSearchParams({ ref: branch, per_page: String(PAGE), ...query })}`
  return {
    name: GITLAB.name,
    token,
    tokenInput: GITLAB.tokenInput,
    readPermission: 'scope read_api',
    headers: { accept: 'application/json', ...(token === '' ? {} : { 'private-token': token }) },
    log,
    start: ({ source, inputs }) => ({
      url: `${projectOf(source)}/pipeline`,
      body: {
        ref: source.branch,
        variables: [...inputs].sort(byKey).map(([key, value]) => ({ key, value })),
      },
      remedyOf: (status, said) => remedyOf(status, said, source),
    }),
    startedId: (data) => idIn(jsonMap(data)?.id),
    // What was created since was also updated since; older servers support no better filter.
    dispatchedUrl: (source, since, page) =>
      listUrl(source, { source: 'api', updated_after: since.toISOString(), page: String(page) }),
    runsUrl: (source, { builds }) => listUrl(source, builds === 'dispatched' ? { source: 'api' } : {}),
    runUrl: (source, id) => `${projectOf(source)}/pipelines/${id}`,
    runsIn: (data) => (Array.isArray(data) ? data.flatMap(listedPipeline) : null),
    stateOf,
    nameOf: ({ repo }) => `the pipeline of ${repo}`,
    pageOf: ({ repo }, id) => GITLAB.runPage(address.url, repo, id),
  }
}

/** A pipeline of a list; empty if the data is not what GitLab sends. */
function listedPipeline(data: unknown): readonly ListedRun[] {
  const pipeline: JsonMap = jsonMap(data) ?? {}
  const id = idIn(pipeline.id)
  const createdAt = momentIn(pipeline.created_at)
  if (id === null || createdAt === null) return []
  const source = textIn(pipeline.source)
  const status = statusOf(pipeline.status)
  return [
    {
      id,
      branch: textIn(pipeline.ref),
      title: textIn(pipeline.name),
      isDispatched: source === 'api',
      isProposal: source === 'merge_request_event' || source === 'external_pull_request_event',
      isUntitled: false,
      status,
      createdAt,
      startedAt: createdAt,
      endedAt: isOver(status) ? momentIn(pipeline.updated_at) : null,
    },
  ]
}

function stateOf(data: unknown): Omit<RunState, 'url'> | null {
  const pipeline: JsonMap = jsonMap(data) ?? {}
  if (idIn(pipeline.id) === null || textIn(pipeline.status) === null) return null
  const status = statusOf(pipeline.status)
  const endedAt = isoIn(pipeline.finished_at) ?? isoIn(pipeline.updated_at)
  return { status, startedAt: isoIn(pipeline.started_at), endedAt: isOver(status) ? endedAt : null }
}

function isOver(status: BuildRun['status']): boolean {
  return status !== 'queued' && status !== 'running'
}

/** `manual`: all automatic jobs have succeeded, and the rest waits for a person. */
function statusOf(status: unknown): BuildRun['status'] {
  if (status === 'success' || status === 'manual') return 'succeeded'
  if (status === 'failed' || status === 'skipped') return 'failed'
  if (status === 'canceled') return 'canceled'
  return status === 'running' || status === 'canceling' ? 'running' : 'queued'
}

function remedyOf(status: number, said: string, { repo, branch }: BuildPlace): string {
  const permission = `gitlab-token needs the scope api and the role Developer on ${repo}`
  if (status >= 300 && status < 400) return 'If the project was renamed or moved, write its new path in source.repo.'
  if (status === 401) return 'Set a gitlab-token that is valid and has the scope api.'
  if (status === 403) return `${permission}.`
  if (status === 404) return `Check source.repo; ${permission}.`
  if (/\breference not found\b/i.test(said)) return `Correct source.branch: ${repo} has no branch ${branch}.`
  if (/\brules\b|\bfiltered out\b|\bno (?:stages|jobs)\b/i.test(said)) {
    return 'Let the pipeline run when it is started by the API: `if: $CI_PIPELINE_SOURCE == "api"` under `rules:`.'
  }
  return "Check GitLab's message."
}
