/** Runs the generated rebuild tasks in a simulated cluster whose controller is replaced: no second build, and none forgotten. */
import { describe, expect, test } from 'vitest'
import { START } from '../../support/kargo/cluster.js'
import { BAD, DAY, FORGES, HOUR, MINUTE, RebuildWorld } from './rebuild-world.js'

describe.each(FORGES)('on %s, a controller that is replaced', (forge) => {
  const world = (difference = {}) => new RebuildWorld({ forge, ...difference })

  test('while it waits for its turn: goes on', () => {
    const it = world({ settings: { stagger: { text: '2h', seconds: 2 * HOUR } } })
    it.change()
    it.cluster.at(10 * MINUTE, () => it.cluster.restart())
    it.cluster.run()
    expect(it.outcomes).toEqual(['Succeeded'])
    expect(it.counts).toMatchObject({ list: 2, dispatch: 1 })
  })

  test('while it waits for the delay: goes on, reads nothing again, and is due on the second', () => {
    const it = world()
    it.builtBefore(DAY - 10 * HOUR)
    it.change()
    for (const hour of [1, 2, 9]) it.cluster.at(hour * HOUR + 77, () => it.cluster.restart())
    it.cluster.run()
    expect(it.outcomes).toEqual(['Succeeded'])
    expect(it.asked('list')).toEqual([0, 10 * HOUR])
    expect(it.asked('dispatch')).toEqual([10 * HOUR])
  })

  test.each([
    ['success', 'Succeeded', 1],
    ['bad', 'Failed', 2],
  ])('while a build runs that ends as %s: waits for its end, and dispatches no other', (conclusion, phase, tries) => {
    const it = world()
    it.forge.plan.conclusions = conclusion === 'bad' ? [BAD[forge], BAD[forge]] : []
    it.change()
    for (const at of [90, 150, HOUR + 7 * MINUTE]) it.cluster.at(at, () => it.cluster.restart())
    it.cluster.run()
    expect(it.rebuilds.map((promotion) => promotion.phase)).toEqual([phase])
    expect(it.counts.dispatch).toBe(tries)
    expect(it.rebuilds[0]?.finishedAt).toBeGreaterThanOrEqual(it.forge.builds.at(-1)?.endsAt ?? 0)
  })

  test('while a build runs that a person asked for', () => {
    const it = world({ image: { autoRebuild: false } })
    const freight = it.change()
    it.byHand(freight)
    for (const at of [90, 150]) it.cluster.at(at, () => it.cluster.restart())
    it.cluster.run()
    expect(it.outcomes).toEqual(['Succeeded'])
    expect(it.counts.dispatch).toBe(1)
    expect(it.rebuilds[0]?.finishedAt).toBeGreaterThanOrEqual(START + 300)
  })

  test.each([
    ['by itself', ''],
    ['by hand', 'admin'],
  ])('in the middle of the POST, %s: finds the build', (_, actor) => {
    const it = world({ image: { autoRebuild: actor === '' } })
    it.forge.fails({ on: 'dispatch', isServed: true, answer: 'controller gone' })
    const freight = it.change()
    if (actor !== '') it.byHand(freight, actor)
    it.cluster.run()
    expect(it.outcomes).toEqual(['Succeeded'])
    expect(it.counts.dispatch).toBe(1)
  })

  test('in the middle of the second POST: finds the build', () => {
    const it = world()
    it.forge.plan.conclusions = [BAD[forge]]
    it.change()
    it.cluster.at(60, () => it.forge.fails({ on: 'dispatch', isServed: true, answer: 'controller gone' }))
    it.cluster.run()
    expect(it.outcomes).toEqual(['Succeeded'])
    expect(it.counts.dispatch).toBe(2)
  })

  test('in the middle of the POST that never arrived: sends it', () => {
    const it = world()
    it.forge.fails({ on: 'dispatch', answer: 'controller gone' })
    it.change()
    it.cluster.run()
    expect(it.outcomes).toEqual(['Succeeded'])
    expect(it.forge.dispatched).toHaveLength(1)
    expect(it.asked('dispatch')).toEqual([0, 20])
  })

  test('in the pause: goes on with it, and tries once', () => {
    const it = world()
    it.forge.plan.conclusions = [BAD[forge]]
    it.change()
    for (const at of [20, 40, 60]) it.cluster.at(at * MINUTE, () => it.cluster.restart())
    it.cluster.run()
    expect(it.outcomes).toEqual(['Succeeded'])
    const [, second = 0] = it.asked('dispatch')
    expect(it.counts.dispatch).toBe(2)
    expect(second - HOUR).toBeLessThanOrEqual(6 * MINUTE)
  })

  test('while a build is looked for: adopts it when it appears', () => {
    const it = world()
    it.forge.plan.lagSeconds = 4 * MINUTE
    it.forge.fails({ on: 'dispatch', isServed: true, answer: 'dropped' })
    it.change()
    for (const at of [70, 200]) it.cluster.at(at, () => it.cluster.restart())
    it.cluster.run()
    expect(it.outcomes).toEqual(['Succeeded'])
    expect(it.counts.dispatch).toBe(1)
  })

  test('while the second build is looked for: adopts it too', () => {
    const it = world()
    it.forge.plan.conclusions = [BAD[forge]]
    it.change()
    it.cluster.at(2 * MINUTE, () => {
      it.forge.plan.lagSeconds = 4 * MINUTE
      it.forge.fails({ on: 'dispatch', isServed: true, answer: 'dropped' })
    })
    for (const at of [HOUR + 6 * MINUTE, HOUR + 8 * MINUTE]) it.cluster.at(at, () => it.cluster.restart())
    it.cluster.run()
    expect(it.outcomes).toEqual(['Succeeded'])
    expect(it.counts.dispatch).toBe(2)
  })

  test.each([
    ['turn', { settings: { stagger: { text: '2h', seconds: 2 * HOUR } } }, 0],
    ['delay', {}, HOUR],
  ])(
    'while a build runs that did not wait for the %s, and the override is taken back: waits for the build alone',
    (_, difference, before) => {
      const it = world(difference)
      if (before > 0) it.builtBefore(before)
      const { image } = it.change()
      it.override(image.digest)
      it.cluster.at(60, () => it.cluster.configMaps.delete('rebuild-overrides'))
      it.cluster.at(90, () => it.cluster.restart())
      it.cluster.run()
      expect(it.outcomes).toEqual(['Succeeded'])
      expect((it.rebuilds[0]?.finishedAt ?? 0) - START).toBeLessThan(7 * MINUTE)
    },
  )

  test('while a dispatch is held back by a rate limit: sends it after the pause', () => {
    const it = world()
    it.forge.fails({ on: 'dispatch', times: 3, answer: { status: 429 } })
    it.change()
    it.cluster.at(45, () => it.cluster.restart())
    it.cluster.run()
    expect(it.outcomes).toEqual(['Succeeded'])
    expect(it.forge.dispatched).toHaveLength(1)
  })

  test('once every minute: as if nothing had been', () => {
    const it = world({
      settings: { stagger: { text: '10m', seconds: 600 } },
      image: { rebuildDelay: { text: '1h', seconds: HOUR } },
    })
    it.builtBefore(30 * MINUTE)
    it.forge.plan.conclusions = [BAD[forge]]
    it.change()
    for (let at = 31; at < 3 * HOUR; at += 61) it.cluster.at(at, () => it.cluster.restart())
    it.cluster.run()
    expect(it.outcomes).toEqual(['Succeeded'])
    expect(it.counts.dispatch).toBe(2)
  })
})
