import { setTimeout as sleep } from 'node:timers/promises'
import { isPassing, isTrouble, mayBeDone, type Reason, type Trouble } from './trouble.js'

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

/** One question, as often as it takes. */
export interface Question<T extends object> {
  /** Asks once. */
  readonly once: () => Promise<T | Trouble>
  /** What is asked, for the log. */
  readonly name: string
  /** Whether it may be asked again although the first time may have had its effect. */
  readonly isRepeatable: boolean
}

const TRIES = 4

/** A pause that is not said how long, in first pauses: GitHub asks for a minute where it says nothing. */
const NOT_SAID = 60

/** What a run waits in all because it is asked to, in first pauses. */
const MOST_WAITING = 180

/**
 * Questions in a row without an answer, each tried as often as it may be, after which nothing is asked any more. A
 * question costs minutes where every try runs out of time, so that few are enough; a server in trouble may have it with
 * one project alone.
 */
const SILENCE = 8
const WEIGHTS: Partial<Record<Reason, number>> = { late: 4, failing: 1 / 4 }

/** A shorter pause, in first pauses, is no news to anybody. */
const NEWS = 5

/** What one server costs a run at most: how often it is asked one thing, how long is waited for it, when it is given up. */
export class Patience {
  readonly #host: string
  readonly #unit: number
  readonly #log: Log
  readonly #clock: Clock
  /** Nobody asks before: the server wants a pause. */
  #until = 0
  #waited = 0
  #silence = 0
  #closed: Trouble | null = null

  /** @param unit milliseconds of the first pause. */
  constructor(host: string, unit: number, log: Log, clock: Clock = { now: () => performance.now(), sleep }) {
    this.#host = host
    this.#unit = unit
    this.#log = log
    this.#clock = clock
  }

  /** Asks until there is an answer, or until another try makes no sense or is not safe. */
  async ask<T extends object>(question: Question<T>): Promise<T | Trouble> {
    for (let tried = 1; ; tried += 1) {
      await this.#pauseForAll()
      if (this.#closed !== null) return this.#closed
      const reply = await question.once()
      if (!isTrouble(reply)) {
        this.#silence = 0
        return reply
      }
      const mayRepeat = isPassing(reply) && (question.isRepeatable || !mayBeDone(reply))
      if (!mayRepeat) return reply
      if (tried === TRIES) return this.#giveUp(reply)
      const isAsked = reply.reason === 'limited' || reply.wait !== null
      const pause = isAsked ? this.#askedPause(reply) : this.#unit * 2 ** (tried - 1) * (1 + Math.random())
      if (pause === null) return this.#close(reply)
      const tell = pause >= NEWS * this.#unit && isAsked ? this.#log.warning : this.#log.debug
      tell(`${this.#host} ${reply.what}: asked for ${question.name} again in ${Math.ceil(pause / 1000)} s.`)
      if (!isAsked) await this.#clock.sleep(pause)
    }
  }

  /** Everybody waits, for it is everybody who was asked; those who wait together do not come back together. */
  async #pauseForAll(): Promise<void> {
    for (let left = this.#left(); left > 0; left = this.#left()) {
      await this.#clock.sleep(left + Math.random() * this.#unit)
    }
  }

  #left(): number {
    return this.#until - this.#clock.now()
  }

  /** How long the server wants a pause; null when that is more than a run waits. */
  #askedPause({ wait }: Trouble): number | null {
    const pause = wait ?? NOT_SAID * this.#unit
    const more = Math.max(0, pause - Math.max(0, this.#left()))
    if (this.#waited + more > MOST_WAITING * this.#unit) return null
    this.#waited += more
    this.#until = Math.max(this.#until, this.#clock.now() + pause)
    return pause
  }

  #giveUp(reply: Trouble): Trouble {
    if (reply.reason === 'limited') return this.#close(reply)
    this.#silence += WEIGHTS[reply.reason] ?? 1
    return this.#silence >= SILENCE ? this.#close(reply) : reply
  }

  #close(reply: Trouble): Trouble {
    this.#closed = reply
    return reply
  }
}
