/** Who is asked through a proxy, and what is said when that does not work. */
import { afterEach, describe, expect, it, vi } from 'vitest'
import { isFailure, openConnection, proxyOf, sendRequest } from '../../../src/network/index.js'
import { BadServer, json } from '../../support/bad-server.js'
import { selfSigned } from '../../support/certificate.js'
import { FakeProxy, tlsFront } from '../../support/fake-proxy.js'

const running: { readonly close: () => Promise<void> }[] = []
afterEach(async () => {
  vi.unstubAllEnvs()
  await Promise.all(running.splice(0).map((one) => one.close()))
})

function environment(variables: Readonly<Record<string, string>>): void {
  for (const name of ['HTTPS_PROXY', 'https_proxy', 'NO_PROXY', 'no_proxy', 'HTTP_PROXY', 'http_proxy']) {
    vi.stubEnv(name, variables[name] ?? '')
  }
}

describe('the proxy of an address', () => {
  it.each([
    ['https://ghcr.io/v2/', {}, null],
    ['https://ghcr.io/v2/', { HTTPS_PROXY: 'http://proxy:3128' }, 'proxy:3128'],
    ['https://ghcr.io/v2/', { https_proxy: 'http://proxy:3128' }, 'proxy:3128'],
    ['https://ghcr.io/v2/', { HTTPS_PROXY: 'proxy:3128' }, 'proxy:3128'],
    ['https://ghcr.io/v2/', { HTTP_PROXY: 'http://proxy:3128' }, null],
    ['https://ghcr.io/v2/', { HTTPS_PROXY: 'http://proxy:3128', NO_PROXY: 'other.io, ghcr.io' }, null],
    ['https://api.corp.example/', { HTTPS_PROXY: 'http://proxy:3128', NO_PROXY: '.corp.example' }, null],
    ['https://corp.example.evil/', { HTTPS_PROXY: 'http://proxy:3128', NO_PROXY: 'corp.example' }, 'proxy:3128'],
    ['https://ghcr.io/', { HTTPS_PROXY: 'http://proxy:3128', NO_PROXY: '*' }, null],
    ['https://localhost:8443/', { HTTPS_PROXY: 'http://proxy:3128' }, null],
    ['http://127.0.0.1:5000/', { HTTPS_PROXY: 'http://proxy:3128', HTTP_PROXY: 'http://proxy:3128' }, null],
  ] as const)('%s with %j: %s', (url, variables, expected) => {
    environment(variables)
    expect(proxyOf(new URL(url))?.host ?? null).toBe(expected)
  })
})

const ask = async (timeout = 10_000) => {
  const what = {
    url: new URL('https://api.test/x'),
    method: 'GET',
    headers: { authorization: 'secret' },
    maxBytes: 1000,
  }
  const reply = await sendRequest(what, openConnection(timeout))
  return isFailure(reply) ? `${reply.reason}: ${reply.what}. ${reply.remedy}` : reply.body.toString('utf8')
}

async function throughProxy(to: Parameters<typeof FakeProxy.start>[0], login = ''): Promise<FakeProxy> {
  const proxy = await FakeProxy.start(to)
  running.push(proxy)
  environment({ HTTPS_PROXY: `http://${login}${proxy.host}` })
  return proxy
}

describe('a request through a proxy', () => {
  it('goes through a tunnel in which TLS begins at the server, and the login goes to the proxy alone', async () => {
    const server = await BadServer.start(json({}))
    const front = await tlsFront(selfSigned(['api.test']), server.port)
    running.push(server, front)
    const proxy = await throughProxy(() => front, 'robot:p%40ss@')
    // Nobody here trusts the certificate: that it is seen at all says that the tunnel leads to the server.
    expect(await ask()).toBe(
      `certificate: has a certificate that is not trusted through the proxy ${proxy.host} (DEPTH_ZERO_SELF_SIGNED_CERT). Set the environment variable NODE_EXTRA_CA_CERTS to a file with the certificates of its CA.`,
    )
    const authorization = `Basic ${Buffer.from('robot:p@ss').toString('base64')}`
    expect(proxy.connects).toEqual([{ target: 'api.test:443', authorization }])
    expect(server.seen).toEqual([])
  })

  it('uses its tunnel again, also when the time for opening it is long over', async () => {
    const server = await BadServer.start(json({}))
    const front = await tlsFront(selfSigned(['api.test']), server.port)
    running.push(server, front)
    const proxy = await throughProxy(() => front)
    vi.stubEnv('NODE_TLS_REJECT_UNAUTHORIZED', '0')
    const connection = openConnection(1000)
    const what = { url: new URL('https://api.test/x'), method: 'GET', headers: {}, maxBytes: 1000 }
    expect(await sendRequest(what, connection)).toMatchObject({ status: 200 })
    await new Promise((resolve) => setTimeout(resolve, 1200))
    expect(await sendRequest(what, connection)).toMatchObject({ status: 200 })
    expect(server.seen).toHaveLength(2)
    expect(proxy.connects).toHaveLength(1)
  })

  it.each([
    [407, 'answers 407'],
    [503, 'answers 503'],
  ])('that refuses with %i', async (status, said) => {
    const proxy = await throughProxy(() => status, 'robot:secret@')
    expect(await ask()).toBe(
      `unreachable: could not be reached: the proxy ${proxy.host} ${said}. Check HTTPS_PROXY and NO_PROXY.`,
    )
    expect(proxy.others).toEqual([])
  })

  it('that is not there', async () => {
    const proxy = await throughProxy(() => 200)
    const { host } = proxy
    await proxy.close()
    running.length = 0
    expect(await ask()).toMatch(
      new RegExp(`^unreachable: could not be reached: the proxy ${host} cannot be reached \\(ECONNREFUSED\\)`),
    )
  })

  it('that is no HTTP proxy', async () => {
    environment({ HTTPS_PROXY: 'socks5://127.0.0.1:1080' })
    expect(await ask()).toMatch(/^unreachable: could not be reached: the proxy 127\.0\.0\.1:1080 speaks socks5:/)
  })

  it('that never answers', async () => {
    const proxy = await throughProxy(() => 'hangs')
    expect(await ask(200)).toMatch(new RegExp(`did not answer within 0.2 s through the proxy ${proxy.host}|the proxy`))
  })
})
