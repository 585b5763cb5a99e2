import { Agent as HttpAgent, request as httpRequest, type IncomingMessage } from 'node:http'
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https'
import type { LookupFunction } from 'node:net'
import { getProxyUrl } from '@actions/http-client/lib/proxy'
import { HttpsProxyAgent } from 'hpagent'
import { refuse } from '../enrollment/problem.js'
import { FailedRequest, isFailure, type RequestFailure, requestFailure } from './request-failure.js'

/** How to reach a server. Its connections are kept alive and not shared with other servers. */
export interface Connection {
  /** Timeout of one request including its response, in milliseconds. */
  readonly timeout: number
  readonly agentOf: (url: URL) => HttpAgent
  /** Resolves names instead of the system. An error it throws fails the request (`FailedRequest`). */
  readonly lookup?: LookupFunction
}

/** Opens a pool of connections, through the proxy from the environment. */
export function openConnection(timeout: number, lookup?: LookupFunction): Connection {
  const plain = new HttpAgent({ keepAlive: true })
  const direct = new HttpsAgent({ keepAlive: true })
  const tunnels = new Map<string, HttpsAgent>()
  const agentOf = (url: URL): HttpAgent => {
    if (url.protocol === 'http:') return plain
    const proxy = proxyOf(url)
    if (proxy === null) return direct
    const tunnel = tunnels.get(proxy.href) ?? new HttpsProxyAgent({ keepAlive: true, proxy: proxy.href })
    tunnels.set(proxy.href, tunnel)
    return tunnel
  }
  return { timeout, agentOf, ...(lookup && { lookup }) }
}

/**
 * The proxy for an https URL from the environment: HTTPS_PROXY unless NO_PROXY matches, also in lower case, as the
 * runner and its toolkit read them. Null without one, and always for this machine and for http.
 */
export function proxyOf(url: URL): URL | null {
  const proxy = url.protocol === 'https:' ? (getProxyUrl(url) ?? null) : null
  // HOST:PORT alone parses as a URL whose scheme is HOST.
  return proxy?.host === '' ? new URL(`http://${proxy.href}`) : proxy
}

/**
 * Timeout of one request, from the first byte sent to the last one read, in milliseconds: the environment variable
 * IMAGE_FACTORY_TIMEOUT (seconds), or `usual`.
 *
 * @param usual seconds.
 * @throws Refusal when the variable is not a number from 0.1 to 3600.
 */
export function requestTimeout(usual = 30): number {
  return seconds('IMAGE_FACTORY_TIMEOUT', usual, 0.1) * 1000
}

/**
 * Delay before the second attempt, in milliseconds; all other delays are multiples of it. One second; tests shorten it
 * with the environment variable IMAGE_FACTORY_PAUSE (seconds), which is not a public interface.
 */
export function baseDelay(): number {
  return seconds('IMAGE_FACTORY_PAUSE', 1, 0) * 1000
}

function seconds(name: string, usual: number, least: number): number {
  const text = process.env[name] ?? ''
  if (text === '') return usual
  const value = Number(text)
  if (value >= least && value <= 3600) return value
  throw refuse(
    'environment-variable-invalid',
    `the environment variable ${name} must be a number of seconds from ${least} to 3600.`,
    {
      remedy: 'Correct it, or leave it out.',
    },
  )
}

/** A response with its whole body. */
export interface HttpResponse {
  readonly kind: 'response'
  readonly status: number
  /** By lower-case name; repeated headers are joined with a comma. */
  readonly headers: ReadonlyMap<string, string>
  readonly body: Buffer
}

export interface HttpRequest {
  readonly url: URL
  readonly method: string
  readonly headers: Readonly<Record<string, string>>
  readonly body?: string
  /** A larger response body is a failure. */
  readonly maxBytes: number
}

/**
 * Sends a request once. Redirects are not followed; credentials go only to `request.url`.
 *
 * A response that arrives a byte at a time ends with the timeout, an endless one with `maxBytes`.
 *
 * @returns the response whatever its status, or why there is none. Rejects only for a request that cannot be sent at
 * all.
 */
export async function sendRequest(
  request: HttpRequest,
  connection: Connection,
): Promise<HttpResponse | RequestFailure> {
  const { host } = request.url
  const proxy = proxyOf(request.url)
  const unusable = unusableProxy(request.url)
  if (unusable !== null) return unusable
  const signal = AbortSignal.timeout(connection.timeout)
  try {
    return await readResponse(await send(request, connection, signal), request)
  } catch (error) {
    if (error instanceof FailedRequest) return error.failure
    if (signal.aborted || (error as Error).message === 'Proxy timeout') return timeoutFailure(host, connection, proxy)
    return networkFailure(error as NodeJS.ErrnoException, host, proxy)
  }
}

const MAX_REDIRECTS = 3

/**
 * Sends a request and follows redirects.
 *
 * @param redirected returns the next request, or why there is none; null is an invalid `Location`.
 */
export async function followRedirects(
  request: HttpRequest,
  send: (request: HttpRequest) => Promise<HttpResponse | RequestFailure>,
  redirected: (to: URL | null) => HttpRequest | RequestFailure,
): Promise<HttpResponse | RequestFailure> {
  let next: HttpRequest | RequestFailure = request
  for (let count = 0; count <= MAX_REDIRECTS; count += 1) {
    const response = await send(next)
    if (isFailure(response) || ![301, 302, 303, 307, 308].includes(response.status)) return response
    if (!response.headers.has('location')) return response
    next = redirected(locationOf(response, next.url))
    if (isFailure(next)) return next
  }
  return requestFailure('redirect', request.url.host, 'redirects in a loop', 'Check its address.')
}

/** Target of a redirect; null if it is not a valid URL. */
export function locationOf({ headers }: HttpResponse, from: URL): URL | null {
  const location = headers.get('location') ?? ''
  return location !== '' && URL.canParse(location, from.href) ? new URL(location, from) : null
}

function send(request: HttpRequest, connection: Connection, signal: AbortSignal): Promise<IncomingMessage> {
  const { url, method, headers, body } = request
  const { timeout, agentOf, lookup } = connection
  const open = url.protocol === 'http:' ? httpRequest : httpsRequest
  const sized = body === undefined ? headers : { ...headers, 'content-length': String(Buffer.byteLength(body)) }
  return new Promise((resolve, reject) => {
    // The signal aborts the request; `timeout` covers a proxy that opens no tunnel.
    const options = { method, headers: sized, agent: agentOf(url), signal, timeout, ...(lookup && { lookup }) }
    open(url, options, resolve).on('error', reject).end(body)
  })
}

async function readResponse(response: IncomingMessage, { url, maxBytes }: HttpRequest) {
  const status = response.statusCode ?? 0
  const chunks: Buffer[] = []
  let bytes = 0
  // Leaving the loop early also closes the connection.
  for await (const chunk of response as AsyncIterable<Buffer>) {
    bytes += chunk.length
    if (bytes > maxBytes) {
      const what = `sent more than ${maxBytes} bytes`
      return requestFailure('too-large', url.host, what, 'Check its address.', { status })
    }
    chunks.push(chunk)
  }
  // Not a `Headers` object: creating the first one loads all of Node's fetch, which nothing else here needs.
  const headers = new Map(Object.entries(response.headers).map(([name, value]) => [name, [value].flat().join(', ')]))
  return { kind: 'response' as const, status, headers, body: Buffer.concat(chunks) }
}

function timeoutFailure(host: string, { timeout }: Connection, proxy: URL | null): RequestFailure {
  const what = `did not answer within ${timeout / 1000} s${through(proxy)}`
  const remedy = 'Run this again later; if the server is slow, allow it more seconds in IMAGE_FACTORY_TIMEOUT.'
  return requestFailure('timeout', host, what, remedy)
}

/** Why the proxy for a URL cannot be used; null if it can, or if there is none. */
export function unusableProxy(url: URL): RequestFailure | null {
  const proxy = proxyOf(url)
  if (proxy === null || /^https?:$/.test(proxy.protocol)) return null
  return proxyFailure(url.host, proxy, `speaks ${proxy.protocol}, and only http: and https: are supported`)
}

function proxyFailure(host: string, proxy: URL, what: string): RequestFailure {
  const remedy = 'Check HTTPS_PROXY and NO_PROXY.'
  return requestFailure('unreachable', host, `could not be reached: the proxy ${proxy.host} ${what}`, remedy)
}

function through(proxy: URL | null): string {
  return proxy === null ? '' : ` through the proxy ${proxy.host}`
}

/** Node's and OpenSSL's error codes for untrusted certificates. */
const CERTIFICATE = /CERT|SELF_SIGNED|UNABLE_TO_VERIFY|^ERR_TLS/

/** Only error codes are reported: messages may quote what was sent. */
function networkFailure(error: NodeJS.ErrnoException, host: string, proxy: URL | null): RequestFailure {
  const { code = '', message, syscall } = error
  const isConnecting = syscall === 'connect' || syscall === 'getaddrinfo' || code === 'ECONNREFUSED'
  const [, status] = /^Bad response: (\d{3})$/.exec(message) ?? []
  if (proxy !== null && status !== undefined) return proxyFailure(host, proxy, `answers ${status}`)
  if (proxy !== null && isConnecting) return proxyFailure(host, proxy, `cannot be reached (${code})`)
  // A request that cannot be sent is the caller's bug.
  if (code === '' || code.startsWith('ERR_INVALID')) throw error
  const where = `${through(proxy)} (${code})`
  if (CERTIFICATE.test(code)) {
    const remedy = 'Set the environment variable NODE_EXTRA_CA_CERTS to a file with the certificates of its CA.'
    return requestFailure('certificate', host, `has a certificate that is not trusted${where}`, remedy)
  }
  const isUnknown = syscall === 'getaddrinfo' && code === 'ENOTFOUND'
  const reason = isUnknown ? 'unknown-host' : isConnecting ? 'unreachable' : 'disconnected'
  const what = `${isConnecting ? 'could not be reached' : 'closed the connection'}${where}`
  return requestFailure(reason, host, what, 'Check its address and the network, and run this again.')
}
