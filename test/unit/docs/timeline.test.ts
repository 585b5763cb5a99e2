import { describe, expect, it } from 'vitest'
import { buildsOf, SCENARIOS, timeline, withTimelines } from '../../../scripts/rebuild-timeline.js'
import { rebuildEligibleAt } from '../../../src/policy/index.js'
import { readDocument } from '../../support/documents.js'

const page = readDocument('docs/rebuild-policy.md')

it('docs/rebuild-policy.md has the timelines that the rule gives', () => {
  expect(page, 'rewrite it: npm run docs').toBe(withTimelines(page, rebuildEligibleAt))
})

describe.each(Object.entries(SCENARIOS))('the story %s', (_, scenario) => {
  const builds = buildsOf(scenario, rebuildEligibleAt)
  const changes = scenario.events.filter((event) => event.kind === 'change')

  it('keeps rebuildDelay between a build and the next rebuild', () => {
    for (const [index, { day, isByHand }] of builds.entries()) {
      const before = builds[index - 1]
      if (before !== undefined && !isByHand) expect(day - before.day).toBeGreaterThanOrEqual(scenario.rebuildDelay)
    }
  })

  it('takes every change along, and none before it is old enough', () => {
    for (const { day, base } of changes) {
      const next = builds.find((one) => one.day >= day && one.bases.includes(base))
      expect(next, `${base} of day ${day}`).toBeDefined()
    }
    for (const { day, isByHand, bases } of builds) {
      const newest = changes.filter((one) => one.day <= day && bases.includes(one.base)).map((one) => one.day)
      if (!isByHand) expect(day - Math.max(...newest)).toBeGreaterThanOrEqual(scenario.minimumReleaseAge)
    }
  })

  it('is drawn with every change and every build', () => {
    const chart = timeline(scenario, rebuildEligibleAt)
    expect(chart.match(/new digest :milestone/g)).toHaveLength(changes.length)
    expect(chart.match(/(?:rebuild|build by hand) :crit, milestone/g)).toHaveLength(builds.length)
  })
})

describe('what the page says of them', () => {
  const delay = buildsOf(SCENARIOS.delay!, rebuildEligibleAt)

  it('the first change after a quiet time rebuilds at once', () => {
    expect([delay[0], delay.at(-1)]).toMatchObject([
      { day: 1, waitedSince: 1 },
      { day: 27, waitedSince: 27 },
    ])
  })

  it('changes of two bases are gathered into one rebuild; a build by hand settles what had changed', () => {
    expect(delay[1]).toMatchObject({ day: 8, bases: ['debian', 'node'] })
    expect(delay[2]).toMatchObject({ day: 13, isByHand: true, bases: ['node'] })
    expect(delay).toHaveLength(4)
  })

  it('a newer digest starts minimumReleaseAge anew', () => {
    expect(buildsOf(SCENARIOS.age!, rebuildEligibleAt).map(({ day }) => day)).toEqual([4, 14])
  })
})
