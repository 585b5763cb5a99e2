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

/** An authenticated client for GitHub's REST and GraphQL APIs. */
export type GitHubClient = InstanceType<typeof GitHub>

/** The plugin treats every query as a write and would send one per second; a run writes only a handful of times. */
const UNSPACED = {
  key: () => ({ schedule: (_: unknown, send: () => Promise<void>) => send() }),
} as unknown as NonNullable<ThrottlingOptions['write']>

/** The retry plugin must not retry these; rate limits belong to the throttling plugin. */
const CLIENT_ERRORS = Array.from({ length: 100 }, (_, index) => 400 + index)

/**
 * Connects to GitHub. Calls reject with FailedRequest when there is no usable response, and with octokit's own errors
 * when GitHub refuses. Octokit's plugins retry and wait only as far as a RetryPolicy allows. The library is loaded on
 * first use: offline runs never need it.
 *
 * @param server `apiUrl`: https://api.github.com, or https://HOST/api/v3 for a GitHub Enterprise server.
 */
export async function connectGitHub(server: {
  readonly apiUrl: string
  readonly token: string
  readonly log: Log
}): Promise<GitHubClient> {
  const { apiUrl, token, log } = server
  // The toolkit creates its own agent when loaded, which cannot handle other kinds of proxies.
  const unusable = unusableProxy(new URL(apiUrl))
  if (unusable !== null) throw new FailedRequest(unusable, apiUrl)
  const library = await import(/* webpackMode: "eager" */ './github-library.js')
  const { GitHub, getOctokitOptions, retry, throttling } = library
  const { host } = new URL(apiUrl)
  // GitHub limits REST and GraphQL separately, and one may be down while the other responds.
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
    // Octokit's calls share this object, and its plugins modify it.
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
 * Octokit's retry plugin retries any failure, even a comment whose response was lost. This hook runs before it and
 * cancels retries that are pointless or unsafe.
 */
function keepFromRepeating(policyOf: PolicyOf) {
  return ({ hook }: Pick<GitHubClient, 'hook'>): void => {
    hook.error('request', (error, { method, url, request }) => {
      const failure = error.cause instanceof FailedRequest ? error.cause.failure : null
      // A commit names its parent, so it cannot be made twice; all other queries only read.
      const attempt = { name: nameOf(error as OctokitError), isRepeatable: method !== 'POST' || isGraphQL(url) }
      const count = Number(request.retryCount ?? 0) + 1
      if (failure !== null && policyOf(url).delayAfter(failure, count, attempt) === null) request.retries = 0
      throw error
    })
  }
}

/** Whether the throttling plugin may wait for the limit to end and retry. */
function waitForLimit(host: string, policyOf: PolicyOf) {
  return (
    seconds: number,
    { method, url }: { readonly method: string; readonly url: string },
    _: unknown,
    retries: number,
  ) => {
    const what = 'is rate-limiting this token'
    const more = { wait: seconds * baseDelay() }
    const failure = requestFailure('rate-limited', host, what, 'Run this again when the limit has reset.', more)
    const name = `${method} ${url.replace(/^https?:\/\/[^/]+/, '')}`
    // A rate-limited request had no effect, so it can always be repeated.
    return policyOf(url).delayAfter(failure, retries + 1, { name, isRepeatable: true }) !== null
  }
}

interface OctokitError extends Error {
  readonly status?: number
  readonly request?: { readonly method: string; readonly url: string }
  readonly response?: Awaited<ReturnType<GitHubClient['request']>>
}

/** The retry plugin treats a partial answer to a query as a failure. */
function partialResponse({ response }: OctokitError) {
  return response?.data?.data ? response : null
}

/** Unwraps errors of our transport, and strips the URL that octokit appends to GitHub's message. */
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

type PolicyOf = (url: string) => RetryPolicy

/** `/graphql` on GitHub, `/api/graphql` on an Enterprise server. */
function isGraphQL(url: string): boolean {
  return url.endsWith('/graphql')
}

/** Enough for a hundred files of half a megabyte or a hundred comments. */
const MAX_BYTES = 64 * 1024 * 1024

/**
 * Octokit's transport to one server: each request is sent once, with limits on time and size. Octokit's own transport
 * treats a truncated response as empty and follows redirects anywhere.
 *
 * @param apiUrl the only server that requests go to, whatever a response says.
 * @returns the parts of a `Response` that octokit reads; rejects with FailedRequest when there is no usable response.
 * 4xx are left to octokit.
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

/** Follows redirects of renamed repositories on the same server, but never for a request that writes. */
async function sendHome(request: HttpRequest, home: URL, connection: Connection) {
  if (request.url.origin !== home.origin) return strayed(home, request.url)
  return followRedirects(
    request,
    (one) => sendRequest(one, connection),
    (to) => {
      if (to?.origin !== home.origin) return strayed(home, to)
      if (request.method === 'GET') return { ...request, url: to }
      const remedy = 'If the repository was renamed or moved, use its new name.'
      return requestFailure('redirect', home.host, 'redirects a write to another address', remedy)
    },
  )
}

function strayed({ host }: URL, to: URL | null): RequestFailure {
  const what = `redirects ${to === null ? 'to an invalid address' : `to ${to.host}`}, and no token is sent there`
  return requestFailure('redirect', host, what, 'Check the address of its API.')
}

/** Rejects responses from a proxy or gateway before GitHub, and shapes rate limits for the throttling plugin. */
function usable(response: HttpResponse | RequestFailure, host: string): HttpResponse | RequestFailure {
  if (isFailure(response)) return response
  const { status, headers, body } = response
  const isOwnLimit = status === 429 && headers.has('x-ratelimit-remaining')
  const failure = isOwnLimit ? null : statusFailure(host, status, headers)
  if (failure !== null || status >= 300 || status === 204) return failure ?? response
  const data = parseJson(body)
  if (data === undefined) {
    const remedy = "Run this again later; check that no proxy or login page answers in GitHub's place."
    return requestFailure('unexpected', host, 'did not answer with JSON', remedy, { status })
  }
  // A rate-limited query has status 200, which the plugin does not recognize on an Enterprise server.
  return isLimited(data) ? { ...response, status: 403 } : response
}

function isLimited(data: unknown): boolean {
  const { data: found, errors } = (data ?? {}) as { readonly data?: unknown; readonly errors?: unknown }
  const isNothing = found === null || found === undefined
  return isNothing && Array.isArray(errors) && errors.some((error) => error?.type === 'RATE_LIMITED')
}
