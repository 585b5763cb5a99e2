/** `rebuildOnEnrollment`: images that are provably behind since before they were enrolled. */
import { expect } from 'vitest'
import { pause } from '../support/cluster.ts'
import type { ImageSpec } from '../support/factory.ts'
import type { Scenario, Suite } from '../support/suite.ts'
import type { Change, TestImage } from '../support/test-image.ts'
import { ENROLLING, POLL_SECONDS, SLACK_SECONDS } from './factories.ts'

const KEY = { rebuildOnEnrollment: true }
const REASON = { reason: '$(baseImage) is now $(baseDigest)' }

function one(title: string, image: ImageSpec, play: (image: TestImage) => Promise<void>): Scenario {
  return { title, factory: ENROLLING.name, images: [image], run: async ([only]) => only && play(only) }
}

/** Each Stage has been there for a while, and has what its bases were from the start. */
const provenLater: readonly Scenario[] = [
  one(
    'behind since enrollment',
    { name: 'stale', entry: { ...KEY, rebuildDelay: '0' }, inputs: REASON },
    async (image) => {
      const { factory, spec } = image
      const old = await image.version(await image.publish('1.0.0'))
      await image.dispatchesNoMore(5)
      await factory.prove(spec, { published: old.digest, builtOn: 'older' })
      await image.succeeds(old)
      expect(image.builds.counts()).toMatchObject({ runs: 1, dispatch: 1 })
      expect(image.builds.asked('dispatch')[0]?.body, 'it is told of the base').toMatchObject({
        inputs: { reason: expect.stringContaining(`${factory.reference('stale-base')} is now sha256:`) },
      })
      const built = await image.version(await image.publish('1.0.1'))
      await image.succeeds(built)
      await factory.prove(spec, { published: built.digest, builtOn: 'current' })
      await image.refreshStage()
      await image.dispatchesNoMore(20)
      expect(image.builds.counts(), 'what was built is not asked for').toMatchObject({ runs: 1, dispatch: 1 })
      await image.succeeds(await image.change())
      expect(image.builds.counts(), 'the next change is as ever').toMatchObject({ dispatch: 2 })
    },
  ),
  one('still behind after its rebuild', { name: 'cached', entry: KEY }, async (image) => {
    const old = await image.version(await image.publish('1.0.0'))
    await image.factory.prove(image.spec, { published: old.digest, builtOn: 'older' })
    await image.succeeds(old)
    const built = await image.push('1.0.1')
    // As a run has it that cannot tell when it was built: the forge can.
    await image.factory.prove(image.spec, { published: built, builtOn: 'older' })
    await image.look()
    await image.succeeds(await image.version(built))
    await image.dispatchesNoMore(20)
    expect(image.builds.counts()).toMatchObject({ dispatch: 1 })
  }),
  one('behind since enrollment, without the key', { name: 'reported' }, async (image) => {
    const old = await image.version(await image.publish('1.0.0'))
    await image.factory.prove(image.spec, { published: old.digest, builtOn: 'older' })
    await image.refreshStage()
    await image.dispatchesNoMore(30)
    expect(image.builds.requests).toEqual([])
    expect(image.promotions(old.freight)).toEqual([])
  }),
  one('current, with the key', { name: 'fresh', entry: KEY }, async (image) => {
    const fresh = await image.version(await image.publish('1.0.0'))
    await image.factory.prove(image.spec, { published: fresh.digest, builtOn: 'current' })
    await image.succeeds(fresh)
    await image.dispatchesNoMore(10)
    expect(image.builds.requests).toEqual([])
  }),
  one('behind since enrollment on a digest that its build pins', { name: 'pinned', entry: KEY }, async (image) => {
    const { factory, spec, stage } = image
    const old = await image.version(await image.publish('1.0.0'))
    await factory.prove(spec, { published: old.digest, builtOn: 'older', isPinned: true })
    expect(JSON.stringify(factory.stage(stage).spec), 'another build would pull the same').not.toContain('staleImage')
    expect(await factory.drift()).toEqual([])
    await image.succeeds(old)
    await image.refreshStage()
    await image.dispatchesNoMore(20)
    expect(image.builds.requests).toEqual([])
    await image.succeeds(await image.change())
    expect(image.builds.counts(), 'the next change is as ever').toMatchObject({ dispatch: 1 })
  }),
  one('published anew since that was read', { name: 'outdated', entry: KEY }, async (image) => {
    const old = await image.version(await image.publish('1.0.0'))
    const newer = await image.version(await image.publish('1.0.1'))
    await image.factory.prove(image.spec, { published: old.digest, builtOn: 'older' })
    await image.succeeds(newer)
    await image.dispatchesNoMore(10)
    expect(image.builds.requests).toEqual([])
  }),
  one(
    'covered by hand while it waits for the delay',
    { name: 'stale-helped', entry: { ...KEY, rebuildDelay: '2h' } },
    async (image) => {
      // Long before it was enrolled, whenever that was, and due in three minutes.
      const before = image.builds.start({ event: 'push', seconds: 1, ageSeconds: 2 * 3600 - 180 })
      const old = await image.version(await image.publish('1.0.0'))
      await image.factory.prove(image.spec, { published: old.digest, builtOn: 'older' })
      await image.asked('runs', 1)
      // The proof is taken back while the Promotion waits: the Freight stays available, and it ends well.
      await pause(10)
      image.builds.start({ seconds: 1 })
      await image.factory.prove(image.spec, { published: old.digest, builtOn: 'current' })
      const promotion = await image.succeeds(old, 400)
      expect(Date.parse(promotion.status?.finishedAt ?? '')).toBeGreaterThan(before.startedAt + 2 * 3_600_000 - 1000)
      expect(image.builds.counts()).toMatchObject({ runs: 2, dispatch: 0 })
    },
  ),
  one('behind since enrollment, and its build fails', { name: 'broken-stale', entry: KEY }, async (image) => {
    image.builds.conclusions = ['failure']
    const old = await image.version(await image.publish('1.0.0'))
    await image.factory.prove(image.spec, { published: old.digest, builtOn: 'older' })
    await image.fails(old)
    await image.refreshStage()
    await image.dispatchesNoMore(30)
    expect(image.builds.counts()).toMatchObject({ dispatch: 2 })
  }),
]

/** The run that enrolls an image reads its evidence too, so that its Stage begins with it. */
async function joined(suite: Suite, spec: ImageSpec): Promise<{ readonly image: TestImage; readonly old: Change }> {
  const factory = suite.factories.get(ENROLLING.name)
  if (factory === undefined) throw new Error('there is no such factory')
  const image = suite.image(factory, spec)
  const published = await image.push('1.0.0')
  await factory.enroll(spec, { published, builtOn: 'older' })
  return { image, old: await image.version(published) }
}

const provenAtOnce: readonly Scenario[] = [
  {
    title: 'enrolled and proven to be behind by one run',
    factory: ENROLLING.name,
    images: [{ name: 'neighbor', bases: ['shared'] }],
    run: async ([neighbor], suite) => {
      if (neighbor === undefined) return
      const change = await neighbor.change()
      await neighbor.succeeds(change)
      const { image, old } = await joined(suite, { name: 'joins', bases: ['shared'], entry: KEY })
      await image.succeeds(old)
      await image.succeeds(change)
      await image.dispatchesNoMore(20)
      expect(image.builds.counts(), 'one build for all').toMatchObject({ dispatch: 1 })
    },
  },
  {
    title: 'behind since enrollment, on a digest that is too young, with an override',
    factory: ENROLLING.name,
    images: [],
    run: async (_, suite) => {
      const { image, old } = await joined(suite, { name: 'young', entry: { ...KEY, minimumReleaseAge: '80s' } })
      const { factory, stage } = image
      await factory.override('young-base', factory.baseline('young-base'))
      const oldEnough = factory.enrolledAt(stage) + 80_000
      await image.succeeds(old)
      const [asked] = image.builds.asked('runs')
      expect(asked?.at, 'nothing is asked before it is old enough').toBeGreaterThan(oldEnough - 2000)
      expect(asked?.at, 'nor long after').toBeLessThan(oldEnough + (POLL_SECONDS + SLACK_SECONDS) * 1000)
      expect(image.builds.counts()).toMatchObject({ dispatch: 1 })
    },
  },
]

export const ENROLLMENTS: readonly Scenario[] = [...provenLater, ...provenAtOnce]
