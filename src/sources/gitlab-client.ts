import pLimit from 'p-limit'
import { refuse } from '../enrollment/problem.js'
import {
  type Clock,
  type Connection,
  type HttpRequest,
  isFailure,
  isLoopback,
  type Log,
  locationOf,
  openConnection,
  type RequestFailure,
  RetryPolicy,
  requestFailure,
  requestTimeout,
  sendRequest,
  statusFailure,
} from '../network/index.js'
import { oneLine, parseJson } from '../text/index.js'
import { MAX_FILE_BYTES } from './source-file.js'

/** How to reach a GitLab server. */
export interface GitLabOptions {
  /** https://gitlab.com, or the URL of a self-hosted server. */
  readonly url: string
  /** Empty: public projects only. */
  readonly token: string
  readonly log?: Log
  readonly clock?: Clock
}

/** Result of a request. */
export type GitLabReply =
  | { readonly kind: 'answer'; readonly status: number; readonly data: unknown }
  | { readonly kind: 'redirect'; readonly from: URL; readonly to: URL | null }
  | { readonly kind: 'too-large' }
  | RequestFailure

/** A connected GitLab server. */
export interface GitLabServer {
  readonly host: string
  readonly hasToken: boolean
  /** Makes text safe to show: one line, truncated, without the token. */
  readonly plain: (text: string, maxLength?: number) => string
  /** Requests a path below the API's URL. Never rejects. */
  readonly ask: (path: string) => Promise<GitLabReply>
}

const MAX_CONCURRENCY = 8

/**
 * Prepares requests to a GitLab server; sends nothing.
 *
 * @throws Refusal when the URL or the token is invalid.
 */
export function connectGitLab(options: GitLabOptions): GitLabServer {
  const { api, host } = gitLabAddress(options.url)
  const { token } = options
  if (!/^[\x21-\x7e]*$/.test(token)) {
    throw refuse('token-missing', 'gitlab-token contains a space or an invalid character.', {
      remedy: 'Copy the token again.',
    })
  }
  const common = { accept: 'application/json', 'user-agent': 'image-factory-action' }
  const headers = token === '' ? common : { ...common, 'private-token': token }
  const connection = openConnection(requestTimeout())
  const policy = new RetryPolicy(options)
  const limit = pLimit(MAX_CONCURRENCY)
  const send = (path: string) => askOnce(new URL(`${api}${path}`), headers, connection)
  return {
    host,
    hasToken: token !== '',
    plain: (text, maxLength) => plainText(text, token, maxLength),
    ask: (path) => limit(() => policy.run(() => send(path), { name: `GET ${path}`, isRepeatable: true })),
  }
}

/** The largest file in base64, plus GitLab's metadata. */
const MAX_RESPONSE_BYTES = Math.ceil(MAX_FILE_BYTES / 3) * 4 + 64 * 1024

/** Sends one request. Redirects are not followed: the token is for this server only. */
async function askOnce(url: URL, headers: HttpRequest['headers'], connection: Connection): Promise<GitLabReply> {
  const response = await sendRequest({ url, method: 'GET', headers, maxBytes: MAX_RESPONSE_BYTES }, connection)
  if (isFailure(response) && response.reason !== 'too-large') return response
  const status = response.status ?? 0
  if (isFailure(response)) return status === 200 ? { kind: 'too-large' } : { kind: 'answer', status, data: undefined }
  if (status >= 300 && status < 400) return { kind: 'redirect', from: url, to: locationOf(response, url) }
  const failure = statusFailure(url.host, status, response.headers)
  if (failure !== null) return failure
  const data = parseJson(response.body)
  if (status !== 200 || data !== undefined) return { kind: 'answer', status, data }
  const remedy = 'Check that the address is one of a GitLab, and that no proxy or login page answers in its place.'
  return requestFailure('unexpected', url.host, 'did not answer with JSON', remedy, { status })
}

/** Makes a server's text safe to show: one line, truncated, without the token. */
export function plainText(text: string, token: string, maxLength = 500): string {
  // Before truncating, or half a token could remain.
  return oneLine(token === '' ? text : text.slice(0, 100_000).replaceAll(token, '***'), maxLength)
}

/**
 * Parses the URL of a GitLab server: `https://gitlab.com`, a self-hosted server (possibly below a path), or its API's
 * URL.
 *
 * @throws Refusal when it is invalid, or when the token would be sent unencrypted.
 */
export function gitLabAddress(url: string): { readonly url: string; readonly api: string; readonly host: string } {
  const remedy = 'Give it as https://HOST.'
  // The URL itself is never shown: it may contain a password.
  if (!URL.canParse(url)) throw refuse('input-invalid', 'the address of GitLab is not a URL.', { remedy })
  const parsed = new URL(url)
  if (parsed.username !== '' || parsed.password !== '') {
    throw refuse('input-invalid', `the address of GitLab (${parsed.host}) carries a user or a password.`, {
      remedy: 'Give the token in gitlab-token, and the address as https://HOST.',
    })
  }
  const isSafe = parsed.protocol === 'https:' || (parsed.protocol === 'http:' && isLoopback(parsed.hostname))
  if (!isSafe) {
    const place = parsed.host === '' ? parsed.protocol : `${parsed.protocol}//${parsed.host}`
    throw refuse(
      'input-invalid',
      `the address of GitLab (${place}) is not https: a token sent there could be read on its way.`,
      {
        remedy,
      },
    )
  }
  if (parsed.search !== '' || parsed.hash !== '') {
    throw refuse('input-invalid', `the address of GitLab (${parsed.host}) has a query or a fragment.`, { remedy })
  }
  const root = parsed.pathname.replace(/\/+$/, '').replace(/\/api\/v4$/, '')
  const own = `${parsed.origin}${root}`
  return { url: own, api: `${own}/api/v4`, host: parsed.host }
}

/** One segment of a URL's path; null if invalid (`..` would climb, encoded or not). */
export function pathSegment(text: string): string | null {
  if (text === '' || text === '.' || text === '..') return null
  try {
    return encodeURIComponent(text)
  } catch {
    return null // A lone surrogate.
  }
}
