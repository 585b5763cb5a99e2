import { githubRuns } from '../../../src/rebuild/github-runs.js'
import { gitlabRuns } from '../../../src/rebuild/gitlab-runs.js'
import type { BuildPlace, RunState, RunsClient } from '../../../src/rebuild/runs.js'
import { ForgeRunsClient } from '../../../src/rebuild/runs-client.js'

export const TOKEN = 'token-of-the-tests'

/** A run or pipeline as a list or a question for it shows it. */
export interface Shown {
  readonly id?: unknown
  readonly branch?: string
  readonly title?: string
  readonly isDispatched?: boolean
  readonly isProposal?: boolean
  readonly status?: RunState['status'] | string
  readonly at?: string
  readonly endedAt?: string
}

/** A forge, so that one table holds for both. */
export interface TestedForge {
  readonly forge: 'GitHub' | 'GitLab'
  readonly place: BuildPlace
  readonly tokenInput: string
  readonly tokenHeader: readonly [name: string, value: string]
  readonly connect: (url: string, token?: string) => RunsClient
  readonly startPath: string
  readonly runPage: string
  readonly runPath: string
  /** What an accepted start answers. */
  readonly accepted: (id: unknown) => unknown
  readonly shown: (run: Shown) => object
  readonly list: (runs: readonly object[]) => unknown
}

const AT = '2026-03-01T10:00:00Z'
const log = { warning: () => undefined, debug: () => undefined }

const GITHUB_STATES: Readonly<Record<string, object>> = {
  queued: { status: 'queued', conclusion: null },
  running: { status: 'in_progress', conclusion: null },
  succeeded: { status: 'completed', conclusion: 'success' },
  failed: { status: 'completed', conclusion: 'failure' },
  canceled: { status: 'completed', conclusion: 'cancelled' },
}
const GITLAB_STATES: Readonly<Record<string, string>> = {
  queued: 'pending',
  running: 'running',
  succeeded: 'success',
  failed: 'failed',
  canceled: 'canceled',
}

const GITHUB_PLACE = { provider: 'github', repo: 'acme/web', branch: 'main', workflow: 'build.yml' } as const
const GITLAB_PLACE = { provider: 'gitlab', repo: 'group/sub/web', branch: 'main' } as const

export const GITHUB: TestedForge = {
  forge: 'GitHub',
  place: GITHUB_PLACE,
  tokenInput: 'dispatch-token',
  tokenHeader: ['authorization', `Bearer ${TOKEN}`],
  connect: (url, token = TOKEN) =>
    new ForgeRunsClient(githubRuns({ apiUrl: `${url}/api/v3`, url, token, log }, true)) as RunsClient,
  startPath: '/api/v3/repos/acme/web/actions/workflows/build.yml/dispatches',
  runPath: '/api/v3/repos/acme/web/actions/runs/',
  runPage: '/acme/web/actions/runs/',
  accepted: (id) => ({ workflow_run_id: id }),
  shown: ({ id = 7, branch = 'main', title = 'web', isDispatched = true, isProposal = false, ...run }) => {
    const { status = 'running', at = AT, endedAt = at } = run
    return {
      id,
      event: isProposal ? 'pull_request' : isDispatched ? 'workflow_dispatch' : 'push',
      head_branch: branch,
      display_title: title,
      ...(GITHUB_STATES[status] ?? { status, conclusion: null }),
      ...{ created_at: at, run_started_at: at, updated_at: endedAt },
    }
  },
  list: (runs) => ({ total_count: runs.length, workflow_runs: runs }),
}

export const GITLAB: TestedForge = {
  forge: 'GitLab',
  place: GITLAB_PLACE,
  tokenInput: 'gitlab-token',
  tokenHeader: ['private-token', TOKEN],
  connect: (url, token = TOKEN) => new ForgeRunsClient(gitlabRuns({ url, token, log })) as RunsClient,
  startPath: '/api/v4/projects/group%2Fsub%2Fweb/pipeline',
  runPath: '/api/v4/projects/group%2Fsub%2Fweb/pipelines/',
  runPage: '/group/sub/web/-/pipelines/',
  accepted: (id) => ({ id }),
  shown: ({ id = 7, branch = 'main', title = 'web', isDispatched = true, isProposal = false, ...run }) => {
    const { status = 'running', at = AT, endedAt = at } = run
    return {
      id,
      source: isProposal ? 'merge_request_event' : isDispatched ? 'api' : 'push',
      ref: branch,
      name: title,
      status: GITLAB_STATES[status] ?? status,
      ...{ created_at: at, started_at: at, updated_at: endedAt },
    }
  },
  list: (runs) => runs,
}
