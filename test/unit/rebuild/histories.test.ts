import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { knownImage } from '../../../src/explain/index.js'
import { outlookOf } from '../../../src/policy/index.js'
import { openRebuild } from '../../../src/rebuild/index.js'
import { rebuildsOf } from '../../../src/state/index.js'
import { runs } from '../../support/full.js'
import { type Cut, Factory, HOUR } from './factory.js'

const YAML = `
settings: {engine: actions, retries: 1, retryPause: 1h, maxRebuildsPerRun: 50}
images:
  - {name: api, registry: ghcr.io, repository: acme/api, rebuildDelay: 6h, source: {repo: acme/api, branch: main, workflow: build.yml}}
  - {name: web, registry: ghcr.io, repository: acme/web, rebuildDelay: 2h, minimumReleaseAge: 3h, source: {repo: acme/web, branch: main, workflow: build.yml}}
  - {name: tool, registry: ghcr.io, repository: acme/tool, rebuildDelay: 0, source: {repo: acme/tool, branch: main, workflow: build.yml}}
  - {name: held, registry: ghcr.io, repository: acme/held, autoRebuild: false, source: {repo: acme/held, branch: main, workflow: build.yml}}
`
const BASES = { api: ['node', 'alpine'], web: ['node'], tool: ['api'], held: ['node'] }
const DELAYS: Readonly<Record<string, number>> = { api: 6 * HOUR, web: 2 * HOUR, tool: 0 }

type Event =
  | { readonly kind: 'move'; readonly base: 'node' | 'alpine'; readonly isUrgent: boolean }
  | { readonly kind: 'hand'; readonly image: string }
  | { readonly kind: 'wait'; readonly hours: number }
  | { readonly kind: 'fail' | 'heal' }
  | { readonly kind: 'run'; readonly cut: Cut }

const event: fc.Arbitrary<Event> = fc.oneof(
  fc.record({
    kind: fc.constant('move' as const),
    base: fc.constantFrom('node' as const, 'alpine' as const),
    isUrgent: fc.boolean(),
  }),
  fc.record({ kind: fc.constant('hand' as const), image: fc.constantFrom('api', 'web', 'tool') }),
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('wait' as const), hours: fc.integer({ min: 1, max: 9 }) }) },
  fc.constantFrom({ kind: 'fail' as const }, { kind: 'heal' as const }),
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('run' as const),
      cut: fc.constantFrom<Cut>('never', 'before-commit', 'after-intent', 'after-start'),
    }),
  },
)

/**
 * Images that policy calls due now, and that no build of is on its way, has failed or waits to be tried again. Their delay
 * counts from a build by hand that is underway, too.
 */
function forgotten(factory: Factory): string[] {
  const factoryPolicy = { staggerSeconds: 0, overrides: factory.overrides }
  return factory.tracked.flatMap(({ enrollment, bases }) => {
    const record = factory.images.get(enrollment.name)
    const known = knownImage(record, factory.bases)
    const outlook = outlookOf(enrollment, known, factoryPolicy)
    if (outlook.kind !== 'scheduled' || Date.parse(outlook.at) > factory.now) return []
    const isBuilt = (name: string) => {
      const record = factory.images.get(name)
      const [last] = rebuildsOf(record)
      return openRebuild(record) !== null || (last !== undefined && last.result !== 'succeeded')
    }
    const { name, rebuildDelay } = enrollment
    const isDelayed = factory.runs.some(
      ({ image, startedAt, endsAt }) =>
        image === name && endsAt > factory.now && factory.now - startedAt < rebuildDelay.seconds * 1000,
    )
    return isDelayed || isBuilt(name) || bases.some(isBuilt) ? [] : [name]
  })
}

async function play(events: readonly Event[]): Promise<Factory> {
  const factory = new Factory(YAML, BASES)
  for (const one of events) {
    factory.now += 60_000
    if (one.kind === 'move') {
      const digest = factory.moveBase(one.base)
      if (one.isUrgent) factory.override(digest)
    }
    if (one.kind === 'hand') factory.buildByHand(one.image)
    if (one.kind === 'wait') factory.now += one.hours * HOUR
    if (one.kind === 'fail') factory.isGood = false
    if (one.kind === 'heal') factory.isGood = true
    if (one.kind !== 'run') continue
    const before = factory.runs.length
    const started = await factory.run(one.cut)
    checkStarts(factory, before)
    expect(started).not.toContain('held')
    if (one.cut === 'never') expect(forgotten(factory)).toEqual([])
  }
  return factory
}

/** What was started may be started: nothing covers it already, and its delay is over. */
function checkStarts(factory: Factory, before: number): void {
  for (const run of factory.runs.slice(before)) {
    const others = factory.runs.filter((one) => one.image === run.image && Number(one.id) < Number(run.id))
    const running = others.filter((one) => one.isOurs && one.endsAt > factory.now)
    expect(running, `${run.image} is built twice at once`).toEqual([])
    const good = others.filter((one) => one.isGood && one.endsAt <= factory.now)
    const last = Math.max(0, ...good.map((one) => one.startedAt))
    const names = BASES[run.image as keyof typeof BASES]
    const changed = names.filter((name) => Date.parse(String(factory.bases.get(name)?.lastUpdated)) > last)
    expect(changed, `${run.image} was built since every change`).not.toEqual([])
    const seen = Math.max(...changed.map((name) => Date.parse(String(factory.bases.get(name)?.lastUpdated))))
    const digests = changed.map((name) => factory.bases.get(name)?.currentDigest)
    const isUrgent = factory.overrides.some(({ digest }) => digests.includes(digest))
    if (!isUrgent) expect(factory.now - last).toBeGreaterThanOrEqual(DELAYS[run.image] ?? 0)
    const covering = others.filter((one) => one.endsAt > factory.now && one.startedAt > seen)
    expect(covering, `${run.image} is being built by hand`).toEqual([])
    const failed = others.filter((one) => !one.isGood && one.startedAt > last && one.isOurs)
    expect(failed.filter((one) => one.startedAt >= seen).length).toBeLessThanOrEqual(1)
  }
}

/** Events of a factory whose builds Kargo and people start. */
const kargoEvent = fc.oneof(
  fc.record({ kind: fc.constant('move' as const), base: fc.constantFrom('node' as const, 'alpine' as const) }),
  fc.record({
    kind: fc.constant('build' as const),
    image: fc.constantFrom('api', 'web', 'tool'),
    isOurs: fc.boolean(),
    isGood: fc.boolean(),
  }),
  fc.record({ kind: fc.constant('wait' as const), hours: fc.integer({ min: 1, max: 5 }) }),
  fc.constant({ kind: 'run' as const }),
)

describe('random histories with engine: kargo', () => {
  it('start nothing, put each build on record once and as it ended, and the next run changes nothing', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(kargoEvent, { minLength: 5, maxLength: 60 }), async (events) => {
        const factory = new Factory(YAML.replace('engine: actions', 'engine: kargo'), BASES)
        for (const one of events) {
          factory.now += 60_000
          if (one.kind === 'move') factory.moveBase(one.base)
          if (one.kind === 'wait') factory.now += one.hours * HOUR
          if (one.kind === 'build') {
            factory.isGood = one.isGood
            if (one.isOurs) factory.buildByKargo(one.image)
            else factory.buildByHand(one.image)
          }
          if (one.kind !== 'run') continue
          expect(await factory.run()).toEqual([])
          const known = JSON.stringify([...factory.images])
          expect(await factory.run()).toEqual([])
          expect(JSON.stringify([...factory.images]), 'a second run').toBe(known)
          checkRecords(factory)
        }
        // What is pending comes to rest: nobody is asked any more where every image was built well.
        factory.isGood = true
        for (const image of ['api', 'web', 'tool']) {
          factory.now += 10 * HOUR
          await factory.run()
          factory.buildByKargo(image)
          factory.now += HOUR
          await factory.run()
        }
        const { requests } = factory
        factory.now += 100 * HOUR
        await factory.run()
        expect(factory.requests - requests).toBe(0)
      }),
      { numRuns: runs(300, 20) },
    )
  })
})

/** Every rebuild on record is a run of its image, each at most once, and is what that run came to. */
function checkRecords(factory: Factory): void {
  for (const [name, record] of factory.images) {
    const rebuilds = rebuildsOf(record)
    expect(new Set(rebuilds.map(({ run }) => run?.id)).size).toBe(rebuilds.length)
    for (const { run, result, reason, started } of rebuilds) {
      const own = factory.runs.find(({ id }) => id === run?.id)
      expect(own?.image).toBe(name)
      const isOver = (own?.endsAt ?? 0) <= factory.now
      expect(result).toBe(!isOver ? 'started' : own?.isGood === true ? 'succeeded' : 'failed')
      expect(Date.parse(started ?? '')).toBe(own?.startedAt)
      if (reason !== 'manual') expect(own?.isOurs).toBe(true)
    }
  }
}

describe('random histories', () => {
  it('build what is due, once, never before its time, whatever is cut off', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(event, { minLength: 5, maxLength: 60 }), async (events) => {
        const factory = await play(events)
        // In the end, when all works, everything is built and nothing is started any more.
        factory.isGood = true
        for (let hour = 0; hour < 40; hour += 1) {
          factory.now += HOUR
          const before = factory.runs.length
          await factory.run()
          checkStarts(factory, before)
        }
        const { requests } = factory
        factory.now += HOUR
        expect(await factory.run()).toEqual([])
        expect(factory.requests - requests, 'nothing is pending, so no forge is asked').toBe(0)
      }),
      { numRuns: runs(300, 40) },
    )
  })
})
