/** Runs the generated rebuild tasks in a simulated cluster: what has to pass before a build is started, and what ends the wait. */
import { describe, expect, test } from 'vitest'
import { spread } from '../../../src/policy/index.js'
import { START } from '../../support/kargo/cluster.js'
import { NODE, PYTHON } from './fixtures.js'
import { BAD, DAY, FOREIGN, FORGES, HOUR, MINUTE, RebuildWorld } from './rebuild-world.js'

const TWO_HOURS = { text: '2h', seconds: 2 * HOUR }
const STAGGERED = { settings: { stagger: TWO_HOURS } }
const TURN = spread('app', 2 * HOUR)

describe.each(FORGES)('on %s', (forge) => {
  const world = (difference = {}) => new RebuildWorld({ forge, ...difference })

  describe('a rebuild does not start', () => {
    test('before rebuildDelay has passed since the last build that was good or may be', () => {
      const it = world()
      it.builtBefore(2 * DAY)
      it.build({ startedAt: START - 20 * HOUR, endsAt: START + HOUR, visibleAt: 0 })
      it.build({ startedAt: START - HOUR, endsAt: START - 1, conclusion: BAD[forge], visibleAt: 0 })
      it.change()
      it.cluster.run()
      expect(it.asked('dispatch')).toEqual([4 * HOUR])
    })

    test('before its turn', () => {
      const it = world(STAGGERED)
      it.change()
      it.cluster.run()
      expect(TURN).toBeGreaterThan(15 * MINUTE)
      expect(Math.abs((it.asked('dispatch')[0] ?? 0) - TURN)).toBeLessThanOrEqual(10)
      expect(it.asked('list')[0]).toBeGreaterThanOrEqual(TURN)
    })

    test('before the delay either, when its turn comes first', () => {
      const it = world(STAGGERED)
      it.builtBefore(DAY - 20 * HOUR)
      it.change()
      it.cluster.run()
      expect(it.asked('dispatch')).toEqual([20 * HOUR])
    })

    test('before the digest is old enough', () => {
      const it = world({ image: { minimumReleaseAge: { text: '3d', seconds: 3 * DAY } } })
      it.change()
      it.cluster.run(3 * DAY - 1)
      expect(it.cluster.requests).toEqual([])
      it.cluster.run()
      expect(it.asked('dispatch')).toEqual([3 * DAY])
    })

    test('its turn begins when the digest is old enough', () => {
      const it = world({ ...STAGGERED, image: { minimumReleaseAge: { text: '3d', seconds: 3 * DAY } } })
      it.change()
      it.cluster.run()
      expect(Math.abs((it.asked('dispatch')[0] ?? 0) - 3 * DAY - TURN)).toBeLessThanOrEqual(10)
    })

    test('for what was there when the base was enrolled: nothing is asked', () => {
      const digest = `sha256:${'e'.repeat(64)}`
      const it = world({ factory: { bases: [{ ...NODE, baselineDigest: digest }, PYTHON] } })
      it.change(NODE, digest)
      it.cluster.run()
      expect(it.outcomes).toEqual(['Succeeded'])
      expect(it.cluster.requests).toEqual([])
      it.change()
      it.cluster.run()
      expect(it.counts.dispatch).toBe(1)
    })

    test('for what was seen before the image was enrolled: nothing is asked', () => {
      const it = world({ tracked: { enrolledAt: START + HOUR } })
      it.change()
      it.cluster.run()
      expect(it.outcomes).toEqual(['Succeeded'])
      expect(it.cluster.requests).toEqual([])
      it.cluster.run(HOUR)
      it.change()
      it.cluster.run()
      expect(it.outcomes).toEqual(['Succeeded', 'Succeeded'])
      expect(it.asked('dispatch')).toEqual([HOUR])
    })

    test('by an override of another digest', () => {
      const it = world({ ...STAGGERED, factory: { overrides: [{ digest: FOREIGN, reason: 'x' }] } })
      it.builtBefore(HOUR)
      it.change()
      it.cluster.at(MINUTE, () => it.override(`sha256:${'d'.repeat(64)}`))
      it.cluster.run()
      expect(it.asked('dispatch')).toEqual([23 * HOUR])
    })

    test.each([
      ['empty', {}],
      ['not there', null],
    ])('where the map of overrides is %s', (_, overrides) => {
      const it = world()
      it.builtBefore(HOUR)
      if (overrides === null) it.cluster.configMaps.delete('rebuild-overrides')
      else it.cluster.configMaps.set('rebuild-overrides', overrides)
      it.change()
      it.cluster.run()
      expect(it.asked('dispatch')).toEqual([23 * HOUR])
    })

    test('again before retryPause is over', () => {
      const it = world({ settings: { retryPause: { text: '3h', seconds: 3 * HOUR } } })
      it.forge.plan.conclusions = [BAD[forge]]
      it.change()
      it.cluster.run()
      expect(it.asked('dispatch')).toEqual([0, 5 * MINUTE + 3 * HOUR])
    })
  })

  describe('an override of this very digest', () => {
    test.each([
      ['in force before', 0],
      ['in the middle', 5 * HOUR + MINUTE],
    ])('ends the wait for the delay within a poll: %s', (_, at) => {
      const it = world()
      it.builtBefore(HOUR)
      const { image } = it.change()
      it.cluster.at(at, () => it.override(image.digest))
      it.cluster.run()
      expect(it.outcomes).toEqual(['Succeeded'])
      const [dispatched = 0] = it.asked('dispatch')
      expect(dispatched).toBeGreaterThanOrEqual(at)
      expect(dispatched).toBeLessThanOrEqual(at + 15 * MINUTE)
    })

    test('ends the wait for the turn', () => {
      const it = world(STAGGERED)
      const { image } = it.change()
      it.override(image.digest)
      it.cluster.run()
      expect(it.asked('dispatch')).toEqual([0])
    })

    test('ends the pause before a retry', () => {
      const it = world({ settings: { retryPause: { text: '1d', seconds: DAY } } })
      it.forge.plan.conclusions = [BAD[forge]]
      const { image } = it.change()
      it.cluster.at(HOUR, () => it.override(image.digest))
      it.cluster.run()
      expect(it.outcomes).toEqual(['Succeeded'])
      expect(it.asked('dispatch')[1]).toBeLessThanOrEqual(HOUR + 15 * MINUTE)
    })

    test('starts no build where one covers the change', () => {
      const it = world()
      const { image } = it.change()
      it.build()
      it.override(image.digest)
      it.cluster.run()
      expect(it.outcomes).toEqual(['Succeeded'])
      expect(it.counts.dispatch).toBe(0)
    })
  })

  test('a cluster whose API is out of reach for two hours waits as long as before', () => {
    const it = world()
    it.builtBefore(DAY - 6 * HOUR)
    it.change()
    it.cluster.at(HOUR, () => {
      it.isClockDown = true
    })
    it.cluster.at(3 * HOUR, () => {
      it.isClockDown = false
    })
    it.cluster.run()
    expect(it.outcomes).toEqual(['Succeeded'])
    expect(Math.floor(it.asked('dispatch')[0] ?? 0)).toBe(6 * HOUR)
  })

  test('an override of a digest with a sibling lets the sibling wait', () => {
    const it = world()
    it.builtBefore(HOUR)
    const { image } = it.change(NODE)
    it.cluster.run(10)
    it.override(image.digest)
    it.cluster.at(2 * HOUR, () => it.change(PYTHON))
    it.cluster.run()
    const [first = 0, second = 0, ...more] = it.asked('dispatch')
    expect(first).toBeLessThanOrEqual(15 * MINUTE)
    expect(second).toBe(first + DAY)
    expect(more).toEqual([])
  })
})

test('turns differ from image to image, and no turn is without stagger', () => {
  const it = new RebuildWorld(STAGGERED)
  const { vars } = it.cluster.stage('rebuild-trigger-app')
  expect(vars.find(({ name }) => name === 'stagger')?.value).toBe(String(TURN))
  expect(new RebuildWorld().cluster.stage('rebuild-trigger-app').steps.some(({ as }) => as.endsWith('turn'))).toBe(
    false,
  )
})
