import {
  defaultBranchOf,
  type FileLocation,
  fileOf,
  noBranch,
  noFile,
  noFileOrBranch,
  noProject,
  reasonOf,
  refused,
  tooLarge,
} from './gitlab-answers.js'
import { connectGitLab, type GitLabOptions, type GitLabReply, type GitLabServer, pathSegment } from './gitlab-client.js'
import {
  type FailedAnswer,
  type FileAnswer,
  type FileRequest,
  onOtherForge,
  requestKey,
  type SourceReader,
} from './source-file.js'

export type { GitLabOptions } from './gitlab-client.js'

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
