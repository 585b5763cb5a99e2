import pLimit from 'p-limit'
import { FailedRequest } from '../network/index.js'
import { by, type JsonMap, jsonMap } from '../text/index.js'
import {
  type FileAnswer,
  type FileRequest,
  failed,
  onOtherForge,
  requestKey,
  type SourceReader,
  textAnswer,
} from './source-file.js'

/** A GraphQL call: resolves with the data, rejects like octokit's graphql (with partial results in `data`, if any). */
export type GraphQL = (query: string, variables: Readonly<Record<string, unknown>>) => Promise<unknown>

/** Files per request: well below GitHub's limits on nodes and query time. */
const FILES_A_REQUEST = 100

/** Concurrent requests: GitHub asks clients to send few. */
const CONCURRENCY = 4

/**
 * Reads sources from GitHub: one GraphQL request reads many files from many repositories; nothing is cloned.
 *
 * @param graphql an authenticated GraphQL call.
 * @param host the server's name in messages, `github.com`.
 */
export function readFromGitHub(graphql: GraphQL, host: string): SourceReader {
  const limit = pLimit(CONCURRENCY)
  const read: SourceReader['read'] = async (requests) => {
    const answers = new Map<string, FileAnswer>()
    const distinct = [...new Map(requests.map((request) => [requestKey(request), request])).values()]
    for (const request of distinct) answers.set(requestKey(request), onOtherForge(request, host))
    const unique = distinct.filter((request) => request.provider === 'github')
    const readBatch = async (batch: readonly FileRequest[]) => {
      const reply = await ask(graphql, batch)
      for (const request of batch) answers.set(requestKey(request), answerTo(request, reply, host))
    }
    await Promise.all(batches(unique).map((batch) => limit(readBatch, batch)))
    return answers
  }
  return { read, isComplete: true }
}

/** Keeps files of one repository together, so that it appears in as few requests as possible. */
function batches(requests: readonly FileRequest[]): FileRequest[][] {
  const sorted = [...requests].sort(by(({ repo }) => repo))
  const count = Math.ceil(sorted.length / FILES_A_REQUEST)
  return Array.from({ length: count }, (_, index) =>
    sorted.slice(index * FILES_A_REQUEST, (index + 1) * FILES_A_REQUEST),
  )
}

function textOf(value: unknown): string | null {
  return typeof value === 'string' ? value : null
}

/**
 * Sends a batch.
 *
 * @returns the reply of each repository with its alias; the alias of each request's file and branch in it; GitHub's
 * errors by path: `` for the whole query, `r0` a repository, `r0.f3` a file; and why nothing could be read, if so.
 */
async function ask(graphql: GraphQL, batch: readonly FileRequest[]) {
  const { query, variables, aliases, repositories } = buildQuery(batch)
  const reply = await graphql(query, variables).then(
    (data) => ({ data: jsonMap(data), errors: [], failure: null }),
    partialReply,
  )
  const errors = new Map(reply.errors.map((error) => [(error.path ?? []).join('.'), error] as const))
  const replies = repositories.map((repo, index) => {
    const alias = `r${index}`
    return [repo, { alias, data: jsonMap(reply.data?.[alias]) }] as const
  })
  return { repositories: new Map(replies), aliases, errors, failure: reply.failure }
}

const CHECK_TOKEN = 'Check the source-token and try again.'

/** GraphQL replies can be partial: one unreadable repository does not fail the others. */
function partialReply(failure: unknown) {
  const said = jsonMap(failure)
  const data = jsonMap(said?.data)
  const errors = Array.isArray(said?.errors) ? said.errors.flatMap(errorIn) : []
  const usable = data !== null && Object.values(data).some((value) => value !== null)
  const onlyPaths = errors.length > 0 && errors.every((one) => one.path !== undefined)
  if (usable || onlyPaths) return { data, errors, failure: null }
  const [first] = failure instanceof FailedRequest ? failure.problems : []
  const message = textOf(said?.message) ?? 'it gives no reason'
  return { data, errors, failure: { said: first?.message ?? `${message}.`, remedy: first?.remedy ?? CHECK_TOKEN } }
}

function errorIn(value: unknown) {
  const { message, path, type } = jsonMap(value) ?? {}
  const place = Array.isArray(path) ? { path: path.map(String) } : {}
  const kind = typeof type === 'string' ? { type } : {}
  return [{ message: textOf(message) ?? 'it gives no reason', ...place, ...kind }]
}

function buildQuery(batch: readonly FileRequest[]) {
  const repositories = [...new Set(batch.map((request) => request.repo))]
  const declarations: string[] = []
  const variables: Record<string, string> = {}
  const aliases = new Map<string, string>()
  // User-supplied strings are always passed as variables, so none can change the query.
  const declare = (name: string, value: string): string => {
    declarations.push(`$${name}: String!`)
    variables[name] = value
    return `$${name}`
  }
  const selections = repositories.map((repo, repositoryIndex) => {
    const [owner = '', name = ''] = repo.split('/')
    const files = batch
      .map((request, index) => ({ request, index }))
      .filter(({ request }) => request.repo === repo)
      .map(({ request, index }) => {
        aliases.set(requestKey(request), String(index))
        const file = declare(`e${index}`, `${request.branch ?? 'HEAD'}:${request.path}`)
        const branch = request.branch === null ? null : declare(`b${index}`, `refs/heads/${request.branch}`)
        const ref = branch === null ? '' : ` b${index}: ref(qualifiedName: ${branch}) { name }`
        return `f${index}: object(expression: ${file}) { __typename ... on Blob { text byteSize isBinary isTruncated } }${ref}`
      })
    const r = repositoryIndex
    const head = `r${r}: repository(owner: ${declare(`o${r}`, owner)}, name: ${declare(`n${r}`, name)})`
    return `${head} { defaultBranchRef { name } ${files.join(' ')} }`
  })
  const query = `query(${declarations.join(', ')}) { ${selections.join(' ')} }`
  return { query, variables, aliases, repositories }
}

function answerTo(request: FileRequest, reply: Awaited<ReturnType<typeof ask>>, host: string): FileAnswer {
  if (reply.failure !== null) {
    const { said, remedy } = reply.failure
    return failed('unreachable', `${request.repo} could not be read from ${host}: ${said}`, remedy)
  }
  const { data: repository = null, alias: r = '' } = reply.repositories.get(request.repo) ?? {}
  if (repository === null) {
    const error = reply.errors.get(r) ?? reply.errors.get('')
    const said = error === undefined ? '' : ` (${host} says: ${error.message})`
    if (error?.type === 'FORBIDDEN') {
      const grant = 'Give a source-token with contents: read there (and authorize it for the organization if required).'
      return failed('unreachable', `the token cannot read ${request.repo}${said}.`, grant)
    }
    const remedy = 'Correct source.repo, or give a source-token that may read its contents.'
    return failed('repository', `there is no repository ${request.repo}, or the token may not see it${said}.`, remedy)
  }
  const alias = reply.aliases.get(requestKey(request)) ?? ''
  const error = reply.errors.get(`${r}.f${alias}`) ?? reply.errors.get(`${r}.b${alias}`)
  if (error !== undefined) {
    const message = `${host} could not read ${request.path} of ${request.repo}: ${error.message}`
    return failed('unreachable', message, 'Try again.')
  }
  const blob = jsonMap(repository[`f${alias}`])
  if (request.branch !== null && blob === null && jsonMap(repository[`b${alias}`]) === null) {
    return failed('branch', `${request.repo} has no branch ${request.branch}.`, 'Correct source.branch.')
  }
  return blobAnswer(request, blob, request.branch ?? textOf(jsonMap(repository.defaultBranchRef)?.name))
}

function blobAnswer(request: FileRequest, blob: JsonMap | null, branch: string | null): FileAnswer {
  const where = `${request.path} of ${request.repo} (${branch ?? 'no branch'})`
  if (blob === null) return failed('file', `there is no ${where}.`, 'Correct source.dockerfile.')
  if (blob.isBinary === true) return failed('content', `${where} is binary.`, 'Set source.dockerfile to a Dockerfile.')
  if (blob.isTruncated === true)
    return failed('content', `${where} is too large (${blob.byteSize} bytes).`, 'A Dockerfile is smaller.')
  if (typeof blob.text !== 'string') {
    return failed('content', `${where} is not a file.`, 'Set source.dockerfile to a Dockerfile.')
  }
  return textAnswer(blob.text, where, branch)
}
