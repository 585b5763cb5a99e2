/** Git's smart HTTP for the same repositories, through `git http-backend` as a CGI program. */
import { git, gitEnvironment } from '../git.js'
import { runProcess } from '../processes.js'
import { knownToken, permissionsIn, presentedToken, visibleRepository } from './access.js'
import type { RecordedRequest, Reply, Token, World } from './model.js'
import { text } from './replies.js'
import type { Repository } from './repositories.js'

const CHALLENGE = { 'www-authenticate': 'Basic realm="GitHub"' }

export interface GitRequest {
  readonly record: RecordedRequest
  readonly rawBody: Buffer
  readonly fullName: string
  /** info/refs, git-upload-pack, git-receive-pack … */
  readonly service: string
}

/** OWNER/REPO[.git]/SERVICE of a path, undefined when it is none. */
export function parseGitPath(path: string): { fullName: string; service: string } | undefined {
  const [, fullName, service] =
    /^\/([\w.-]+\/[\w.-]+?)(?:\.git)?\/(info\/refs|git-upload-pack|git-receive-pack|HEAD|objects\/.+)$/.exec(path) ?? []
  return fullName === undefined || service === undefined ? undefined : { fullName, service }
}

export async function serveGit(world: World, request: GitRequest): Promise<Reply> {
  const { record, fullName, service } = request
  const { authorization } = record.headers
  const token = knownToken(world, authorization)
  if (authorization !== undefined && token === undefined) {
    const message = 'Invalid username or token. Password authentication is not supported for Git operations.'
    return text(401, presentedToken(authorization) === undefined ? 'Bad credentials' : message, CHALLENGE)
  }
  const repository = visibleRepository(world, token, fullName)
  const pushes = service === 'git-receive-pack' || record.query.service === 'git-receive-pack'
  // Without credentials GitHub does not tell whether a repository exists.
  if (token === undefined && (pushes || repository === undefined)) {
    return text(401, 'Repository not found.', CHALLENGE)
  }
  if (repository === undefined) return text(404, 'Repository not found.')
  const refused = refusal(token, repository, pushes)
  if (refused !== undefined) return text(403, refused)
  if (service === 'git-receive-pack') await announce(world, repository, request)
  return serveRepository(repository, token?.login, request)
}

function refusal(token: Token | undefined, repository: Repository, pushes: boolean): string | undefined {
  const { contents } = permissionsIn(token, repository)
  if (contents === 'none') return 'Write access to repository not granted.'
  if (!pushes) return undefined
  if (repository.archived) return 'This repository was archived so it is read-only.'
  return contents === 'write' ? undefined : `Permission to ${repository.fullName}.git denied to ${token?.login}.`
}

/** Tells the test that a push is about to land. */
async function announce(world: World, repository: Repository, { rawBody }: GitRequest): Promise<void> {
  const ref = firstPushedRef(rawBody)
  if (ref === undefined) return
  const branch = ref.replace(/^refs\/heads\//, '')
  await world.onBeforeCommit?.({ via: 'push', repository: repository.fullName, branch })
}

/** A push is packet lines `OLD NEW REF`, behind `shallow SHA` lines when it comes from a shallow clone. */
function firstPushedRef(body: Buffer): string | undefined {
  let at = 0
  while (at + 4 <= body.length) {
    const length = Number.parseInt(body.toString('latin1', at, at + 4), 16)
    if (Number.isNaN(length) || length < 5) return undefined
    const [, ref] = /^[0-9a-f]{40} [0-9a-f]{40} ([^\0\n]+)/.exec(body.toString('utf8', at + 4, at + length)) ?? []
    if (ref !== undefined) return ref
    at += length
  }
  return undefined
}

let backendPath: Promise<string> | undefined

/**
 * Answers whatever is asked of a repository.
 *
 * @param login who asks; pushes are refused to nobody.
 */
export async function serveRepository(
  repository: Repository,
  login: string | undefined,
  request: GitRequest,
): Promise<Reply> {
  backendPath ??= git('.', ['--exec-path']).then((path) => `${path}/git-http-backend`)
  const { record, rawBody, service } = request
  const env: Record<string, string> = {
    ...gitEnvironment(),
    GIT_PROJECT_ROOT: repository.gitDir,
    GIT_HTTP_EXPORT_ALL: '1',
    PATH_INFO: `/${service}`,
    REQUEST_METHOD: record.method,
    QUERY_STRING: new URLSearchParams(record.query).toString(),
    CONTENT_TYPE: record.headers['content-type'] ?? '',
    CONTENT_LENGTH: String(rawBody.length),
    HTTP_CONTENT_ENCODING: record.headers['content-encoding'] ?? '',
    GIT_PROTOCOL: record.headers['git-protocol'] ?? '',
    REMOTE_ADDR: '127.0.0.1',
    ...(login === undefined ? {} : { REMOTE_USER: login }),
  }
  const { stdout, stderr } = await runProcess(await backendPath, [], { env, input: rawBody })
  return parseCgi(stdout, stderr)
}

function parseCgi(stdout: Buffer, stderr: Buffer): Reply {
  const split = stdout.indexOf('\r\n\r\n')
  if (split < 0) return text(500, `git http-backend: ${stderr}`)
  const headers: Record<string, string> = {}
  let status = 200
  for (const line of stdout.toString('latin1', 0, split).split('\r\n')) {
    const colon = line.indexOf(':')
    const name = line.slice(0, colon).toLowerCase()
    const value = line.slice(colon + 1).trim()
    if (name === 'status') status = Number.parseInt(value, 10)
    else headers[name] = value
  }
  return { status, headers, body: stdout.subarray(split + 4) }
}
