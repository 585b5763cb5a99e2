import { problem, Refusal } from '../enrollment/problem.js'

/** A request without a usable response. */
export interface RequestFailure {
  readonly kind: 'failure'
  readonly reason: /** No complete response in time. */
    | 'timeout'
    /** No connection. */
    | 'unreachable'
    /** The name does not resolve. */
    | 'unknown-host'
    /** The connection was closed midway. */
    | 'disconnected'
    | 'certificate'
    | 'too-large'
    /** Not what this kind of server sends. */
    | 'unexpected'
    | 'redirect'
    /** Too many requests (429, and 403 at GitHub). */
    | 'rate-limited'
    /** 5xx. */
    | 'server-error'
    /** The request is not allowed: the address is not one of such a server, or not one that may get its credentials. */
    | 'not-allowed'
  /** The server's host. */
  readonly host: string
  /** Continues "HOST …", without a full stop. Contains no secret and nothing that varies between runs. */
  readonly what: string
  readonly remedy: string
  /** How long the server asks to wait, in milliseconds; null if it does not say. */
  readonly wait: number | null
  /** HTTP status; null if there was no response. */
  readonly status: number | null
}

/** Creates a failure; omitted fields are null. */
export function requestFailure(
  reason: RequestFailure['reason'],
  host: string,
  what: string,
  remedy: string,
  more: { readonly wait?: number | null; readonly status?: number } = {},
): RequestFailure {
  return { kind: 'failure', reason, host, what, remedy, wait: null, status: null, ...more }
}

export function isFailure(result: object): result is RequestFailure {
  return (result as { readonly kind?: unknown }).kind === 'failure'
}

/** Whether a retry may succeed. */
export function isTransient({ reason }: RequestFailure): boolean {
  return ['timeout', 'unreachable', 'unknown-host', 'disconnected', 'rate-limited', 'server-error'].includes(reason)
}

/** Whether the server may have carried out the request although its response was lost. */
export function mayHaveTakenEffect({ reason }: RequestFailure): boolean {
  return ['timeout', 'disconnected', 'too-large', 'unexpected', 'server-error'].includes(reason)
}

const LATER = 'Run this again later.'

/** What 429 and 5xx mean for any server (408 counts as 5xx); null for every other status. */
export function statusFailure(
  host: string,
  status: number,
  headers: ReadonlyMap<string, string>,
): RequestFailure | null {
  const more = { wait: retryAfter(headers), status }
  if (status === 429) return requestFailure('rate-limited', host, 'is rate-limiting requests (429)', LATER, more)
  if (status < 500 && status !== 408) return null
  return requestFailure('server-error', host, `returned a server error (${status})`, LATER, more)
}

/** `Retry-After` in milliseconds from now: seconds or a date (RFC 9110 §10.2.3). Null if missing or invalid. */
function retryAfter(headers: ReadonlyMap<string, string>): number | null {
  const text = headers.get('retry-after')?.trim() ?? ''
  if (/^\d+$/.test(text)) return Number(text) * 1000
  const date = Date.parse(text)
  return Number.isNaN(date) ? null : Math.max(0, date - Date.now())
}

/** A RequestFailure as an exception: for code that libraries call, and where runs cannot go on without the response. */
export class FailedRequest extends Refusal {
  readonly failure: RequestFailure

  /** @param name the request, `GET /path`. */
  constructor(failure: RequestFailure, name: string) {
    super([problem('request-failed', `${failure.host} ${failure.what}: ${name}.`, { remedy: failure.remedy })])
    this.name = 'FailedRequest'
    this.failure = failure
  }

  /** The message without its severity and remedy. */
  get sentence(): string {
    return this.problems[0]?.message ?? ''
  }
}
