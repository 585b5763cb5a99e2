import { afterEach, describe, expect, it, test } from 'vitest'
import { type Credentials, connectRegistries, type RegistryOptions } from '../../../src/registry/index.js'
import { FakeRegistry, type FakeRegistryOptions } from '../../support/fake-registry.js'

const MANIFEST = '{"schemaVersion":2,"manifests":[]}'
const IMAGES = { 'acme/web': { '1.0': MANIFEST, '1.1': `${MANIFEST} ` } }
const LOGIN = { username: 'robot', password: 'correct horse' }

const running: FakeRegistry[] = []
afterEach(async () => {
  await Promise.all(running.splice(0).map((registry) => registry.stop()))
})

async function fake(options: Partial<FakeRegistryOptions> = {}): Promise<FakeRegistry> {
  const registry = await FakeRegistry.start({ images: IMAGES, ...options })
  running.push(registry)
  return registry
}

const nobody: Credentials = async () => null
const client = (options: Partial<RegistryOptions> = {}) => connectRegistries({ credentials: nobody, ...options })
const web = ({ host }: FakeRegistry, tag = '1.0') => ({ registry: host, repository: 'acme/web', tag })

describe('the digest of a tag', () => {
  it('is asked for by HEAD, once', async () => {
    const registry = await fake()
    expect(await client().digest(web(registry))).toEqual({ kind: 'found', value: FakeRegistry.digestOf(MANIFEST) })
    expect(registry.requests).toEqual([{ method: 'HEAD', url: '/v2/acme/web/manifests/1.0', authorization: undefined }])
  })

  it('is computed where the registry does not say it', async () => {
    const registry = await fake({ faults: { noDigestHeader: true } })
    expect(await client().digest(web(registry))).toEqual({ kind: 'found', value: FakeRegistry.digestOf(MANIFEST) })
  })

  it('of a private repository is unknown without credentials', async () => {
    const answer = await client().digest(web(await fake({ auth: 'token', login: LOGIN })))
    expect(answer).toEqual({ kind: 'unknown', message: expect.stringContaining('its credentials are missing') })
  })
})

describe('many megabytes', () => {
  it('are not read', async () => {
    const tags = Object.fromEntries(Array.from({ length: 40_000 }, (_, n) => [`${n}`.padEnd(120, 'x'), MANIFEST]))
    const registry = await fake({ images: { 'acme/web': tags }, pageSize: 100_000 })
    expect(await client().tags({ registry: registry.host, repository: 'acme/web' })).toEqual({
      kind: 'unknown',
      message: `${registry.host} sent more than 4194304 bytes`,
    })
  })
})

describe('credentials', () => {
  it.each(['token', 'basic'] as const)('by %s open a private repository', async (auth) => {
    const registry = await fake({ auth, login: LOGIN })
    const asked = client({ credentials: async (host) => (host === registry.host ? LOGIN : null) })
    expect(await asked.digest(web(registry))).toMatchObject({ kind: 'found' })
  })

  it('are not needed for a public repository that wants a token, and the token is fetched once', async () => {
    const registry = await fake({ auth: 'token' })
    const asked = client()
    await asked.digest(web(registry))
    await asked.digest(web(registry, '1.1'))
    expect(registry.requests.filter(({ url }) => url.startsWith('/token'))).toHaveLength(1)
  })

  it('do not go to a token server of another host', async () => {
    const thief = await fake()
    const registry = await fake({ auth: 'token', login: LOGIN, faults: { realm: `http://${thief.host}/token` } })
    const asked = client({ credentials: async () => LOGIN })
    await asked.digest(web(registry))
    expect(thief.requests.length).toBeGreaterThan(0)
    for (const { authorization } of thief.requests) expect(authorization).toBeUndefined()
  })

  it('that a token server of another host would need are named as the reason', async () => {
    const other = await fake({ auth: 'token', login: LOGIN })
    const realm = `http://${other.host}/token`
    const registry = await fake({ auth: 'token', login: LOGIN, faults: { realm } })
    expect(await client({ credentials: async () => LOGIN }).digest(web(registry))).toEqual({
      kind: 'unknown',
      message: `${registry.host} points to http://${other.host} for a token, and its credentials are not sent there`,
    })
  })

  it('by identity token are exchanged by OAuth2, never sent as a password', async () => {
    const registry = await fake({ auth: 'token', login: LOGIN })
    const asked = client({ credentials: async () => ({ username: '<token>', password: LOGIN.password }) })
    expect(await asked.digest(web(registry))).toMatchObject({ kind: 'found' })
    expect(registry.requests.map(({ method, authorization }) => [method, authorization?.split(' ')[0]])).toEqual([
      ['HEAD', undefined],
      ['POST', undefined],
      ['HEAD', 'Bearer'],
    ])
  })

  it('are asked for once, however many questions come at the same time', async () => {
    const registry = await fake({ auth: 'token' })
    const asked = client()
    await Promise.all(Array.from({ length: 8 }, () => asked.digest(web(registry))))
    expect(registry.requests.filter(({ url }) => url.startsWith('/token'))).toHaveLength(1)
  })

  it('do not follow a redirect to another host', async () => {
    const other = await fake()
    const to = `http://${other.host}/v2/acme/web/manifests/1.0`
    const registry = await fake({ auth: 'basic', login: LOGIN, faults: { redirectTo: to } })
    expect(await client({ credentials: async () => LOGIN }).digest(web(registry))).toMatchObject({ kind: 'found' })
    expect(other.requests).toEqual([{ method: 'HEAD', url: '/v2/acme/web/manifests/1.0', authorization: undefined }])
  })
})

describe('a registry in trouble', () => {
  it('is asked again after an error of its own, and after a short Retry-After', async () => {
    const registry = await fake({ faults: { statuses: [500, 429], retryAfter: '0' } })
    expect(await client().digest(web(registry))).toMatchObject({ kind: 'found' })
    expect(registry.requests).toHaveLength(3)
  })

  it('that wants to be left in peace is, for the rest of the run', async () => {
    const registry = await fake({ faults: { statuses: [429], retryAfter: '3600' } })
    const asked = client()
    expect(await asked.digest(web(registry))).toMatchObject({ kind: 'limited' })
    expect(await asked.digest(web(registry, '1.1'))).toMatchObject({ kind: 'limited' })
    expect(registry.requests).toHaveLength(1)
  })

  it.each(['http://169.254.169.254/latest', 'file:///etc/passwd', 'http://example.com/v2/'])(
    'cannot send us to %s',
    async (to) => {
      const registry = await fake({ faults: { redirectTo: to } })
      expect(await client().digest(web(registry))).toEqual({
        kind: 'unknown',
        message: expect.stringContaining('which no registry may use'),
      })
    },
  )

  it.each(['169.254.169.254', 'metadata.google.internal', '[fe80::1]:5000', '2852039166'])(
    'is not asked at %s',
    async (registry) => {
      const answer = await client().digest({ registry, repository: 'a/b', tag: '1' })
      expect(answer).toEqual({ kind: 'unknown', message: `${registry} is not the address of a registry` })
    },
  )

  it('that nobody answers for is asked no more after a few questions', async () => {
    const registry = await fake({ faults: { hangs: true } })
    const asked = client({ timeout: 30, limits: { concurrency: 1 } })
    const answers = await Promise.all(Array.from({ length: 12 }, () => asked.digest(web(registry))))
    expect(new Set(answers.map(({ kind }) => kind))).toEqual(new Set(['unknown']))
    expect(registry.requests.length).toBeLessThan(6)
  })

  it('is asked a limited number of questions in one run', async () => {
    const registry = await fake()
    const asked = client({ limits: { requests: 2 } })
    const kinds = []
    for (let n = 0; n < 4; n += 1) kinds.push((await asked.digest(web(registry))).kind)
    expect(kinds).toEqual(['found', 'found', 'limited', 'limited'])
    expect(registry.requests).toHaveLength(2)
  })
})

describe('a name', () => {
  const at =
    (...addresses: string[]) =>
    async () =>
      addresses.map((address) => ({ address, family: 4 }))
  const there = { registry: 'registry.example.com', repository: 'a/b', tag: '1' }
  const NEAR = 'registry.example.com is in a private network, and settings.allowedRegistries does not name it'

  it.each([
    ['169.254.169.254', 'registry.example.com resolves to an address that no registry can have'],
    ['127.0.0.1', NEAR],
    ['10.0.0.7', NEAR],
    ['::ffff:192.168.1.1', NEAR],
    ['64:ff9b::a9fe:a9fe', 'registry.example.com resolves to an address that no registry can have'],
  ])('that leads to %s is not asked', async (address, message) => {
    const answer = await client({ resolve: at('203.0.113.7', address) }).digest(there)
    expect(answer).toEqual({ kind: 'unknown', message: expect.stringContaining(message) })
  })

  it.each([
    ['settings.allowedRegistries names it', { allowedRegistries: ['registry.example.com:1/team'] }],
    ['there are credentials for it', { credentials: async () => LOGIN }],
  ])('that leads into the private network is asked where %s', async (_, options) => {
    // The port has nobody on it: being asked shows in how it fails.
    const registry = 'registry.example.com:1'
    const answer = await client({ resolve: at('127.0.0.1'), ...options }).digest({ ...there, registry })
    expect(answer).toEqual({ kind: 'unknown', message: 'registry.example.com:1 could not be reached (ECONNREFUSED)' })
  })

  it('that is trusted leads to no metadata server either', async () => {
    const answer = await client({ resolve: at('169.254.169.254'), credentials: async () => LOGIN }).digest(there)
    expect(answer).toMatchObject({ message: expect.stringContaining('no registry can have') })
  })

  it.each(['10.1.2.3', '[fd12::1]:5000', '192.168.0.1:5000'])('%s, an address, is not asked', async (registry) => {
    const answer = await client().digest({ ...there, registry })
    expect(answer).toEqual({ kind: 'unknown', message: expect.stringContaining('is in a private network') })
  })

  it('a redirect leads into the private network from nowhere outside it', async () => {
    const registry = await fake({ faults: { redirectTo: 'https://10.0.0.7/v2/acme/web/manifests/1.0' } })
    expect(await client().digest(web(registry))).toMatchObject({ message: expect.stringContaining('private network') })
  })
})

describe('many questions', () => {
  it('go to one registry a few at a time', async () => {
    const registry = await fake()
    const asked = client({ limits: { concurrency: 3 } })
    await Promise.all(Array.from({ length: 20 }, () => asked.digest(web(registry))))
    expect(registry.mostOpen).toBeLessThanOrEqual(3)
    expect(registry.mostOpen).toBeGreaterThan(1)
  })
})

describe('what is behind a digest', () => {
  const CREATED = '2026-02-03T04:05:06.000Z'
  const pinned = ({ host }: FakeRegistry, digest: string) => ({ registry: host, repository: 'acme/web', digest })

  it('of an index: its platforms, without attestations, and when it was built', async () => {
    const registry = await fake()
    const platforms = ['linux/arm64/v8', 'linux/amd64']
    const digest = registry.push('acme/web', '2.0', { created: CREATED, platforms, attestation: 'sbom' })
    const found = await client().platforms(pinned(registry, digest))
    expect(found.kind === 'found' ? [...found.value.keys()] : found).toEqual(['linux/amd64', 'linux/arm64/v8'])
    expect(await client().created(pinned(registry, digest))).toEqual({ kind: 'found', value: CREATED })
  })

  it('of an image that is no index: no platforms, and when it was built', async () => {
    const registry = await fake()
    const digest = registry.push('acme/web', '2.0', { created: '2026-02-03T05:05:06+01:00' })
    expect(await client().platforms(pinned(registry, digest))).toEqual({ kind: 'found', value: new Map() })
    expect(await client().created(pinned(registry, digest))).toEqual({ kind: 'found', value: CREATED })
  })

  it.each(['', 'yesterday', '2026', '0001-01-01T00:00:00Z garbage'])('is not built at "%s"', async (created) => {
    const registry = await fake()
    const digest = registry.push('acme/web', '2.0', { created })
    expect(await client().created(pinned(registry, digest))).toEqual({ kind: 'found', value: null })
  })

  it.each(['{"manifests":[]}', '{"schemaVersion":2}'])(
    'is nothing else than what the digest says: %s',
    async (content) => {
      const registry = await fake({ faults: { content } })
      const digest = registry.push('acme/web', '2.0', { created: CREATED })
      expect(await client().platforms(pinned(registry, digest))).toEqual({
        kind: 'unknown',
        message: `${registry.host} returned different content for acme/web@${digest}`,
      })
    },
  )
})

describe('the tags of a repository', () => {
  it('are read page by page', async () => {
    const tags = Object.fromEntries(Array.from({ length: 25 }, (_, index) => [`1.${index}`, MANIFEST]))
    const registry = await fake({ images: { 'acme/web': tags }, pageSize: 10 })
    const answer = await client().tags({ registry: registry.host, repository: 'acme/web' })
    expect(answer).toEqual({ kind: 'found', value: Object.keys(tags) })
    expect(registry.requests).toHaveLength(3)
  })

  it('that no tag can be called are left out', async () => {
    const registry = await fake({
      images: { 'acme/web': { '1.0': MANIFEST, '../../etc': MANIFEST, 'a\nb': MANIFEST } },
    })
    const answer = await client().tags({ registry: registry.host, repository: 'acme/web' })
    expect(answer).toEqual({ kind: 'found', value: ['1.0'] })
  })
})

test('a name that nobody has is looked up once in a run', async () => {
  const asked: string[] = []
  const resolve = async (name: string): Promise<never> => {
    asked.push(name)
    throw Object.assign(new Error('not found'), { code: 'ENOTFOUND', syscall: 'getaddrinfo' })
  }
  const registries = connectRegistries({ credentials: async () => null, resolve })
  for (const tag of ['1', '2', '3']) {
    const answer = await registries.digest({ registry: 'gone.example.com', repository: 'acme/web', tag })
    expect(answer).toEqual({ kind: 'unknown', message: 'gone.example.com could not be reached (ENOTFOUND)' })
  }
  expect(asked).toEqual(['gone.example.com'])
})
