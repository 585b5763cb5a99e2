import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { connectRegistries, type RegistryOptions } from '../../../src/registry/index.js'
import { FakeProxy } from '../../support/fake-proxy.js'

type Resolve = NonNullable<RegistryOptions['resolve']>

const there = { registry: 'registry.example.com', repository: 'a/b', tag: '1' }
const client = (resolve: Resolve) => connectRegistries({ credentials: async () => null, resolve })
const at =
  (address: string): Resolve =>
  async () => [{ address, family: 4 }]

describe('a name behind a proxy, which looks it up itself', () => {
  let proxy: FakeProxy
  beforeEach(async () => {
    proxy = await FakeProxy.start(() => 502)
    vi.stubEnv('HTTPS_PROXY', `http://${proxy.host}`)
    vi.stubEnv('https_proxy', '')
  })
  afterEach(async () => {
    vi.unstubAllEnvs()
    await proxy.close()
  })

  it.each([
    ['169.254.169.254', 'registry.example.com resolves to an address that no registry can have'],
    ['10.0.0.7', 'registry.example.com is in a private network'],
  ])('that leads to %s as far as we know is not asked', async (address, message) => {
    const answer = await client(at(address)).digest(there)
    expect(answer).toEqual({ kind: 'unknown', message: expect.stringContaining(message) })
    expect(proxy.connects).toEqual([])
  })

  it.each([
    ['that we do not know', async () => Promise.reject(new Error('ENOTFOUND'))],
    ['that we wait for in vain', () => new Promise<never>(() => undefined)],
    ['that is public', at('203.0.113.7')],
  ])('%s is asked', async (_, resolve) => {
    vi.stubEnv('IMAGE_FACTORY_PAUSE', '0')
    const answer = await client(resolve).digest(there)
    expect(answer).toMatchObject({ message: expect.stringContaining(`the proxy ${proxy.host} answers 502`) })
    expect(proxy.connects.map(({ target }) => target)).toEqual(Array(3).fill('registry.example.com:443'))
  })
})
