import pLimit, { type LimitFunction } from 'p-limit'
import { type HttpResponse, isFailure, type RequestFailure, type RetryLimits, RetryPolicy } from '../network/index.js'
import type { RegistryConnection } from './connection.js'
import { type RegistryRequest, sendToRegistry } from './requests.js'

/**
 * Result of a registry request. Only `found` and `missing` are facts about the image; `limited` and `unknown` mean that
 * nothing was learned, which never counts as a change.
 */
export type Answer<T> =
  | { readonly kind: 'found'; readonly value: T }
  /** The registry reports that there is no such image or tag. */
  | { readonly kind: 'missing' }
  /** Rate-limited: the registry gets no more requests in this run. */
  | { readonly kind: 'limited'; readonly message: string }
  | { readonly kind: 'unknown'; readonly message: string }

/** Nothing was learned, and why. */
export function unknownAnswer(message: string): { readonly kind: 'unknown'; readonly message: string } {
  return { kind: 'unknown', message }
}

/** Limits per registry. */
export interface RegistryLimits {
  /** Concurrent requests. */
  readonly concurrency: number
  /** Requests per run; the rest is left to the next run. */
  readonly requests: number
  /** Milliseconds from the first request during which new ones may start. */
  readonly time: number
}

/**
 * Many small requests go to one registry. A host name that does not exist is a typo, so it is not retried; a registry
 * that rate-limits us without stating a wait is left to the next run.
 */
const RETRY_LIMITS: RetryLimits = {
  attempts: 3,
  delay: 1 / 4,
  wait: 20,
  totalWait: 600,
  failures: 12,
  weights: { timeout: 4, 'server-error': 1 / 4, 'unknown-host': Number.POSITIVE_INFINITY },
}

/** One registry during a run: its limits and retries. */
export class Registry {
  readonly #connection: RegistryConnection
  readonly #limits: RegistryLimits
  readonly #queue: LimitFunction
  readonly #policy = new RetryPolicy({ limits: RETRY_LIMITS })
  #requests = 0
  #since: number | null = null

  constructor(connection: RegistryConnection, limits: RegistryLimits) {
    this.#connection = connection
    this.#limits = limits
    this.#queue = pLimit(limits.concurrency)
  }

  /** @param all limits requests to all registries together. */
  send(request: RegistryRequest, all: LimitFunction): Promise<Answer<HttpResponse>> {
    return this.#queue(async () => {
      if (this.#isExhausted()) {
        const message = `${request.registry} has reached the limit of requests per run; the next run continues`
        return { kind: 'limited', message }
      }
      const send = () => all(() => sendToRegistry(request, this.#connection))
      const name = `${request.method} ${request.path}`
      return answerTo(await this.#policy.run(send, { name, isRepeatable: true }), request)
    })
  }

  #isExhausted(): boolean {
    const now = performance.now()
    this.#since ??= now
    this.#requests += 1
    return this.#requests > this.#limits.requests || now - this.#since > this.#limits.time
  }
}

function answerTo(response: HttpResponse | RequestFailure, request: RegistryRequest): Answer<HttpResponse> {
  const { registry, repository } = request
  if (isFailure(response)) {
    const { reason, host, what, status } = response
    if (reason === 'rate-limited') return { kind: 'limited', message: `${registry} is rate-limiting requests` }
    // Content never changes for a digest, so the next run would find it just as large.
    if (reason === 'too-large' && request.path.includes('/blobs/')) return { kind: 'missing' }
    return unknownAnswer(
      reason === 'server-error' ? `${registry}/${repository}: ${meaningOf(status)}` : `${host} ${what}`,
    )
  }
  if (response.status === 200) return { kind: 'found', value: response }
  if (response.status === 404) return { kind: 'missing' }
  return unknownAnswer(`${registry}/${repository}: ${meaningOf(response.status)}`)
}

function meaningOf(status: number | null): string {
  if (status === 401) return 'it does not exist, or its credentials are missing or invalid (401)'
  if (status === 403) return 'it does not exist, or the credentials may not read it (403)'
  return `the registry answered with ${status}`
}
