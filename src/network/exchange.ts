import { request as httpRequest, type IncomingMessage } from 'node:http'
import { request as httpsRequest } from 'node:https'
import type { LookupFunction } from 'node:net'
import { type ChooseAgent, ProxyError, proxyOf } from './agents.js'
import type { ReplyHeaders } from './retry-after.js'
import { type Trouble, trouble } from './trouble.js'

/** A server's answer, its body read whole. */
export interface Reply {
  readonly kind: 'reply'
  readonly status: number
  readonly headers: ReplyHeaders
  readonly body: Buffer
}

/** One HTTP exchange. */
export interface Exchange {
  readonly url: URL
  readonly method: string
  readonly headers: Readonly<Record<string, string>>
  readonly body?: string
  /** Most bytes of a body that are read. */
  readonly bytes: number
}

/** How a server is reached. */
export interface Line {
  /** Milliseconds until an exchange is given up, its body included. */
  readonly timeout: number
  readonly agentOf: ChooseAgent
  /** Finds the addresses of a name, where not the system shall. */
  readonly lookup?: LookupFunction
}

/**
 * Asks once. Redirects are not followed, and credentials go where `what.url` says and nowhere else.
 *
 * An answer that comes a byte at a time ends with the time, one without end with `what.bytes`.
 *
 * @returns the answer whatever its status, or why there is none. Rejects with what `line.lookup` throws.
 */
export async function exchange(what: Exchange, line: Line): Promise<Reply | Trouble> {
  const signal = AbortSignal.timeout(line.timeout)
  try {
    return await readReply(await send(what, line, signal), what.bytes)
  } catch (error) {
    if (signal.aborted) return late(what, line)
    if (!isOfNetwork(error)) throw error
    return whyNot(error, what.url)
  }
}

function send(what: Exchange, line: Line, signal: AbortSignal): Promise<IncomingMessage> {
  const { url, method, headers, body } = what
  const open = url.protocol === 'http:' ? httpRequest : httpsRequest
  const sized = body === undefined ? headers : { ...headers, 'content-length': String(Buffer.byteLength(body)) }
  const { lookup } = line
  return new Promise((resolve, reject) => {
    const options = { method, headers: sized, agent: line.agentOf(url), signal, ...(lookup && { lookup }) }
    const request = open(url, options, resolve)
    request.on('error', reject)
    request.end(body)
  })
}

async function readReply(response: IncomingMessage, limit: number): Promise<Reply | Trouble> {
  const chunks: Buffer[] = []
  let bytes = 0
  // Leaving the loop early ends the connection too.
  for await (const chunk of response as AsyncIterable<Buffer>) {
    bytes += chunk.length
    if (bytes > limit) return tooLarge(limit, response.statusCode ?? 0)
    chunks.push(chunk)
  }
  // Not a `Headers`: the first one loads all of Node's fetch, which nothing else here needs.
  const headers = new Map(Object.entries(response.headers).map(([name, value]) => [name, [value].flat().join(', ')]))
  return { kind: 'reply', status: response.statusCode ?? 0, headers, body: Buffer.concat(chunks) }
}

function tooLarge(limit: number, status: number): Trouble {
  return trouble('too-large', `answers with more than ${limit} bytes`, 'Check its address.', { status })
}

function late({ url }: Exchange, { timeout }: Line): Trouble {
  const remedy = 'Run this again later; if the server is slow, allow it more seconds in IMAGE_FACTORY_TIMEOUT.'
  return trouble('late', `did not answer within ${timeout / 1000} s${throughProxy(url)}`, remedy)
}

function throughProxy(url: URL): string {
  const proxy = proxyOf(url)
  return proxy === null ? '' : ` through the proxy ${proxy.host}`
}

/** What line.lookup throws is not ours to explain, and what cannot be sent is a mistake of who sends it. */
function isOfNetwork(error: unknown): error is NodeJS.ErrnoException {
  if (error instanceof ProxyError) return true
  const { code } = error as { readonly code?: unknown }
  return error instanceof Error && typeof code === 'string' && !code.startsWith('ERR_INVALID')
}

/** Node's and OpenSSL's names for certificates that are not trusted. */
const CERTIFICATE = /CERT|SELF_SIGNED|UNABLE_TO_VERIFY|^ERR_TLS/

const CHECK = 'Check its address and the network, and run this again.'

/** Only codes are told of errors: their texts may quote what was sent. */
function whyNot(error: NodeJS.ErrnoException, url: URL): Trouble {
  if (error instanceof ProxyError) {
    const what = `could not be reached: the proxy ${error.host} ${error.message}`
    return trouble('unreached', what, 'Check HTTPS_PROXY and NO_PROXY.')
  }
  const { code = '', syscall } = error
  const said = `${throughProxy(url)} (${code})`
  if (CERTIFICATE.test(code)) {
    const remedy = 'Name a file with the certificates of its authority in the environment variable NODE_EXTRA_CA_CERTS.'
    return trouble('certificate', `has a certificate that is not trusted${said}`, remedy)
  }
  if (syscall === 'getaddrinfo' && code === 'ENOTFOUND') return trouble('gone', `could not be reached${said}`, CHECK)
  const isOpened = syscall !== 'connect' && syscall !== 'getaddrinfo' && code !== 'ECONNREFUSED'
  return trouble(isOpened ? 'broken' : 'unreached', `${isOpened ? 'broke off' : 'could not be reached'}${said}`, CHECK)
}
