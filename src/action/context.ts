import { readFileSync } from 'node:fs'
import { refuse } from '../enrollment/index.js'
import type { Servers } from '../forges/index.js'
import { type Env, serversIn } from '../run-options.js'

/** The runner's facts about this run, as plain data. */
export interface Context {
  readonly eventName: string
  /** OWNER/REPO that the workflow runs in. */
  readonly repository: string
  readonly sha: string
  /** Full name: refs/heads/main, refs/pull/3/merge. */
  readonly ref: string
  /** The pull request an event is about. */
  readonly pullRequest: {
    readonly number: number
    readonly headSha: string
    /** Base branch; null if the event does not include it. */
    readonly baseBranch: string | null
    readonly headRef: string
    /** OWNER/REPO the commits come from; null if that fork was deleted. */
    readonly headRepository: string | null
  } | null
  /** The base commit of a pull request (or of its merge queue entry); null for other events. */
  readonly baseSha: string | null
  /** The run that triggered this one, on workflow_run. */
  readonly triggeringRun: TriggeringRun | null
  /** The issue whose text was edited, on issues; null for other events. */
  readonly editedIssue: EditedIssue | null
  /** null if the event does not include it. */
  readonly defaultBranch: string | null
  /** Never taken from images.yaml: these servers receive tokens. */
  readonly servers: Servers
  readonly run: { readonly id: number; readonly attempt: number; readonly url: string }
  /** The running action as the workflow references it, OWNER/REPO@REF; null for `uses: ./`. */
  readonly action: { readonly repository: string; readonly ref: string } | null
  readonly workspace: string
  readonly temp: string
}

/** A finished run of another workflow, as reported by GitHub: its author controls only names. */
export interface TriggeringRun {
  readonly id: number
  readonly attempt: number
  readonly event: string
  readonly headSha: string
  /** OWNER:BRANCH */
  readonly headBranch: string
}

/** An issue whose text was edited. Texts and names are user-controlled; GitHub identifies the user. */
export interface EditedIssue {
  readonly number: number
  readonly before: string
  readonly after: string
  readonly sender: { readonly login: string; readonly isPerson: boolean }
}

interface Payload {
  readonly action?: string
  readonly issue?: { readonly number?: number; readonly body?: string | null }
  readonly changes?: { readonly body?: { readonly from?: string | null } }
  readonly sender?: { readonly login?: string; readonly type?: string }
  readonly pull_request?: {
    readonly number?: number
    readonly head?: {
      readonly sha?: string
      readonly ref?: string
      readonly repo?: { readonly full_name?: string } | null
    }
    readonly base?: { readonly sha?: string; readonly ref?: string }
  }
  readonly repository?: { readonly default_branch?: string }
  readonly merge_group?: { readonly base_sha?: string }
  readonly workflow_run?: {
    readonly id?: number
    readonly run_attempt?: number
    readonly event?: string
    readonly head_sha?: string
    readonly head_branch?: string
    readonly head_repository?: { readonly owner?: { readonly login?: string } } | null
  }
}

/**
 * Reads the context from the runner's environment.
 *
 * @throws Refusal when a variable that every runner sets is missing.
 */
export function readContext(env: Env): Context {
  const need = (name: string): string => {
    const value = env[name]
    if (value === undefined || value === '') {
      throw refuse('environment-variable-invalid', `the environment variable ${name} is not set.`, {
        remedy: 'Run this in a GitHub Actions workflow.',
      })
    }
    return value
  }
  const payload = readPayload(env.GITHUB_EVENT_PATH)
  const repository = need('GITHUB_REPOSITORY')
  const servers = serversIn(env)
  const runId = need('GITHUB_RUN_ID')
  return {
    eventName: need('GITHUB_EVENT_NAME'),
    repository,
    sha: env.GITHUB_SHA ?? '',
    ref: env.GITHUB_REF ?? '',
    pullRequest: pullRequestOf(payload),
    baseSha: commitOf(payload.pull_request?.base?.sha ?? payload.merge_group?.base_sha),
    triggeringRun: triggeringRunOf(payload),
    editedIssue: editedIssueOf(payload),
    defaultBranch: payload.repository?.default_branch ?? null,
    servers,
    run: {
      id: Number(runId),
      attempt: Number(env.GITHUB_RUN_ATTEMPT || '1'),
      url: `${servers.github}/${repository}/actions/runs/${runId}`,
    },
    action: actionOf(env.GITHUB_ACTION_REPOSITORY, env.GITHUB_ACTION_REF),
    workspace: need('GITHUB_WORKSPACE'),
    temp: need('RUNNER_TEMP'),
  }
}

/** The runner sets both for an action from a repository, and leaves them empty for one in the workspace. */
function actionOf(repository = '', ref = ''): Context['action'] {
  return repository === '' || ref === '' ? null : { repository, ref }
}

function readPayload(path: string | undefined): Payload {
  if (path === undefined || path === '') return {}
  try {
    return (JSON.parse(readFileSync(path, 'utf8')) ?? {}) as Payload
  } catch (error) {
    throw refuse('file-unusable', `the event file ${path} cannot be read: ${(error as Error).message}`)
  }
}

function pullRequestOf({ pull_request: pull }: Payload): Context['pullRequest'] {
  if (pull?.number === undefined) return null
  const { head } = pull
  return {
    number: pull.number,
    headSha: head?.sha ?? '',
    headRef: head?.ref ?? '',
    headRepository: head?.repo?.full_name ?? null,
    baseBranch: pull.base?.ref ?? null,
  }
}

/** A full commit SHA, null for anything else: it becomes an argument of git. */
function commitOf(text: string | undefined): string | null {
  return text !== undefined && /^(?:[0-9a-f]{40}|[0-9a-f]{64})$/.test(text) ? text : null
}

function triggeringRunOf({ workflow_run: run }: Payload): TriggeringRun | null {
  const headSha = commitOf(run?.head_sha)
  if (run?.id === undefined || headSha === null) return null
  return {
    id: run.id,
    attempt: run.run_attempt ?? 1,
    event: run.event ?? '',
    headSha,
    headBranch: `${run.head_repository?.owner?.login ?? ''}:${run.head_branch ?? ''}`,
  }
}

function editedIssueOf({ action, issue, changes, sender }: Payload): EditedIssue | null {
  const before = changes?.body?.from
  if (action !== 'edited' || issue?.number === undefined || typeof before !== 'string') return null
  const login = sender?.login ?? ''
  return {
    number: issue.number,
    before,
    after: issue.body ?? '',
    sender: { login, isPerson: login !== '' && sender?.type === 'User' },
  }
}

/** A commit, or a full version number, whose tag an immutable release locks (docs.github.com, "Immutable releases"). */
const FIXED = /^(?:[0-9a-f]{40}|[0-9a-f]{64}|v?\d+\.\d+\.\d+(?:-[0-9A-Za-z.-]+)?)$/

/**
 * Advice for a workflow that references this action by a branch or a movable tag such as `v1`: whoever can move it
 * controls what runs with the workflow's tokens. Null if there is nothing to advise, and for an action in the
 * workspace.
 */
export function pinningAdvice(action: Context['action']): string | null {
  if (action === null || FIXED.test(action.ref)) return null
  const { repository, ref } = action
  return (
    `${repository}@${ref} is not pinned: ${ref} can move to other code at any time. ` +
    `Pin it to the full SHA of a commit you have reviewed (uses: ${repository}@SHA); Dependabot updates it for you.`
  )
}
