import { problem, Refusal } from '../enrollment/problem.js'

/** What a response says about itself, by names in small letters; what is said twice is joined by a comma. */
export type ResponseHeaders = ReadonlyMap<string, string>

/** Why a request has no response that could be used. */
export type FailureReason =
  /** No whole response in time. */
  | 'timeout'
  /** No connection was made. */
  | 'unreachable'
  /** The name does not exist. */
  | 'unknown-host'
  /** The connection ended in the middle. */
  | 'disconnected'
  | 'certificate'
  | 'too-large'
  /** The response is not what such a server sends. */
  | 'unexpected'
  | 'redirect'
  /** Too many requests (429, and 403 at GitHub). */
  | 'rate-limited'
  /** 5xx. */
  | 'server-error'
  /** We must not ask: the address is not one of such a server, or not one for its credentials. */
  | 'not-allowed'

/** A request without a response that could be used. */
export interface RequestFailure {
  readonly kind: 'failure'
  readonly reason: FailureReason
  /** Who was asked. */
  readonly host: string
  /** Continues "HOST …", without a full stop. Holds no secret and nothing that changes from one run to the next. */
  readonly what: string
  readonly remedy: string
  /** How long the server asks to wait, in milliseconds; null where it does not say. */
  readonly wait: number | null
  /** HTTP status; null where there was no response. */
  readonly status: number | null
}

/** Makes a failure; what is left out is null. */
export function requestFailure(
  reason: FailureReason,
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

/** Whether another attempt may succeed. */
export function isTransient({ reason }: RequestFailure): boolean {
  return ['timeout', 'unreachable', 'unknown-host', 'disconnected', 'rate-limited', 'server-error'].includes(reason)
}

/** Whether the server may have done what was asked, and only its response was lost. */
export function mayHaveTakenEffect({ reason }: RequestFailure): boolean {
  return ['timeout', 'disconnected', 'too-large', 'unexpected', 'server-error'].includes(reason)
}

const LATER = 'Run this again later.'

/** What every server means by 429 and by 5xx (408 is a 5xx in all but name); null for every other status. */
export function statusFailure(host: string, status: number, headers: ResponseHeaders): RequestFailure | null {
  const more = { wait: retryAfter(headers), status }
  if (status === 429) return requestFailure('rate-limited', host, 'asks to be asked less often (429)', LATER, more)
  if (status < 500 && status !== 408) return null
  return requestFailure('server-error', host, `has trouble of its own (${status})`, LATER, more)
}

/** What `Retry-After` says, in milliseconds from now: seconds or a date (RFC 9110 §10.2.3). Null where it says nothing. */
function retryAfter(headers: ResponseHeaders): number | null {
  const text = headers.get('retry-after')?.trim() ?? ''
  if (/^\d+$/.test(text)) return Number(text) * 1000
  const date = Date.parse(text)
  return Number.isNaN(date) ? null : Math.max(0, date - Date.now())
}

/** A failure, thrown: by what a library calls, and where a run cannot go on without the response. */
export class FailedRequest extends Refusal {
  readonly failure: RequestFailure

  /** @param name what was asked for, `GET /path`. */
  constructor(failure: RequestFailure, name: string) {
    super([problem('request-failed', `${failure.host} ${failure.what}: ${name}.`, { remedy: failure.remedy })])
    this.name = 'FailedRequest'
    this.failure = failure
  }

  /** The sentence alone, without the word for its severity and without the remedy. */
  get sentence(): string {
    return this.problems[0]?.message ?? ''
  }
}
