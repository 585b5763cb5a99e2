/**
 * A local GitLab: the three questions of its REST API that reading files takes, answered as lib/api/files.rb,
 * branches.rb and projects.rb of GitLab do, and its pipelines, with members, token scopes, faults and a record of every
 * request. Anything else that is asked is an unknown request.
 */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import { answerPipelines, type FakePipeline } from './gitlab-pipelines.js'

type Scope = 'api' | 'read_api' | 'read_repository'

export interface FakeProject {
  readonly id: number
  readonly visibility: 'public' | 'private'
  /** null: an empty repository. */
  readonly defaultBranch: string | null
  readonly branches: Readonly<Record<string, Readonly<Record<string, string | Buffer>>>>
  /** Paths it had before: they answer with a redirect. */
  readonly formerly?: readonly string[]
}

export interface FakeToken {
  readonly scope: Scope
  /** Projects it is a member of; a guest sees a private project and not its code. */
  readonly member: Readonly<Record<string, 'developer' | 'guest'>>
}

export interface SeenRequest {
  readonly method: string
  /** As it was sent: percent-encoded, with its query. */
  readonly url: string
  readonly headers: IncomingMessage['headers']
  /** Empty until it was read. */
  body: string
  unknown: boolean
}

/** What happens instead of an answer, for as many requests as `times` says. */
export interface FakeFault {
  readonly match?: RegExp
  times: number
  readonly respond:
    | 'reset'
    | 'truncate'
    | 'endless'
    | { readonly status: number; readonly headers?: Readonly<Record<string, string>>; readonly body?: string }
}

interface Reply {
  readonly status: number
  readonly body: unknown
  readonly headers?: Readonly<Record<string, string>>
}

const message = (status: number, text: string): Reply => ({ status, body: { message: `${status} ${text}` } })

export class FakeGitLab {
  readonly url: string
  readonly projects = new Map<string, FakeProject>()
  readonly tokens = new Map<string, FakeToken>()
  readonly requests: SeenRequest[] = []
  readonly faults: FakeFault[] = []
  readonly pipelines: FakePipeline[] = []
  /** Requests under way at the same time, at most. */
  busiest = 0
  /** Bytes of endless bodies that were taken before the reader went away. */
  endlessBytes = 0
  readonly #server: Server
  readonly #root: string
  #busy = 0

  private constructor(server: Server, root: string) {
    const { port } = server.address() as AddressInfo
    this.#root = root
    this.url = `http://127.0.0.1:${port}${root}`
    this.#server = server
    server.on('request', (request: IncomingMessage, response: ServerResponse) => void this.#serve(request, response))
  }

  /** @param root the path it lies below, `/gitlab` (GitLab's relative URL root). */
  static async start(root = ''): Promise<FakeGitLab> {
    const server = createServer()
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject)
      server.listen(0, '127.0.0.1', resolve)
    })
    return new FakeGitLab(server, root)
  }

  get host(): string {
    return new URL(this.url).host
  }

  get unknownRequests(): SeenRequest[] {
    return this.requests.filter((request) => request.unknown)
  }

  /** What was asked for, without the API's root. */
  get asked(): string[] {
    return this.requests.map(({ url }) => url.slice(`${this.#root}/api/v4`.length))
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections()
    await new Promise<void>((resolve) => this.#server.close(() => resolve()))
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { method = '', url = '', headers } = request
    const seen: SeenRequest = { method, url, headers, body: '', unknown: false }
    this.requests.push(seen)
    this.#busy += 1
    this.busiest = Math.max(this.busiest, this.#busy)
    response.on('close', () => {
      this.#busy -= 1
    })
    const fault = this.faults.find((one) => one.times > 0 && (one.match?.test(seen.url) ?? true))
    if (fault !== undefined) fault.times -= 1
    if (seen.method === 'POST') for await (const chunk of request) seen.body += String(chunk)
    // A moment later, so that requests sent together are under way together.
    setImmediate(() => this.#respond(seen, request.socket, response, fault))
  }

  #respond(seen: SeenRequest, socket: Socket, response: ServerResponse, fault: FakeFault | undefined): void {
    if (fault?.respond === 'reset') {
      socket.resetAndDestroy()
    } else if (fault?.respond === 'endless') {
      this.#sendEndless(response)
    } else if (typeof fault?.respond === 'object') {
      response.writeHead(fault.respond.status, fault.respond.headers).end(fault.respond.body ?? '')
    } else {
      const { status, body, headers } = this.#answer(seen)
      const bytes = Buffer.from(JSON.stringify(body))
      const isCut = fault?.respond === 'truncate'
      response.writeHead(status, { 'content-type': 'application/json', 'content-length': bytes.length, ...headers })
      if (isCut) response.write(bytes.subarray(0, bytes.length - 1), () => response.destroy())
      else response.end(bytes)
    }
  }

  #sendEndless(response: ServerResponse): void {
    const chunk = Buffer.alloc(256 * 1024, 'x')
    const more = () => {
      while (!response.destroyed && response.write(chunk)) this.endlessBytes += chunk.length
      this.endlessBytes += chunk.length
    }
    response.writeHead(200, { 'content-type': 'application/json' })
    response.on('drain', more)
    more()
  }

  #answer(seen: SeenRequest): Reply {
    const [path = '', query = ''] = seen.url.split('?')
    const prefix = `${this.#root}/api/v4/projects/`
    const [id = '', ...rest] = path.startsWith(prefix) ? path.slice(prefix.length).split('/') : []
    const [first, kind, name, ...more] = rest
    const isStart = seen.method === 'POST' && first === 'pipeline' && kind === undefined
    const isPipeline = isStart || (first === 'pipelines' && name === undefined)
    const isKnown =
      rest.length === 0 ||
      isPipeline ||
      (first === 'repository' && (kind === 'files' || kind === 'branches') && name !== undefined && more.length === 0)
    if ((seen.method !== 'GET' && !isStart) || id === '' || !isKnown || seen.headers.authorization !== undefined) {
      seen.unknown = true
      return { status: 404, body: { error: '404 Not Found' } }
    }
    const given = seen.headers['private-token']
    const token = given === undefined ? null : this.tokens.get(String(given))
    if (token === undefined) return message(401, 'Unauthorized')
    // Only lib/api/files.rb allows the scope read_repository.
    if (token?.scope === 'read_repository' && kind !== 'files') {
      return {
        status: 403,
        body: { error: 'insufficient_scope', error_description: 'higher privileges', scope: 'api' },
      }
    }
    if (isStart && token?.scope !== 'api') return { status: 403, body: { error: 'insufficient_scope' } }
    const question = { id: decodeURIComponent(id), rawId: id, kind: isPipeline ? 'pipelines' : kind, name, query }
    return this.#inProject({ ...question, pipeline: kind, seen, url: seen.url }, token)
  }

  #inProject(question: Question, token: FakeToken | null): Reply {
    const found = this.#find(question.id)
    const role = found === null ? undefined : token?.member[found.path]
    if (found === null || (found.project.visibility === 'private' && role === undefined)) {
      return message(404, 'Project Not Found')
    }
    const { project, path } = found
    if (project.formerly?.includes(question.id) === true) {
      const to = `${new URL(this.url).origin}${question.url.replace(question.rawId, String(project.id))}`
      return { status: 302, body: { message: 'Moved' }, headers: { location: to } }
    }
    const readsCode = project.visibility === 'public' || role === 'developer'
    if (question.kind === undefined) {
      const code = readsCode
        ? { default_branch: project.defaultBranch, empty_repo: project.defaultBranch === null }
        : {}
      return { status: 200, body: { id: project.id, path_with_namespace: path, ...code } }
    }
    if (!readsCode || (question.seen.method === 'POST' && role !== 'developer')) return message(403, 'Forbidden')
    if (question.kind === 'pipelines') {
      const { method, body } = question.seen
      const about = { project: path, branches: Object.keys(project.branches), id: question.pipeline }
      return answerPipelines(this.pipelines, { ...about, method, body, query: question.query })
    }
    const name = decodeURIComponent(question.name ?? '')
    if (question.kind === 'files') return file(project, name, new URLSearchParams(question.query))
    return Object.hasOwn(project.branches, name)
      ? { status: 200, body: { name, default: name === project.defaultBranch } }
      : message(404, 'Branch Not Found')
  }

  #find(id: string): { readonly path: string; readonly project: FakeProject } | null {
    for (const [path, project] of this.projects) {
      const isIt = path.toLowerCase() === id.toLowerCase() || String(project.id) === id
      if (isIt || project.formerly?.includes(id) === true) return { path, project }
    }
    return null
  }
}

interface Question {
  readonly id: string
  readonly rawId: string
  readonly kind: string | undefined
  readonly name: string | undefined
  readonly query: string
  readonly url: string
  /** What comes after `/pipelines/`. */
  readonly pipeline: string | undefined
  readonly seen: SeenRequest
}

function file(project: FakeProject, path: string, query: URLSearchParams): Reply {
  const ref = query.get('ref')
  if (ref === null) return { status: 400, body: { error: 'ref is missing' } }
  if (ref === '') return { status: 400, body: { error: 'ref is empty' } }
  const branch = ref === 'HEAD' ? project.defaultBranch : ref
  const files = branch !== null && Object.hasOwn(project.branches, branch) ? project.branches[branch] : undefined
  if (files === undefined) return message(404, 'Commit Not Found')
  const content = Object.hasOwn(files, path) ? files[path] : undefined
  if (content === undefined) return message(404, 'File Not Found')
  const bytes = Buffer.from(content)
  const name = path.split('/').at(-1)
  return {
    status: 200,
    body: {
      file_name: name,
      file_path: path,
      size: bytes.length,
      encoding: 'base64',
      ref,
      content: bytes.toString('base64'),
    },
  }
}
