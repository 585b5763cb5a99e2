import {
  baseDelay,
  type Connection,
  DEFAULT_RETRY_LIMITS,
  FailedRequest,
  followRedirects,
  type HttpRequest,
  type HttpResponse,
  isFailure,
  type Log,
  openConnection,
  type RequestFailure,
  RetryPolicy,
  requestFailure,
  requestTimeout,
  sendRequest,
  statusFailure,
  unusableProxy,
} from '../network/index.js'
import { parseJson } from '../text/index.js'
import type { GitHub, ThrottlingOptions } from './github-library.js'

/** An authenticated client of GitHub's REST and GraphQL API. */
export type GitHubClient = InstanceType<typeof GitHub>

/** What a client needs to know. */
export interface GitHubServer {
  /** https://api.github.com, or https://HOST/api/v3 for a GitHub Enterprise server. */
  readonly apiUrl: string
  readonly token: string
  readonly log: Log
}

/** A run writes a handful of times. The plugin takes every query for a write, of which it would send one a second. */
const UNSPACED = {
  key: () => ({ schedule: (_: unknown, send: () => Promise<void>) => send() }),
} as unknown as NonNullable<ThrottlingOptions['write']>

/** Not repeated; limits are the throttling plugin's. */
const CLIENT_ERRORS = Array.from({ length: 100 }, (_, index) => 400 + index)

/**
 * A client whose calls reject with FailedRequest when GitHub gives no response that could be used, and as octokit's do
 * when it refuses. Octokit's plugins repeat and wait as far as a RetryPolicy allows it. Loaded on first use, because
 * offline runs never need it.
 */
export async function connectGitHub({ apiUrl, token, log }: GitHubServer): Promise<GitHubClient> {
  // As it is loaded, the toolkit makes an agent of its own, which must not meet another kind of proxy.
  const unusable = unusableProxy(new URL(apiUrl))
  if (unusable !== null) throw new FailedRequest(unusable, apiUrl)
  const library = await import(/* webpackMode: "eager" */ './github-library.js')
  const { GitHub, getOctokitOptions, retry, throttling } = library
  const { host } = new URL(apiUrl)
  // GitHub counts REST and GraphQL apart, and one may be silent while the other answers.
  const policies = { rest: new RetryPolicy({ log }), graphql: new RetryPolicy({ log }) }
  const policyOf: PolicyOf = (url) => (isGraphQL(url) ? policies.graphql : policies.rest)
  const mayWait = waitForLimit(host, policyOf)
  const options = getOctokitOptions(token, {
    baseUrl: apiUrl,
    log: { debug: log.debug, info: log.debug, warn: log.debug, error: log.debug },
    request: { fetch: fetchFrom(apiUrl, policyOf) },
    retry: { retries: DEFAULT_RETRY_LIMITS.attempts - 1, retryAfterBaseValue: baseDelay(), doNotRetry: CLIENT_ERRORS },
    throttle: {
      onRateLimit: mayWait,
      onSecondaryRateLimit: mayWait,
      retryAfterBaseValue: baseDelay(),
      write: UNSPACED,
      notifications: UNSPACED,
    },
  })
  const client = new (GitHub.plugin(keepFromRepeating(policyOf), retry, throttling))(options)
  client.hook.wrap('request', async (request, call) => {
    // Octokit's calls share this object, and its plugins write into it.
    call.request = { ...call.request }
    try {
      return await request(call)
    } catch (error) {
      return partialResponse(error as OctokitError) ?? explain(error as OctokitError, host, policyOf(call.url).closed)
    }
  })
  return client
}

/**
 * Octokit's retry plugin repeats whatever failed, a comment whose response got lost too. This one comes before it, and
 * takes the retries of what makes no sense or is not safe.
 */
function keepFromRepeating(policyOf: PolicyOf) {
  return ({ hook }: Pick<GitHubClient, 'hook'>): void => {
    hook.error('request', (error, { method, url, request }) => {
      const failure = error.cause instanceof FailedRequest ? error.cause.failure : null
      // A commit names the one it stands on, so that it cannot be made twice; every other query reads.
      const attempt = { name: nameOf(error as OctokitError), isRepeatable: method !== 'POST' || isGraphQL(url) }
      const count = Number(request.retryCount ?? 0) + 1
      if (failure !== null && policyOf(url).delayAfter(failure, count, attempt) === null) request.retries = 0
      throw error
    })
  }
}

/** Whether the throttling plugin may wait for the end of a limit and send the request again. */
function waitForLimit(host: string, policyOf: PolicyOf) {
  return (
    seconds: number,
    { method, url }: { readonly method: string; readonly url: string },
    _: unknown,
    retries: number,
  ) => {
    const what = 'limits how often this token asks (rate limit)'
    const more = { wait: seconds * baseDelay() }
    const failure = requestFailure('rate-limited', host, what, 'GitHub asks for a pause: run this again later.', more)
    const name = `${method} ${url.replace(/^https?:\/\/[^/]+/, '')}`
    // What was turned away had no effect.
    return policyOf(url).delayAfter(failure, retries + 1, { name, isRepeatable: true }) !== null
  }
}

/** What octokit rejects with. */
interface OctokitError extends Error {
  readonly status?: number
  readonly request?: { readonly method: string; readonly url: string }
  readonly response?: Awaited<ReturnType<GitHubClient['request']>>
}

/** The retry plugin takes a query that answers in part for one that failed. */
function partialResponse({ response }: OctokitError) {
  return response?.data?.data ? response : null
}

/** Octokit wraps what its transport throws, and puts an address behind what GitHub says. */
function explain(error: OctokitError, host: string, closed: RequestFailure | null): never {
  const { cause, status = 0 } = error
  if (cause instanceof FailedRequest) throw cause
  const failure = status === 403 || status === 429 ? closed : statusFailure(host, status, new Map())
  if (failure !== null) throw new FailedRequest(failure, nameOf(error))
  error.message = error.message.replace(/ - https:\/\/docs\.github\.com\/\S*$/, '')
  throw error
}

function nameOf({ request }: OctokitError): string {
  return request === undefined ? '' : `${request.method} ${new URL(request.url).pathname}`
}

/** The policy of the API that a URL belongs to. */
type PolicyOf = (url: string) => RetryPolicy

/** GitHub has it at `/graphql`, an Enterprise server at `/api/graphql`. */
function isGraphQL(url: string): boolean {
  return url.endsWith('/graphql')
}

/** A hundred files of half a megabyte, or a hundred comments, and no more. */
const MAX_BYTES = 64 * 1024 * 1024

/**
 * Sends octokit's requests to one server, once each and bounded in time and size. Octokit's own transport takes a
 * response that was cut off for an empty one, and follows redirects wherever they lead.
 *
 * @param apiUrl the one server that is asked: nothing is sent anywhere else, whatever a response says.
 * @returns what octokit reads of a `Response`; rejects with FailedRequest where there is none that could be used. 4xx are
 * octokit's to judge.
 */
function fetchFrom(apiUrl: string, policyOf: PolicyOf) {
  const home = new URL(apiUrl)
  const connection = openConnection(requestTimeout())
  return async (address: string, { method, headers, body }: Pick<HttpRequest, 'method' | 'headers' | 'body'>) => {
    const url = new URL(address)
    const policy = policyOf(address)
    const request = { url, method, headers, ...(body === undefined ? {} : { body }), maxBytes: MAX_BYTES }
    const response = (await policy.ready()) ?? usable(await sendHome(request, home, connection), home.host)
    if (isFailure(response)) throw new FailedRequest(response, `${method} ${url.pathname}`)
    policy.succeeded()
    const text = async () => response.body.toString('utf8')
    const arrayBuffer = async () => new Uint8Array(response.body).buffer
    return { status: response.status, url: url.href, headers: response.headers, text, arrayBuffer }
  }
}

/** What was renamed is found again on the same server; a request that writes is never sent on. */
async function sendHome(request: HttpRequest, home: URL, connection: Connection) {
  if (request.url.origin !== home.origin) return strayed(home, request.url)
  return followRedirects(
    request,
    (one) => sendRequest(one, connection),
    (to) => {
      if (to?.origin !== home.origin) return strayed(home, to)
      if (request.method === 'GET') return { ...request, url: to }
      const remedy = 'If the repository was renamed or moved, use its new name.'
      return requestFailure('redirect', home.host, 'sends what is written elsewhere', remedy)
    },
  )
}

function strayed({ host }: URL, to: URL | null): RequestFailure {
  const what = `sends us ${to === null ? 'somewhere' : `to ${to.host}`}, and no token is sent there`
  return requestFailure('redirect', host, what, 'Check the address of its API.')
}

/** What is answered in GitHub's place by something before it, and limits in the form that the throttling plugin knows. */
function usable(response: HttpResponse | RequestFailure, host: string): HttpResponse | RequestFailure {
  if (isFailure(response)) return response
  const { status, headers, body } = response
  const isOwnLimit = status === 429 && headers.has('x-ratelimit-remaining')
  const failure = isOwnLimit ? null : statusFailure(host, status, headers)
  if (failure !== null || status >= 300 || status === 204) return failure ?? response
  const data = parseJson(body)
  if (data === undefined) {
    const remedy = 'Run this again later; check that nothing between here and GitHub asks to log in.'
    return requestFailure('unexpected', host, 'answers what is no JSON', remedy, { status })
  }
  // A query that is limited has status 200, which the plugin does not see at an Enterprise server.
  return isLimited(data) ? { ...response, status: 403 } : response
}

function isLimited(data: unknown): boolean {
  const { data: found, errors } = (data ?? {}) as { readonly data?: unknown; readonly errors?: unknown }
  const isNothing = found === null || found === undefined
  return isNothing && Array.isArray(errors) && errors.some((error) => error?.type === 'RATE_LIMITED')
}
