import { lookup } from 'node:dns/promises'
import { isIP, type LookupFunction } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { exchange as ask, type ChooseAgent, isPassing, isTrouble, proxyOf, type Reply } from '../network/index.js'
import { nearnessOf } from './addresses.js'
import { hostnameOf, isAskable, isLoopback } from './hosts.js'

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
  readonly agentOf: ChooseAgent
  /** What we know of names that a proxy looks up for itself. */
  readonly opinions: Map<string, Promise<readonly string[]>>
}

/**
 * One exchange, to an address that the registry may have: looked at after the name was resolved, in the very lookup
 * that the connection is made from, so that a name cannot be one thing when it is looked at and another when it is used.
 * A proxy looks names up itself; there it is for the proxy to say where it leads.
 *
 * @throws Error with a sentence for people when there is no answer.
 */
export async function exchange(what: Exchange, line: Line): Promise<Reply> {
  const { url, form, ...rest } = what
  if (!isAskable(url)) throw refusal(`${shown(url)} is no address of a registry`)
  const name = hostnameOf(url.host)
  if (isIP(name) !== 0) await refuseNear([name], name, line)
  else if (proxyOf(url) !== null) await secondOpinion(name, line)
  const type = { 'content-type': 'application/x-www-form-urlencoded' }
  const sent = form === undefined ? {} : { body: form.toString(), headers: { ...what.headers, ...type } }
  const { timeout, agentOf } = line
  const reply = await ask({ ...rest, url, ...sent }, { timeout, agentOf, lookup: lookupOf(line) })
  if (!isTrouble(reply)) return reply
  const said = `${url.host} ${reply.what}`
  if (!isPassing(reply)) throw refusal(said)
  throw new Error(said, reply.reason === 'gone' ? { cause: GONE } : {})
}

/** Longest that is waited for a name that we need not know: behind a proxy there may be nobody to ask. */
const SECOND_OPINION = 2_000

async function secondOpinion(name: string, line: Line): Promise<void> {
  const opinion = line.opinions.get(name) ?? addressesSoon(name, line)
  line.opinions.set(name, opinion)
  await refuseNear(await opinion, name, line)
}

async function addressesSoon(name: string, { resolve }: Line): Promise<string[]> {
  const known = resolve(name).catch(() => [])
  const addresses = await Promise.race([known, sleep(SECOND_OPINION, [], { ref: false })])
  return addresses.map(({ address }) => address)
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

/** Only what cannot hold a secret. */
export function shown(url: URL): string {
  return `${url.protocol}//${url.host}`
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
