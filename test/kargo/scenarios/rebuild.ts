/** How a rebuild goes, with GitHub. */
import { expect } from 'vitest'
import { runUrl } from '../support/builds.ts'
import { pause, until } from '../support/cluster.ts'
import type { FactorySpec, ImageSpec } from '../support/factory.ts'
import { type Promotion, sizeOf } from '../support/objects.ts'
import type { Scenario } from '../support/suite.ts'
import type { TestImage } from '../support/test-image.ts'
import { MAIN, ONCE, POLL_SECONDS, SLACK_SECONDS, SLOW } from './factories.ts'

type Play = (image: TestImage) => Promise<void>

/** A scenario with one image. */
function one(title: string, factory: { readonly name: string }, image: ImageSpec, play: Play): Scenario {
  return { title, factory: factory.name, images: [image], run: async ([only]) => only && play(only) }
}

const INPUTS = { reason: '$(baseImage) is now $(baseDigest)', note: 'quote " back \\ slash' }

/** A finished Promotion takes this much at most: twenty of them are kept for each Stage. */
const MAX_PROMOTION = 18_000

/** Kargo may look at the second some seconds after the first: long enough for both to be seen before a build begins. */
export const SEEN_BOTH = { minimumReleaseAge: '20s' }

/** Milliseconds since the epoch of the first request of a kind. */
function firstAsked({ builds }: TestImage, question: 'runs' | 'dispatch'): number {
  return builds.asked(question)[0]?.at ?? Number.NaN
}

function expectAddress(promotion: Promotion, image: TestImage, index = 0): void {
  const run = image.builds.runs[index]
  expect(run, 'there was a build').toBeDefined()
  const text = JSON.stringify(promotion.status?.state ?? {}) + promotion.status?.message
  expect(text, 'the Promotion leads to the build').toContain(runUrl(run ?? { id: 0 }))
}

const started: readonly Scenario[] = [
  one('success', MAIN, { name: 'success', inputs: INPUTS }, async (image) => {
    const change = await image.change()
    const promotion = await image.succeeds(change)
    expect(image.builds.counts()).toMatchObject({ runs: 2, dispatch: 1 })
    const base = image.factory.reference(change.base)
    expect(image.builds.asked('dispatch')[0]?.body).toEqual({
      ref: 'main',
      inputs: { ...INPUTS, reason: `${base} is now ${change.digest}` },
      return_run_details: true,
    })
    expectAddress(promotion, image)
    const polls = image.builds.asked('run').map(({ at }) => at)
    for (const [index, at] of polls.slice(1).entries())
      expect(at - (polls[index] ?? 0), 'time between two polls').toBeGreaterThan((POLL_SECONDS - 1) * 1000)
    await image.dispatchesNoMore(15)
  }),
  one('rebuildDelay', MAIN, { name: 'delay', entry: { rebuildDelay: '2m' } }, async (image) => {
    const run = image.builds.start({ event: 'push', seconds: 1, ageSeconds: 5 })
    const change = await image.change()
    await image.succeeds(change, 240)
    const due = run.startedAt + 120_000
    const [first, second] = image.builds.asked('runs').map(({ at }) => at)
    expect(image.builds.counts()).toMatchObject({ runs: 2, dispatch: 1 })
    expect(first, 'builds are read before the wait').toBeLessThan(due)
    expect(second, 'and not in between').toBeGreaterThan(due - 1000)
    expect(firstAsked(image, 'dispatch'), 'due on the second').toBeLessThan(due + SLACK_SECONDS * 1000)
  }),
  one('rebuildDelay 0', MAIN, { name: 'no-delay', entry: { rebuildDelay: '0' } }, async (image) => {
    image.builds.start({ seconds: 1, ageSeconds: 5 })
    await image.succeeds(await image.change())
    expect(image.builds.counts(), 'no build is read before').toMatchObject({ runs: 1, dispatch: 1 })
  }),
  one('builds: dispatched counts no other run', MAIN, { name: 'dispatched', builds: 'dispatched' }, async (image) => {
    image.builds.start({ event: 'push', seconds: 1, ageSeconds: 5 })
    await image.succeeds(await image.change())
    expect(image.builds.counts()).toMatchObject({ dispatch: 1 })
  }),
  one('minimumReleaseAge', MAIN, { name: 'aged', entry: { minimumReleaseAge: '40s' } }, async (image) => {
    const early = await image.change()
    await pause(20)
    const change = await image.change()
    await image.succeeds(change)
    const seen = image.observedAt(change.freight) ?? 0
    expect(firstAsked(image, 'runs') / 1000, 'nothing before it is old enough').toBeGreaterThan(seen + 39)
    expect(image.promotions(early.freight), 'a newer digest takes the place of one that waits').toEqual([])
    expect(image.builds.counts()).toMatchObject({ dispatch: 1 })
  }),
  one('stagger', ONCE, { name: 'waiting-in-turn' }, async (image) => {
    expect(image.turnSeconds).toBeGreaterThan(20)
    const change = await image.change()
    await image.succeeds(change)
    const turn = ((image.observedAt(change.freight) ?? 0) + image.turnSeconds) * 1000
    expect(firstAsked(image, 'runs'), 'nothing is asked before its turn').toBeGreaterThan(turn - 1000)
    expect(firstAsked(image, 'dispatch')).toBeLessThan(turn + SLACK_SECONDS * 1000)
    expect(image.builds.counts()).toMatchObject({ runs: 2, dispatch: 1 })
  }),
]

const failing: readonly Scenario[] = [
  one('build fails, then succeeds', MAIN, { name: 'flaky' }, async (image) => {
    image.builds.conclusions = ['failure', 'success']
    const promotion = await image.succeeds(await image.change())
    expect(image.builds.counts(), 'one try more, and one look before it').toMatchObject({ runs: 3, dispatch: 2 })
    const [first, second] = image.builds.asked('dispatch').map(({ at }) => at)
    expect((second ?? 0) - (first ?? 0), 'retryPause').toBeGreaterThan(15_000)
    expectAddress(promotion, image)
    expect(sizeOf(promotion)).toBeLessThan(MAX_PROMOTION)
    await image.dispatchesNoMore(15)
  }),
  one('build fails twice', MAIN, { name: 'broken' }, async (image) => {
    image.builds.conclusions = ['failure']
    const promotion = await image.fails(await image.change())
    expect(image.builds.counts()).toMatchObject({ runs: 3, dispatch: 2 })
    expect(promotion.status?.message).toContain('failure')
    expect(promotion.status?.message).toContain(runUrl(image.builds.runs[0] ?? { id: 0 }))
    expect(sizeOf(promotion)).toBeLessThan(MAX_PROMOTION)
    await image.dispatchesNoMore(30)
  }),
  one(
    'the other base of a change whose builds failed',
    MAIN,
    { name: 'broken-twice', bases: ['broken-one', 'broken-two'], entry: SEEN_BOTH },
    async (image) => {
      image.builds.conclusions = ['failure']
      const changes = await Promise.all([image.change(0), image.change(1)])
      const ended = await Promise.all(changes.map((change) => image.fails(change)))
      expect(image.builds.counts()).toMatchObject({ dispatch: 2 })
      const [, last] = ended.sort(byEnd)
      expect(last?.status?.message).toContain('failed')
      expect(last?.status?.message).toContain(runUrl(image.builds.runs[0] ?? { id: 0 }))
    },
  ),
  one('retries: 0', ONCE, { name: 'one-attempt' }, async (image) => {
    image.builds.conclusions = ['failure']
    const promotion = await image.fails(await image.change())
    expect(promotion.status?.message).toContain(runUrl(image.builds.runs[0] ?? { id: 0 }))
    await image.dispatchesNoMore(30)
    expect(image.builds.counts()).toMatchObject({ dispatch: 1 })
  }),
]

function byEnd(a: Promotion, b: Promotion): number {
  return (a.status?.finishedAt ?? '') < (b.status?.finishedAt ?? '') ? -1 : 1
}

const together: readonly Scenario[] = [
  one(
    'two bases at once',
    MAIN,
    { name: 'two-bases', bases: ['two-one', 'two-two'], entry: SEEN_BOTH },
    async (image) => {
      image.builds.buildSeconds = 20
      const changes = await Promise.all([image.change(0), image.change(1)])
      const ended = await Promise.all(changes.map((change) => image.succeeds(change)))
      expect(image.builds.counts()).toMatchObject({ runs: 4, dispatch: 1 })
      const [first] = ended.map(({ status }) => Date.parse(status?.finishedAt ?? '')).sort((a, b) => a - b)
      const after = image.builds.requests.filter(({ at }) => at > (first ?? 0) + 1000)
      expect(after.length, 'what a build that covers the change costs').toBeLessThanOrEqual(3)
    },
  ),
  one(
    'second base while the first builds',
    MAIN,
    { name: 'overlapping', bases: ['overlapping-one', 'overlapping-two'], entry: { rebuildDelay: '0' } },
    async (image) => {
      image.builds.buildSeconds = 25
      const first = await image.change(0)
      await image.asked('run', 1)
      const second = await image.change(1)
      await image.succeeds(first)
      expect(image.builds.counts(), 'it waits for the first').toMatchObject({ dispatch: 1 })
      await image.succeeds(second)
      expect(image.builds.counts()).toMatchObject({ dispatch: 2 })
    },
  ),
  // The second decides when the first is built already, and must not take that build for its own.
  twins('two images, one workflow, titles', ONCE, ['distinct-a', 'distinct-b'], ([first, second]) => {
    expect((second?.turnSeconds ?? 0) - (first?.turnSeconds ?? 0), 'time to build between their turns').toBeGreaterThan(
      30,
    )
  }),
  twins('two images, one workflow, both answers lost', MAIN, ['lost-a', 'lost-b'], ([image]) => {
    image?.builds.fails({ question: 'dispatch', answer: 'drop', starts: true, times: 2 })
  }),
  {
    title: 'two images, one workflow, equal inputs',
    factory: ONCE.name,
    images: ['shared-first', 'shared-second'].map((name) => ({ name, repo: 'acme/shared', bases: ['shared'] })),
    run: async ([first, second]) => {
      if (first === undefined || second === undefined) return
      expect(second.turnSeconds - first.turnSeconds, 'time to build between their turns').toBeGreaterThan(30)
      const change = await first.change()
      await Promise.all([first.succeeds(change), second.succeeds(change)])
      expect(first.builds.counts(), 'one build serves both').toMatchObject({ dispatch: 1 })
    },
  },
]

/** Two images that one workflow builds, told apart by what `run-name` makes of their inputs. */
function twins(
  title: string,
  factory: FactorySpec,
  names: readonly [string, string],
  prepare: (images: readonly TestImage[]) => void,
): Scenario {
  const runName = 'Build ${{ inputs.image }}'
  const [repo, bases] = [`acme/${names[0]}`, [`${names[0]}-base`]]
  return {
    title,
    factory: factory.name,
    images: names.map((name) => ({ name, repo, bases, inputs: { image: name }, runName })),
    run: async (both) => {
      const [first] = both
      if (first === undefined) return
      first.builds.titleOf = (inputs) => `Build ${inputs.image}`
      prepare(both)
      const change = await first.change()
      await Promise.all(both.map((image) => image.succeeds(change)))
      expect(first.builds.counts()).toMatchObject({ dispatch: 2 })
      const inputs = first.builds.asked('dispatch').map(({ body }) => (body.inputs as { image: string }).image)
      expect(inputs.sort()).toEqual(names)
      await first.dispatchesNoMore(15)
    },
  }
}

const byOthers: readonly Scenario[] = [
  one('a build by hand during the wait', MAIN, { name: 'helped', entry: { rebuildDelay: '2m' } }, async (image) => {
    image.builds.start({ event: 'push', seconds: 1, ageSeconds: 5 })
    const change = await image.change()
    await image.asked('runs', 1)
    const run = image.builds.start({ seconds: 140 })
    const promotion = await image.succeeds(change)
    expect(image.builds.counts(), 'it is found and watched').toMatchObject({ runs: 2, dispatch: 0 })
    expect(Date.parse(promotion.status?.finishedAt ?? ''), 'to its end').toBeGreaterThan(run.endsAt - 1000)
  }),
  one(
    'a build by hand during the wait that fails',
    MAIN,
    { name: 'not-helped', entry: { rebuildDelay: '2m' } },
    async (image) => {
      image.builds.start({ event: 'push', seconds: 1, ageSeconds: 5 })
      const change = await image.change()
      await image.asked('runs', 1)
      image.builds.start({ conclusion: 'failure', seconds: 5 })
      await image.succeeds(change)
      expect(image.builds.counts(), 'it counts as a try').toMatchObject({ dispatch: 1 })
    },
  ),
  one('a build by hand during the pause', MAIN, { name: 'mended' }, async (image) => {
    image.builds.conclusions = ['failure', 'success']
    const change = await image.change()
    await image.toldOfEnd(1)
    const run = image.builds.start({ seconds: 25 })
    const promotion = await image.succeeds(change)
    expect(image.builds.counts()).toMatchObject({ runs: 3, dispatch: 1 })
    expect(Date.parse(promotion.status?.finishedAt ?? ''), 'it is watched to its end').toBeGreaterThan(
      run.endsAt - 1000,
    )
  }),
  one('autoRebuild: false', MAIN, { name: 'manual', entry: { autoRebuild: false } }, async (image) => {
    const change = await image.change()
    await until('the change is seen', () => image.observedAt(change.freight) ?? undefined)
    await pause(20)
    expect(image.promotionsInto(image.stage), 'nothing happens by itself').toEqual([])
    await image.byHand(change)
    await image.succeeds(change)
    expect(image.builds.counts(), 'by hand at once').toMatchObject({ runs: 1, dispatch: 1 })
  }),
  one('by hand, where nothing is due', MAIN, { name: 'by-hand' }, async (image) => {
    image.builds.start({ seconds: 1, ageSeconds: 5 })
    const before = image.promotionsInto(image.stage).length
    const change = await image.byHand(null)
    await until('it ends', () => (image.promotions(change.freight).length > before ? true : undefined))
    await image.succeeds(change)
    expect(image.builds.counts()).toMatchObject({ runs: 1, dispatch: 1 })
  }),
  one(
    'an older digest by hand holds back the newer ones',
    MAIN,
    { name: 'held-back', entry: { rebuildDelay: '0' } },
    async (image) => {
      const older = await image.change()
      await image.succeeds(older)
      await image.succeeds(await image.change())
      image.builds.conclusions = ['failure', 'success']
      await image.byHand(older)
      await image.fails(older)
      const newest = await image.change()
      await image.seen(newest)
      await image.refreshStage()
      await pause(20)
      expect(image.promotions(newest.freight), 'Kargo promotes nothing newer by itself').toEqual([])
      await image.byHand(newest)
      await image.succeeds(newest)
      await image.succeeds(await image.change())
      expect(image.builds.counts(), 'the newest by hand lets them go').toMatchObject({ dispatch: 5 })
    },
  ),
  {
    title: 'enrolledAt',
    factory: MAIN.name,
    images: [{ name: 'older', bases: ['common'] }],
    run: async ([older], suite) => {
      if (older === undefined) return
      const change = await older.change()
      await older.succeeds(change)
      const spec = { name: 'newer', bases: ['common'] }
      await older.factory.enroll(spec)
      const newer = suite.image(older.factory, spec)
      await newer.succeeds(change)
      expect(newer.builds.requests, 'what was seen before is settled').toEqual([])
      const next = await newer.change()
      await newer.succeeds(next)
      expect(newer.builds.counts(), 'the next change is not').toMatchObject({ runs: 2, dispatch: 1 })
    },
  },
]

const overrides: readonly Scenario[] = [
  one('override during the wait', MAIN, { name: 'urgent' }, async (image) => {
    image.builds.start({ seconds: 1, ageSeconds: 60 })
    const change = await image.change()
    await image.asked('runs', 1)
    await pause(20)
    expect(image.builds.counts(), 'that of another digest releases nothing').toMatchObject({ runs: 1, dispatch: 0 })
    await image.factory.override(change.base, change.digest)
    await image.asked('dispatch', 1, POLL_SECONDS + SLACK_SECONDS)
    await image.succeeds(change)
    expect(image.builds.counts()).toMatchObject({ runs: 2, dispatch: 1 })
  }),
  one('override during the turn', ONCE, { name: 'emergency-in-turn' }, async (image) => {
    const change = await image.change()
    await image.running(change)
    await pause(15)
    expect(image.builds.requests).toEqual([])
    await image.factory.override(change.base, change.digest)
    await image.asked('dispatch', 1, POLL_SECONDS + SLACK_SECONDS)
    const seen = image.observedAt(change.freight) ?? 0
    expect(firstAsked(image, 'dispatch') / 1000, 'before its turn').toBeLessThan(seen + image.turnSeconds)
    await image.succeeds(change)
  }),
  one('override during the pause', SLOW, { name: 'urgent-again' }, async (image) => {
    image.builds.conclusions = ['failure', 'success']
    const change = await image.change()
    await image.toldOfEnd(1)
    await pause(20)
    expect(image.builds.counts()).toMatchObject({ dispatch: 1 })
    await image.factory.override(change.base, change.digest)
    await image.asked('dispatch', 2, POLL_SECONDS + SLACK_SECONDS)
    await image.succeeds(change)
    expect(image.builds.counts()).toMatchObject({ dispatch: 2 })
  }),
]

/** Every row about rebuilds in which nothing is wrong with the forge. */
export const REBUILDS: readonly Scenario[] = [...started, ...failing, ...together, ...byOthers, ...overrides]

export { one }
