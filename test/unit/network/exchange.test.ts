/** One request: it ends in time, is read up to a size, and says why where there is no answer. */
import { lookup } from 'node:dns'
import { afterEach, describe, expect, it } from 'vitest'
import { agentsFor, exchange, isTrouble, type Line, type Trouble } from '../../../src/network/index.js'
import { mayBeDone } from '../../../src/network/trouble.js'
import { type Answer, BAD, BadServer, json } from '../../support/bad-server.js'
import { selfSigned } from '../../support/certificate.js'
import { tlsFront } from '../../support/fake-proxy.js'

const running: { readonly close: () => Promise<void> }[] = []
afterEach(async () => {
  await Promise.all(running.splice(0).map((one) => one.close()))
})

async function serve(answer: Answer): Promise<BadServer> {
  const server = await BadServer.start(answer)
  running.push(server)
  return server
}

const line = (timeout: number, more: Partial<Line> = {}): Line => ({ timeout, agentOf: agentsFor(timeout), ...more })
const asked = (url: string) => ({ url: new URL(url), method: 'GET', headers: {}, bytes: 1_000_000 })

async function troubleOf(url: string, timeout = 10_000): Promise<Trouble> {
  const reply = await exchange(asked(url), line(timeout))
  if (isTrouble(reply)) return reply
  throw new Error(`it answered ${reply.status}`)
}

/** Until the server's side of a connection is gone as well. */
async function until(isSo: () => boolean): Promise<void> {
  while (!isSo()) await new Promise((resolve) => setTimeout(resolve, 5))
}

describe('an answer', () => {
  it('comes whole, whatever its status', async () => {
    const server = await serve(json({ a: 'ä' }, 418, { 'x-a': '1' }))
    const reply = await exchange({ ...asked(server.url), method: 'POST', body: 'höher' }, line(10_000))
    expect(reply).toMatchObject({ kind: 'reply', status: 418, body: Buffer.from('{"a":"ä"}') })
    expect(server.seen).toMatchObject([{ method: 'POST', body: 'höher' }])
  })

  it('that is a redirect is not followed', async () => {
    const other = await serve(json({}))
    const server = await serve((_, response) => void response.writeHead(302, { location: other.url }).end())
    expect(await exchange(asked(server.url), line(10_000))).toMatchObject({ status: 302 })
    expect(other.seen).toEqual([])
  })
})

describe('no answer in time', () => {
  it.each(['silent', 'drips', 'dripsHeaders'] as const)('%s: given up, and the connection closed', async (kind) => {
    const server = await serve(BAD[kind])
    expect(await troubleOf(server.url, 200)).toMatchObject({
      reason: 'late',
      what: 'did not answer within 0.2 s',
      remedy: expect.stringMatching(/IMAGE_FACTORY_TIMEOUT/),
    })
    await until(() => server.open === 0)
  })
})

describe('an answer without end', () => {
  it('is read up to the size that is asked for, and the connection closed', async () => {
    const server = await serve(BAD.endless)
    expect(await troubleOf(server.url)).toMatchObject({ reason: 'too-large', status: 200 })
    await until(() => server.open === 0)
  })
})

describe('no answer', () => {
  it.each([
    ['a connection that is reset', BAD.reset, { reason: 'broken', what: 'broke off (ECONNRESET)' }, true],
    ['a body that is cut off', BAD.cutOff, { reason: 'broken', what: 'broke off (ECONNRESET)' }, true],
    [
      'headers that are none',
      (_, response) => void response.socket?.end('HTTP/1.1 200 OK\r\nno header\r\n\r\n'),
      { reason: 'broken', what: 'broke off (HPE_INVALID_HEADER_TOKEN)' },
      true,
    ],
  ] as readonly [string, Answer, Partial<Trouble>, boolean][])('%s', async (_, answer, expected, isOpen) => {
    const trouble = await troubleOf((await serve(answer)).url)
    expect(trouble).toMatchObject(expected)
    expect(mayBeDone(trouble)).toBe(isOpen)
  })

  it('nobody is there', async () => {
    const server = await BadServer.start(BAD.silent)
    const { url } = server
    await server.close()
    const trouble = await troubleOf(url)
    expect(trouble).toMatchObject({ reason: 'unreached', what: 'could not be reached (ECONNREFUSED)' })
    expect(mayBeDone(trouble)).toBe(false)
  })

  it('nobody has the name', async () => {
    const trouble = await troubleOf('https://nobody.invalid')
    expect(['gone', 'unreached']).toContain(trouble.reason)
    expect(trouble.what).toMatch(/^could not be reached \((?:ENOTFOUND|EAI_AGAIN)\)$/)
  })

  it('a certificate that is not trusted: how to trust it', async () => {
    const tls = await tlsFront(selfSigned(['127.0.0.1']), 9)
    running.push(tls)
    expect(await troubleOf(`https://127.0.0.1:${tls.port}`)).toMatchObject({
      reason: 'certificate',
      what: expect.stringMatching(/^has a certificate that is not trusted \(/),
      remedy: expect.stringMatching(/NODE_EXTRA_CA_CERTS/),
    })
  })

  it('what our own lookup throws is thrown', async () => {
    const refuse: typeof lookup = Object.assign(
      (_: string, __: unknown, done: (error: Error) => void) => done(new Error('not there')),
      lookup,
    )
    const refusing = line(1000, { lookup: refuse as NonNullable<Line['lookup']> })
    await expect(exchange(asked('http://example.com'), refusing)).rejects.toThrow('not there')
  })
})
