import {
  baseDelay,
  DEFAULT_RETRY_LIMITS,
  FailedRequest,
  type Log,
  type RequestFailure,
  RetryPolicy,
  requestFailure,
  statusFailure,
  unusableProxy,
} from '../network/index.js'
import { fetchFrom, isGraphQL, type PolicyOf } from './github-fetch.js'
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
