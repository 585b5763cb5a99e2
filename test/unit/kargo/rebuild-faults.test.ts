/** Runs the generated rebuild tasks in a simulated cluster: what becomes of a change when the forge does not do well. */
import { describe, expect, test } from 'vitest'
import { START } from '../../support/kargo/cluster.js'
import { addressOf } from '../../support/kargo/dialects.js'
import { exampleFactory } from './fixtures.js'
import { BAD, DAY, FORGES, HOUR, MINUTE, RebuildWorld } from './rebuild-world.js'

const RATE_LIMITS = {
  GitHub: [
    { status: 403, headers: { 'X-RateLimit-Remaining': '0' } },
    { status: 403, headers: { 'Retry-After': '60' } },
    { status: 429 },
  ],
  GitLab: [{ status: 429 }],
}
const READ_REFUSALS = { GitHub: [401, 403, 404, 422], GitLab: [401, 403, 404] }
const DISPATCH_REFUSALS = { GitHub: [401, 403, 404, 422], GitLab: [400, 401, 403, 404] }
const TOO_MANY = { message: 'too many requests' }

describe.each(FORGES)('on %s', (forge) => {
  const world = (difference = {}) => new RebuildWorld({ forge, ...difference })

  test.each(DISPATCH_REFUSALS[forge])(
    'a dispatch that is refused with %i ends it at once, in the words of the forge',
    (status) => {
      const it = world()
      it.forge.fails({ on: 'dispatch', times: 9, answer: { status, body: { message: 'Words of the forge' } } })
      it.change()
      it.cluster.run()
      expect(it.outcomes).toEqual([
        `Failed: step "rebuild::outcome": failed: ${forge} refused to start the build (${status}): Words of the forge`,
      ])
      expect(it.rebuilds[0]?.finishedAt).toBe(START)
      expect(it.counts).toEqual({ list: 2, dispatch: 1, one: 0 })
    },
  )

  test('the second dispatch may be refused as well', () => {
    const it = world()
    it.forge.plan.conclusions = [BAD[forge]]
    it.change()
    it.cluster.at(60, () => it.forge.fails({ on: 'dispatch', answer: { status: 401, body: { message: 'gone' } } }))
    it.cluster.run()
    expect(it.outcomes).toEqual([
      `Failed: step "rebuild::outcome": failed: ${forge} refused to start the build (401): gone`,
    ])
  })

  test.each(READ_REFUSALS[forge])(
    'builds that may not be read (%i) end it at once, with the reason; nothing is dispatched',
    (status) => {
      const it = world()
      it.forge.fails({ on: 'list', times: 9, answer: { status, body: { message: 'Words of the forge' } } })
      it.change()
      it.cluster.run()
      expect(it.outcomes).toEqual([
        `Failed: step "rebuild::lastBuild": HTTP (${status}) response met failure criteria: "Words of the forge"`,
      ])
      expect(it.counts).toEqual({ list: 1, dispatch: 0, one: 0 })
    },
  )

  test.each(READ_REFUSALS[forge].filter((status) => status !== 404))(
    'so do those that may not be read after the wait (%i)',
    (status) => {
      const it = world()
      it.builtBefore(DAY - HOUR)
      it.change()
      it.cluster.at(60, () => it.forge.fails({ on: 'list', times: 9, answer: { status, body: { message: 'gone' } } }))
      it.cluster.run()
      expect(it.outcomes).toEqual([
        `Failed: step "rebuild::builds": HTTP (${status}) response met failure criteria: "gone"`,
      ])
      expect(it.counts).toEqual({ list: 2, dispatch: 0, one: 0 })
    },
  )

  test.each(READ_REFUSALS[forge].filter((status) => status !== 404))(
    'and a build that may not be read (%i)',
    (status) => {
      const it = world()
      it.change()
      it.cluster.at(90, () => it.forge.fails({ on: 'one', times: 9, answer: { status, body: { message: 'gone' } } }))
      it.cluster.run()
      expect(it.outcomes).toEqual([
        `Failed: step "rebuild::build": HTTP (${status}) response met failure criteria: "gone"`,
      ])
      expect(it.counts.dispatch).toBe(1)
    },
  )

  test('a build that is not found yet is asked for again; after ten polls that is the end', () => {
    const it = world()
    it.forge.plan.lagSeconds = 4 * MINUTE
    it.change()
    it.cluster.run()
    expect(it.outcomes).toEqual(['Succeeded'])
    const never = world()
    never.forge.plan.lagSeconds = DAY
    never.change()
    never.cluster.run()
    expect(never.outcomes[0]).toMatch(
      /^Failed: step "rebuild::build": HTTP \(404\) response met failure criteria: "404 Not found"|"Not Found"$/,
    )
    expect(never.counts).toEqual({ list: 2, dispatch: 1, one: 12 })
  })

  test.each([
    ['list', 'a server error', { status: 502 }],
    ['list', 'dropped connections', 'dropped'],
    ['one', 'a server error', { status: 503 }],
    ['one', 'dropped connections', 'dropped'],
  ] as const)('%s: %s for ten minutes changes nothing', (on, _, answer) => {
    const it = world()
    it.forge.fails({ on, times: 999, answer })
    it.cluster.at(10 * MINUTE, () => it.forge.recovers())
    it.change()
    it.cluster.run()
    expect(it.outcomes).toEqual(['Succeeded'])
    expect(it.counts.dispatch).toBe(1)
    expect(it.cluster.requests.length).toBeLessThan(60)
  })

  test('answers that are slow cost half a minute each', () => {
    const it = world()
    it.forge.fails({ on: 'list', times: 3, answer: 'too late' })
    it.change()
    it.cluster.run()
    expect(it.outcomes).toEqual(['Succeeded'])
    expect(Math.round(it.asked('dispatch')[0] ?? 0)).toBe(90)
  })

  test.each(RATE_LIMITS[forge])('a rate limit (%j) is waited for, wherever it is', (limit) => {
    const it = world()
    const answer = { ...limit, body: TOO_MANY }
    for (const on of ['list', 'dispatch', 'one'] as const) it.forge.fails({ on, times: 5, answer })
    it.change()
    it.cluster.run()
    expect(it.outcomes).toEqual(['Succeeded'])
    expect(it.forge.dispatched).toHaveLength(1)
    expect(it.counts.dispatch).toBe(6)
  })

  test('a rate limit of more than an hour is the first of two tries', () => {
    const it = world()
    it.forge.fails({ on: 'dispatch', times: 130, answer: { status: 429, body: TOO_MANY } })
    it.change()
    it.cluster.run()
    expect(it.outcomes).toEqual(['Succeeded'])
    expect(it.forge.dispatched).toHaveLength(1)
    const sent = it.asked('dispatch')
    const pauses = sent.slice(1).map((at, index) => at - (sent[index] ?? 0))
    expect(pauses.filter((pause) => pause >= HOUR)).toHaveLength(1)
  })

  const LOST = [
    ['a server error', { status: 502 }],
    ['a dropped connection', 'dropped'],
    ['no answer in time', 'too late'],
  ] as const

  test.each(LOST)(
    'a dispatch that was taken, but its answer is %s: the build is looked for and followed',
    (_, answer) => {
      const it = world()
      it.forge.plan.lagSeconds = 2 * MINUTE
      it.forge.fails({ on: 'dispatch', isServed: true, answer })
      it.change()
      it.cluster.run()
      expect(it.outcomes).toEqual(['Succeeded'])
      expect(it.counts.dispatch).toBe(1)
      expect(it.outputOf('build')).toMatchObject({ run: { url: addressOf(it.forge.dispatched[0]!) } })
    },
  )

  test.each(LOST)(
    'a dispatch that was not taken (%s) is sent again after the pause, when no build appeared',
    (_, answer) => {
      const it = world()
      it.forge.fails({ on: 'dispatch', answer })
      it.change()
      it.cluster.run()
      expect(it.outcomes).toEqual(['Succeeded'])
      expect(it.forge.dispatched).toHaveLength(1)
      const [first = 0, second = 0, ...more] = it.asked('dispatch')
      expect(more).toEqual([])
      expect(second - first).toBeGreaterThanOrEqual(HOUR + 10 * MINUTE)
      expect(it.asked('list').filter((at) => at > first && at < second)).toHaveLength(11)
    },
  )

  test('the oldest of several that may be the one is: the others were started after it', () => {
    const it = world()
    it.forge.fails({ on: 'dispatch', isServed: true, answer: 'dropped' })
    it.change()
    it.cluster.at(30, () => it.build({ conclusion: BAD[forge], endsAt: START + 100 }))
    it.cluster.run()
    expect(it.outcomes).toEqual(['Succeeded'])
    expect(it.outputOf('build')).toMatchObject({ run: { url: addressOf(it.forge.builds[0]!) } })
  })

  test('a build that appears later than that is found after the pause', () => {
    const it = world()
    it.forge.plan.lagSeconds = 20 * MINUTE
    it.forge.fails({ on: 'dispatch', isServed: true, answer: 'dropped' })
    it.change()
    it.cluster.run()
    expect(it.outcomes).toEqual(['Succeeded'])
    expect(it.counts.dispatch).toBe(1)
  })

  test('two dispatches that are lost end it, with what happened', () => {
    const it = world()
    it.forge.fails({ on: 'dispatch', times: 9, answer: 'dropped' })
    it.change()
    it.cluster.run()
    expect(it.outcomes).toHaveLength(1)
    expect(it.outcomes[0]).toMatch(
      /^Failed: step "rebuild::outcome": failed: no build appeared \(0\) .*error sending HTTP request: EOF/,
    )
    expect(it.counts.dispatch).toBe(2)
  })

  test("a build of before, of a push or of another branch is not taken for one whose dispatch's answer was lost", () => {
    const it = world({ settings: { retries: 0 } })
    it.build({ startedAt: START - 3 * DAY, endsAt: START - 2 * DAY, visibleAt: 0 })
    it.forge.fails({ on: 'dispatch', answer: 'dropped' })
    it.change()
    it.cluster.at(30, () => it.build({ isDispatched: false }))
    it.cluster.at(30, () => it.build({ branch: 'next' }))
    it.cluster.run()
    expect(it.outcomes[0]).toMatch(/no build appeared/)
  })

  test('a token that is not there is refused, and nothing is sent twice', () => {
    const it = world()
    it.cluster.secrets[`${forge.toLowerCase()}-dispatch`] = {}
    it.change()
    it.cluster.run()
    expect(it.outcomes[0]).toMatch(/^Failed: step "rebuild::lastBuild": HTTP \(401\)/)
    expect(it.cluster.requests).toHaveLength(1)
  })
})

describe('GitHub of before 3.21, which does not say which run it started', () => {
  const factory = { servers: { githubApi: 'https://github.example.com/api/v3' } }

  test('is not asked for it; the run is looked for: one POST', () => {
    const it = new RebuildWorld({ factory })
    it.forge.plan.lagSeconds = 90
    it.change()
    it.cluster.run()
    expect(it.outcomes).toEqual(['Succeeded'])
    expect(it.counts).toMatchObject({ dispatch: 1, one: 0 })
    expect(it.cluster.requests.find(({ method }) => method === 'POST')?.body).not.toContain('return_run_details')
    expect(it.outputOf('build')).toMatchObject({ run: { url: addressOf(it.forge.dispatched[0]!) } })
  })

  test('a run is looked for from the answer on, however long a rate limit held the dispatch back', () => {
    const it = new RebuildWorld({ factory, settings: { retries: 0 } })
    it.forge.plan.lagSeconds = 5
    it.forge.fails({ on: 'dispatch', times: 40, answer: { status: 429, body: TOO_MANY } })
    it.change()
    it.cluster.run()
    expect(it.outcomes).toEqual(['Succeeded'])
    expect(it.forge.dispatched).toHaveLength(1)
  })

  test('a run that fails is followed by one retry', () => {
    const it = new RebuildWorld({ factory })
    it.forge.plan.conclusions = ['failure']
    it.change()
    it.cluster.run()
    expect(it.outcomes).toEqual(['Succeeded'])
    expect(it.counts.dispatch).toBe(2)
  })
})

test('GitHub is asked for the run; one whose key it does not know would say so', () => {
  expect(exampleFactory().servers).toBeUndefined()
  const it = new RebuildWorld()
  it.change()
  it.cluster.run()
  const { body } = it.cluster.requests.find(({ method }) => method === 'POST') ?? { body: '{}' }
  expect(JSON.parse(body)).toMatchObject({ ref: 'main', return_run_details: true })
})

test('what was wrong with the request is told by GitLab in a list for each field', () => {
  const it = new RebuildWorld({ forge: 'GitLab' })
  it.forge.fails({ on: 'dispatch', answer: { status: 400, body: { message: { base: ['Reference not found'] } } } })
  it.change()
  it.cluster.run()
  expect(it.outcomes[0]).toContain('GitLab refused to start the build (400): map[base:[Reference not found]]')
})
