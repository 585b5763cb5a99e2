/** Runs the generated rebuild tasks in a simulated cluster: images that are behind since before they were enrolled. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { synthesize } from '../../../src/kargo/index.js'
import { spread } from '../../../src/policy/index.js'
import { START } from '../../support/kargo/cluster.js'
import { bases, trackedImage } from './arbitrary.js'
import { exampleFactory, type image, NODE, SETTINGS } from './fixtures.js'
import { BAD, DAY, type Difference, FORGES, HOUR, MINUTE, RebuildWorld } from './rebuild-world.js'

const [STALE, FRESH, BASE] = ['5', '6', '7'].map((digit) => `sha256:${digit.repeat(64)}`) as [string, string, string]

/** Enrolled two hours ago, and proven an hour ago to be behind. */
const BEHIND = { image: STALE, base: NODE.name, digest: BASE, from: START - HOUR }
const tracked = { enrolledAt: START - 2 * HOUR, atEnrollment: { stale: BEHIND } }
const NOT_BEHIND = { ...tracked, atEnrollment: { stale: null } }
const TWO_HOURS = { text: '2h', seconds: 2 * HOUR }
const TURN = spread('app', 2 * HOUR)

describe.each(FORGES)('on %s', (forge) => {
  const world = (difference: Difference = {}) => new RebuildWorld({ forge, tracked, ...difference })

  describe('an image that is proven to be behind', () => {
    test('is rebuilt once, told which base it is behind on', () => {
      const it = world()
      it.publish(STALE)
      it.cluster.run()
      expect(it.outcomes).toEqual(['Succeeded'])
      expect(it.asked('dispatch')).toEqual([0])
      const sent = it.cluster.requests.find(({ method }) => method === 'POST')
      expect(JSON.stringify(sent?.body)).toContain(`docker.io/library/node:22-bookworm-slim is now ${BASE}`)
      it.publish(FRESH)
      it.change()
      it.cluster.run()
      expect(it.outcomes).toEqual(['Succeeded', 'Succeeded', 'Succeeded'])
      expect(it.counts.dispatch, 'one more for the new digest of the base alone').toBe(2)
    })

    test('is rebuilt once whatever Stages had at enrollment of its bases', () => {
      const it = world({ tracked: { ...tracked, enrolledAt: START + 1 } })
      it.change()
      it.publish(STALE)
      it.cluster.run()
      expect(it.outcomes).toEqual(['Succeeded', 'Succeeded'])
      expect(it.counts.dispatch).toBe(1)
    })

    test.each([
      ['that succeeded', { startedAt: START - HOUR, endsAt: START - 1 }],
      ['that runs', { startedAt: START - MINUTE, endsAt: START + HOUR }],
    ])('is covered by a build since its enrollment %s', (_, build) => {
      const it = world()
      it.build({ ...build, visibleAt: 0 })
      it.publish(STALE)
      it.cluster.run()
      expect(it.outcomes).toEqual(['Succeeded'])
      expect(it.counts.dispatch).toBe(0)
    })

    test('is covered by a build that somebody starts while it waits', () => {
      const it = world()
      it.builtBefore(4 * HOUR)
      it.publish(STALE)
      it.cluster.at(5 * HOUR, () => it.build())
      it.cluster.run()
      expect(it.outcomes).toEqual(['Succeeded'])
      expect(it.counts.dispatch).toBe(0)
    })

    test('waits for the delay since its last build', () => {
      const it = world()
      it.builtBefore(4 * HOUR)
      it.publish(STALE)
      it.cluster.run()
      expect(it.asked('dispatch')).toEqual([20 * HOUR])
    })

    test('waits until the digest of its base is old enough, and an override changes nothing of that', () => {
      const it = world({ image: { minimumReleaseAge: { text: '3h', seconds: 3 * HOUR } } })
      it.override(BASE)
      it.publish(STALE)
      it.cluster.run()
      expect(it.asked('dispatch')).toEqual([2 * HOUR])
      expect(it.asked('list')[0], 'nothing is asked before').toBeGreaterThanOrEqual(2 * HOUR)
    })

    test('waits for its turn, which an override ends', () => {
      const settings = { stagger: TWO_HOURS }
      const stale = { ...BEHIND, from: START }
      const [it, let_through] = [0, 1].map(() => world({ settings, tracked: { ...tracked, atEnrollment: { stale } } }))
      if (it === undefined || let_through === undefined) throw new Error('two worlds')
      it.publish(STALE)
      it.cluster.run()
      expect(Math.abs((it.asked('dispatch')[0] ?? 0) - TURN)).toBeLessThanOrEqual(10)
      let_through.override(BASE)
      let_through.publish(STALE)
      let_through.cluster.run()
      expect(let_through.asked('dispatch')).toEqual([0])
    })

    test('is started once more when its build fails, and then no more', () => {
      const it = world()
      it.forge.plan.conclusions = [BAD[forge], BAD[forge]]
      it.publish(STALE)
      it.cluster.run()
      expect(it.counts.dispatch).toBe(2)
      expect(it.rebuilds.map(({ phase }) => phase)).toEqual(['Failed'])
    })

    test.each([HOUR, 19 * HOUR, 20 * HOUR + MINUTE])(
      'is rebuilt once when the controller is replaced: after %i s',
      (at) => {
        const it = world()
        it.builtBefore(4 * HOUR)
        it.publish(STALE)
        it.cluster.at(at, () => it.cluster.restart())
        it.cluster.run()
        expect(it.outcomes).toEqual(['Succeeded'])
        expect(it.asked('dispatch')).toEqual([20 * HOUR])
      },
    )
  })

  test.each([
    ['another image than the one that was read is published', world(), FRESH],
    ['it is not proven to be behind', world({ tracked: NOT_BEHIND }), STALE],
  ])('nothing is asked where %s', (_, it, digest) => {
    it.publish(digest)
    it.cluster.run()
    expect(it.outcomes).toEqual(['Succeeded'])
    expect(it.cluster.requests).toEqual([])
  })

  test('a base of an image that takes its own Freight is treated as ever', () => {
    const it = world({ tracked: NOT_BEHIND, settings: { stagger: TWO_HOURS } })
    it.builtBefore(DAY - 20 * HOUR)
    it.change()
    it.cluster.run()
    expect(it.asked('dispatch')).toEqual([20 * HOUR])
  })

  test.each([
    ['proven to be behind', world(), BASE],
    ['not', world({ tracked: NOT_BEHIND }), ''],
  ])('a person who promotes it gets a build of an image that is %s', (_, it, digest) => {
    const freight = it.publish(FRESH)
    it.cluster.run()
    it.byHand(freight)
    it.cluster.run()
    expect(it.outcomes).toEqual(['Succeeded', 'Succeeded'])
    expect(it.counts.dispatch).toBe(1)
    expect(it.outputOf('update')).toMatchObject({ base: 'docker.io/library/node:22-bookworm-slim', digest })
  })
})

test('an image that nothing is rebuilt by itself for has a Stage that promotes nothing', () => {
  const it = new RebuildWorld({ tracked, image: { autoRebuild: false } })
  const freight = it.publish(STALE)
  it.cluster.run()
  expect(it.outcomes).toEqual([])
  it.byHand(freight, '')
  it.cluster.run()
  expect(it.counts.dispatch).toBe(1)
})

describe('manifests', () => {
  const factoryOf = (images: ReturnType<typeof image>[]) =>
    synthesize(exampleFactory({ settings: SETTINGS, images, bases }))
  const images = fc.uniqueArray(trackedImage, { maxLength: 4, selector: ({ enrollment }) => enrollment.name })

  test('are the same whatever the key says where there is no evidence of an image', () => {
    fc.assert(
      fc.property(images, (some) => {
        const asking = some.map((one) => ({ ...one, enrollment: { ...one.enrollment, rebuildOnEnrollment: true } }))
        expect(factoryOf(asking)).toEqual(factoryOf(some))
      }),
    )
  })

  test('of other images are the same, and only Stages that the key is for differ', () => {
    fc.assert(
      fc.property(images, (some) => {
        const [first, ...others] = some
        if (first === undefined) return
        const changed = factoryOf([{ ...first, enrolledAt: 1, atEnrollment: { stale: null } }, ...others])
        const before = new Map(
          factoryOf([{ ...first, enrolledAt: 1 }, ...others]).map(({ path, text }) => [path, text]),
        )
        const differing = changed.filter(({ path, text }) => before.get(path) !== text).map(({ path }) => path)
        const own = [`image-${first.enrollment.name}.k8s.yaml`, 'image-factory.k8s.yaml']
        expect(differing.filter((path) => !own.includes(path))).toEqual([])
      }),
    )
  })
})
