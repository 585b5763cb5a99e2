/** What the fake GitHub knows and records: the types that its parts share. */
import type { Repositories } from './repositories.js'

export type Access = 'none' | 'read' | 'write'

/** What a token may do in one repository. `metadata` comes with being listed at all, as on GitHub. */
export interface RepositoryPermissions {
  readonly contents: Access
  readonly pulls: Access
  /** As for contents where it is left out. */
  readonly actions?: Access
  /** As for pulls where it is left out. */
  readonly issues?: Access
}

export interface Token {
  readonly login: string
  /** OWNER/REPO → what it may do there. A private repository that is not listed does not exist for the token. */
  readonly permissions: ReadonlyMap<string, RepositoryPermissions>
}

export interface RecordedRequest {
  readonly method: string
  /** Without the query, percent-encoding as sent. */
  readonly path: string
  readonly query: Readonly<Record<string, string>>
  readonly headers: Readonly<Record<string, string>>
  /** JSON when it is JSON, else text (git packs as latin1). */
  readonly body: unknown
  /** What was answered; 0 while open, and for connections that were cut. */
  status: number
  /** True for an address the fake does not know: a gap in the fake or a mistake in the caller. */
  unknown: boolean
}

export interface Reply {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: Buffer
}

export interface CannedReply {
  readonly status: number
  readonly headers?: Readonly<Record<string, string>>
  /** Objects are sent as JSON. */
  readonly body?: unknown
}

/**
 * What goes wrong for matching requests. `reset`: the connection is cut, nothing is done. `timeout`: never answered,
 * nothing is done. `truncate`: the work IS done, the answer is cut in the middle. Without `respond` only `before` runs
 * and the request is served as usual.
 */
export interface Fault {
  readonly match: (request: RecordedRequest) => boolean
  /** How many requests it hits; Infinity for all. */
  times: number
  readonly respond?: CannedReply | 'reset' | 'timeout' | 'truncate'
  readonly before?: () => Promise<void>
}

export interface CommitAttempt {
  readonly via: 'api' | 'push'
  readonly repository: string
  /** Without refs/heads/; the first ref of a push. */
  readonly branch: string
}

export type CommitHook = (attempt: CommitAttempt) => Promise<void>

export interface Comment {
  readonly id: number
  readonly repository: string
  readonly issue: number
  body: string
  readonly user: { readonly login: string; readonly type: 'Bot' | 'User' }
  readonly html_url: string
  readonly created_at: string
  updated_at: string
}

export interface Issue {
  readonly repository: string
  readonly number: number
  title: string
  body: string
  state: 'open' | 'closed'
  readonly user: { readonly login: string; readonly type: 'Bot' | 'User' }
  readonly created_at: string
  updated_at: string
}

/** A run of a workflow. Times are ISO 8601. */
export interface WorkflowRun {
  readonly id: number
  readonly repository: string
  readonly workflow: string
  readonly branch: string
  readonly event: string
  title: string
  readonly inputs: Readonly<Record<string, string>>
  status: 'queued' | 'in_progress' | 'completed'
  conclusion: string | null
  startedAt: string
  updatedAt: string
}

export interface PullRequest {
  readonly repository: string
  readonly number: number
  readonly title: string
  readonly author: string
  readonly draft: boolean
  readonly state: 'open' | 'closed'
  readonly merged: boolean
  readonly head: { readonly repo: string; readonly ref: string; readonly sha: string }
  readonly base: { readonly repo: string; readonly ref: string; readonly sha: string }
  readonly mergeable: boolean
  /** The commit of refs/pull/N/merge while open, the merge itself once merged; null on conflict. */
  readonly mergeSha: string | null
}

export interface InvalidQuery {
  readonly query: string
  readonly messages: readonly string[]
}

/** The state all parts of the fake work on. */
export interface World {
  /** http://127.0.0.1:PORT */
  readonly url: string
  readonly repositories: Repositories
  readonly tokens: Map<string, Token>
  /** OWNER/REPO#N → pull request */
  readonly pullRequests: Map<string, PullRequest>
  readonly comments: Comment[]
  /** All issues of all repositories, in the order they were made. */
  readonly issues: Issue[]
  /** Whether issues are switched on. */
  hasIssues: boolean
  /** What people may do in every repository: `admin`, `write`, `read`; others are no collaborators. */
  readonly collaborators: Map<string, string>
  readonly invalidQueries: InvalidQuery[]
  /** Schema fields that were asked for and that the fake does not know, as Type.field. */
  readonly unimplementedFields: string[]
  /** All runs of all workflows, in the order they were started. */
  readonly runs: WorkflowRun[]
  /** Whether a dispatch may ask for its run, as on github.com. */
  givesRunDetails: boolean
  /** Called for each run that a dispatch starts, before the answer. */
  onDispatch: ((run: WorkflowRun) => void | Promise<void>) | undefined
  onBeforeCommit: CommitHook | undefined
  onBeforeUpdateRef: CommitHook | undefined
}

export function isBot(login: string): boolean {
  return login.endsWith('[bot]')
}
