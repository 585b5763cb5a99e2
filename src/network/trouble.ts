import { type ReplyHeaders, retryAfter } from './retry-after.js'

/** Why a question has no answer that could be used. */
export type Reason =
  /** No whole answer in time. */
  | 'late'
  /** No connection was made. */
  | 'unreached'
  /** There is nobody by that name. */
  | 'gone'
  /** The connection ended in the middle. */
  | 'broken'
  | 'certificate'
  | 'too-large'
  /** The answer is not what such a server says. */
  | 'unreadable'
  | 'redirect'
  /** It was asked too often (429, and 403 at GitHub). */
  | 'limited'
  /** Its own trouble (5xx). */
  | 'failing'
  /** We did not want to ask. */
  | 'refused'

/** A question without an answer that could be used. */
export interface Trouble {
  readonly kind: 'trouble'
  readonly reason: Reason
  /** Continues "HOST …", without a full stop. Holds no secret and nothing that changes from one run to the next. */
  readonly what: string
  readonly remedy: string
  /** How long the server asks to wait, in milliseconds; null where it does not say. */
  readonly wait: number | null
  /** HTTP status; null where there was no answer. */
  readonly status: number | null
}

/** Makes a trouble; what is left out is null. */
export function trouble(
  reason: Reason,
  what: string,
  remedy: string,
  more: { readonly wait?: number | null; readonly status?: number } = {},
): Trouble {
  return { kind: 'trouble', reason, what, remedy, wait: null, status: null, ...more }
}

export function isTrouble(reply: object): reply is Trouble {
  return (reply as { readonly kind?: unknown }).kind === 'trouble'
}

/** Whether asking again may have an answer. */
export function isPassing({ reason }: Trouble): boolean {
  return ['late', 'unreached', 'gone', 'broken', 'limited', 'failing'].includes(reason)
}

/** Whether the server may have done what it was asked to, its answer only being lost. */
export function mayBeDone({ reason }: Trouble): boolean {
  return ['late', 'broken', 'too-large', 'unreadable', 'failing'].includes(reason)
}

const LATER = 'Run this again later.'

/** What every server means by 429 and by 5xx (408 is a 5xx in all but name); null for every other status. */
export function statusTrouble(status: number, headers: ReplyHeaders): Trouble | null {
  const wait = retryAfter(headers)
  if (status === 429) return trouble('limited', 'asks to be asked less often (429)', LATER, { wait, status })
  if (status < 500 && status !== 408) return null
  return trouble('failing', `has trouble of its own (${status})`, LATER, { wait, status })
}
