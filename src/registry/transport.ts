import { lookup } from 'node:dns/promises'
import { Agent as HttpAgent, request as httpRequest, type IncomingMessage } from 'node:http'
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https'
import { isIP, type LookupFunction } from 'node:net'
import { nearnessOf } from './addresses.js'
import { hostnameOf, isAskable, isLoopback } from './hosts.js'

/** A server's answer, its body read whole. */
export interface Reply {
  readonly status: number
  readonly headers: Headers
  readonly body: Buffer
}

/** One HTTP exchange. */
export interface Exchange {
  readonly url: URL
  readonly method: 'HEAD' | 'GET' | 'POST'
  readonly headers: Readonly<Record<string, string>>
  /** What is sent, for POST. */
  readonly form?: URLSearchParams
  /** Most bytes of a body that are read. */
  readonly bytes: number
}

/** All addresses of a name. */
export type Resolve = (name: string) => Promise<readonly { readonly address: string; readonly family: number }[]>

/** The system's resolver. */
export const resolveBySystem: Resolve = (name) => lookup(name, { all: true })

/** How one registry is reached. Connections are used again for it and for no other. */
export interface Line {
  readonly registry: string
  /** Milliseconds until an exchange is given up, its body included. */
  readonly timeout: number
  readonly resolve: Resolve
  /** Whether the registry may be in a private network: asked only where an address is there. */
  readonly isTrusted: () => Promise<boolean>
  readonly agents: { readonly http: HttpAgent; readonly https: HttpsAgent }
}

/** Connections of a line that is new. */
export function newAgents(): Line['agents'] {
  return { http: new HttpAgent({ keepAlive: true }), https: new HttpsAgent({ keepAlive: true }) }
}

/**
 * One exchange, to an address that the registry may have: looked at after the name was resolved, in the very lookup
 * that the connection is made from, so that a name cannot be one thing when it is looked at and another when it is used.
 *
 * @throws Error with a sentence for people when there is no answer.
 */
export async function exchange(what: Exchange, line: Line): Promise<Reply> {
  const { url } = what
  if (!isAskable(url)) throw refusal(`${shown(url)} is no address of a registry`)
  const name = hostnameOf(url.host)
  if (isIP(name) !== 0) await refuseNear([name], name, line)
  const signal = AbortSignal.timeout(line.timeout)
  try {
    return await readReply(await connect(what, line, signal), what.bytes)
  } catch (error) {
    if (signal.aborted) throw new Error(`${url.host} did not answer within ${line.timeout / 1000} seconds`)
    if (isRefused(error)) throw error
    throw new Error(reasonOf(error, url.host), hasNoName(error) ? { cause: GONE } : {})
  }
}

/** Whether it was us who did not want to ask: another try comes to the same. */
export function isRefused(error: unknown): error is Error {
  return error instanceof Error && error.cause === REFUSED
}

/** An error that another try does not mend. */
export function refusal(message: string): Error {
  return new Error(message, { cause: REFUSED })
}

const REFUSED = 'refused'

/** Whether there is nobody by that name: then there is nobody for the next question either. */
export function isGone(error: unknown): boolean {
  return error instanceof Error && error.cause === GONE
}

const GONE = 'gone'

function hasNoName(error: unknown): boolean {
  return error instanceof Error && (error as NodeJS.ErrnoException).syscall === 'getaddrinfo'
}

/** Only what cannot hold a secret. */
export function shown(url: URL): string {
  return `${url.protocol}//${url.host}`
}

function connect({ url, method, headers, form }: Exchange, line: Line, signal: AbortSignal): Promise<IncomingMessage> {
  const [open, agent] =
    url.protocol === 'http:' ? ([httpRequest, line.agents.http] as const) : ([httpsRequest, line.agents.https] as const)
  const sent = form === undefined ? {} : { 'content-type': 'application/x-www-form-urlencoded' }
  return new Promise((resolve, reject) => {
    const options = { method, headers: { ...headers, ...sent }, agent, signal, lookup: lookupOf(line) }
    const request = open(url, options, resolve)
    request.on('error', reject)
    request.end(form?.toString())
  })
}

function lookupOf(line: Line): LookupFunction {
  return (name, options, callback) => {
    const found = line.resolve(name).then(async (addresses) => {
      const all = addresses.map(({ address }) => address)
      await refuseNear(all, name, line)
      const [first] = addresses
      if (first === undefined) throw new Error(`${name} has no address`)
      return { addresses, first }
    })
    found.then(
      ({ addresses, first }) =>
        options.all ? callback(null, [...addresses]) : callback(null, first.address, first.family),
      (error: NodeJS.ErrnoException) => callback(error, '', 4),
    )
  }
}

/** One address of several that is too near is enough: the connection could go to any of them. */
async function refuseNear(addresses: readonly string[], name: string, line: Line): Promise<void> {
  const near = addresses.map((address) => nearnessOf(address))
  if (near.includes('forbidden')) throw refusal(`${name} leads to an address that no registry has`)
  const isNear = near.includes('private') || (near.includes('loopback') && !isLoopback(line.registry))
  if (isNear && !(await line.isTrusted())) {
    const remedy = 'settings.allowedRegistries does not name it and there are no credentials for it'
    throw refusal(`${name} is in a private network, and ${remedy}`)
  }
}

function reasonOf(error: unknown, host: string): string {
  if (!(error instanceof Error)) return `${host} did not answer`
  if (error.message.startsWith('answers')) return `${host} ${error.message}`
  const { code } = error as NodeJS.ErrnoException
  return typeof code === 'string' ? `${host} cannot be reached (${code})` : `${host} cannot be reached`
}

async function readReply(response: IncomingMessage, limit: number): Promise<Reply> {
  const chunks: Buffer[] = []
  let bytes = 0
  // Leaving the loop early ends the connection too.
  for await (const chunk of response as AsyncIterable<Buffer>) {
    bytes += chunk.length
    if (bytes > limit) throw new Error(`answers with more than ${limit} bytes`)
    chunks.push(chunk)
  }
  const headers = new Headers()
  for (const [key, value] of Object.entries(response.headers)) {
    for (const one of [value ?? []].flat()) headers.append(key, one)
  }
  return { status: response.statusCode ?? 0, headers, body: Buffer.concat(chunks) }
}
