import { afterEach, describe, expect, it } from 'vitest'
import { connectRegistries, type RegistryClient } from '../../../src/registry/index.js'
import { type LookUp, lookUp, type MergedState, writtenState } from '../../../src/state/index.js'
import { FakeRegistry, type FakeRegistryOptions } from '../../support/fake-registry.js'
import { filesFrom, LATER, link, NOW, recordIn } from './world.js'

const running: FakeRegistry[] = []
afterEach(async () => {
  await Promise.all(running.splice(0).map((registry) => registry.stop()))
})

async function fake(options: Partial<FakeRegistryOptions> = {}): Promise<FakeRegistry> {
  const registry = await FakeRegistry.start({ images: {}, ...options })
  running.push(registry)
  return registry
}

interface Looked {
  readonly seen: LookUp
  readonly state: MergedState
}

/** One run with a look into the registries. */
async function look(
  images: string,
  sources: Readonly<Record<string, string>>,
  {
    before = new Map(),
    now = NOW,
    client = connectRegistries({ credentials: async () => null }),
  }: {
    before?: ReadonlyMap<string, string>
    now?: string
    client?: RegistryClient
  } = {},
): Promise<Looked> {
  const files = filesFrom(before)
  const linked = await link(images, sources, files)
  const seen = await lookUp({ linked, before: files, imagesFile: 'images.yaml' }, client)
  return {
    seen,
    state: writtenState(linked, { before: files, now, writes: true, observed: seen.observed, overridden: new Set() }),
  }
}

const image = ({ host }: FakeRegistry, name: string, more = '') =>
  `- {name: ${name}, registry: '${host}', repository: org/${name}, source: {repo: org/${name}, branch: main}${more}}\n`
const record = ({ state }: Looked, path: string) => recordIn(state.files, path)
const basesIn = ({ state }: Looked) => state.bases.map(({ name }) => `base-images/${name}.yaml`)
const input = ({ seen }: Looked) => seen.problems.map(({ severity, message }) => `${severity}: ${message}`)

const BUILT = '2026-01-05T10:00:00.000Z'

describe('a look into the registries', () => {
  it('finds what a base is, and what an image was published as last', async () => {
    const registry = await fake()
    const base = registry.push('acme/base', '1', { platforms: ['linux/amd64', 'linux/arm64/v8'] })
    registry.push('org/app', '1.9.0', { content: 'old' })
    const newest = registry.push('org/app', '1.10.0', { created: BUILT })
    registry.push('org/app', 'latest', { content: 'else' })
    const looked = await look(image(registry, 'app'), { app: `FROM ${registry.host}/acme/base:1\n` })
    expect(input(looked)).toEqual([])
    expect(looked.seen.asked).toEqual({ bases: 1, images: 1, answered: 2 })
    expect(record(looked, 'images/app.yaml')).toMatchObject({
      currentVersion: '1.10.0',
      currentDigest: newest,
      lastBuilt: BUILT,
    })
    expect(record(looked, basesIn(looked)[0] ?? '')).toMatchObject({
      baselineDigest: base,
      currentDigest: base,
      metadata: { platforms: { 'linux/amd64': expect.anything(), 'linux/arm64/v8': expect.anything() } },
    })
    expect(looked.state.bases).toMatchObject([{ baselineDigest: base }])
  })

  it('writes nothing where nothing changed, and asks no more than it must', async () => {
    const registry = await fake()
    registry.push('acme/base', '1', { platforms: ['linux/amd64'] })
    registry.push('org/app', '1.0.0', { created: BUILT })
    const sources = { app: `FROM ${registry.host}/acme/base:1\n` }
    const first = await look(image(registry, 'app'), sources)
    registry.requests.length = 0
    const second = await look(image(registry, 'app'), sources, { before: first.state.files, now: LATER })
    expect(Object.fromEntries(second.state.files)).toEqual(Object.fromEntries(first.state.files))
    expect(registry.requests.map(({ method, url }) => `${method} ${url}`).sort()).toEqual([
      'GET /v2/org/app/tags/list?n=1000',
      'HEAD /v2/acme/base/manifests/1',
      'HEAD /v2/org/app/manifests/1.0.0',
    ])
  })

  it('notes a new digest, and one for other platforms as such', async () => {
    const registry = await fake()
    const platforms = ['linux/amd64', 'linux/s390x']
    const push = (amd: string, z: string) =>
      registry.push('acme/base', '1', { platforms, content: { 'linux/amd64': amd, 'linux/s390x': z } })
    const sources = { app: `FROM ${registry.host}/acme/base:1\n` }
    push('1', '1')
    let looked = await look(image(registry, 'app'), sources)
    push('1', '2')
    looked = await look(image(registry, 'app'), sources, { before: looked.state.files, now: LATER })
    push('2', '2')
    looked = await look(image(registry, 'app'), sources, { before: looked.state.files, now: LATER })
    expect(record(looked, basesIn(looked)[0] ?? '').updateHistory).toEqual([
      { digest: expect.anything(), previousDigest: expect.anything(), observedAt: LATER },
      { digest: expect.anything(), previousDigest: expect.anything(), observedAt: LATER, otherPlatformsOnly: true },
    ])
  })

  it('asks once for an image that is the base of another', async () => {
    const registry = await fake()
    registry.push('org/lib', '1', { created: BUILT })
    const images = image(registry, 'lib', ", tags: {strategy: Digest, constraint: '1'}") + image(registry, 'app')
    const sources = { lib: 'FROM scratch\n', app: `FROM ${registry.host}/org/lib:1\n` }
    await look(images, sources)
    const heads = registry.requests.filter(({ method, url }) => method === 'HEAD' && url.includes('org/lib'))
    expect(heads).toHaveLength(1)
  })

  it('leaves alone what is switched off', async () => {
    const registry = await fake()
    registry.push('acme/base', '1')
    const sources = { app: `FROM ${registry.host}/acme/base:1\n` }
    const { state } = await look(image(registry, 'app'), sources)
    registry.requests.length = 0
    const looked = await look(image(registry, 'app', ', enabled: false'), sources, { before: state.files, now: LATER })
    expect(registry.requests).toEqual([])
    expect(looked.seen.asked).toEqual({ bases: 0, images: 0, answered: 0 })
    expect(record(looked, basesIn(looked)[0] ?? '')).toMatchObject({
      baselineDigest: expect.stringMatching(/^sha256:/),
    })
  })
})

describe('the tag that Kargo would take', () => {
  const TAGS = ['1.0.0', '2.0.0', '2026-01-02', 'edge']

  it.each([
    ['', '2.0.0'],
    [", tags: {constraint: '<2'}", '1.0.0'],
    [", tags: {strategy: Lexical, allow: ['^20']}", '2026-01-02'],
    [', tags: {strategy: Digest, constraint: edge}', 'edge'],
    [", tags: {strategy: NewestBuild, allow: ['^[12].0']}", '1.0.0'],
  ])('by "%s" is %s', async (more, version) => {
    const registry = await fake()
    for (const [at, tag] of TAGS.entries()) registry.push('org/app', tag, { created: `2026-01-0${9 - at}T00:00:00Z` })
    const looked = await look(image(registry, 'app', more), { app: 'FROM scratch\n' })
    expect(record(looked, 'images/app.yaml')).toMatchObject({ currentVersion: version })
  })

  it.each([
    [
      'latest',
      '',
      'warning: app: none of 1 tags of HOST/org/app is one that is a semantic version (1.2.3): Kargo finds nothing.',
    ],
    [
      '1.0.0',
      ", tags: {constraint: '>=2'}",
      'warning: app: none of 1 tags of HOST/org/app is one that tags allows: Kargo finds nothing.',
    ],
    ['1.0.0', ', tags: {strategy: Digest, constraint: edge}', 'notice: app: HOST/org/app:edge does not exist yet.'],
  ])('of %s by "%s" is none, which is told', async (tag, more, message) => {
    const registry = await fake()
    registry.push('org/app', tag)
    const looked = await look(image(registry, 'app', more), { app: 'FROM scratch\n' })
    expect(input(looked).map((one) => one.replace(registry.host, 'HOST'))).toEqual([message])
    expect(looked.seen.problems).toMatchObject([{ file: 'images.yaml', line: 1, image: 'app' }])
    expect(record(looked, 'images/app.yaml')).toMatchObject({ currentVersion: null, currentDigest: null })
  })

  it('of many builds is not looked for', async () => {
    const registry = await fake()
    for (let n = 0; n < 21; n += 1) registry.push('org/app', `b${n}`, { created: BUILT })
    const looked = await look(image(registry, 'app', ', tags: {strategy: NewestBuild}'), { app: 'FROM scratch\n' })
    expect(input(looked)).toEqual([
      `notice: app: 21 tags of ${registry.host}/org/app are too many to find the newest build.`,
    ])
    expect(registry.requests).toHaveLength(1)
  })
})

describe('what could not be learnt', () => {
  it('a base that is not there is told with who pulls it', async () => {
    const registry = await fake()
    registry.push('org/app', '1.0.0', { created: BUILT })
    const looked = await look(image(registry, 'app'), { app: `FROM ${registry.host}/acme/base:9\n` })
    expect(input(looked)).toEqual([
      `warning: ${registry.host}/acme/base:9 does not exist: app pulls it (Dockerfile:1).`,
    ])
    expect(looked.seen.answers).toEqual({ there: new Set(), missing: new Set([`${registry.host}/acme/base:9`]) })
    expect(looked.seen.asked.answered).toBe(2)
  })

  it.each([
    ['limits us', { statuses: Array(9).fill(429), retryAfter: '3600' }, 'HOST is rate-limiting requests'],
    [
      'its credentials are missing',
      { statuses: Array(9).fill(403) },
      'HOST/acme/a: it does not exist, or the credentials may not read it (403) (and 2 other reasons)',
    ],
  ])('a registry that %s is told once, and nothing is taken for a change', async (_, faults, reason) => {
    const registry = await fake()
    registry.push('acme/a', '1')
    registry.push('acme/b', '1')
    registry.push('org/app', '1.0.0', { created: BUILT })
    const sources = { app: `FROM ${registry.host}/acme/a:1\nCOPY --from=${registry.host}/acme/b:1 / /\n` }
    const first = await look(image(registry, 'app'), sources)
    registry.push('acme/a', '1', { content: 'new' })
    registry.fail(faults)
    const second = await look(image(registry, 'app'), sources, { before: first.state.files, now: LATER })
    expect(input(second).map((one) => one.replaceAll(registry.host, 'HOST'))).toEqual([
      `warning: 3 of 3 images at HOST could not be looked up: ${reason}.`,
    ])
    expect(Object.fromEntries(second.state.files)).toEqual(Object.fromEntries(first.state.files))
  })
})
