import { z } from 'zod'
import { connectGitLab, type GitLabOptions, type GitLabReply, type GitLabServer, pathSegment } from './gitlab-client.js'
import {
  type FailedAnswer,
  type FileAnswer,
  type FileFailure,
  type FileRequest,
  failed,
  MAX_FILE_BYTES,
  onOtherForge,
  requestKey,
  type SourceReader,
  textAnswer,
} from './source-file.js'

/** A requested file and the branch it is read from (null: unknown). */
interface FileLocation {
  readonly request: FileRequest
  readonly branch: string | null
}

const TOKEN_SCOPES = 'a gitlab-token with the scope read_repository or read_api'

/** A failed answer whose texts are one line each, with the token removed. */
function fail(server: GitLabServer, reason: FileFailure, message: string, remedy: string): FailedAnswer {
  return failed(reason, server.plain(message), server.plain(remedy))
}

/** There is no such project, or it is hidden: GitLab does not say which. */
function noProject(server: GitLabServer, { repo }: FileRequest, said = ''): FailedAnswer {
  const who = server.hasToken ? 'the token may not see it' : 'only a token may see it'
  const reason = said === '' ? '' : ` (${server.host} says: ${said})`
  const remedy = `Correct source.repo, or give ${TOKEN_SCOPES} that may see the project.`
  return fail(server, 'repository', `there is no project ${repo} on ${server.host}, or ${who}${reason}.`, remedy)
}

/** The project has no such branch. */
function noBranch(server: GitLabServer, { repo, branch }: FileRequest): FailedAnswer {
  return fail(server, 'branch', `${repo} has no branch ${branch}.`, 'Correct source.branch.')
}

/** The branch has no such file. */
export function noFile(server: GitLabServer, place: FileLocation): FailedAnswer {
  return fail(server, 'file', `there is no ${placeName(place)}.`, 'Correct source.dockerfile.')
}

/** The file or its branch is missing; GitLab does not say which. */
function noFileOrBranch(server: GitLabServer, place: FileLocation): FailedAnswer {
  const message = `there is no ${placeName(place)}, or no such branch.`
  return fail(server, 'file', message, 'Correct source.dockerfile or source.branch.')
}

/** The file exceeds the size limit. */
function tooLarge(server: GitLabServer, place: FileLocation): FailedAnswer {
  const message = `${placeName(place)} is too large (more than ${MAX_FILE_BYTES} bytes).`
  return fail(server, 'content', message, 'A Dockerfile is smaller.')
}

/** The request was refused or redirected, or got no usable response. */
export function refused(server: GitLabServer, { repo }: FileRequest, reply: GitLabReply): FailedAnswer {
  if (reply.kind === 'redirect') return moved(server, repo, reply.from, reply.to)
  if (reply.kind === 'failure') {
    return fail(server, 'unreachable', `${server.host} ${reply.what}, so ${repo} could not be read.`, reply.remedy)
  }
  const said = reply.kind === 'answer' ? reasonOf(server, reply) : 'an answer that is too large'
  const message = `${server.host} does not let ${repo} be read (${said}).`
  const isPermission = reply.kind === 'answer' && (reply.status === 401 || reply.status === 403)
  const remedy = isPermission
    ? `Give ${TOKEN_SCOPES} that has not expired and whose user may read the repository.`
    : 'Check what images.yaml says about its source.'
  return fail(server, 'unreachable', message, remedy)
}

function moved(server: GitLabServer, repo: string, from: URL, to: URL | null): FailedAnswer {
  const project = to?.origin === from.origin ? projectIn(to) : null
  if (project !== null && project !== projectIn(from)) {
    const where = /^\d+$/.test(project) ? `the project with the number ${project}` : project
    const remedy = 'Write its new path in source.repo; its old address leads there in a browser.'
    return fail(server, 'repository', `${repo} has moved to ${where}.`, remedy)
  }
  const place = to === null ? 'an invalid address' : to.origin === from.origin ? to.pathname : to.origin
  const message = `${server.host} redirects to ${place} for ${repo}, and no token is sent after a redirect.`
  return fail(server, 'unreachable', message, 'Check the address of GitLab, and whether it wants a gitlab-token.')
}

function projectIn(url: URL): string | null {
  const [, id] = /\/api\/v4\/projects\/([^/]+)/.exec(url.pathname) ?? []
  if (id === undefined) return null
  try {
    return decodeURIComponent(id)
  } catch {
    return id
  }
}

const REASON = z.object({
  message: z.string().optional().catch(undefined),
  error: z.string().optional().catch(undefined),
})

/** GitLab's own message: `404 File Not Found`, `insufficient_scope`; the status if it has none. */
export function reasonOf(server: GitLabServer, reply: { readonly status: number; readonly data: unknown }): string {
  const { data } = REASON.safeParse(reply.data)
  return server.plain(data?.message ?? data?.error ?? '', 200) || String(reply.status)
}

const PROJECT = z.object({ default_branch: z.string().min(1) })

/** The default branch; null for a project without one, or whose code the token may not read. */
function defaultBranchOf(data: unknown): string | null {
  const parsed = PROJECT.safeParse(data)
  return parsed.success ? parsed.data.default_branch : null
}

const FILE = z.object({
  content: z.string(),
  encoding: z.literal('base64'),
  size: z.number().optional(),
})

/** The file in GitLab's response, if it is text. */
export function fileOf(server: GitLabServer, place: FileLocation, data: unknown): FileAnswer {
  const where = placeName(place)
  const file = FILE.safeParse(data)
  const bytes = Buffer.from(file.data?.content ?? '', 'base64')
  if (!file.success || (file.data.size ?? bytes.length) !== bytes.length) {
    return fail(server, 'unreachable', `${server.host} sent ${where} incomplete.`, 'Try again.')
  }
  if (bytes.length > MAX_FILE_BYTES) return tooLarge(server, place)
  const answer = textAnswer(bytes.toString('utf8'), where, place.branch)
  return answer.kind === 'found' ? answer : fail(server, answer.reason, answer.message, answer.remedy)
}

function placeName({ request, branch }: FileLocation): string {
  return `${request.path} of ${request.repo} (${branch ?? 'default branch'})`
}

/**
 * Reads sources from GitLab with its REST API: one request per file; nothing is cloned.
 *
 * @param options the token is sent only to this server and appears in no message.
 * @throws Refusal when the URL is neither https nor on this machine.
 */
export function readFromGitLab(options: GitLabOptions): SourceReader {
  const server = connectGitLab(options)
  const defaultBranches = new Map<string, string>()
  const read: SourceReader['read'] = async (requests) => {
    const round = { server, defaultBranches, questions: new Map(), files: new Map() }
    const distinct = new Map(requests.map((request) => [requestKey(request), request]))
    const answer = async ([key, request]: [string, FileRequest]) => [key, await answerTo(round, request)] as const
    return new Map(await Promise.all([...distinct].map(answer)))
  }
  return { read, isComplete: true }
}

interface Round {
  readonly server: GitLabServer
  /** By project, as they become known. */
  readonly defaultBranches: Map<string, string>
  /** Requests about projects and branches, by path. */
  readonly questions: Map<string, Promise<GitLabReply>>
  readonly files: Map<string, Promise<FileAnswer>>
}

async function answerTo(round: Round, request: FileRequest): Promise<FileAnswer> {
  const { server } = round
  if (request.provider !== 'gitlab') return onOtherForge(request, server.host)
  const project = pathSegment(request.repo)
  if (project === null) return noProject(server, request)
  const file = pathSegment(request.path)
  if (file === null) return noFile(server, { request, branch: request.branch })
  const start =
    request.branch === null
      ? await defaultStart(round, request, project)
      : { ref: request.branch, branch: request.branch }
  if ('kind' in start) return start
  const { ref, branch } = start
  const path = `/projects/${project}/repository/files/${file}?${new URLSearchParams({ ref })}`
  // The default branch may also be requested by its name.
  return once(round.files, JSON.stringify([path, branch]), () => readFile(round, path, { request, branch }, project))
}

/**
 * Where to read when no branch is named. Reading the default branch's name takes a token with access to the project;
 * one with only the scope read_repository lacks that, but may read files at `HEAD`.
 */
async function defaultStart(
  round: Round,
  request: FileRequest,
  project: string,
): Promise<{ readonly ref: string; readonly branch: string | null } | FailedAnswer> {
  const { server, defaultBranches } = round
  const known = defaultBranches.get(request.repo)
  if (known !== undefined) return { ref: known, branch: known }
  const reply = await question(round, `/projects/${project}`)
  if (reply.kind !== 'answer') return refused(server, request, reply)
  if (reply.status === 404) return noProject(server, request, reasonOf(server, reply))
  if (reply.status !== 200 && reply.status !== 403) return refused(server, request, reply)
  const branch = reply.status === 200 ? defaultBranchOf(reply.data) : null
  if (branch === null) return { ref: 'HEAD', branch: null }
  defaultBranches.set(request.repo, branch)
  return { ref: branch, branch }
}

async function readFile(round: Round, path: string, place: FileLocation, project: string): Promise<FileAnswer> {
  const { server } = round
  const reply = await server.ask(path)
  if (reply.kind === 'too-large') return tooLarge(server, place)
  if (reply.kind === 'answer' && reply.status === 200) return fileOf(server, place, reply.data)
  if (reply.kind === 'answer' && reply.status === 404) return missing(round, place, project, reasonOf(server, reply))
  return refused(server, place.request, reply)
}

/**
 * Finds out what is missing, from GitLab's own message (`not_found!` in its lib/api/files.rb) or, where a proxy
 * replaced it, with a further request.
 */
async function missing(round: Round, place: FileLocation, project: string, said: string): Promise<FailedAnswer> {
  const { server } = round
  const { request } = place
  if (/\bProject Not Found/i.test(said)) return noProject(server, request, said)
  if (/\bFile Not Found/i.test(said)) return noFile(server, place)
  if (/\bCommit Not Found/i.test(said)) {
    return request.branch === null ? noFile(server, place) : noBranch(server, request)
  }
  const branch = request.branch === null ? null : pathSegment(request.branch)
  if (branch === null) return noFile(server, place)
  const about = await question(round, `/projects/${project}/repository/branches/${branch}`)
  if (about.kind !== 'answer') return refused(server, request, about)
  if (about.status === 200) return noFile(server, place)
  if (about.status !== 404) return noFileOrBranch(server, place)
  const whole = await question(round, `/projects/${project}`)
  if (whole.kind !== 'answer') return refused(server, request, whole)
  return whole.status === 404 ? noProject(server, request, reasonOf(server, whole)) : noBranch(server, request)
}

function question(round: Round, path: string): Promise<GitLabReply> {
  return once(round.questions, path, () => round.server.ask(path))
}

function once<Value>(made: Map<string, Promise<Value>>, key: string, make: () => Promise<Value>): Promise<Value> {
  const value = made.get(key) ?? make()
  made.set(key, value)
  return value
}
