/** Runs the generated tasks that note when a digest was first seen and tell the state repository, in a simulated cluster. */
import { describe, expect, test } from 'vitest'
import type { Fault } from '../../support/kargo/build-forge.js'
import { START } from '../../support/kargo/cluster.js'
import { github, image, NODE, PYTHON, TELLING } from './fixtures.js'
import { type Difference, HOUR, RebuildWorld } from './rebuild-world.js'

const BASELINE = `sha256:${'e'.repeat(64)}`
const TOLD: Difference = {
  settings: { ...TELLING, analysis: false },
  // Nothing but the state repository's workflow shall be asked.
  factory: {
    images: [image({ autoRebuild: false }), image({ name: 'source-only', source: github({ workflow: null }) }, [])],
    bases: [{ ...NODE, baselineDigest: BASELINE }, PYTHON],
  },
}
const CLOCK = 'GET https://kubernetes.default.svc/livez'
const PLACE = 'https://api.github.com/repos/craigedmunds/image-factory-state/actions/workflows/synth.yml'

/** The phases of the Promotions, and which notices arrived. */
function outcome({ cluster, forge }: RebuildWorld) {
  const phases = cluster.promotions.map(({ phase }) => phase)
  return { phases, input: forge.dispatched.map(({ inputs }) => inputs.reason) }
}

const NEWS = 'base image node:22-bookworm-slim changed'

describe('a new digest', () => {
  test('is noted on its Freight with the time, and told', () => {
    const it = new RebuildWorld(TOLD)
    it.cluster.run(HOUR)
    const freight = it.change()
    it.cluster.run()
    expect(freight.metadata).toEqual(new Map([['observedAt', START + HOUR]]))
    expect(outcome(it)).toEqual({ phases: ['Succeeded'], input: [NEWS] })
    expect(it.cluster.requests.map(({ method, url }) => `${method} ${url}`)).toEqual([
      CLOCK,
      CLOCK,
      `GET ${PLACE}/runs?exclude_pull_requests=true&per_page=20&branch=main`,
      `POST ${PLACE}/dispatches`,
    ])
  })

  test('that was there from the start is seen at 0, and no news', () => {
    const it = new RebuildWorld(TOLD)
    const freight = it.change(NODE, BASELINE)
    it.cluster.run()
    expect(freight.metadata).toEqual(new Map([['observedAt', 0]]))
    expect(outcome(it)).toEqual({ phases: ['Succeeded'], input: [] })
    expect(it.cluster.requests).toEqual([])
  })

  test('is noted once: promoted again, it keeps its time and is no news', () => {
    const it = new RebuildWorld(TOLD)
    const freight = it.change()
    it.cluster.run()
    it.cluster.at(HOUR, () => it.cluster.promote('soak-node-22-bookworm-slim', freight, 'admin'))
    it.cluster.run()
    expect(freight.metadata).toEqual(new Map([['observedAt', START]]))
    expect(outcome(it)).toEqual({ phases: ['Succeeded', 'Succeeded'], input: [NEWS] })
    expect(it.counts).toMatchObject({ list: 1, dispatch: 1 })
  })

  test('is noted though nobody wants to be told', () => {
    const it = new RebuildWorld({ image: { autoRebuild: false } })
    const freight = it.change()
    it.cluster.run()
    expect(freight.metadata).toEqual(new Map([['observedAt', START]]))
    expect(it.cluster.requests).toEqual([])
  })

  test('is not told when a run waits to start: that one will see it too', () => {
    const it = new RebuildWorld(TOLD)
    it.forge.start(PLACE, { state: 'queued' })
    it.change()
    it.cluster.run()
    expect(outcome(it)).toEqual({ phases: ['Succeeded'], input: [undefined] })
    expect(it.counts).toMatchObject({ list: 1, dispatch: 0 })
  })

  test('is not told when a run began since: it sees the change', () => {
    const it = new RebuildWorld(TOLD)
    it.change()
    it.cluster.at(5, () => it.forge.start(PLACE))
    it.cluster.run()
    expect(outcome(it)).toEqual({ phases: ['Succeeded'], input: [undefined] })
  })

  test('is told when a run is under way, which may be beyond it', () => {
    const it = new RebuildWorld(TOLD)
    it.forge.start(PLACE, { startedAt: START - 10 })
    it.change()
    it.cluster.run()
    expect(outcome(it)).toEqual({ phases: ['Succeeded'], input: [undefined, NEWS] })
  })

  test.each<[string, Fault, number]>([
    ['the question fails', { on: 'list', answer: { status: 503 } }, 1],
    ['the question is refused', { on: 'list', answer: { status: 401, body: { message: 'Bad credentials' } } }, 1],
    ['the question is dropped', { on: 'list', answer: 'dropped' }, 1],
    ['the notice fails', { on: 'dispatch', answer: { status: 503 } }, 0],
    ['the notice is refused', { on: 'dispatch', answer: { status: 404, body: { message: 'Not Found' } } }, 0],
    ['the notice is dropped', { on: 'dispatch', answer: 'dropped' }, 0],
    ['the answer to the notice is lost', { on: 'dispatch', isServed: true, answer: 'dropped' }, 1],
  ])('goes on within the minute when %s, and nothing is sent twice', (_, fault, input) => {
    const it = new RebuildWorld(TOLD)
    it.forge.fails({ ...fault, times: 9 })
    it.change()
    it.cluster.run()
    expect(it.cluster.promotions.map(({ phase }) => phase)).toEqual(['Succeeded'])
    expect(it.cluster.now).toBeGreaterThanOrEqual(10)
    expect(it.cluster.now).toBeLessThan(40)
    expect(it.forge.dispatched).toHaveLength(input)
    expect(it.counts).toMatchObject({ list: 1, dispatch: 1 })
  })

  test('is noted without the Secret github-dispatch: GitHub refuses the notice, and the Promotion succeeds', () => {
    const it = new RebuildWorld(TOLD)
    delete it.cluster.secrets['github-dispatch']
    const freight = it.change()
    it.cluster.run()
    expect(freight.metadata).toEqual(new Map([['observedAt', START]]))
    expect(outcome(it)).toEqual({ phases: ['Succeeded'], input: [] })
    expect(it.counts).toMatchObject({ list: 1, dispatch: 1 })
  })

  test('is told once, when the controller goes in the middle', () => {
    const it = new RebuildWorld(TOLD)
    it.forge.fails({ on: 'dispatch', isServed: true, answer: 'controller gone' })
    it.change()
    it.cluster.run()
    expect(outcome(it)).toEqual({ phases: ['Succeeded'], input: [NEWS] })
  })
})

describe('a change of a source', () => {
  const stage = (it: RebuildWorld) => {
    const [name = ''] = it.cluster.stageNames.filter((one) => one.startsWith('discover-'))
    return name
  }
  const promoted = (it: RebuildWorld) => {
    const freight = it.change(NODE, BASELINE)
    it.cluster.promote(stage(it), freight)
    it.cluster.run()
    return it.cluster.promotions.filter((promotion) => promotion.stage.name === stage(it)).map(({ phase }) => phase)
  }

  test('is told', () => {
    const it = new RebuildWorld(TOLD)
    expect(promoted(it)).toEqual(['Succeeded'])
    expect(it.forge.dispatched).toHaveLength(1)
  })

  test('is not told when a run waits, and goes on when the workflow cannot be reached', () => {
    const it = new RebuildWorld(TOLD)
    it.forge.start(PLACE, { state: 'queued' })
    expect(promoted(it)).toEqual(['Succeeded'])
    expect(it.forge.dispatched).toHaveLength(1)
    const broken = new RebuildWorld(TOLD)
    for (const on of ['list', 'dispatch'] as const) broken.forge.fails({ on, times: 99, answer: { status: 500 } })
    expect(promoted(broken)).toEqual(['Succeeded'])
    expect(broken.cluster.now).toBeLessThan(40)
  })
})
