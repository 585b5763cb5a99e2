/** What is asked again, how often, and what a run waits for one server in all. */
import fc from 'fast-check'
import { describe, expect, it, test } from 'vitest'
import { type RequestFailure, RetryPolicy, requestFailure } from '../../../src/network/index.js'
import { newClock } from '../../support/clock.js'

const UNIT = 1000
const ANSWER = { kind: 'response' as const }
type Outcome = RequestFailure | typeof ANSWER

const bad = (reason: RequestFailure['reason'], wait: number | null = null) =>
  requestFailure(reason, 'api.example', 'is not well', 'Wait.', { wait })

function newPolicy() {
  const pauses: number[] = []
  const said: string[] = []
  const log = { warning: (text: string) => said.push(text), debug: () => undefined }
  const clock = newClock(pauses)
  const policy = new RetryPolicy({ log, clock })
  /** Asks one thing; each try has the next of these outcomes, the last one for ever. */
  const ask = async (outcomes: readonly Outcome[], isRepeatable = true) => {
    let tries = 0
    const run = async (): Promise<Outcome> => outcomes[Math.min(tries++, outcomes.length - 1)] ?? ANSWER
    const reply = await policy.run(run, { name: 'GET /x', isRepeatable })
    return { reply, tries }
  }
  return { ask, pauses, said, clock }
}

describe('one question', () => {
  it.each([
    ['timeout', 4],
    ['unreachable', 4],
    ['unknown-host', 4],
    ['disconnected', 4],
    ['server-error', 4],
    ['rate-limited', 4],
    ['certificate', 1],
    ['too-large', 1],
    ['unexpected', 1],
    ['redirect', 1],
    ['not-allowed', 1],
  ] as const)('%s: %i tries', async (reason, expected) => {
    const { ask } = newPolicy()
    expect(await ask([bad(reason, reason === 'rate-limited' ? 0 : null)])).toEqual({
      reply: expect.objectContaining({ reason }),
      tries: expected,
    })
  })

  it.each([
    ['timeout', 1],
    ['disconnected', 1],
    ['server-error', 1],
    ['unreachable', 4],
    ['unknown-host', 4],
    ['rate-limited', 4],
  ] as const)('that must not be done twice, %s: %i tries', async (reason, expected) => {
    const { ask } = newPolicy()
    expect((await ask([bad(reason, reason === 'rate-limited' ? 0 : null)], false)).tries).toBe(expected)
  })

  it('has pauses that grow, each a little other than the last time', async () => {
    const runs = await Promise.all(
      Array.from({ length: 20 }, async () => {
        const { ask, pauses } = newPolicy()
        await ask([bad('server-error')])
        return pauses
      }),
    )
    for (const pauses of runs) {
      expect(pauses).toHaveLength(3)
      for (const [at, pause] of pauses.entries()) {
        expect(pause).toBeGreaterThanOrEqual(UNIT * 2 ** at)
        expect(pause).toBeLessThanOrEqual(2 * UNIT * 2 ** at)
      }
    }
    expect(new Set(runs.map(([first]) => first)).size).toBeGreaterThan(10)
  })

  it('waits as long as it is asked to, and says so where it is long', async () => {
    const { ask, pauses, said } = newPolicy()
    expect(await ask([bad('rate-limited', 30_000), bad('server-error', 2_000), ANSWER])).toEqual({
      reply: ANSWER,
      tries: 3,
    })
    expect(pauses.map((pause) => Math.floor(pause / 1000))).toEqual([expect.closeTo(30, -1), expect.closeTo(2, -1)])
    expect(pauses[0]).toBeGreaterThanOrEqual(30_000)
    expect(said).toEqual(['api.example is not well: retrying GET /x in 30 s.'])
  })

  it('is not tried again after a longer pause than a run waits', async () => {
    const { ask, pauses } = newPolicy()
    expect((await ask([bad('rate-limited', 181_000), ANSWER])).tries).toBe(1)
    expect(pauses).toEqual([])
  })
})

describe('all questions of a run', () => {
  it('wait together when one is asked to, and the time counts once', async () => {
    const { ask, clock } = newPolicy()
    const replies = await Promise.all(Array.from({ length: 9 }, () => ask([bad('rate-limited', 100_000), ANSWER])))
    expect(replies.map(({ reply }) => reply)).toEqual(Array(9).fill(ANSWER))
    expect(clock.now()).toBeGreaterThanOrEqual(100_000)
  })

  it('are not asked any more once the server has had its pauses', async () => {
    const { ask } = newPolicy()
    expect((await ask([bad('rate-limited', 100_000), ANSWER])).reply).toBe(ANSWER)
    expect((await ask([bad('rate-limited', 100_000), ANSWER])).tries).toBe(1)
    expect(await ask([ANSWER])).toEqual({ reply: expect.objectContaining({ reason: 'rate-limited' }), tries: 0 })
  })

  it.each([
    ['timeout', 2],
    ['disconnected', 8],
    ['unreachable', 8],
    ['server-error', 32],
  ] as const)('are not asked any more after some were %s: %i', async (reason, expected) => {
    const { ask } = newPolicy()
    let asked = 0
    while ((await ask([bad(reason)])).tries > 0) asked += 1
    expect(asked).toBe(expected)
  })

  it('begin anew with every answer', async () => {
    const { ask } = newPolicy()
    for (let round = 0; round < 50; round += 1) {
      expect((await ask([bad('disconnected')])).tries).toBe(4)
      expect((await ask([bad('disconnected'), ANSWER])).reply).toBe(ANSWER)
    }
  })

  test('whatever the server does, it costs a bounded time and a bounded number of tries', async () => {
    const reasons = fc.constantFrom<RequestFailure['reason']>(
      'timeout',
      'unreachable',
      'unknown-host',
      'disconnected',
      'rate-limited',
      'server-error',
    )
    const outcomes = fc.oneof(fc.constant(ANSWER), fc.tuple(reasons, fc.option(fc.nat(1_000_000))))
    await fc.assert(
      fc.asyncProperty(fc.array(fc.array(outcomes, { minLength: 1, maxLength: 6 }), { maxLength: 40 }), async (all) => {
        const { ask, clock } = newPolicy()
        let backoffs = 0
        for (const one of all) {
          const { tries } = await ask(one.map((outcome) => ('kind' in outcome ? outcome : bad(...outcome))))
          expect(tries).toBeLessThanOrEqual(4)
          backoffs += Math.max(0, tries - 1)
        }
        // Pauses that were asked for, each with a first pause of spread, and our own, the longest of which is eight.
        expect(clock.now()).toBeLessThanOrEqual(180 * UNIT + backoffs * 9 * UNIT)
      }),
    )
  })
})
