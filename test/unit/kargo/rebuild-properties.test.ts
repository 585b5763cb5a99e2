/** Runs the generated rebuild tasks against histories drawn at random. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { runs } from '../../support/full.js'
import type { Build, Fault } from '../../support/kargo/build-forge.js'
import { START } from '../../support/kargo/cluster.js'
import { NODE, PYTHON } from './fixtures.js'
import { BAD, type Difference, FORGES, type ForgeName, HOUR, MINUTE, RebuildWorld } from './rebuild-world.js'

const RUNS = Number(process.env.FUZZ_RUNS ?? runs(30, 8))
const DELAY = 6 * HOUR

/** One thing that happens, in seconds. */
type Happening =
  | { readonly at: number; readonly what: 'change'; readonly base: 0 | 1 }
  | { readonly at: number; readonly what: 'build'; readonly isGood: boolean; readonly isDispatched: boolean }
  | { readonly at: number; readonly what: 'restart' | 'by hand' | 'override' }
  | { readonly at: number; readonly what: 'fault'; readonly fault: Fault; readonly minutes: number }

/** Close to each other, and to when a delay is over. */
const at = fc
  .tuple(fc.constantFrom(0, 0.5, 1, 6, 6.5, 12), fc.integer({ min: 0, max: 900 }))
  .map(([hours, seconds]) => hours * HOUR + seconds)
const TROUBLE = [{ status: 503 }, { status: 429 }, 'dropped', 'too late'] as const

const change = fc.record({ at, what: fc.constant('change' as const), base: fc.constantFrom(0 as const, 1 as const) })
const build = (isGood: fc.Arbitrary<boolean>) =>
  fc.record({ at, what: fc.constant('build' as const), isGood, isDispatched: fc.boolean() })
const other = fc.record({
  at,
  what: fc.constantFrom('restart' as const, 'restart' as const, 'by hand' as const, 'override' as const),
})
const fault = fc.record({
  at,
  what: fc.constant('fault' as const),
  minutes: fc.integer({ min: 1, max: 20 }),
  fault: fc.oneof(
    fc.record({
      on: fc.constantFrom('list' as const, 'one' as const),
      times: fc.constant(999),
      answer: fc.constantFrom(...TROUBLE),
    }),
    // A dispatch is taken, whatever its answer; or its answer says that it was not looked at.
    fc.record({
      on: fc.constant('dispatch' as const),
      isServed: fc.constant(true),
      answer: fc.constantFrom(...TROUBLE.filter((answer) => answer !== TROUBLE[1]), 'controller gone' as const),
    }),
    fc.record({ on: fc.constant('dispatch' as const), times: fc.constant(9), answer: fc.constant(TROUBLE[1]) }),
  ),
})

function history(isGood: fc.Arbitrary<boolean>) {
  return fc
    .tuple(
      fc.array(change, { minLength: 1, maxLength: 4 }),
      fc.array(build(isGood), { maxLength: 3 }),
      fc.array(other, { maxLength: 5 }),
      fc.array(fault, { maxLength: 3 }),
    )
    .map((parts) => parts.flat() as Happening[])
}

/** A factory for each forge, so that its manifests are made once. */
const FACTORIES = Object.fromEntries(
  FORGES.map((forge): [string, Difference] => [
    forge,
    {
      forge,
      image: { rebuildDelay: { text: '6h', seconds: DELAY } },
      settings: { retryPause: { text: '30m', seconds: 1800 } },
    },
  ]),
)

/** What happened, with what it takes to judge it. Times are seconds since 1970. */
interface Story {
  readonly world: RebuildWorld
  /** When there was something to rebuild for: a digest seen, or a person who asked. */
  readonly wanted: readonly number[]
  readonly overriddenAt: number
}

function play(forge: ForgeName, happenings: readonly Happening[], conclusions: readonly boolean[] = []): Story {
  const world = new RebuildWorld(FACTORIES[forge])
  const wordFor = (isGood: boolean) => (isGood ? 'success' : BAD[forge])
  world.forge.plan.conclusions = conclusions.map(wordFor)
  world.forge.plan.lagSeconds = 7
  const wanted: number[] = []
  let overriddenAt = Number.POSITIVE_INFINITY
  const last = { freight: world.cluster.promotions[0]?.freight }
  const happens = (one: Happening) => {
    const now = START + world.cluster.now
    if (one.what === 'change') {
      last.freight = world.change(one.base === 0 ? NODE : PYTHON)
      wanted.push(Math.floor(now))
    }
    if (one.what === 'build')
      world.build({
        conclusion: wordFor(one.isGood),
        isDispatched: one.isDispatched,
        inputs: { by: 'a person' },
        visibleAt: 0,
      })
    if (one.what === 'restart') world.cluster.restart()
    if (one.what === 'by hand' && last.freight !== undefined) {
      world.byHand(last.freight)
      wanted.push(Math.floor(now))
    }
    if (one.what === 'override' && last.freight !== undefined) {
      world.override(last.freight.image.digest)
      overriddenAt = Math.min(overriddenAt, now)
    }
    if (one.what === 'fault') {
      world.forge.fails(one.fault)
      world.cluster.at(world.cluster.now + one.minutes * MINUTE, () => world.forge.recovers())
    }
  }
  for (const one of [...happenings].sort((a, b) => a.at - b.at)) world.cluster.at(one.at, () => happens(one))
  world.cluster.run()
  return { world, wanted, overriddenAt }
}

const isHeldBack = ({ on, isServed }: Fault) => on === 'dispatch' && isServed !== true
const isOurs = ({ inputs }: Build) => inputs.by === undefined
const isGood = ({ conclusion }: Build) => conclusion === 'success'

function ours({ world }: Story): Build[] {
  return world.forge.builds.filter(isOurs)
}

/** When what a Promotion is for was first seen, or asked for. */
function since(promotion: RebuildWorld['rebuilds'][number]): number {
  const { 'rebuild::update': update } = JSON.parse(promotion.state)
  return update.since
}

describe.each(FORGES)('on %s, whatever happens', (forge) => {
  const holds = (
    happenings: fc.Arbitrary<Happening[]>,
    property: (story: Story) => void,
    conclusions = fc.constant<boolean[]>([]),
  ) =>
    fc.assert(
      fc.property(happenings, conclusions, (things, ends) => {
        property(play(forge, things, ends))
      }),
      { numRuns: RUNS },
    )
  const allGood = history(fc.constant(true))
  // While a dispatch is held back by a rate limit, nobody looks whether a person is faster.
  const notHeldBack = allGood.map((things) => things.filter((one) => one.what !== 'fault' || !isHeldBack(one.fault)))
  const anyEnds = fc.array(fc.boolean(), { maxLength: 6 })

  test('every Promotion ends; one that succeeds is of a change that a good build covers, which is over', () => {
    holds(
      history(fc.boolean()),
      ({ world }) => {
        for (const promotion of world.rebuilds) {
          expect(['Succeeded', 'Failed', 'Errored']).toContain(promotion.phase)
          const covering = world.forge.builds.filter((build) => isGood(build) && build.startedAt >= since(promotion))
          const isCovered = covering.some(({ endsAt }) => endsAt <= (promotion.finishedAt ?? 0))
          if (promotion.phase === 'Succeeded') expect(isCovered).toBe(true)
          else expect(promotion.message).not.toBe('')
        }
      },
      anyEnds,
    )
  })

  test('where builds are good, no change is lost', () => {
    holds(allGood, ({ world }) => {
      const automatic = world.rebuilds.filter(({ actor }) => actor === '')
      expect(automatic.map(({ phase, message }) => phase + message)).toEqual(automatic.map(() => 'Succeeded'))
    })
  })

  test('where builds are good, none is started for what one covers already', () => {
    holds(notHeldBack, (story) => {
      for (const started of ours(story)) {
        const before = story.world.forge.builds.filter((build) => build.id < started.id && isGood(build))
        const last = Math.max(0, ...before.map(({ startedAt }) => startedAt))
        expect(story.wanted.some((moment) => moment > last && moment <= started.startedAt)).toBe(true)
      }
    })
  })

  test('a change starts two builds at most, whatever their ends', () => {
    holds(
      history(fc.boolean()),
      (story) => expect(ours(story).length).toBeLessThanOrEqual(2 * story.wanted.length),
      anyEnds,
    )
  })

  test('where builds are good, none is started before rebuildDelay is over but by an override or by hand', () => {
    holds(notHeldBack, (story) => {
      const { world, overriddenAt } = story
      const byHand = world.rebuilds.filter(({ actor }) => actor !== '')
      for (const { startedAt, id } of ours(story)) {
        const isAsked = byHand.some(
          (promotion) => since(promotion) <= startedAt && startedAt <= (promotion.finishedAt ?? 0),
        )
        if (isAsked || startedAt >= overriddenAt) continue
        const before = world.forge.builds.filter((build) => build.id < id).map((build) => build.startedAt)
        // Forges tell whole seconds.
        expect(Math.floor(startedAt) - Math.floor(Math.max(0, ...before))).toBeGreaterThanOrEqual(DELAY)
      }
    })
  })
})
