import { setTimeout as sleep } from 'node:timers/promises'
import pLimit, { type LimitFunction } from 'p-limit'
import { firstPause, type Reply, retryAfter } from '../network/index.js'
import { type Answer, unknown } from './answer.js'
import { type Ask, type Sending, send } from './requests.js'
import { isGone, isRefused } from './transport.js'

/** How much one registry is asked. */
export interface Patience {
  /** Requests at a time. */
  readonly atOnce: number
  /** Longest that its `Retry-After` is waited for, in milliseconds; longer means: not in this run. */
  readonly longestWait: number
  /** Questions in one run; what is beyond is left to the next. */
  readonly questions: number
  /** Milliseconds in which questions are begun, from the first on. */
  readonly time: number
}

const ATTEMPTS = 3
/** Questions in a row without any answer, after which nobody is there. */
const SILENCE = 3

/** One registry during a run: what it may still be asked, and how. */
export class Registry {
  readonly #name: string
  readonly #sending: Sending
  readonly #patience: Patience
  readonly #queue: LimitFunction
  /** What every further question is answered with. */
  #closed: Exclude<Answer<never>, { kind: 'found' } | { kind: 'missing' }> | null = null
  #questions = 0
  #since: number | null = null
  #silent = 0

  constructor(name: string, sending: Sending, patience: Patience) {
    this.#name = name
    this.#sending = sending
    this.#patience = patience
    this.#queue = pLimit(patience.atOnce)
  }

  /** @param all what limits the requests to all registries together. */
  ask(ask: Ask, all: LimitFunction): Promise<Answer<Reply>> {
    return this.#queue(async () => {
      this.#spend()
      for (let attempt = 1; ; attempt += 1) {
        if (this.#closed !== null) return this.#closed
        const { answer, again } = await all(() => this.#once(ask))
        if (again === null || this.#closed !== null) return answer
        if (attempt === ATTEMPTS || again > this.#patience.longestWait) return this.#giveUp(answer)
        await sleep(again)
      }
    })
  }

  #spend(): void {
    const now = performance.now()
    this.#since ??= now
    this.#questions += 1
    const isUsedUp = this.#questions > this.#patience.questions || now - this.#since > this.#patience.time
    if (isUsedUp && this.#closed === null) {
      const message = `${this.#name} was asked all that it is asked in one run; the next run goes on`
      this.#closed = { kind: 'limited', message }
    }
  }

  #giveUp(answer: Answer<Reply>): Answer<Reply> {
    if (answer.kind === 'limited') this.#closed = answer
    return answer
  }

  /** One request: its answer, and after how many milliseconds another try makes sense. */
  async #once(ask: Ask): Promise<{ readonly answer: Answer<Reply>; readonly again: number | null }> {
    try {
      const reply = await send(ask, this.#sending)
      this.#silent = 0
      return this.#read(reply, ask)
    } catch (error) {
      const answer = unknown((error as Error).message)
      if (isRefused(error)) return { answer, again: null }
      this.#silent += 1
      if (isGone(error) || this.#silent >= SILENCE) this.#closed = answer
      return { answer, again: backoff() }
    }
  }

  #read(reply: Reply, { repository }: Ask): { readonly answer: Answer<Reply>; readonly again: number | null } {
    if (reply.status === 200) return { answer: { kind: 'found', value: reply }, again: null }
    if (reply.status === 404) return { answer: { kind: 'missing' }, again: null }
    if (reply.status === 429) {
      const answer = { kind: 'limited', message: `${this.#name} limits how often it is asked` } as const
      return { answer, again: retryAfter(reply.headers) ?? NOT_SAID }
    }
    const answer = unknown(`${this.#name}/${repository}: ${meaningOf(reply.status)}`)
    if (reply.status < 500) return { answer, again: null }
    return { answer, again: retryAfter(reply.headers) ?? backoff() }
  }
}

/** A registry that limits us and does not say for how long: longer than a run waits. */
const NOT_SAID = 60_000

/** A quarter to half a first pause: a registry is asked many things, each of little weight. */
function backoff(): number {
  return (firstPause() / 4) * (1 + Math.random())
}

function meaningOf(status: number): string {
  if (status === 401) return 'it is not there, or wants credentials that are not there or not good (401)'
  if (status === 403) return 'it is not there, or the credentials may not read it (403)'
  return `the registry answered with ${status}`
}
