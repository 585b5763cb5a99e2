import { setTimeout as sleep } from 'node:timers/promises'
import { baseDelay } from './connection.js'
import {
  type FailureReason,
  isFailure,
  isTransient,
  mayHaveTakenEffect,
  type RequestFailure,
} from './request-failure.js'

/** Who is told about pauses. */
export interface Log {
  readonly warning: (text: string) => void
  readonly debug: (text: string) => void
}

/** What waits, and what time it is; for tests. */
export interface Clock {
  readonly now: () => number
  readonly sleep: (milliseconds: number) => Promise<unknown>
}

/** What is asked for, as often as it takes. */
export interface Attempt {
  /** `GET /path`, for the log. */
  readonly name: string
  /** Whether it may be repeated although the first attempt may have taken effect. */
  readonly isRepeatable: boolean
}

/** What one server may cost a run. Delays and waits are in base delays, that is, in seconds. */
export interface RetryLimits {
  readonly attempts: number
  /** Before the second attempt; doubled before each further one. */
  readonly delay: number
  /** Longest single wait that a server may ask for; a longer one is for the next run. */
  readonly wait: number
  /** All waits that a server may ask for. */
  readonly totalWait: number
  /** Failed attempts in a row, each with its weight, after which the server is not asked any more. */
  readonly failures: number
  readonly weights: Partial<Record<FailureReason, number>>
}

/**
 * A timeout costs half a minute, so that few are enough; a server error may concern one project alone.
 */
export const DEFAULT_RETRY_LIMITS: RetryLimits = {
  attempts: 4,
  delay: 1,
  wait: 180,
  totalWait: 180,
  failures: 32,
  weights: { timeout: 4, 'server-error': 1 / 4 },
}

const SILENT: Log = { warning: () => undefined, debug: () => undefined }
const SYSTEM_CLOCK: Clock = { now: () => performance.now(), sleep }

/** A wait of unknown length: GitHub's documentation asks for a minute. */
const DEFAULT_RETRY_AFTER = 60

/** Shorter waits are for the debug log. */
const LOG_THRESHOLD = 5

/** How one server is asked in one run: what is repeated and when, what is waited for, when it is given up. */
export class RetryPolicy {
  readonly #limits: RetryLimits
  readonly #log: Log
  readonly #clock: Clock
  readonly #unit = baseDelay()
  /** The server wants a pause until then. */
  #until = 0
  #waited = 0
  #failures = 0
  #closed: RequestFailure | null = null

  constructor({
    limits = DEFAULT_RETRY_LIMITS,
    log = SILENT,
    clock = SYSTEM_CLOCK,
  }: { readonly limits?: RetryLimits; readonly log?: Log; readonly clock?: Clock } = {}) {
    this.#limits = limits
    this.#log = log
    this.#clock = clock
  }

  /** Why the server is not asked any more in this run; null while it is. */
  get closed(): RequestFailure | null {
    return this.#closed
  }

  /** Sends until there is a response, or until another attempt makes no sense or is not safe. */
  async run<T extends object>(send: () => Promise<T | RequestFailure>, attempt: Attempt): Promise<T | RequestFailure> {
    for (let count = 1; ; count += 1) {
      const closed = await this.ready()
      if (closed !== null) return closed
      const result = await send()
      if (!isFailure(result)) {
        this.succeeded()
        return result
      }
      const delay = this.delayAfter(result, count, attempt)
      if (delay === null) return result
      if (delay > 0) await this.#clock.sleep(delay)
    }
  }

  /**
   * To be awaited before each attempt: everybody waits when the server asked for a pause, and comes back apart.
   *
   * @returns why the server is not asked any more, or null.
   */
  async ready(): Promise<RequestFailure | null> {
    for (let left = this.#left(); left > 0; left = this.#left()) {
      await this.#clock.sleep(left + Math.random() * this.#unit)
    }
    return this.#closed
  }

  /** To be called after each attempt that got a response. */
  succeeded(): void {
    this.#failures = 0
  }

  /**
   * To be called after each attempt that failed.
   *
   * @param count attempts so far.
   * @returns milliseconds until the next one (`ready` waits for what the server asked for); null where there is none.
   */
  delayAfter(failure: RequestFailure, count: number, { name, isRepeatable }: Attempt): number | null {
    if (this.#closed !== null || !isTransient(failure)) return null
    const { attempts, delay: first, failures, weights } = this.#limits
    const isLimited = failure.reason === 'rate-limited'
    if (!isLimited) this.#failures += weights[failure.reason] ?? 1
    if (this.#failures >= failures || (isLimited && count === attempts)) return this.#close(failure)
    if (count === attempts || (mayHaveTakenEffect(failure) && !isRepeatable)) return null
    const isRequested = isLimited || failure.wait !== null
    const delay = isRequested
      ? this.#requestedWait(failure)
      : this.#unit * first * 2 ** (count - 1) * (1 + Math.random())
    if (delay === null) return this.#close(failure)
    const log = isRequested && delay >= LOG_THRESHOLD * this.#unit ? this.#log.warning : this.#log.debug
    log(`${failure.host} ${failure.what}: asked for ${name} again in ${Math.ceil(delay / 1000)} s.`)
    return isRequested ? 0 : delay
  }

  #left(): number {
    return this.#until - this.#clock.now()
  }

  /** How long the server wants a pause; null when that is more than a run waits. */
  #requestedWait({ wait }: RequestFailure): number | null {
    const pause = wait ?? DEFAULT_RETRY_AFTER * this.#unit
    const more = Math.max(0, pause - Math.max(0, this.#left()))
    if (pause > this.#limits.wait * this.#unit || this.#waited + more > this.#limits.totalWait * this.#unit) return null
    this.#waited += more
    this.#until = Math.max(this.#until, this.#clock.now() + pause)
    return pause
  }

  #close(failure: RequestFailure): null {
    this.#closed = failure
    return null
  }
}
