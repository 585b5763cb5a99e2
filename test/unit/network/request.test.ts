/** One request: it ends in time, is read up to a size, and says why where there is no answer. */
import { afterEach, describe, expect, it } from 'vitest'
import {
  FailedRequest,
  isFailure,
  openConnection,
  type RequestFailure,
  requestFailure,
  sendRequest,
} from '../../../src/network/index.js'
import { mayHaveTakenEffect } from '../../../src/network/request-failure.js'
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

const asked = (url: string) => ({ url: new URL(url), method: 'GET', headers: {}, maxBytes: 1_000_000 })

async function failureOf(url: string, timeout = 10_000): Promise<RequestFailure> {
  const reply = await sendRequest(asked(url), openConnection(timeout))
  if (isFailure(reply)) return reply
  throw new Error(`it answered ${reply.status}`)
}

/** Until the server's side of a connection is gone as well. */
async function until(isSo: () => boolean): Promise<void> {
  while (!isSo()) await new Promise((resolve) => setTimeout(resolve, 5))
}

describe('an answer', () => {
  it('comes whole, whatever its status', async () => {
    const server = await serve(json({ a: 'ä' }, 418, { 'x-a': '1' }))
    const reply = await sendRequest({ ...asked(server.url), method: 'POST', body: 'höher' }, openConnection(10_000))
    expect(reply).toMatchObject({ kind: 'response', status: 418, body: Buffer.from('{"a":"ä"}') })
    expect(server.seen).toMatchObject([{ method: 'POST', body: 'höher' }])
  })

  it('that is a redirect is not followed', async () => {
    const other = await serve(json({}))
    const server = await serve((_, response) => void response.writeHead(302, { location: other.url }).end())
    expect(await sendRequest(asked(server.url), openConnection(10_000))).toMatchObject({ status: 302 })
    expect(other.seen).toEqual([])
  })
})

describe('no answer in time', () => {
  it.each(['silent', 'drips', 'dripsHeaders'] as const)('%s: given up, and the connection closed', async (kind) => {
    const server = await serve(BAD[kind])
    expect(await failureOf(server.url, 200)).toMatchObject({
      reason: 'timeout',
      what: 'did not answer within 0.2 s',
      remedy: expect.stringMatching(/IMAGE_FACTORY_TIMEOUT/),
    })
    await until(() => server.open === 0)
  })
})

describe('an answer without end', () => {
  it('is read up to the size that is asked for, and the connection closed', async () => {
    const server = await serve(BAD.endless)
    expect(await failureOf(server.url)).toMatchObject({ reason: 'too-large', status: 200 })
    await until(() => server.open === 0)
  })
})

describe('no answer', () => {
  it.each([
    [
      'a connection that is reset',
      BAD.reset,
      { reason: 'disconnected', what: 'closed the connection (ECONNRESET)' },
      true,
    ],
    [
      'a body that is cut off',
      BAD.cutOff,
      { reason: 'disconnected', what: 'closed the connection (ECONNRESET)' },
      true,
    ],
    [
      'headers that are none',
      (_, response) => void response.socket?.end('HTTP/1.1 200 OK\r\nno header\r\n\r\n'),
      { reason: 'disconnected', what: 'closed the connection (HPE_INVALID_HEADER_TOKEN)' },
      true,
    ],
  ] as readonly [string, Answer, Partial<RequestFailure>, boolean][])('%s', async (_, answer, expected, isOpen) => {
    const failure = await failureOf((await serve(answer)).url)
    expect(failure).toMatchObject(expected)
    expect(mayHaveTakenEffect(failure)).toBe(isOpen)
  })

  it('nobody is there', async () => {
    const server = await BadServer.start(BAD.silent)
    const { url } = server
    await server.close()
    const failure = await failureOf(url)
    expect(failure).toMatchObject({ reason: 'unreachable', what: 'could not be reached (ECONNREFUSED)' })
    expect(mayHaveTakenEffect(failure)).toBe(false)
  })

  it('nobody has the name', async () => {
    const failure = await failureOf('https://nobody.invalid')
    expect(['unknown-host', 'unreachable']).toContain(failure.reason)
    expect(failure.what).toMatch(/^could not be reached \((?:ENOTFOUND|EAI_AGAIN)\)$/)
  })

  it('a certificate that is not trusted: how to trust it', async () => {
    const tls = await tlsFront(selfSigned(['127.0.0.1']), 9)
    running.push(tls)
    expect(await failureOf(`https://127.0.0.1:${tls.port}`)).toMatchObject({
      reason: 'certificate',
      what: expect.stringMatching(/^has a certificate that is not trusted \(/),
      remedy: expect.stringMatching(/NODE_EXTRA_CA_CERTS/),
    })
  })

  it('the failure that our own lookup throws', async () => {
    const failure = requestFailure('not-allowed', 'example.com', 'is nobody to ask', 'Ask somebody else.')
    const refusing = openConnection(1000, (_, __, done) => done(new FailedRequest(failure, 'GET /'), ''))
    expect(await sendRequest(asked('http://example.com'), refusing)).toBe(failure)
  })
})
