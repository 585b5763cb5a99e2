import { setTimeout as sleep } from 'node:timers/promises'
import { baseDelay } from './request.js'
import { isFailure, isTransient, mayHaveTakenEffect, type RequestFailure } from './request-failure.js'

export interface Log {
  readonly warning: (text: string) => void
  readonly debug: (text: string) => void
}

/** Time and sleep, replaceable in tests. */
export interface Clock {
  readonly now: () => number
  readonly sleep: (milliseconds: number) => Promise<unknown>
}

/** A request to be retried. */
interface Attempt {
  /** `GET /path`, for the log. */
  readonly name: string
  /** Whether it may be retried although an earlier attempt may have taken effect. */
  readonly isRepeatable: boolean
}

/** Limits for one server in one run. Delays and waits are multiples of `baseDelay`, that is, seconds. */
export interface RetryLimits {
  readonly attempts: number
  /** Before the second attempt; doubled before each further one. */
  readonly delay: number
  /** Longest wait that a server may request; a longer one is left to the next run. */
  readonly wait: number
  /** Limit on the sum of all requested waits. */
  readonly totalWait: number
  /** Consecutive failed attempts, each times its weight, after which the server is no longer used. */
  readonly failures: number
  readonly weights: Partial<Record<RequestFailure['reason'], number>>
}

/** A timeout costs half a minute, so a few are enough; a server error may affect only one project. */
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

/** For a rate limit of unknown length: GitHub's documentation asks for a minute. */
const DEFAULT_RETRY_AFTER = 60

/** Shorter waits go to the debug log. */
const LOG_THRESHOLD = 5

/** Retries for one server during one run: what is retried and when, how long to wait, when to give up. */
export class RetryPolicy {
  readonly #limits: RetryLimits
  readonly #log: Log
  readonly #clock: Clock
  readonly #unit = baseDelay()
  /** When the pause that the server requested ends. */
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

  /** Why the server is no longer used in this run; null while it is. */
  get closed(): RequestFailure | null {
    return this.#closed
  }

  /** Sends until there is a response, or until a retry is pointless or unsafe. */
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
   * Await before each attempt: during a requested pause everything waits, and resumes with jitter.
   *
   * @returns why the server is no longer used, or null.
   */
  async ready(): Promise<RequestFailure | null> {
    for (let left = this.#left(); left > 0; left = this.#left()) {
      await this.#clock.sleep(left + Math.random() * this.#unit)
    }
    return this.#closed
  }

  /** Call after each attempt that got a response. */
  succeeded(): void {
    this.#failures = 0
  }

  /**
   * Call after each failed attempt.
   *
   * @param count attempts so far.
   * @returns milliseconds until the next attempt (`ready` waits as long as the server asked for); null if there is
   * none.
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
    log(`${failure.host} ${failure.what}: retrying ${name} in ${Math.ceil(delay / 1000)} s.`)
    return isRequested ? 0 : delay
  }

  #left(): number {
    return this.#until - this.#clock.now()
  }

  /** Requested pause in milliseconds; null if it exceeds the limits. */
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
