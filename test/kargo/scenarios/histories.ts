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

/** A history as it happens. */
class Replay {
  readonly #image: TestImage
  readonly #word: (word: string) => string
  readonly #began = Date.now()
  readonly #foreign = new Set<number>()
  #last: Change | null = null

  constructor(image: TestImage, forge: ForgeName) {
    this.#image = image
    this.#word = WORDS[forge]
  }

  async play({ events, watched, entry }: History): Promise<void> {
    const pending = events.map(async (event) => {
      await pause(Math.max(0, event.at))
      await this.#happen(event)
    })
    const isOver = () => Date.now() > this.#began + watched * 1000
    while (!isOver()) {
      await pause(5)
      // Kargo sees by itself only every five minutes that a digest is old enough.
      if (entry?.minimumReleaseAge !== undefined) await this.#image.refreshStage()
    }
    await Promise.all(pending)
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

  async #happen(event: HistoryEvent): Promise<void> {
    const { builds, factory } = this.#image
    const { what } = event
    if (what === 'base moves') this.#last = await this.#image.change(event.base ?? 0)
    else if (what === 'run') {
      const { at, branch = 'main', seconds = BUILD_SECONDS } = event
      const words = { event: this.#word(event.event), conclusion: this.#word(event.conclusion ?? 'success') }
      // It began on the second, however late this comes.
      const ageSeconds = (Date.now() - this.#began) / 1000 - at
      this.#foreign.add(builds.start({ ...words, branch, seconds, ageSeconds }).id)
    } else if (what === 'forge accepts') builds.recovers()
    else if (what === 'forge refuses') {
      builds.fails({ question: 'dispatch', answer: { status: 403, body: { message: 'The words of a refusal' } } })
    } else if (this.#last !== null) {
      await factory.override(this.#last.base, this.#last.digest, event.isExpired === true ? LONG_AGO : undefined)
    }
  }
}

/** How late a build may be started on a machine that has a lot to do. */
const LATE_SECONDS = 45

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
      const replay = new Replay(image, forge)
      await replay.play(history)
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
