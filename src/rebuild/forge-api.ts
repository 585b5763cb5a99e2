import { setTimeout as sleep } from 'node:timers/promises'
import pLimit from 'p-limit'
import { type Refusal, refuse } from '../enrollment/index.js'
import {
  baseDelay,
  followRedirects,
  type HttpRequest,
  type HttpResponse,
  isFailure,
  type Log,
  mayHaveTakenEffect,
  openConnection,
  type RequestFailure,
  RetryPolicy,
  requestFailure,
  requestTimeout,
  sendRequest,
  statusFailure,
} from '../network/index.js'
import { plainText } from '../sources/index.js'
import { jsonMap, parseJson } from '../text/index.js'
import type { StartAnswer } from './runs.js'

export interface ForgeServer {
  /** Name in messages. */
  readonly name: string
  /** The token, and the name of its input. Empty: no token. */
  readonly token: string
  readonly tokenInput: string
  /** Permission that the token needs to read runs. */
  readonly readPermission: string
  readonly headers: Readonly<Record<string, string>>
  readonly log: Log
}

/** A forge's response: data if the request succeeded, otherwise its message. */
export type ForgeReply =
  | { readonly kind: 'data'; readonly data: unknown }
  | { readonly kind: 'no'; readonly status: number; readonly message: string }
  | RequestFailure

/** Failed starts, and an accepted one with the forge's data about it. */
type Posted = Exclude<StartAnswer, { kind: 'started' }> | { readonly kind: 'accepted'; readonly data: unknown }

/** The request that starts a build, and its subject, for messages. */
export interface ForgeStart {
  readonly url: string
  readonly body: unknown
  /** `build.yml of acme/web on main`. */
  readonly what: string
  readonly remedyOf: (status: number, message: string) => string
}

/** A hundred GitHub runs are about 1.5 MB without their pull requests. */
const MAX_BYTES = 8 * 1024 * 1024

/**
 * Prepares requests to a forge. Its token is sent only to the origin of the requested URLs, and appears in no message.
 *
 * @returns `read` reads, with retries, and never rejects; `start` starts, once. Starts are a second apart.
 * @throws Refusal when the token is malformed.
 */
export function connectForge(server: ForgeServer) {
  const { token, tokenInput, log } = server
  if (!/^[\x21-\x7e]*$/.test(token)) {
    throw refuse('token-missing', `${tokenInput} contains a space or an invalid character.`, {
      remedy: 'Copy the token again.',
    })
  }
  const connection = openConnection(requestTimeout())
  const policy = new RetryPolicy({ log })
  const request = (url: string, method: string) => {
    const headers = { 'user-agent': 'image-factory-action', ...server.headers }
    return { url: new URL(url), method, headers, maxBytes: MAX_BYTES }
  }
  const send = (one: HttpRequest) => sendRequest(one, connection)
  const read = (url: string): Promise<ForgeReply> =>
    policy.run(async () => replyTo(await followHome(request(url, 'GET'), send), url, server), {
      name: `GET ${new URL(url).pathname}`,
      isRepeatable: true,
    })
  // GitHub asks for a second between requests that write ("Best practices for using the REST API").
  const oneByOne = pLimit(1)
  let isFirst = true
  const post = async (start: ForgeStart): Promise<Posted> => {
    if (token === '') return withoutToken(start, server)
    if (!isFirst) await sleep(baseDelay())
    isFirst = false
    const one = request(start.url, 'POST')
    const headers = { ...one.headers, 'content-type': 'application/json' }
    const body = JSON.stringify(start.body)
    // An unreachable server received nothing, so that request is retried; one that may have been received is not.
    const attempt = { name: `POST ${one.url.pathname}`, isRepeatable: false }
    const sendOnce = async () => {
      const answer = await send({ ...one, headers, body })
      return isFailure(answer) ? answer : postedOf(answer, start, server)
    }
    const answer = await policy.run(sendOnce, attempt)
    return isFailure(answer) ? lost(answer, start) : answer
  }
  return { read, start: (start: ForgeStart) => oneByOne(() => post(start)) }
}

/** The refusal of a run that cannot continue without a response. */
export function unreadable(
  what: string,
  reply: Exclude<ForgeReply, { kind: 'data' }>,
  { name, tokenInput, readPermission }: Pick<ForgeServer, 'name' | 'tokenInput' | 'readPermission'>,
): Refusal {
  if (isFailure(reply))
    return refuse('request-failed', `${what} could not be read: ${reply.host} ${reply.what}.`, { remedy: reply.remedy })
  const remedy = `Check that ${tokenInput} is valid and may read it (${readPermission}).`
  return refuse('request-failed', `${what} could not be read: ${name} answers ${reply.message} (${reply.status}).`, {
    remedy,
  })
}

/** Follows redirects of renamed repositories on the same server. */
function followHome(request: HttpRequest, send: (one: HttpRequest) => Promise<HttpResponse | RequestFailure>) {
  const { origin, host } = request.url
  return followRedirects(request, send, (to) => {
    if (to?.origin === origin) return { ...request, url: to }
    const what = `redirects ${to === null ? 'to an invalid address' : `to ${to.host}`}, and no token is sent there`
    return requestFailure('redirect', host, what, 'Check the address of its API.')
  })
}

function replyTo(answer: HttpResponse | RequestFailure, url: string, { token }: ForgeServer): ForgeReply {
  if (isFailure(answer)) return answer
  const { status, headers, body } = answer
  const { host } = new URL(url)
  const wait = limitOf(answer)
  if (wait !== null) {
    const what = `is rate-limiting this token (${status})`
    return requestFailure('rate-limited', host, what, 'Run this again later.', { wait: wait.milliseconds, status })
  }
  const failure = statusFailure(host, status, headers)
  if (failure !== null) return failure
  if (status !== 200) return { kind: 'no', status, message: messageOf(answer, token) }
  const data = parseJson(body)
  if (data !== undefined) return { kind: 'data', data }
  const remedy = 'Check that no proxy or login page answers in its place, and run this again.'
  return requestFailure('unexpected', host, 'did not answer with JSON', remedy, { status })
}

function postedOf(answer: HttpResponse, start: ForgeStart, { name, token }: ForgeServer): Posted | RequestFailure {
  const { status, headers, body } = answer
  const { host } = new URL(start.url)
  const wait = limitOf(answer)
  if (wait !== null) {
    const retryAt = wait.milliseconds === null ? null : new Date(Date.now() + wait.milliseconds).toISOString()
    return { kind: 'limited', message: `${name} is rate-limiting this token (${status}).`, retryAt }
  }
  const failure = statusFailure(host, status, headers)
  if (failure !== null) return failure
  if (status >= 200 && status < 300) return { kind: 'accepted', data: parseJson(body) }
  const said = messageOf(answer, token)
  const message = `${name} refused to start ${start.what} (${status}): ${said}`.replace(/\.?$/, '.')
  return { kind: 'refused', message, remedy: start.remedyOf(status, said), status }
}

function lost(failure: RequestFailure, { what }: ForgeStart): Posted {
  const why = `${failure.host} ${failure.what}.`
  // An earlier read hit the rate limit already.
  if (failure.reason === 'rate-limited') return { kind: 'limited', message: why, retryAt: null }
  if (!mayHaveTakenEffect(failure)) {
    return { kind: 'unknown', message: `${what} was not started: ${why}`, remedy: failure.remedy }
  }
  const remedy = 'The next run looks for it before it starts another.'
  return { kind: 'unknown', message: `it is unclear whether ${what} was started: ${why}`, remedy }
}

function withoutToken({ what }: ForgeStart, { tokenInput }: ForgeServer): Posted {
  const message = `there is no token to start ${what} with.`
  return { kind: 'refused', message, remedy: `Set ${tokenInput}.`, status: null }
}

const DAY = 24 * 60 * 60 * 1000

/**
 * Whether a request was rejected by a rate limit, and for how long; a wait of more than a day counts as unknown. GitHub
 * responds with 403 or 429 (docs.github.com/rest, "Rate limits"), GitLab with 429.
 */
function limitOf({ status, headers, body }: HttpResponse): { readonly milliseconds: number | null } | null {
  const isUsedUp = headers.get('x-ratelimit-remaining') === '0'
  const saysSo = () => /\brate limit\b/i.test(String(jsonMap(parseJson(body))?.message ?? ''))
  const isLimit = status === 429 || (status === 403 && (isUsedUp || headers.has('retry-after') || saysSo()))
  if (!isLimit) return null
  const asked = statusFailure('', 429, headers)?.wait ?? null
  const reset = isUsedUp ? headers.get('x-ratelimit-reset') : headers.get('ratelimit-reset')
  const until = /^\d{1,12}$/.test(reset ?? '') ? Math.max(0, Number(reset) * 1000 - Date.now()) : null
  const milliseconds = asked ?? until
  return { milliseconds: milliseconds !== null && milliseconds <= DAY ? milliseconds : null }
}

/** A forge's own message: a string, or lists of errors by field (GitLab). */
function messageOf({ body }: HttpResponse, token: string): string {
  const { message, error } = jsonMap(parseJson(body)) ?? {}
  const said = message ?? error ?? ''
  return plainText(typeof said === 'string' ? said : JSON.stringify(said), token, 300) || 'no reason given'
}
