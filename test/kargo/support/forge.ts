/**
 * A forge that the cluster asks: GitHub's API (workflow runs, dispatches, pull requests) below /api/v3 as on a GitHub
 * Enterprise server, GitLab's pipelines below /api/v4, and the repositories of both.
 */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import {
  Builds,
  type ForgeAnswer,
  type ForgeRequest,
  GITHUB_WORDS,
  GITLAB_WORDS,
  type Question,
  type Run,
  runUrl,
} from './builds.ts'
import { pause } from './cluster.ts'
import type { GitServer } from './git-server.ts'
import { PullRequests } from './pull-requests.ts'

/** What every request must carry. */
export const FORGE_TOKEN = 'token-of-the-test'

interface Incoming {
  readonly method: string
  readonly path: string
  readonly query: Readonly<Record<string, string>>
  readonly headers: Readonly<Record<string, string>>
  readonly raw: Buffer
}

type Body = Readonly<Record<string, unknown>>

const NOT_FOUND: ForgeAnswer = { status: 404, body: { message: 'Not Found' } }

/** The forge; it listens until it is stopped. */
export class Forge {
  readonly url: string
  readonly git: GitServer
  readonly pulls: PullRequests
  /** `OWNER/REPO/WORKFLOW` or `GROUP/PROJECT`. */
  readonly #builds = new Map<string, Builds>()
  readonly #server: Server

  private constructor(server: Server, host: string, git: GitServer) {
    this.url = `http://${host}:${(server.address() as AddressInfo).port}`
    this.git = git
    this.pulls = new PullRequests(git, this.url)
    this.#server = server
    server.on('request', (request: IncomingMessage, response: ServerResponse) => {
      this.#serve(request, response).catch(() => request.socket.destroy())
    })
  }

  /** @param host address of this machine that the cluster reaches; nothing else is listened on. */
  static async start(host: string, git: GitServer): Promise<Forge> {
    const server = createServer()
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject)
      server.listen(0, host, resolve)
    })
    return new Forge(server, host, git)
  }

  stop(): void {
    this.#server.close()
    this.#server.closeAllConnections()
  }

  /** The builds of a workflow; it is taken to be there. */
  workflow(repo: string, file: string): Builds {
    return this.#known(`${repo}/${file}`, () => new Builds(GITHUB_WORDS))
  }

  /** The pipelines of a project. */
  project(path: string): Builds {
    return this.#known(path, () => new Builds(GITLAB_WORDS))
  }

  #known(key: string, make: () => Builds): Builds {
    const builds = this.#builds.get(key) ?? make()
    this.#builds.set(key, builds)
    return builds
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const incoming = await read(request)
    const answer = await this.#answer(incoming)
    if (answer === 'drop') request.socket.destroy()
    else send(response, answer)
  }

  #answer(incoming: Incoming): Promise<ForgeAnswer | 'drop'> {
    if (incoming.path.startsWith('/api/v3/')) return this.#github(incoming, incoming.path.slice('/api/v3'.length))
    if (incoming.path.startsWith('/api/v4/')) return this.#gitlab(incoming, incoming.path.slice('/api/v4'.length))
    return this.#repository(incoming)
  }

  async #repository({ raw, ...request }: Incoming): Promise<ForgeAnswer | 'drop'> {
    return (await this.git.serve({ ...request, body: raw })) ?? 'drop'
  }

  async #github(incoming: Incoming, path: string): Promise<ForgeAnswer | 'drop'> {
    const [, repo, file, what] =
      /^\/repos\/([^/]+\/[^/]+)\/actions\/workflows\/([^/]+)\/(runs|dispatches)$/.exec(path) ?? []
    if (repo !== undefined && file !== undefined) {
      const builds = this.workflow(repo, file)
      return what === 'runs' ? this.#runs(builds, incoming) : this.#dispatch(builds, incoming)
    }
    const [, ofRepo, id] = /^\/repos\/([^/]+\/[^/]+)\/actions\/runs\/(\d+)$/.exec(path) ?? []
    if (ofRepo !== undefined) {
      const all = [...this.#builds].filter(([key]) => key.startsWith(`${ofRepo}/`)).map(([, builds]) => builds)
      return this.#run(all, Number(id), incoming)
    }
    return this.pulls.answer(incoming.method, path, incoming.query, parsed(incoming.raw)) ?? NOT_FOUND
  }

  async #gitlab(incoming: Incoming, path: string): Promise<ForgeAnswer | 'drop'> {
    const [, project = '', what, id] = /^\/projects\/([^/]+)\/(pipelines?)(?:\/(\d+))?$/.exec(path) ?? []
    const builds = this.#builds.get(decodeURIComponent(project))
    if (builds === undefined) return NOT_FOUND
    if (what === 'pipeline') return this.#dispatch(builds, incoming)
    return id === undefined ? this.#runs(builds, incoming) : this.#run([builds], Number(id), incoming)
  }

  #runs(builds: Builds, incoming: Incoming): Promise<ForgeAnswer | 'drop'> {
    return asked(builds, 'runs', incoming, () => {
      const { query } = incoming
      const shown = builds.listed().map((run) => builds.words.view(run, Date.now()))
      const wanted = shown.filter(
        (run) =>
          (query.branch === undefined || run.head_branch === query.branch) &&
          (query.ref === undefined || run.ref === query.ref) &&
          (query.event === undefined || run.event === query.event) &&
          (query.status === undefined || run.status === query.status || run.conclusion === query.status),
      )
      builds.wasRead()
      const page = wanted.slice(0, Number(query.per_page ?? '30'))
      const isGitHub = builds.words === GITHUB_WORDS
      return { status: 200, body: isGitHub ? { total_count: wanted.length, workflow_runs: page } : page }
    })
  }

  async #run(all: readonly Builds[], id: number, incoming: Incoming): Promise<ForgeAnswer | 'drop'> {
    const builds = all.find(({ runs }) => runs.some((run) => run.id === id))
    const run = builds?.runs.find((one) => one.id === id)
    if (builds === undefined || run === undefined) return NOT_FOUND
    return asked(builds, 'run', incoming, (request) => {
      const body = builds.words.view(run, Date.now())
      request.runStatus = body.status
      return { status: 200, body }
    })
  }

  #dispatch(builds: Builds, incoming: Incoming): Promise<ForgeAnswer | 'drop'> {
    return asked(builds, 'dispatch', incoming, ({ body }) => {
      if ('return_run_details' in body && !builds.knowsRunDetails)
        return { status: 400, body: { message: 'Invalid request.\n\n"return_run_details" is not a permitted key.' } }
      const run = builds.startDispatched(inputsOf(body))
      if (builds.words === GITLAB_WORDS) return { status: 201, body: builds.words.view(run, Date.now()) }
      return body.return_run_details === true ? { status: 200, body: this.#details(run) } : { status: 204 }
    })
  }

  #details(run: Run): Body {
    return { workflow_run_id: run.id, run_url: `${this.url}/api/v3/runs/${run.id}`, html_url: runUrl(run) }
  }
}

/** Records a request and answers it, with whatever is to go wrong. */
async function asked(
  builds: Builds,
  question: Question,
  { query, headers, raw }: Incoming,
  answer: (request: ForgeRequest) => ForgeAnswer,
): Promise<ForgeAnswer | 'drop'> {
  const request: ForgeRequest = { at: Date.now(), question, query, body: parsed(raw), status: 0, runStatus: null }
  builds.requests.push(request)
  const given = await answerOrFault(builds, request, headers, answer)
  if (given !== 'drop') request.status = given.status
  return given
}

async function answerOrFault(
  builds: Builds,
  request: ForgeRequest,
  headers: Incoming['headers'],
  answer: (request: ForgeRequest) => ForgeAnswer,
): Promise<ForgeAnswer | 'drop'> {
  const isKnown = headers.authorization === `Bearer ${FORGE_TOKEN}` || headers['private-token'] === FORGE_TOKEN
  if (!isKnown) return { status: 401, body: { message: 'Bad credentials' } }
  await builds.mayAnswer(request.question)
  const fault = builds.faultFor(request.question)
  if (fault === undefined) return answer(request)
  if (fault.starts === true) builds.startDispatched(inputsOf(request.body))
  if (fault.hangSeconds !== undefined) await pause(fault.hangSeconds)
  return fault.answer
}

/** GitHub takes a map, GitLab a list. */
function inputsOf({ inputs, variables }: Body): Readonly<Record<string, string>> {
  if (!Array.isArray(variables)) return (inputs ?? {}) as Readonly<Record<string, string>>
  return Object.fromEntries((variables as { key: string; value: string }[]).map(({ key, value }) => [key, value]))
}

function parsed(raw: Buffer): Body {
  return raw.length === 0 ? {} : (JSON.parse(raw.toString('utf8')) as Body)
}

async function read(request: IncomingMessage): Promise<Incoming> {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk as Buffer)
  const url = new URL(request.url ?? '/', 'http://forge')
  const headers = Object.entries(request.headers).map(([name, value]) => [name, String(value)])
  return {
    method: request.method ?? 'GET',
    path: url.pathname,
    query: Object.fromEntries(url.searchParams),
    headers: Object.fromEntries(headers) as Record<string, string>,
    raw: Buffer.concat(chunks),
  }
}

function send(response: ServerResponse, { status, headers = {}, body }: ForgeAnswer): void {
  const isBytes = Buffer.isBuffer(body)
  const bytes = isBytes ? body : Buffer.from(body === undefined ? '' : JSON.stringify(body))
  response.writeHead(status, { ...(isBytes ? {} : { 'content-type': 'application/json' }), ...headers })
  response.end(bytes)
}
