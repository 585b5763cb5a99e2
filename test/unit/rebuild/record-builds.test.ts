import { describe, expect, it } from 'vitest'
import { refuse } from '../../../src/enrollment/index.js'
import { decideRebuilds } from '../../../src/rebuild/decide.js'
import { awaitedBuilds } from '../../../src/rebuild/index.js'
import { rebuildsOf } from '../../../src/state/index.js'
import { Factory, HOUR } from './factory.js'

const entry = (name: string, more = '') =>
  `  - {name: ${name}, registry: ghcr.io, repository: acme/${name}, rebuildDelay: 1h, ${more}source: {repo: acme/${name}, branch: main, workflow: build.yml}}\n`
const YAML = `settings: {engine: kargo, retries: 1, retryPause: 2h}\nimages:\n${entry('api')}${entry('web')}${entry('held', 'autoRebuild: false, ')}`
const BASES = { api: ['node'], web: ['node'], held: ['node'] }

/** A factory of Kargo's that has run once, and whose images were built before that. */
async function enrolled(yaml = YAML, bases: Readonly<Record<string, readonly string[]>> = BASES): Promise<Factory> {
  const factory = new Factory(yaml, bases)
  for (const [name, record] of factory.images) {
    const published = { currentDigest: `sha256:${'e'.repeat(64)}`, lastBuilt: '2025-12-01T00:00:00.000Z' }
    factory.images.set(name, { ...record, ...published })
  }
  factory.now += HOUR
  await factory.run()
  factory.now += HOUR
  return factory
}

const recorded = (factory: Factory, name = 'api') =>
  rebuildsOf(factory.images.get(name)).map(
    ({ reason, result, attempts, run, evidence }) =>
      `${reason} ${result} ${attempts} #${run?.id}${evidence === null ? '' : ` ${evidence}`}`,
  )

async function requestsOf(factory: Factory): Promise<number> {
  const before = factory.requests
  expect(await factory.run()).toEqual([])
  return factory.requests - before
}

describe('builds that Kargo starts', () => {
  it('are on record with why, how they ended and what was published, with two requests each', async () => {
    const factory = await enrolled()
    factory.now += 24 * HOUR
    const to = factory.moveBase('node')
    factory.buildByKargo('api')
    factory.now += 60_000
    factory.buildByKargo('web')
    await factory.run()
    expect(recorded(factory)).toEqual(['base started 1 #1'])
    expect(rebuildsOf(factory.images.get('api'))[0]).toMatchObject({
      ...{ bases: [{ name: 'node', to }], published: `sha256:${'e'.repeat(64)}` },
      ...{ at: '2026-01-02T02:00:00.000Z', started: '2026-01-02T02:00:00.000Z', ended: null },
    })
    factory.now += HOUR
    await factory.run()
    expect(recorded(factory)).toEqual(['base succeeded 1 #1 unknown'])
    expect(recorded(factory, 'web')).toEqual(['base succeeded 1 #2 unknown'])
    expect(rebuildsOf(factory.images.get('api'))[0]?.ended).toBe('2026-01-02T02:30:00.000Z')
    expect(factory.requests).toBe(2 * 2)
    expect(await requestsOf(factory)).toBe(0)
  })

  it('are found by the new digest, when they were over before anybody looked', async () => {
    const factory = await enrolled()
    factory.now += 24 * HOUR
    factory.moveBase('node')
    factory.buildByKargo('api')
    factory.now += HOUR
    expect(await requestsOf(factory)).toBe(2)
    expect(recorded(factory)).toEqual(['base succeeded 1 #1 unknown'])
    expect(recorded(factory, 'web')).toEqual([])
  })

  it('are asked for where a rebuild is due, and where nothing is due nobody is', async () => {
    const factory = await enrolled()
    expect(await requestsOf(factory)).toBe(0)
    factory.buildByHand('api')
    factory.now += 45 * 60_000
    expect(await requestsOf(factory)).toBe(1)
    factory.moveBase('node')
    expect(await requestsOf(factory), 'api waits, held is held: web alone is due').toBe(1)
    factory.now += HOUR
    expect(await requestsOf(factory)).toBe(2)
    expect(recorded(factory)).toEqual(['manual succeeded 1 #1 unknown'])
  })

  it('by an override have that reason', async () => {
    const factory = await enrolled()
    factory.buildByHand('api')
    factory.now += 45 * 60_000
    await factory.run()
    factory.override(factory.moveBase('node'))
    factory.buildByKargo('api')
    await factory.run()
    expect(recorded(factory)[0]).toBe('override started 1 #2')
  })

  it('that fail have failed, the second try counts on, and then nobody is asked any more', async () => {
    const factory = await enrolled(`settings: {engine: kargo, retries: 1, retryPause: 2h}\nimages:\n${entry('api')}`, {
      api: ['node'],
    })
    factory.isGood = false
    factory.moveBase('node')
    factory.buildByKargo('api')
    factory.now += HOUR
    expect(await requestsOf(factory)).toBe(1)
    expect(recorded(factory)).toEqual(['base failed 1 #1'])
    expect(await requestsOf(factory), 'Kargo pauses').toBe(0)
    factory.now += 2 * HOUR
    factory.buildByKargo('api')
    await factory.run()
    expect(recorded(factory)).toEqual(['base started 2 #2'])
    factory.now += HOUR
    await factory.run()
    expect(recorded(factory)).toEqual(['base failed 2 #2'])
    factory.now += 24 * HOUR
    expect(await requestsOf(factory)).toBe(0)
    factory.isGood = true
    factory.buildByHand('api')
    factory.now += HOUR
    await factory.run()
    expect(recorded(factory)).toEqual(['manual succeeded 1 #3 unknown', 'base failed 2 #2'])
  })

  it('fail beside a push that failed before: it is no build of Kargo’s', async () => {
    const factory = await enrolled(YAML.replace('retryPause: 2h', 'retryPause: 30d'))
    factory.isGood = false
    factory.moveBase('node')
    factory.buildByHand('api')
    await factory.run()
    expect(recorded(factory)).toEqual(['manual started 1 #1'])
    factory.now += HOUR
    await factory.run()
    expect(recorded(factory)).toEqual(['manual failed 1 #1'])
    factory.buildByHand('api')
    factory.now += HOUR
    await factory.run()
    expect(recorded(factory)).toEqual(['manual failed 1 #1'])
    factory.buildByKargo('api')
    factory.now += HOUR
    await factory.run()
    expect(recorded(factory)).toEqual(['base failed 1 #3', 'manual failed 1 #1'])
  })

  it('cover a change that was seen after they began, if the image proves it', async () => {
    const factory = await enrolled()
    factory.buildByKargo('api')
    factory.now += 600_000
    const digest = factory.moveBase('node')
    const at = new Date(factory.now).toISOString()
    const evidence = {
      ...{ image: `sha256:${'1'.padStart(64, 'f')}`, source: 'provenance', at },
      bases: [{ name: 'node', ref: 'ghcr.io/acme/node:latest', digest, source: 'provenance' }],
    }
    factory.images.set('api', { ...factory.images.get('api'), evidence })
    factory.now += HOUR
    await factory.run()
    expect(recorded(factory)).toEqual(['base succeeded 1 #1 current'])
  })

  it('are not confused with what published the image, when the next one runs already', async () => {
    const factory = await enrolled()
    factory.buildByHand('api')
    factory.now += HOUR
    factory.moveBase('node')
    factory.override(String(factory.bases.get('node')?.currentDigest))
    factory.buildByKargo('api')
    await factory.run()
    expect(recorded(factory)).toEqual(['override started 1 #2', 'manual succeeded 1 #1 unknown'])
  })

  it('are none that began before what was published then', async () => {
    const factory = await enrolled()
    const startedAt = Date.parse('2025-11-01T00:00:00Z')
    factory.runs.push({ id: '1', image: 'api', startedAt, endsAt: startedAt, isGood: true, isOurs: true })
    const before = new Map(factory.images)
    factory.images.set('api', { ...factory.images.get('api'), currentDigest: `sha256:${'d'.repeat(64)}` })
    const all = factory.circumstances('me')
    const awaited = awaitedBuilds(factory.tracked, all, before)
    expect(awaited).toHaveLength(1)
    const ask = { client: factory.client, followed: { ended: [], problems: [] }, awaited }
    expect((await decideRebuilds(factory.tracked, all, ask)).records.size).toBe(0)
  })

  it('of an image whose runs nobody can tell apart are not asked for', async () => {
    const factory = await enrolled()
    for (const [name, record] of factory.images) factory.images.set(name, { ...record, runs: 'own' })
    factory.moveBase('node')
    expect(await requestsOf(factory)).toBe(0)
  })

  it('are asked for one by one while they run, however long', async () => {
    const factory = await enrolled()
    factory.buildTime = 100 * HOUR
    factory.moveBase('node')
    for (const image of ['api', 'web']) factory.buildByKargo(image)
    await factory.run()
    factory.now += 50 * HOUR
    expect(await requestsOf(factory)).toBe(2)
  })

  it('that failed are told with when the next try comes, and what is due is left to Kargo', async () => {
    const factory = await enrolled()
    factory.isGood = false
    factory.moveBase('node')
    factory.buildByKargo('api')
    factory.now += HOUR
    await factory.run()
    const ask = { client: factory.client, followed: { ended: [], problems: [] }, awaited: [] }
    const { candidates, starts } = await decideRebuilds(factory.tracked, factory.circumstances('me'), ask)
    const told = candidates.map(({ image, candidate }) => [image.enrollment.name, candidate.kind])
    expect([told, starts]).toEqual([[['api', 'paused']], []])
  })

  it('are followed when they publish before they end', async () => {
    const factory = await enrolled()
    factory.buildTime = 3 * HOUR
    factory.buildByHand('api')
    factory.now += HOUR
    const digest = `sha256:${'d'.repeat(64)}`
    const before = new Map(factory.images)
    const lastBuilt = new Date(factory.now - 60_000).toISOString()
    factory.images.set('api', { ...factory.images.get('api'), currentDigest: digest, lastBuilt })
    const all = factory.circumstances('me')
    const awaited = awaitedBuilds(factory.tracked, all, before)
    const ask = { client: factory.client, followed: { ended: [], problems: [] }, awaited }
    const { records } = await decideRebuilds(factory.tracked, all, ask)
    const [rebuild] = rebuildsOf(records.get('api'))
    expect(rebuild).toMatchObject({ reason: 'manual', result: 'started', published: `sha256:${'e'.repeat(64)}` })
  })

  it('are asked for by no run that looks up nothing, and where nothing new is published by no engine that starts them', async () => {
    const factory = await enrolled()
    factory.moveBase('node')
    expect(awaitedBuilds(factory.tracked, factory.circumstances('me'), factory.images)).toHaveLength(2)
    expect(awaitedBuilds(factory.tracked, factory.circumstances('me'), null)).toEqual([])
    const all = factory.circumstances('me')
    const actions = { ...all, settings: { ...all.settings, engine: 'actions' as const } }
    expect(awaitedBuilds(factory.tracked, actions, factory.images)).toEqual([])
  })

  it('of many images are asked for in several runs, what was published first', async () => {
    const names = Array.from({ length: 501 }, (_, at) => `image-${String(at).padStart(3, '0')}`)
    const yaml = `images:\n${names.map((name) => entry(name)).join('')}`
    const factory = await enrolled(yaml, Object.fromEntries(names.map((name) => [name, ['node']])))
    factory.moveBase('node')
    factory.buildByHand('image-500')
    factory.now += HOUR
    expect(await requestsOf(factory)).toBe(500)
    expect(recorded(factory, 'image-500')).toEqual(['manual succeeded 1 #1 unknown'])
  })
})

describe('engine actions: an image whose timestamp is newer than its base, and whose build began before it', () => {
  const ACTIONS = `settings: {engine: actions}\nimages:\n${entry('api')}`
  const MINUTE = 60_000

  /** The base moves while a push is built; nobody asks for that build before it is over. */
  async function crossed(isSeen: boolean): Promise<Factory> {
    const factory = await enrolled(ACTIONS, { api: ['node'] })
    factory.buildByHand('api')
    factory.now += 5 * MINUTE
    factory.moveBase('node')
    if (isSeen) expect(await factory.run()).toEqual([])
    factory.now += 40 * MINUTE
    expect(await factory.run()).toEqual([])
    return factory
  }

  it.each([false, true])('is rebuilt when its delay is over (asked for while it was built: %s)', async (isSeen) => {
    const factory = await crossed(isSeen)
    expect(recorded(factory)).toEqual(['manual succeeded 1 #1 unknown'])
    factory.now += 14 * MINUTE
    expect(await factory.run()).toEqual([])
    factory.now += MINUTE
    expect(await factory.run()).toEqual(['api'])
  })

  it('costs one request', async () => {
    const factory = await crossed(false)
    expect(factory.requests).toBe(1)
    expect(await requestsOf(factory)).toBe(0)
  })

  it('is rebuilt after a build of ours that the base overtook, too', async () => {
    const factory = await enrolled(ACTIONS, { api: ['node'] })
    factory.moveBase('node')
    expect(await factory.run()).toEqual(['api'])
    factory.now += 5 * MINUTE
    factory.moveBase('node')
    factory.now += 40 * MINUTE
    expect(await factory.run()).toEqual([])
    factory.now += 15 * MINUTE
    expect(await factory.run()).toEqual(['api'])
  })
})

describe('a forge that does not tell', () => {
  it('is one warning however many images are there, changes nothing, and is asked again', async () => {
    const factory = await enrolled()
    factory.moveBase('node')
    factory.buildByKargo('api')
    const all = factory.circumstances('me')
    const awaited = awaitedBuilds(factory.tracked, all, factory.images)
    const builds = async () => {
      throw refuse('request-failed', 'the runs could not be read: GitHub answers Forbidden (403).', { remedy: 'Ask.' })
    }
    const ask = { followed: { ended: [], problems: [] }, awaited }
    const decision = await decideRebuilds(factory.tracked, all, { ...ask, client: { builds } })
    expect(decision.records.size).toBe(0)
    expect(decision.problems).toEqual([
      expect.objectContaining({
        ...{ code: 'run-unanswered', severity: 'warning', image: null, remedy: 'Ask.' },
        message: 'api: the runs could not be read: GitHub answers Forbidden (403). The same goes for 1 other image.',
      }),
    ])
    await factory.run()
    expect(recorded(factory)).toEqual(['base started 1 #1'])
  })
})
