/**
 * A local GitHub: REST, GraphQL and git over HTTP for real bare repositories, with permissions, faults and a record of
 * every request. Laid out as a GitHub Enterprise server: REST at /api/v3, GraphQL at /api/graphql.
 */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { git } from './git.js'
import { parseGitPath, serveGit } from './github/git-http.js'
import type { FileContent } from './github/git-objects.js'
import { serveGraphql } from './github/graphql.js'
import type {
  CannedReply,
  Comment,
  CommitAttempt,
  CommitHook,
  Fault,
  InvalidQuery,
  Issue,
  PullRequest,
  RecordedRequest,
  Reply,
  RepositoryPermissions,
  Token,
  WorkflowRun,
  World,
} from './github/model.js'
import { createPullRequest, mergePullRequest, type PullRequestOptions, pullRequestKey } from './github/pull-requests.js'
import { canned, failure, NOT_FOUND, text } from './github/replies.js'
import { type FileChanges, type LogEntry, Repositories, type RepositoryOptions } from './github/repositories.js'
import { serveRest } from './github/rest.js'
import { startRun } from './github/rest-actions.js'
import { addComment } from './github/rest-comments.js'
import { addIssue } from './github/rest-issues.js'
import { type TempFolder, tempFolder } from './temp-folder.js'

export type {
  CannedReply,
  Comment,
  CommitAttempt,
  CommitHook,
  Fault,
  FileChanges,
  FileContent,
  InvalidQuery,
  Issue,
  LogEntry,
  PullRequest,
  PullRequestOptions,
  RecordedRequest,
  RepositoryOptions,
  Token,
  WorkflowRun,
}

export class FakeGitHub implements World {
  readonly url: string
  readonly repositories: Repositories
  readonly tokens = new Map<string, Token>()
  readonly pullRequests = new Map<string, PullRequest>()
  /** All comments of all pull requests, in the order they were made. */
  readonly comments: Comment[] = []
  readonly issues: Issue[] = []
  hasIssues = true
  readonly collaborators = new Map<string, string>()
  readonly requests: RecordedRequest[] = []
  readonly faults: Fault[] = []
  readonly runs: WorkflowRun[] = []
  givesRunDetails = true
  onDispatch: World['onDispatch']
  readonly invalidQueries: InvalidQuery[] = []
  readonly unimplementedFields: string[] = []
  /** Errors of the fake itself (answered 500). */
  readonly internalErrors: Error[] = []
  /** Called before every commit by API or push is looked at. Commits made in it win the race. */
  onBeforeCommit: CommitHook | undefined
  /** Called between the API's look at expectedHeadOid and its compare-and-swap. */
  onBeforeUpdateRef: CommitHook | undefined
  readonly #server: Server
  readonly #folder: TempFolder

  private constructor(server: Server, folder: TempFolder) {
    const { port } = server.address() as AddressInfo
    this.url = `http://127.0.0.1:${port}`
    this.repositories = new Repositories(folder.path)
    this.#server = server
    this.#folder = folder
    server.on('request', (request: IncomingMessage, response: ServerResponse) => {
      this.#serve(request, response).catch((error: unknown) => {
        if (!request.complete) return // The client went away.
        this.internalErrors.push(error instanceof Error ? error : new Error(String(error)))
        if (response.headersSent) response.destroy()
        else send(response, text(500, String(error)))
      })
    })
  }

  static async start(): Promise<FakeGitHub> {
    const folder = await tempFolder('fake-github')
    const server = createServer()
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject)
      server.listen(0, '127.0.0.1', resolve)
    })
    return new FakeGitHub(server, folder)
  }

  get apiUrl(): string {
    return `${this.url}/api/v3`
  }

  get graphqlUrl(): string {
    return `${this.url}/api/graphql`
  }

  /** A token and what it may do; repositories given as `read` or `write` mean both contents and pull requests. */
  addToken(
    token: string,
    permissions: Readonly<Record<string, 'read' | 'write' | RepositoryPermissions>>,
    login = 'github-actions[bot]',
  ): void {
    const entries = Object.entries(permissions).map(
      ([name, access]) => [name, typeof access === 'string' ? { contents: access, pulls: access } : access] as const,
    )
    this.tokens.set(token, { login, permissions: new Map(entries) })
  }

  async createRepository(fullName: string, options: RepositoryOptions = {}): Promise<void> {
    await this.repositories.create(fullName, options)
  }

  /** A commit by somebody else; null deletes. A branch that does not exist starts at the default branch. */
  commitFiles(fullName: string, branch: string, files: FileChanges, message = 'Another change'): Promise<string> {
    return this.repositories.commitFiles(fullName, branch, files, message)
  }

  readFiles(fullName: string, ref: string): Promise<Map<string, string>> {
    return this.repositories.readFiles(fullName, ref)
  }

  async head(fullName: string, branch: string): Promise<string> {
    const tip = await this.repositories.tip(fullName, branch)
    if (tip === null) throw new Error(`${fullName} has no branch ${branch}`)
    return tip
  }

  /** Somebody deletes a branch; it need not be there any more. */
  async deleteBranch(fullName: string, branch: string): Promise<void> {
    await git(this.repositories.get(fullName).gitDir, ['update-ref', '-d', `refs/heads/${branch}`])
  }

  /** Newest first. */
  log(fullName: string, ref: string): Promise<LogEntry[]> {
    return this.repositories.log(fullName, ref)
  }

  /** Opens a pull request, or brings it up to date when the number exists. */
  createPullRequest(fullName: string, options: PullRequestOptions): Promise<PullRequest> {
    return createPullRequest(this, fullName, options)
  }

  mergePullRequest(fullName: string, number: number): Promise<string> {
    return mergePullRequest(this, fullName, number)
  }

  pullRequest(fullName: string, number: number): PullRequest {
    const found = this.pullRequests.get(pullRequestKey(fullName, number))
    if (found === undefined) throw new Error(`${fullName} has no pull request ${number}`)
    return found
  }

  addComment(fullName: string, issue: number, comment: { readonly login: string; readonly body: string }): Comment {
    return addComment(this, { repository: this.repositories.get(fullName).fullName, issue, ...comment })
  }

  commentsOn(fullName: string, issue: number): Comment[] {
    return this.comments.filter(
      (comment) => comment.issue === issue && comment.repository.toLowerCase() === fullName.toLowerCase(),
    )
  }

  addIssue(fullName: string, issue: { readonly login: string; readonly title?: string; readonly body: string }): Issue {
    return addIssue(this, { repository: this.repositories.get(fullName).fullName, title: 'An issue', ...issue })
  }

  /** Pushes (and commits by API) are refused with this text, as rulesets do; null lifts it. */
  refusePushes(fullName: string, message: string | null): Promise<void> {
    return this.repositories.refusePushes(fullName, message)
  }

  /** Somebody else commits and wins the race against the next commit, `times` times. */
  loseRace(fullName: string, branch: string, race: Race): void {
    let left = race.times ?? 1
    const win = async () => {
      if (left <= 0) return
      left -= 1
      await this.commitFiles(fullName, branch, race.files, 'Somebody was faster')
    }
    if (race.when !== 'push-starts') {
      this.onBeforeCommit = win
      return
    }
    const isPush = ({ query }: RecordedRequest) => query.service === 'git-receive-pack'
    this.faults.push({ match: isPush, times: left, before: win })
  }

  /** A build by hand, or a push: whatever is not the action's own. */
  startRun(about: Parameters<typeof startRun>[1]): WorkflowRun {
    return startRun(this.runs, about)
  }

  /** A run comes to its end now. */
  finishRun(run: WorkflowRun, conclusion = 'success'): void {
    Object.assign(run, { status: 'completed', conclusion, updatedAt: new Date().toISOString() })
  }

  /** Requests to GitHub Actions, by what they ask for. */
  get actionsRequests(): string[] {
    return this.requests.flatMap(({ method, path }) =>
      path.includes('/actions/') ? [`${method} ${path.replace(/^.*\/repos\//, '')}`] : [],
    )
  }

  /** Requests to addresses the fake does not know. */
  get unknownRequests(): RecordedRequest[] {
    return this.requests.filter((request) => request.unknown)
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections()
    await new Promise<void>((resolve) => this.#server.close(() => resolve()))
    this.repositories.close()
    await this.#folder.remove()
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? '/', this.url)
    const rawBody = await readBody(request)
    const record: RecordedRequest = {
      method: request.method ?? 'GET',
      path: url.pathname,
      query: Object.fromEntries(url.searchParams),
      headers: flatHeaders(request),
      body: parsedBody(request, rawBody),
      status: 0,
      unknown: false,
    }
    this.requests.push(record)
    const fault = this.faults.find((one) => one.times > 0 && one.match(record))
    if (fault !== undefined) fault.times -= 1
    await fault?.before?.()
    const respond = fault?.respond
    if (respond === 'timeout') return
    if (respond === 'reset') {
      request.socket.resetAndDestroy()
      return
    }
    const reply =
      typeof respond === 'object'
        ? canned(respond)
        : await this.#answer({ request, record, rawBody, path: url.pathname })
    if (respond === 'truncate') {
      truncate(response, reply)
      return
    }
    record.status = reply.status
    send(response, reply)
  }

  async #answer({ request, record, rawBody, path }: Arrival): Promise<Reply> {
    const authorizations = request.rawHeaders.filter((name, at) => at % 2 === 0 && /^authorization$/i.test(name))
    if (authorizations.length > 1) return text(400, 'Duplicate header: "Authorization"')
    if (path === '/api/graphql') return serveGraphql(this, record)
    if (path.startsWith('/api/v3/')) return serveRest(this, record, path.slice('/api/v3'.length))
    const target = parseGitPath(path)
    if (target !== undefined) return serveGit(this, { record, rawBody, ...target })
    record.unknown = true
    return path.startsWith('/api/') ? NOT_FOUND : failure(404, 'Not Found')
  }
}

export interface Race {
  readonly files: FileChanges
  /** Default 1. */
  readonly times?: number
  /**
   * `commit-lands` (default): the other commit comes between the look at the head and the update: STALE_DATA by API,
   * `[remote rejected] (failed to update ref)` by push. `push-starts`: before git asks for the remote's refs, so that it
   * says `[rejected] (fetch first)`.
   */
  readonly when?: 'commit-lands' | 'push-starts'
}

interface Arrival {
  readonly request: IncomingMessage
  readonly record: RecordedRequest
  readonly rawBody: Buffer
  readonly path: string
}

async function readBody(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(Buffer.from(chunk))
  return Buffer.concat(chunks)
}

function parsedBody(request: IncomingMessage, body: Buffer): unknown {
  if (!/json/.test(request.headers['content-type'] ?? '')) return body.toString('latin1')
  const content = body.toString('utf8')
  try {
    return JSON.parse(content)
  } catch {
    return content
  }
}

function flatHeaders(request: IncomingMessage): Record<string, string> {
  const entries = Object.entries(request.headers)
  return Object.fromEntries(
    entries.map(([name, value]) => [name, Array.isArray(value) ? value.join(', ') : (value ?? '')]),
  )
}

function send(response: ServerResponse, reply: Reply): void {
  const length = reply.status === 204 ? {} : { 'content-length': String(reply.body.length) }
  response.writeHead(reply.status, { ...reply.headers, ...length })
  response.end(reply.body)
}

function truncate(response: ServerResponse, reply: Reply): void {
  response.writeHead(reply.status, { ...reply.headers, 'content-length': String(reply.body.length + 1) })
  response.write(reply.body.subarray(0, Math.floor(reply.body.length / 2)), () => response.destroy())
}
