/** What becomes of a rebuild when GitHub refuses, fails, or does not answer. */
import { expect } from 'vitest'
import type { Fault, ForgeAnswer } from '../support/builds.ts'
import type { ImageSpec } from '../support/factory.ts'
import type { Scenario } from '../support/suite.ts'
import type { TestImage } from '../support/test-image.ts'
import { MAIN, ONCE } from './factories.ts'
import { one } from './rebuild.ts'

/** A rebuild, with something that goes wrong. */
export function faulty(
  title: string,
  image: ImageSpec,
  faults: readonly Fault[],
  check: (image: TestImage) => Promise<void>,
): Scenario {
  return one(title, MAIN, image, async (only) => {
    for (const fault of faults) only.builds.fails(fault)
    await check(only)
    expect(only.builds.unusedFaults, 'what was to go wrong did').toEqual([])
  })
}

/** It ends well, after so many dispatches. */
export function endsWell(dispatches: number) {
  return async (image: TestImage): Promise<void> => {
    await image.succeeds(await image.change(), 400)
    expect(image.builds.counts()).toMatchObject({ dispatch: dispatches })
    await image.dispatchesNoMore(20)
  }
}

/** It ends badly without another try, and the message has the forge's own words. */
export function endsAtOnce(words: string, counts: { readonly runs: number; readonly dispatch: number }) {
  return async (image: TestImage): Promise<void> => {
    const promotion = await image.fails(await image.change())
    expect(promotion.status?.message).toContain(words)
    expect(image.builds.counts()).toMatchObject(counts)
    await image.dispatchesNoMore(30)
    expect(image.builds.counts()).toMatchObject(counts)
  }
}

export function refusal(status: number): ForgeAnswer {
  return { status, body: { message: `The words that go with ${status}` } }
}

const refused: readonly Scenario[] = [
  ...[401, 403, 404, 422].map((status) =>
    faulty(
      `POST answers ${status}`,
      { name: `post-${status}` },
      [{ question: 'dispatch', answer: refusal(status) }],
      endsAtOnce(`The words that go with ${status}`, { runs: 2, dispatch: 1 }),
    ),
  ),
  ...[401, 403, 404].map((status) =>
    faulty(
      `GET answers ${status}`,
      { name: `get-${status}` },
      [{ question: 'runs', answer: refusal(status) }],
      endsAtOnce(`The words that go with ${status}`, { runs: 1, dispatch: 0 }),
    ),
  ),
  faulty(
    'GET answers 403 as it decides',
    { name: 'get-403-late', entry: { rebuildDelay: '0' } },
    [{ question: 'runs', answer: refusal(403) }],
    endsAtOnce('The words that go with 403', { runs: 1, dispatch: 0 }),
  ),
  faulty(
    'GET answers 401 while building',
    { name: 'run-401' },
    [{ question: 'run', answer: refusal(401) }],
    endsAtOnce('The words that go with 401', { runs: 2, dispatch: 1 }),
  ),
]

const down: readonly Scenario[] = [
  faulty(
    'GET answers 5xx for a while',
    { name: 'get-5xx' },
    [{ question: 'runs', answer: refusal(503), seconds: 25 }],
    endsWell(1),
  ),
  faulty(
    'GET is dropped for a while',
    { name: 'get-dropped' },
    [{ question: 'runs', answer: 'drop', seconds: 25 }],
    endsWell(1),
  ),
  one('GET answers 5xx, then is dropped, while building', MAIN, { name: 'run-5xx' }, async (image) => {
    image.builds.buildSeconds = 45
    const change = await image.change()
    await image.asked('run', 1)
    image.builds.fails({ question: 'run', answer: refusal(502), seconds: 15 })
    await image.asked('run', 3)
    image.builds.fails({ question: 'run', answer: 'drop', seconds: 15 })
    await image.succeeds(change)
    expect(image.builds.counts()).toMatchObject({ dispatch: 1 })
  }),
]

const unanswered: readonly Scenario[] = [
  faulty(
    'POST answers 500, nothing started',
    { name: 'post-500' },
    [{ question: 'dispatch', answer: refusal(500), times: 1 }],
    endsWell(2),
  ),
  faulty(
    'POST answers 500, all the same it started',
    { name: 'post-500-started' },
    [{ question: 'dispatch', answer: refusal(500), times: 1, starts: true }],
    endsWell(1),
  ),
  faulty(
    'POST hangs, all the same it started',
    { name: 'post-hangs' },
    [{ question: 'dispatch', answer: 'drop', times: 1, starts: true, hangSeconds: 40 }],
    endsWell(1),
  ),
  faulty(
    'POST is dropped, all the same it started',
    { name: 'post-lost' },
    [{ question: 'dispatch', answer: 'drop', times: 1, starts: true }],
    endsWell(1),
  ),
  faulty(
    'POST is dropped, nothing started',
    { name: 'post-dropped' },
    [{ question: 'dispatch', answer: 'drop', times: 1 }],
    endsWell(2),
  ),
  faulty('POST is dropped twice', { name: 'post-never' }, [{ question: 'dispatch', answer: 'drop' }], async (image) => {
    const promotion = await image.fails(await image.change(), 400)
    expect(promotion.status?.message, 'the message says what was tried').toContain('no build appeared')
    expect(image.builds.counts()).toMatchObject({ dispatch: 2, run: 0 })
    await image.dispatchesNoMore(20)
  }),
  faulty('204 of an older server', { name: 'older-server', isOnOlderServer: true }, [], async (image) => {
    await endsWell(1)(image)
    const [dispatch] = image.builds.asked('dispatch')
    expect(dispatch?.status).toBe(204)
    expect(Object.keys(dispatch?.body ?? {}).sort()).toEqual(['inputs', 'ref'])
  }),
]

const SPENT: ForgeAnswer = {
  status: 403,
  headers: { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': '1' },
  body: { message: 'API rate limit exceeded' },
}
const TOO_MANY: ForgeAnswer = { status: 429, headers: { 'retry-after': '1' }, body: { message: 'Too many requests' } }

const limited: readonly Scenario[] = [
  one(
    'POST: 429 for longer than a run is looked for, then 204 of an older server',
    ONCE,
    { name: 'throttled', isOnOlderServer: true },
    async (image) => {
      image.builds.listedAfterSeconds = 5
      image.builds.fails({ question: 'dispatch', answer: TOO_MANY, seconds: 100 })
      await endsWell(5)(image)
      expect(image.builds.runs, 'one build in any case').toHaveLength(1)
    },
  ),
  ...(
    [
      ['GET: 403 with the headers of a limit', 'get-limit', 'runs', SPENT, 1],
      ['GET: 429', 'get-429', 'runs', TOO_MANY, 1],
      ['POST: 403 with the headers of a limit', 'post-limit', 'dispatch', SPENT, 2],
      ['POST: 429', 'post-429', 'dispatch', TOO_MANY, 2],
    ] as const
  ).map(([title, name, question, answer, dispatches]) =>
    faulty(title, { name }, [{ question, answer, times: 1 }], async (image) => {
      await endsWell(dispatches)(image)
      expect(image.builds.runs, 'one build in any case').toHaveLength(1)
    }),
  ),
]

/** Every row about answers of GitHub that are none. */
export const FORGE_FAULTS: readonly Scenario[] = [...refused, ...down, ...unanswered, ...limited]
