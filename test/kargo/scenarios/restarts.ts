/**
 * The controller's pod is replaced, as at every upgrade of Kargo: Promotions begin again at their first step, with what
 * their steps had found out. All scenarios come to the point where it must hit them, then it is replaced once.
 */
import { expect } from 'vitest'
import { runUrl } from '../support/builds.ts'
import { pause } from '../support/cluster.ts'
import type { FactorySpec, ImageSpec } from '../support/factory.ts'
import type { Scenario, Suite } from '../support/suite.ts'
import type { Change, TestImage } from '../support/test-image.ts'
import { MAIN, ONCE, SLACK_SECONDS, SLOW } from './factories.ts'

interface Replacement {
  readonly title: string
  readonly factory: FactorySpec
  readonly image: ImageSpec
  /** That point is soon over: it is brought there when all others have come. */
  readonly isBrief?: true
  /** Brings the image to the point where the controller is replaced. */
  readonly before: (image: TestImage) => Promise<Change>
  /** What must hold afterwards. */
  readonly after: (image: TestImage, change: Change) => Promise<void>
}

function replaced({ title, factory, image, isBrief, before, after }: Replacement): Scenario {
  return {
    title: `replaced ${title}`,
    factory: factory.name,
    images: [image],
    run: async ([only], { restart }: Suite) => {
      if (only === undefined) return
      if (isBrief === true) await restart.lacks(ALL.filter((other) => other.isBrief).length)
      const change = await before(only).catch((error: unknown) => {
        restart.leave()
        throw error
      })
      await restart.arrive()
      for (const run of only.builds.runs) run.endsAt = Math.min(run.endsAt, Date.now() + REST_OF_BUILD * 1000)
      await after(only, change)
    },
  }
}

async function oneBuild(image: TestImage, change: Change): Promise<void> {
  await image.succeeds(change)
  expect(image.builds.counts(), 'no second build').toMatchObject({ dispatch: 1 })
  await image.dispatchesNoMore(20)
}

/** A build that takes long enough to be interrupted; the Promotion must not end before it does. */
async function watchedToItsEnd(image: TestImage, change: Change): Promise<void> {
  const promotion = await image.succeeds(change)
  const [run] = image.builds.runs
  expect(Date.parse(promotion.status?.finishedAt ?? '')).toBeGreaterThan((run?.endsAt ?? 0) - 1000)
  expect(JSON.stringify(promotion.status?.state)).toContain(runUrl(run ?? { id: 0 }))
  await image.dispatchesNoMore(20)
  expect(image.builds.counts(), 'no second build').toMatchObject({ dispatch: 1 })
}

/** Longer than it takes all others to come. */
const LONG_BUILD = 3600

/** How long builds go on when the controller was replaced. */
const REST_OF_BUILD = 40

const automatic: readonly Replacement[] = [
  {
    title: 'in turn',
    factory: ONCE,
    image: { name: 'waits' },
    before: async (image) => {
      const change = await image.change()
      await image.running(change)
      await pause(5)
      expect(image.builds.requests).toEqual([])
      return change
    },
    after: async (image, change) => {
      await oneBuild(image, change)
      const turn = (image.observedAt(change.freight) ?? 0) + image.turnSeconds
      const [dispatch] = image.builds.asked('dispatch')
      expect((dispatch?.at ?? 0) / 1000, 'it still waits for its turn').toBeGreaterThan(turn - 1)
    },
  },
  {
    title: 'in turn, behind since enrollment',
    factory: ONCE,
    image: { name: 'waits-stale', entry: { rebuildOnEnrollment: true } },
    before: async (image) => {
      const old = await image.version(await image.publish('1.0.0'))
      await image.factory.prove(image.spec, { published: old.digest, builtOn: 'older' })
      await image.running(old)
      await pause(5)
      expect(image.builds.requests).toEqual([])
      return old
    },
    after: oneBuild,
  },
  {
    title: 'in the wait',
    factory: MAIN,
    image: { name: 'wait-replaced', entry: { rebuildDelay: '3m' } },
    before: async (image) => {
      image.builds.start({ event: 'push', seconds: 1, ageSeconds: 5 })
      const change = await image.change()
      await image.asked('runs', 1)
      return change
    },
    after: async (image, change) => {
      await oneBuild(image, change)
      expect(image.builds.counts(), 'builds are not read again').toMatchObject({ runs: 2 })
      const due = (image.builds.runs.at(-1)?.startedAt ?? 0) + 180_000
      const [dispatch] = image.builds.asked('dispatch')
      expect(dispatch?.at).toBeGreaterThan(due - 1000)
      expect(dispatch?.at).toBeLessThan(due + SLACK_SECONDS * 1000)
    },
  },
  {
    title: 'in the build',
    factory: MAIN,
    image: { name: 'build-replaced' },
    before: async (image) => {
      image.builds.buildSeconds = LONG_BUILD
      const change = await image.change()
      await image.asked('run', 1)
      return change
    },
    after: watchedToItsEnd,
  },
  {
    title: 'in a build that fails in the end',
    factory: MAIN,
    image: { name: 'failure-replaced' },
    before: async (image) => {
      image.builds.conclusions = ['failure', 'success']
      image.builds.buildSeconds = LONG_BUILD
      const change = await image.change()
      await image.asked('run', 1)
      image.builds.buildSeconds = 3
      return change
    },
    after: async (image, change) => {
      await image.succeeds(change)
      expect(image.builds.counts(), 'it is told, and tried again').toMatchObject({ runs: 3, dispatch: 2 })
    },
  },
  {
    title: 'in the pause',
    factory: SLOW,
    image: { name: 'pause-replaced' },
    before: async (image) => {
      image.builds.conclusions = ['failure', 'success']
      const change = await image.change()
      await image.toldOfEnd(1)
      return change
    },
    after: async (image, change) => {
      await image.succeeds(change)
      expect(image.builds.counts()).toMatchObject({ runs: 3, dispatch: 2 })
      const [first, second] = image.builds.asked('dispatch').map(({ at }) => at)
      expect((second ?? 0) - (first ?? 0), 'it still pauses').toBeGreaterThan(90_000)
    },
  },
  {
    title: 'in the look-up',
    factory: MAIN,
    image: { name: 'lookup-replaced' },
    isBrief: true,
    before: async (image) => {
      image.builds.listedAfterSeconds = 30
      image.builds.buildSeconds = LONG_BUILD
      image.builds.fails({ question: 'dispatch', answer: 'drop', starts: true, times: 1 })
      const change = await image.change()
      await image.asked('runs', 3)
      return change
    },
    after: watchedToItsEnd,
  },
  {
    title: 'in the middle of the POST',
    factory: MAIN,
    image: { name: 'post-replaced' },
    isBrief: true,
    before: async (image) => {
      image.builds.fails({ question: 'dispatch', answer: 'drop', starts: true, times: 1, hangSeconds: 25 })
      const change = await image.change()
      await image.asked('dispatch', 1)
      return change
    },
    after: oneBuild,
  },
]

const byHand: readonly Replacement[] = [
  {
    title: 'in a build by hand',
    factory: MAIN,
    image: { name: 'hand-build-replaced' },
    before: async (image) => {
      image.builds.buildSeconds = LONG_BUILD
      const change = await image.byHand(null)
      await image.asked('run', 1)
      return change
    },
    after: watchedToItsEnd,
  },
  {
    title: 'in the middle of the POST, by hand',
    factory: MAIN,
    image: { name: 'hand-post-replaced' },
    isBrief: true,
    before: async (image) => {
      image.builds.fails({ question: 'dispatch', answer: 'drop', starts: true, times: 1, hangSeconds: 25 })
      const change = await image.byHand(null)
      await image.asked('dispatch', 1)
      return change
    },
    after: oneBuild,
  },
]

const ALL = [...automatic, ...byHand]

/** Every row about the controller's pod. */
export const RESTARTS: readonly Scenario[] = ALL.map(replaced)
