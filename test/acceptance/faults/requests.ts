/** Every request a run makes, and every way it can fail. */
import type { CannedReply, Fault, RecordedRequest } from '../../support/fake-github.js'
import type { Scenario } from './stage.js'

/** A request of a run. */
export interface Asked {
  readonly name: string
  readonly scenario: Scenario
  /** One of each way to reach GitHub, to read and to write, that is tried with every change. */
  readonly isUsual?: true
  readonly isIt: (request: RecordedRequest, before: readonly RecordedRequest[]) => boolean
}

const query = ({ body }: RecordedRequest) => String((body as { readonly query?: unknown } | null)?.query ?? '')
const isSource = (request: RecordedRequest) => query(request).includes('object(expression:')
const rest = (method: string, path: RegExp) => (request: RecordedRequest) =>
  request.method === method && path.test(request.path.replace('/api/v3', ''))
const refs = ({ query: { service } }: RecordedRequest) => service === 'git-upload-pack'
const pack = ({ path }: RecordedRequest) => path.endsWith('/git-upload-pack')
const isList = rest('GET', /\/issues\/\d+\/comments$/)
const isNew = rest('POST', /\/issues\/\d+\/comments$/)
const isBefore = (before: readonly RecordedRequest[]) => !before.some(isSource)

export const REQUESTS: readonly Asked[] = [
  {
    name: 'git: the state, its refs',
    scenario: 'pull request',
    isUsual: true,
    isIt: (one, before) => refs(one) && isBefore(before),
  },
  { name: 'git: the state, its files', scenario: 'pull request', isIt: (one, before) => pack(one) && isBefore(before) },
  { name: 'GraphQL: Dockerfiles and workflows', scenario: 'pull request', isUsual: true, isIt: isSource },
  { name: 'git: the base, its refs', scenario: 'pull request', isIt: (one, before) => refs(one) && !isBefore(before) },
  { name: 'git: the base, its files', scenario: 'pull request', isIt: (one, before) => pack(one) && !isBefore(before) },
  {
    name: 'GET comments',
    scenario: 'pull request',
    isIt: (one, before) => isList(one) && !before.some((made) => isNew(made) && made.status === 201),
  },
  { name: 'GET the pull request', scenario: 'pull request', isIt: rest('GET', /\/pulls\/\d+$/) },
  { name: 'POST the comment', scenario: 'pull request', isUsual: true, isIt: isNew },
  {
    name: 'GET comments, after it',
    scenario: 'pull request',
    isIt: (one, before) => isList(one) && before.some((made) => isNew(made) && made.status === 201),
  },
  { name: 'GraphQL: who we are', scenario: 'pull request again', isIt: (one) => query(one).includes('viewer') },
  { name: 'DELETE a second comment', scenario: 'pull request again', isIt: rest('DELETE', /\/issues\/comments\/\d+$/) },
  { name: 'PATCH the comment', scenario: 'pull request again', isIt: rest('PATCH', /\/issues\/comments\/\d+$/) },
  { name: 'GraphQL: Dockerfiles and workflows', scenario: 'push, API', isIt: isSource },
  {
    name: 'GraphQL: createCommitOnBranch',
    scenario: 'push, API',
    isUsual: true,
    isIt: (one) => query(one).includes('createCommitOnBranch'),
  },
  {
    name: 'GET the pull requests of a commit',
    scenario: 'push, API',
    isIt: rest('GET', /\/commits\/[0-9a-f]+\/pulls$/),
  },
  {
    name: 'git: push, the refs',
    scenario: 'push, git',
    isIt: ({ query: { service } }) => service === 'git-receive-pack',
  },
  {
    name: 'git: push, the commit',
    scenario: 'push, git',
    isUsual: true,
    isIt: ({ path }) => path.endsWith('/git-receive-pack'),
  },
  { name: 'GET open pull requests', scenario: 'report of a fork', isIt: rest('GET', /\/pulls$/) },
]

/** A way to fail; what git gets where it is another than what the API gives. */
export interface Failure {
  readonly name: string
  readonly respond: NonNullable<Fault['respond']>
  readonly toGit?: CannedReply
}

const html = { 'content-type': 'text/html' }
const text = { 'content-type': 'text/plain' }
const message = (status: number, said: string, headers: Readonly<Record<string, string>> = {}): CannedReply => ({
  status,
  headers,
  body: { message: said, documentation_url: 'https://docs.github.com/rest' },
})

const SERVER_ERROR: Failure = { name: '500', respond: message(500, 'Server Error') }
const BAD_GATEWAY: Failure = {
  name: '502',
  respond: { status: 502, headers: html, body: '<html><body><h1>502 Bad Gateway</h1></body></html>' },
}
const TIMEOUT: Failure = { name: 'no answer', respond: 'timeout' }
const RESET: Failure = { name: 'reset', respond: 'reset' }
const CUT_OFF: Failure = { name: 'cut off', respond: 'truncate' }
const LIMIT = 'You have exceeded a secondary rate limit. Please wait a few minutes before you try again.'
const USED_UP = 'API rate limit exceeded for installation ID 1.'

/** Once, then never again. */
export const PASSING: readonly Failure[] = [
  SERVER_ERROR,
  BAD_GATEWAY,
  {
    name: 'rate limit',
    respond: message(403, LIMIT, { 'retry-after': '1' }),
    toGit: { status: 429, headers: { ...text, 'retry-after': '0' }, body: 'Too many requests' },
  },
  TIMEOUT,
  RESET,
  CUT_OFF,
]

/** Every time. */
export const STAYING: readonly Failure[] = [
  SERVER_ERROR,
  BAD_GATEWAY,
  {
    name: 'rate limit',
    respond: message(403, USED_UP, { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': '2147483647' }),
    toGit: { status: 429, headers: text, body: 'Too many requests' },
  },
  {
    name: '403',
    respond: message(403, 'Resource not accessible by integration'),
    toGit: { status: 403, headers: text, body: 'Write access to repository not granted.' },
  },
  {
    name: '404',
    respond: message(404, 'Not Found'),
    toGit: { status: 404, headers: text, body: 'Repository not found.' },
  },
  {
    name: '422',
    respond: message(422, 'Validation Failed'),
    toGit: { status: 422, headers: text, body: 'Validation Failed' },
  },
  TIMEOUT,
  RESET,
  CUT_OFF,
]

/** The fault that a failure is for one request of a run; each sees only what came before it. */
export function faultOf(asked: Asked, failure: Failure, times: number, seen: readonly RecordedRequest[]): Fault {
  const isGit = asked.name.startsWith('git:')
  const respond = isGit ? (failure.toGit ?? failure.respond) : failure.respond
  return { match: (request) => asked.isIt(request, seen.slice(0, seen.indexOf(request))), times, respond }
}
