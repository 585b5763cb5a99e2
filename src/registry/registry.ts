import pLimit, { type LimitFunction } from 'p-limit'
import { type HttpResponse, isFailure, type RequestFailure, type RetryLimits, RetryPolicy } from '../network/index.js'
import type { RegistryConnection } from './connection.js'
import { type RegistryRequest, sendToRegistry } from './requests.js'

/**
 * What came of a request to a registry. Only `found` says something about the image; `limited` and `unknown` say that
 * nothing was learnt, which is never taken for a change.
 */
export type Answer<T> =
  | { readonly kind: 'found'; readonly value: T }
  /** The registry says that there is no such image or tag. */
  | { readonly kind: 'missing' }
  /** The registry asks to come back later: it is not asked again in this run. */
  | { readonly kind: 'limited'; readonly message: string }
  | { readonly kind: 'unknown'; readonly message: string }

/** Says that nothing was learnt, and why. */
export function unknownAnswer(message: string): { readonly kind: 'unknown'; readonly message: string } {
  return { kind: 'unknown', message }
}

/** How much one registry is asked. */
export interface RegistryLimits {
  /** Requests at a time. */
  readonly concurrency: number
  /** Requests in one run; what is beyond is left to the next. */
  readonly requests: number
  /** Milliseconds in which requests are begun, from the first on. */
  readonly time: number
}

/**
 * A registry is asked many things, each of little weight. A name that does not exist is a spelling mistake; a
 * registry that limits us without saying for how long is left to the next run.
 */
const RETRY_LIMITS: RetryLimits = {
  attempts: 3,
  delay: 1 / 4,
  wait: 20,
  totalWait: 600,
  failures: 12,
  weights: { timeout: 4, 'server-error': 1 / 4, 'unknown-host': Number.POSITIVE_INFINITY },
}

/** One registry during a run: how often it may still be asked, and how. */
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

  /** @param all what limits the requests to all registries together. */
  send(request: RegistryRequest, all: LimitFunction): Promise<Answer<HttpResponse>> {
    return this.#queue(async () => {
      if (this.#isExhausted()) {
        const message = `${request.registry} was asked all that it is asked in one run; the next run goes on`
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
    if (reason === 'rate-limited') return { kind: 'limited', message: `${registry} limits how often it is asked` }
    // It is what its digest says, so that the next run would find it as large.
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
  if (status === 401) return 'it is not there, or wants credentials that are not there or not good (401)'
  if (status === 403) return 'it is not there, or the credentials may not read it (403)'
  return `the registry answered with ${status}`
}
