/** Runs the generated rebuild tasks in a simulated cluster: what becomes of a change when nothing is in the way. */
import { describe, expect, test } from 'vitest'
import { START } from '../../support/kargo/cluster.js'
import { addressOf } from '../../support/kargo/dialects.js'
import { NODE, PYTHON } from './fixtures.js'
import { BAD, DAY, FORGES, HOUR, MINUTE, RebuildWorld } from './rebuild-world.js'

describe.each(FORGES)('on %s', (forge) => {
  const bad = BAD[forge]
  const world = (difference = {}) => new RebuildWorld({ forge, ...difference })

  test('a change starts a build, follows it by its id and keeps its address', () => {
    const it = world()
    const { image } = it.change()
    it.cluster.run()
    expect(it.outcomes).toEqual(['Succeeded'])
    expect(it.forge.dispatched).toMatchObject([
      { branch: 'main', inputs: { why: `docker.io/library/node:22-bookworm-slim is now ${image.digest}` } },
    ])
    expect(it.outputOf('build')).toMatchObject({ run: { url: addressOf(it.forge.dispatched[0]!) } })
    expect(it.asked('one')).toEqual([0, 60, 120, 180, 240, 300])
    expect(it.counts).toMatchObject({ list: 2, dispatch: 1 })
  })

  test('rebuildDelay: the forge is asked before and after, not in between; it is due on the second', () => {
    const it = world()
    it.builtBefore(DAY - 10 * HOUR - 7 * MINUTE)
    it.change()
    it.cluster.run()
    expect(it.outcomes).toEqual(['Succeeded'])
    expect(it.asked('list')).toEqual([0, 10 * HOUR + 7 * MINUTE])
    expect(it.asked('dispatch')).toEqual([10 * HOUR + 7 * MINUTE])
    expect(it.ticks).toHaveLength(42)
  })

  test('a week of waiting costs the forge nothing, and a poll every 15 minutes', () => {
    const it = world({ image: { rebuildDelay: { text: '7d', seconds: 7 * DAY } } })
    it.builtBefore(0)
    it.cluster.run(1)
    it.change()
    it.cluster.run(7 * DAY - 1)
    expect(it.counts).toEqual({ list: 1, dispatch: 0, one: 0 })
    expect(it.ticks.length).toBeLessThanOrEqual((7 * DAY) / (15 * MINUTE) + 1)
    it.cluster.run()
    expect(it.asked('dispatch')).toEqual([7 * DAY])
  })

  test.each([
    ['90s', 90, 90],
    ['15m', 900, 900],
    ['1h', 3600, 3600],
  ])('settings.pollInterval %s is the longest that it waits between two looks', (text, seconds, longest) => {
    const it = world({ settings: { pollInterval: { text, seconds } } })
    it.builtBefore(DAY / 2)
    it.change()
    it.cluster.run()
    const pauses = it.ticks.slice(1).map((tick, index) => tick - (it.ticks[index] ?? 0))
    expect(Math.max(...pauses)).toBe(longest)
    expect(it.asked('dispatch')).toEqual([DAY / 2])
    const polls = it.asked('one')
    expect((polls[1] ?? 0) - (polls[0] ?? 0)).toBe(Math.min(60, longest))
  })

  test('rebuildDelay 0: at once, and nobody asks for the last build', () => {
    const it = world({ image: { rebuildDelay: { text: '0', seconds: 0 } } })
    it.builtBefore(HOUR)
    it.change()
    it.cluster.run()
    expect(it.asked('dispatch')).toEqual([0])
    expect(it.counts.list).toBe(1)
  })

  test('a build that fails is started again, once, after retryPause', () => {
    const it = world()
    it.forge.plan.conclusions = [bad]
    it.change()
    it.cluster.run()
    expect(it.outcomes).toEqual(['Succeeded'])
    expect(it.asked('dispatch')).toEqual([0, 5 * MINUTE + HOUR])
    expect(it.counts).toMatchObject({ list: 3 })
    expect(it.outputOf('build2')).toMatchObject({ run: { url: addressOf(it.forge.dispatched[1]!) } })
  })

  test('a build that fails twice ends the Promotion, with its address', () => {
    const it = world({ settings: { retryPause: { text: '10m', seconds: 600 } } })
    it.forge.plan.conclusions = [bad, bad]
    it.change()
    it.cluster.run()
    const [, second] = it.forge.dispatched
    expect(it.outcomes).toEqual([
      `Failed: step "rebuild::outcome": failed: the build ended as ${bad}: ${addressOf(second!)}`,
    ])
    expect(it.asked('dispatch')).toEqual([0, 5 * MINUTE + 600])
  })

  test('retries 0: one try', () => {
    const it = world({ settings: { retries: 0 } })
    it.forge.plan.conclusions = [bad]
    it.change()
    it.cluster.run(DAY)
    expect(it.outcomes).toEqual([
      `Failed: step "rebuild::outcome": failed: the build ended as ${bad}: ${addressOf(it.forge.dispatched[0]!)}`,
    ])
    expect(it.counts.dispatch).toBe(1)
  })

  test.each([
    ['two, so there is none left', {}, 2],
    ['one, with retries 0', { retries: 0 }, 1],
  ])(
    "after tries that failed, the other base's Promotion of the same change dispatches nothing: %s",
    (_, settings, tries) => {
      const it = world({ settings })
      it.forge.plan.conclusions = [bad, bad]
      it.change(NODE)
      it.change(PYTHON)
      it.cluster.run()
      expect(it.forge.dispatched).toHaveLength(tries)
      const last = addressOf(it.forge.dispatched.at(-1)!)
      expect(it.outcomes[1]).toBe(
        `Failed: step "rebuild::outcome": failed: builds with this change failed already, the last: ${last}`,
      )
    },
  )

  test('two bases at once: one dispatch', () => {
    const it = world()
    it.change(NODE)
    it.change(PYTHON)
    it.cluster.run()
    expect(it.outcomes).toEqual(['Succeeded', 'Succeeded'])
    expect(it.counts.dispatch).toBe(1)
  })

  test('two bases at once, whose build fails once: one retry, which serves both', () => {
    const it = world()
    it.forge.plan.conclusions = [bad]
    it.change(NODE)
    it.change(PYTHON)
    it.cluster.run()
    expect(it.outcomes).toEqual(['Succeeded', 'Succeeded'])
    expect(it.counts.dispatch).toBe(2)
  })

  test('several changes while it waits are gathered into one rebuild at its end', () => {
    const it = world()
    it.builtBefore(HOUR)
    for (const hour of [0, 3, 5]) it.cluster.at(hour * HOUR, () => it.change(hour === 3 ? PYTHON : NODE))
    it.cluster.run()
    expect(it.outcomes).toEqual(['Succeeded', 'Succeeded', 'Succeeded'])
    expect(it.asked('dispatch')).toEqual([23 * HOUR])
  })

  test('a base that changes while a build runs gets a build of its own after the delay', () => {
    const it = world()
    it.change(NODE)
    it.cluster.at(2 * MINUTE, () => it.change(PYTHON))
    it.cluster.run()
    expect(it.outcomes).toEqual(['Succeeded', 'Succeeded'])
    expect(it.asked('dispatch')).toEqual([0, DAY])
  })

  test('a build that covers the change already is no reason for another: three requests', () => {
    const it = world()
    it.change()
    it.build({ isDispatched: false, endsAt: START })
    it.cluster.run()
    expect(it.outcomes).toEqual(['Succeeded'])
    expect(it.counts).toEqual({ list: 2, dispatch: 0, one: 1 })
    expect(it.ticks).toEqual([])
  })

  test.each([
    ['succeeds', 'success', 0],
    ['fails, which counts as a try', bad, 1],
  ])('a build that a person starts during the wait is watched to its end: it %s', (_, conclusion, more) => {
    const it = world()
    it.builtBefore(DAY - 6 * HOUR)
    it.change()
    it.cluster.at(6 * HOUR - 60, () => it.build({ conclusion }))
    it.cluster.run()
    expect(it.outcomes).toEqual(['Succeeded'])
    expect(it.counts.dispatch).toBe(more)
    expect(it.asked('one')[0]).toBe(6 * HOUR)
  })

  test.each([
    ['dispatched counts as a try: the next one comes after the pause', true, 7 * HOUR],
    ['pushed is no try', false, 6 * HOUR],
  ])('a build that failed during the wait and was %s', (_, isDispatched, at) => {
    const it = world()
    it.builtBefore(DAY - 6 * HOUR)
    it.change()
    it.cluster.at(3 * HOUR, () => it.build({ isDispatched, conclusion: bad }))
    it.cluster.run()
    expect(it.outcomes).toEqual(['Succeeded'])
    expect(it.asked('dispatch')).toEqual([at])
  })

  test.each([
    ['succeeds', 'success', 'Succeeded'],
    ['fails', bad, 'Failed'],
  ])('so is one that a person starts during the pause: it %s', (_, conclusion, phase) => {
    const it = world()
    it.forge.plan.conclusions = [bad]
    it.change()
    it.cluster.at(30 * MINUTE, () => it.build({ conclusion, endsAt: START + 2 * HOUR }))
    it.cluster.run()
    expect(it.rebuilds.map((promotion) => promotion.phase)).toEqual([phase])
    expect(it.counts.dispatch).toBe(1)
  })

  test('by hand: at once, whatever was built; one request less', () => {
    const it = world()
    const freight = it.change()
    it.cluster.run()
    it.cluster.at(HOUR, () => it.byHand(freight))
    it.cluster.run()
    expect(it.outcomes).toEqual(['Succeeded', 'Succeeded'])
    expect(it.asked('dispatch')).toEqual([0, HOUR])
    expect(it.asked('list').filter((at) => at >= HOUR)).toEqual([HOUR])
  })

  test('by hand: a build that fails is not started again', () => {
    const it = world({ image: { autoRebuild: false } })
    const freight = it.change()
    it.forge.plan.conclusions = [bad]
    it.cluster.at(HOUR, () => it.byHand(freight))
    it.cluster.run(10 * DAY)
    expect(it.rebuilds.map(({ phase }) => phase)).toEqual(['Failed'])
    expect(it.counts.dispatch).toBe(1)
  })

  test('autoRebuild: false: nothing by itself; at once by whom ever, an API token without a name too', () => {
    const it = world({ image: { autoRebuild: false } })
    const freight = it.change()
    it.cluster.run(3 * DAY)
    expect(it.rebuilds).toEqual([])
    it.builtBefore(HOUR)
    it.byHand(freight, '')
    it.cluster.run()
    expect(it.outcomes).toEqual(['Succeeded'])
    expect(it.asked('dispatch')).toEqual([3 * DAY])
  })
})
