import {
  type Connection,
  FailedRequest,
  followRedirects,
  type HttpRequest,
  type HttpResponse,
  isFailure,
  openConnection,
  parseJson,
  type RequestFailure,
  type RetryPolicy,
  requestFailure,
  requestTimeout,
  sendRequest,
  statusFailure,
} from '../network/index.js'

/** The policy of the API that a URL belongs to. */
export type PolicyOf = (url: string) => RetryPolicy

/** GitHub has it at `/graphql`, an Enterprise server at `/api/graphql`. */
export function isGraphQL(url: string): boolean {
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
export function fetchFrom(apiUrl: string, policyOf: PolicyOf) {
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
