import { describe, expect, it } from 'vitest'
import { candidatesOf, parseRequest, type Request } from '../../../src/rebuild/candidates.js'
import { decideRebuilds } from '../../../src/rebuild/index.js'
import { CLAIM_HOLDS } from '../../../src/rebuild/open.js'
import { rebuildsOf, updateRebuild } from '../../../src/state/index.js'
import { Factory, HOUR } from './factory.js'

const source = (name: string) => `source: {repo: acme/${name}, branch: main, workflow: build.yml}`
const YAML = `
settings: {engine: actions, retries: 1, retryPause: 1h}
images:
  - {name: api, registry: ghcr.io, repository: acme/api, rebuildDelay: 6h, ${source('api')}}
  - {name: bare, registry: ghcr.io, repository: acme/bare}
  - {name: held, registry: ghcr.io, repository: acme/held, autoRebuild: false, ${source('held')}}
  - {name: off, registry: ghcr.io, repository: acme/off, enabled: false, ${source('off')}}
  - {name: vague, registry: ghcr.io, repository: acme/vague, source: {repo: acme/vague, workflow: build.yml}}
  - {name: web, registry: ghcr.io, repository: acme/web, rebuildDelay: 0, ${source('web')}}
`
const BASES = { api: ['node'], held: ['node'], off: ['node'], vague: ['node'], web: ['alpine'] }
const names = (...list: readonly string[]): Request => ({ kind: 'names', names: list })

/** `api: startable base`, of each image that something is to be done about. */
function seen(factory: Factory, request: Request | null = null, me = 'me'): string[] {
  const images = factory.tracked
  return candidatesOf(images, factory.circumstances(me, request)).map(({ image, candidate }) => {
    const more = 'rebuild' in candidate ? ` ${candidate.rebuild.reason}` : ''
    return `${image.enrollment.name}: ${candidate.kind}${more}`
  })
}

/** A factory in which the base of `api` moved, and one run started its build. */
async function started(): Promise<Factory> {
  const factory = new Factory(YAML, BASES)
  factory.now += HOUR
  factory.moveBase('node')
  await factory.run()
  return factory
}

/** Changes the last rebuild of an image. */
function change(factory: Factory, name: string, to: Parameters<typeof updateRebuild>[2]): void {
  const record = factory.images.get(name) ?? {}
  const [last] = rebuildsOf(record)
  if (last === undefined) throw new Error(`${name} has no rebuild`)
  factory.images.set(name, updateRebuild(record, last, to))
}

describe('what is asked for', () => {
  it.each([
    ['', null],
    [' \n, ', null],
    ['web', names('web')],
    ['web, api\nweb', names('api', 'web')],
    ['all-stale', { kind: 'all-stale', names: [] }],
    ['all-stale, web', 'invalid'],
    ['Web', 'invalid'],
    ['-web', 'invalid'],
    ['../web', 'invalid'],
    ['$(id)', 'invalid'],
    ['::error::x', 'invalid'],
    ['a'.repeat(64), 'invalid'],
    [Array.from({ length: 1001 }, (_, at) => `n${at}`).join(), 'invalid'],
  ])('%j', (text, request) => {
    expect(parseRequest(text)).toEqual(request)
  })
})

describe('what is to be done about an image', () => {
  it('nothing, where nothing changed', () => {
    expect(seen(new Factory(YAML, BASES))).toEqual([])
  })

  it('a build where its base moved; none where it is held, disabled, or nothing says where it is built', () => {
    const factory = new Factory(YAML, BASES)
    factory.now += HOUR
    const to = factory.moveBase('node')
    expect(seen(factory)).toEqual(['api: startable base', 'vague: unbuildable'])
    const [first] = candidatesOf(factory.tracked, factory.circumstances('me'))
    if (first?.candidate.kind !== 'startable') throw new Error('not startable')
    const { rebuild, since, build } = first.candidate
    expect(rebuild.bases).toMatchObject([{ name: 'node', reference: 'ghcr.io/acme/node:latest', to }])
    expect(rebuild).toMatchObject({ result: 'intended', claim: null, run: null, attempts: 0 })
    expect(since).toBe(factory.now)
    expect(build.place).toEqual({ provider: 'github', repo: 'acme/api', branch: 'main', workflow: 'build.yml' })
  })

  it('nothing by itself with the engine kargo, but what a person asks for', () => {
    const factory = new Factory(YAML.replace('engine: actions, ', ''), BASES)
    factory.now += HOUR
    factory.moveBase('node')
    expect(seen(factory)).toEqual([])
    expect(seen(factory, names('api'))).toEqual(['api: startable manual'])
  })

  it('a build by request of what is named, held or not; never of what is disabled', () => {
    const factory = new Factory(YAML, BASES)
    expect(seen(factory, names('held', 'off', 'vague', 'web'))).toEqual([
      'held: startable manual',
      'web: startable manual',
    ])
  })

  it('by all-stale, what is provably behind, held or not; not what is disabled, nor what is not proven', () => {
    const factory = new Factory(YAML, BASES)
    const image = `sha256:${'e'.repeat(64)}`
    const digest = String(factory.bases.get('node')?.currentDigest)
    factory.moveBase('node')
    for (const name of ['held', 'off']) {
      const base = { name: 'node', ref: 'ghcr.io/acme/node:latest', digest, source: 'provenance' }
      const evidence = { image, source: 'provenance', at: '2026-01-01T00:00:00.000Z', bases: [base] }
      factory.images.set(name, { ...factory.images.get(name), currentDigest: image, evidence })
    }
    const stale = seen(factory, { kind: 'all-stale', names: [] })
    expect(stale).toContain('held: startable manual')
    expect(stale.filter((one) => /^(?:off|web)/.test(one))).toEqual([])
    expect(seen(factory).filter((one) => one.startsWith('held'))).toEqual([])
    // Boxes of a dashboard can ask for both at once.
    expect(seen(factory, { kind: 'all-stale', names: ['web'] })).toEqual(
      expect.arrayContaining(['held: startable manual', 'web: startable manual']),
    )
  })

  it('waits until its delay is over; an override does not', async () => {
    const factory = await started()
    factory.now += HOUR
    await factory.run()
    const digest = factory.moveBase('node')
    const all = candidatesOf(factory.tracked, factory.circumstances('me'))
    const at = new Date(factory.now + 5 * HOUR).toISOString()
    expect(all[0]?.candidate).toMatchObject({ kind: 'waiting', until: at, limit: 'rebuildDelay' })
    expect(seen(factory, names('api'))[0]).toBe('api: startable manual')
    factory.override(digest)
    expect(seen(factory)[0]).toBe('api: startable override')
  })

  it('is followed while its build runs, whatever moves or is asked for', async () => {
    const factory = await started()
    factory.moveBase('node')
    expect(seen(factory, names('api'))[0]).toBe('api: open base')
  })

  it('is left to the run that has claimed it, until the claim ends', async () => {
    const factory = new Factory(YAML, BASES)
    factory.now += HOUR
    factory.moveBase('node')
    await factory.run('after-intent')
    expect(seen(factory)[0]).toBe('api: claimed base')
    expect(seen(factory, null, 'run-1')[0]).toBe('api: startable base')
    factory.now += CLAIM_HOLDS - 1
    expect(seen(factory)[0]).toBe('api: claimed base')
    factory.now += 1
    expect(seen(factory)[0]).toBe('api: open base')
    change(factory, 'api', { claim: null })
    expect(seen(factory)[0]).toBe('api: startable base')
  })

  it('is withdrawn where the reason is gone before anything was started; not what a person asked for', async () => {
    const factory = new Factory(YAML, BASES)
    factory.now += HOUR
    const before = factory.bases.get('node') ?? {}
    factory.moveBase('node')
    await factory.run('after-intent', names('held'))
    for (const name of ['api', 'held']) change(factory, name, { claim: null })
    factory.bases.set('node', before)
    expect(seen(factory)).toEqual(['api: withdrawn base', 'held: startable manual'])
  })

  it('is withdrawn where the image was disabled before it was started, whoever asked for it', async () => {
    const factory = new Factory(YAML, BASES)
    await factory.run('after-intent', names('held'))
    change(factory, 'held', { claim: null })
    const [held] = factory.tracked.filter(({ enrollment }) => enrollment.name === 'held')
    if (held === undefined) throw new Error('held is not enrolled')
    const disabled = { ...held, enrollment: { ...held.enrollment, enabled: false } }
    expect(candidatesOf([disabled], factory.circumstances('me'))[0]?.candidate.kind).toBe('withdrawn')
  })

  it('keeps no other image waiting where its entry no longer says what builds it', async () => {
    const factory = new Factory(YAML, { ...BASES, web: ['api'] })
    factory.now += HOUR
    factory.moveBase('node')
    await factory.run()
    factory.moveBase('api')
    const images = factory.tracked.map((image) => {
      const { name } = image.enrollment
      return name === 'api' ? { ...image, enrollment: { ...image.enrollment, source: null } } : image
    })
    const all = factory.circumstances('me')
    const decision = await decideRebuilds(images, all, {
      ...{ client: factory.client, followed: { ended: [], problems: [] }, awaited: [] },
    })
    expect(rebuildsOf(decision.records.get('api'))).toMatchObject([{ result: 'lost', claim: null }])
    expect(decision.starts.map(({ images: [first] }) => first?.name)).toEqual(['web'])
  })

  it('is tried again after the pause as often as it may be, then no more until its base moves', async () => {
    const factory = await started()
    const ended = new Date(factory.now).toISOString()
    change(factory, 'api', { result: 'failed', ended })
    factory.now += HOUR - 1
    expect(seen(factory)[0]).toBe('api: paused base')
    factory.now += 1
    expect(seen(factory)[0]).toBe('api: startable base')
    change(factory, 'api', { attempts: 2 })
    expect(seen(factory)[0]).toBe('api: failed base')
    expect(seen(factory, names('api'))[0]).toBe('api: startable manual')
    factory.moveBase('node')
    expect(seen(factory)[0]).toBe('api: startable base')
  })

  it('a refusal is no failed build: it is tried after each pause', async () => {
    const factory = await started()
    change(factory, 'api', { result: 'refused', ended: new Date(factory.now).toISOString(), attempts: 9 })
    expect(seen(factory)[0]).toBe('api: paused base')
    factory.now += HOUR
    expect(seen(factory)[0]).toBe('api: startable base')
  })
})

describe('a person who asks for what cannot be rebuilt', () => {
  it.each([
    ['wed', 'images.yaml enrolls no image "wed".', 'Did you mean web?'],
    ['something-else', 'images.yaml enrolls no image', 'Its images: api, bare, held, off, vague, web.'],
    ['off', 'off is disabled', 'enabled: true'],
    ['bare', 'there is no workflow that builds bare', 'source.workflow'],
    ['vague', 'the default branch of acme/vague is not known yet', 'source.branch'],
  ])('%s', async (name, message, remedy) => {
    const factory = new Factory(YAML, BASES)
    const all = factory.circumstances('me', names(name, 'web'))
    const decision = decideRebuilds(factory.tracked, all, {
      ...{ client: factory.client, followed: { ended: [], problems: [] }, awaited: [] },
    })
    const error = await decision.then(
      () => null,
      (thrown: unknown) => thrown as { problems: readonly { message: string; remedy: string }[] },
    )
    expect(error?.problems).toHaveLength(1)
    expect(error?.problems[0]?.message).toContain(message)
    expect(error?.problems[0]?.remedy).toContain(remedy)
    expect(factory.requests).toBe(0)
  })
})
