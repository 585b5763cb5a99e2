/** The histories that engine `actions` and the simulated cluster are held against: what becomes of them on a live Kargo. */
import { expect } from 'vitest'
import {
  BUILD_SECONDS,
  HISTORIES,
  type History,
  type HistoryEnd,
  type HistoryEvent,
  WORDS,
  wrongStarts,
} from '../../support/histories.ts'
import { pause } from '../support/cluster.ts'
import type { ImageSpec } from '../support/factory.ts'
import { phaseOf } from '../support/objects.ts'
import type { Scenario } from '../support/suite.ts'
import type { Change, TestImage } from '../support/test-image.ts'
import { REPLAYED } from './factories.ts'

type ForgeName = keyof typeof WORDS

function imageOf(forge: ForgeName, history: History): ImageSpec {
  const { bases = 1, rebuildDelay = '90s', ...policy } = history.entry ?? {}
  const provider = forge === 'GitHub' ? 'github' : 'gitlab'
  const name = `${provider}-${history.name}`
  const both = [`${name}-one`, `${name}-two`]
  return { name, provider, bases: both.slice(0, bases), entry: { rebuildDelay, ...policy } }
}

/**
 * A history as it happens. It begins when Kargo has seen the first change, and what follows a start comes as long after
 * that start as it says: a cluster that has a lot to do is late with both.
 */
class Replay {
  readonly #image: TestImage
  readonly #word: (word: string) => string
  readonly #history: History
  readonly #foreign = new Set<number>()
  /** Milliseconds since the epoch. */
  #began = 0
  /** By how many seconds the factory's own starts are late so far. */
  #late = 0
  #last: Change | null = null

  constructor(image: TestImage, forge: ForgeName, history: History) {
    this.#image = image
    this.#word = WORDS[forge]
    this.#history = history
  }

  async play(): Promise<void> {
    const { events, watched } = this.#history
    await this.#begin(events.filter(({ at }) => at <= 0))
    for (const event of events.filter(({ at }) => at > 0)) {
      await this.#reach(event.at)
      await this.#happen(event)
    }
    await this.#reach(watched)
    await this.#image.settles(this.#history.end === 'waits' ? null : this.#last)
  }

  /** When builds were started that nobody else did, in seconds since the history began. */
  get starts(): number[] {
    const ours = this.#image.builds.runs.filter(({ id }) => !this.#foreign.has(id))
    return ours.map(({ startedAt }) => Math.round((startedAt - this.#began) / 1000)).reverse()
  }

  get end(): HistoryEnd {
    const [promotion] = this.#image.promotions(this.#last?.freight ?? '')
    if (promotion === undefined) return 'waits'
    const phase = phaseOf(promotion)
    if (phase === 'Succeeded') return 'built'
    if (phase !== 'Failed') throw new Error(`the last Promotion is ${phase}`)
    return promotion.status?.message?.includes('refused') === true ? 'refused' : 'failed'
  }

  /** The first change, and what was there before Kargo saw it: no builds are read until that is in place. */
  async #begin(events: readonly HistoryEvent[]): Promise<void> {
    const release = this.#image.builds.holds('runs')
    try {
      for (const event of events) if (!isRun(event)) await this.#happen(event)
      if (this.#last === null) throw new Error('nothing changes')
      this.#began = (await this.#image.seen(this.#last)) * 1000
      for (const event of events) if (isRun(event)) await this.#happen(event)
    } finally {
      release()
    }
  }

  /** Waits until the history is so far. */
  async #reach(at: number): Promise<void> {
    for (const [index, due] of this.#history.starts.entries()) {
      if (due >= at) break
      const latest = this.#began + (due + lateSeconds(index)) * 1000
      await this.#wait(() => this.starts.length > index || Date.now() > latest)
      this.#late = Math.max(this.#late, (this.starts[index] ?? due) - due)
    }
    await this.#wait(() => Date.now() >= this.#began + (at + this.#late) * 1000)
  }

  async #wait(isOver: () => boolean): Promise<void> {
    while (!isOver()) {
      await pause(1)
      await this.#image.lookAgain()
    }
  }

  async #happen(event: HistoryEvent): Promise<void> {
    const { builds, factory } = this.#image
    const { what } = event
    if (what === 'base moves') this.#last = await this.#image.change(event.base ?? 0)
    else if (what === 'run') {
      const { at, branch = 'main', seconds = BUILD_SECONDS } = event
      const words = { event: this.#word(event.event), conclusion: this.#word(event.conclusion ?? 'success') }
      // It began on the second, however late this comes.
      const ageSeconds = (Date.now() - this.#began) / 1000 - (at + this.#late)
      const isLong = seconds > BUILD_SECONDS ? ({ lastsUntilRead: true } as const) : {}
      this.#foreign.add(builds.start({ ...words, branch, seconds, ageSeconds, ...isLong }).id)
    } else if (what === 'forge accepts') {
      await this.#image.asked('dispatch', 1)
      builds.recovers()
    } else if (what === 'forge refuses') {
      builds.fails({ question: 'dispatch', answer: { status: 403, body: { message: 'The words of a refusal' } } })
    } else if (this.#last !== null) {
      await factory.override(this.#last.base, this.#last.digest, event.isExpired === true ? LONG_AGO : undefined)
    }
  }
}

function isRun({ what }: HistoryEvent): boolean {
  return what === 'run'
}

/** How late each build may be started on a machine that has a lot to do. */
const LATE_SECONDS = 45

/** How late a start may be: it waits for those before it. */
function lateSeconds(index: number): number {
  return LATE_SECONDS * (index + 1)
}

const LONG_AGO = '2020-01-01'

function played(forge: ForgeName, history: History): Scenario {
  const title = `histories with ${forge}: ${history.title}`
  return {
    title,
    factory: REPLAYED.name,
    images: [imageOf(forge, history)],
    run: async ([image], { report }) => {
      if (image === undefined) return
      const { conclusions = ['success'], buildSeconds = BUILD_SECONDS } = history
      Object.assign(image.builds, { conclusions: conclusions.map(WORDS[forge]), buildSeconds })
      const replay = new Replay(image, forge, history)
      await replay.play()
      const { starts, end } = replay
      report.note(`${title}: started at ${JSON.stringify(starts)}, ${end}`)
      expect(wrongStarts(starts, history, LATE_SECONDS), 'when builds were started').toBeNull()
      expect(end).toBe(history.end)
    },
  }
}

export const PAST: readonly Scenario[] = (['GitHub', 'GitLab'] as const).flatMap((forge) =>
  HISTORIES.map((history) => played(forge, history)),
)
