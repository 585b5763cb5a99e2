// Where a registry is and where requests to it may go: checked before each request and during name resolution.
import { lookup } from 'node:dns/promises'
import { isIP, type LookupFunction } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import {
  addressKind,
  type Connection,
  FailedRequest,
  type HttpRequest,
  type HttpResponse,
  hostnameOf,
  isLoopback,
  openConnection,
  proxyOf,
  type RequestFailure,
  requestFailure,
  sendRequest,
} from '../network/index.js'
import type { Credentials } from './credentials.js'

/** Docker Hub's API host differs from the name in image references. */
const API_HOSTS: Readonly<Record<string, string>> = { 'docker.io': 'registry-1.docker.io' }

/** Token servers with another host name than their registry; they may receive the registry's credentials. */
const TOKEN_HOSTS: Readonly<Record<string, string>> = {
  'docker.io': 'auth.docker.io',
  'registry.gitlab.com': 'gitlab.com',
  'registry.digitalocean.com': 'api.digitalocean.com',
}

/** Names of metadata services, whatever they resolve to. */
const METADATA_NAMES: readonly string[] = ['metadata', 'metadata.google.internal', 'instance-data']

/** Whether no registry can be at a host, see `addressKind`. Names are also checked when they are resolved. */
export function isForbiddenHost(host: string): boolean {
  const name = hostnameOf(host)
  if (METADATA_NAMES.includes(name)) return true
  if (isIP(name) !== 0) return addressKind(name) === 'forbidden'
  // Other spellings of an address (`2852039166`, `0xa9.254.1`) that resolvers accept and isIP does not.
  return /^(?:0x[0-9a-f]+|\d+)(?:\.(?:0x[0-9a-f]+|\d+))*$/.test(name)
}

/** URL of a registry's API, without a trailing slash. */
export function apiUrl(registry: string): string {
  return `${isLoopback(registry) ? 'http' : 'https'}://${API_HOSTS[registry] ?? registry}`
}

/** Whether a request may go to a URL at all: https, or http on this machine, and no forbidden host. */
export function isAllowedUrl(url: URL): boolean {
  if (url.username !== '' || url.password !== '' || isForbiddenHost(url.host)) return false
  return url.protocol === 'https:' || (url.protocol === 'http:' && isLoopback(url.host))
}

/**
 * Whether a registry's credentials may go to its token server: the registry's own host, a known token server, or the
 * registry's parent domain (`registry.gitlab.example.com` → `gitlab.example.com`). Any other realm may be an attempt to
 * steal them.
 */
export function mayHaveCredentials(registry: string, realm: URL): boolean {
  const asked = new URL(apiUrl(registry))
  if (realm.host === asked.host) return realm.protocol === asked.protocol
  if (realm.protocol !== 'https:') return false
  if (realm.host === TOKEN_HOSTS[registry]) return true
  return realm.host.split('.').length > 2 && asked.host.endsWith(`.${realm.host}`)
}

/** Result of a challenge: a header, nothing we can send, or why the token server returned no token. */
export type Authorization =
  | { readonly kind: 'header'; readonly value: string }
  | { readonly kind: 'none' }
  | RequestFailure

/** Resolves names with the system's resolver. */
export const resolveBySystem: RegistryConnection['resolve'] = (name) => lookup(name, { all: true })

/** How to reach one registry, and its credentials. */
export interface RegistryConnection {
  readonly registry: string
  readonly credentials: Credentials
  /** All addresses of a name. */
  readonly resolve: (name: string) => Promise<readonly { readonly address: string; readonly family: number }[]>
  /** Whether the registry may be in a private network; called only when an address is in one. */
  readonly isTrusted: () => Promise<boolean>
  readonly connection: Connection
  /** Our own lookups of names that a proxy resolves. */
  readonly lookups: Map<string, Promise<readonly string[]>>
  /** Authorization per repository, requested once by the first request that needs it. */
  readonly authorizations: Map<string, Promise<Authorization>>
}

/** @param timeout per request, in milliseconds. */
export function openRegistry(
  who: Pick<RegistryConnection, 'registry' | 'credentials' | 'resolve' | 'isTrusted'>,
  timeout: number,
): RegistryConnection {
  const connection = openConnection(timeout, guardedLookup(who))
  return { ...who, connection, lookups: new Map(), authorizations: new Map() }
}

/**
 * Sends one request, to an allowed address only. The check runs inside the lookup that the connection uses, so that a
 * name cannot resolve to one address for the check and another for the connection. A proxy resolves names itself; where
 * it connects to is the proxy's decision.
 */
export async function sendGuarded(
  request: HttpRequest,
  to: RegistryConnection,
): Promise<HttpResponse | RequestFailure> {
  const { url } = request
  if (!isAllowedUrl(url)) return notAllowed(shown(url), 'is not the address of a registry')
  const name = hostnameOf(url.host)
  const isBehindProxy = isIP(name) === 0 && proxyOf(url) !== null
  const addresses = isIP(name) !== 0 ? [name] : isBehindProxy ? await ownLookup(name, to) : []
  return (await addressFailure(addresses, name, to)) ?? sendRequest(request, to.connection)
}

/** The request is not allowed; a retry would not help. */
export function notAllowed(who: string, what: string): RequestFailure {
  return requestFailure('not-allowed', who, what, 'Check the name of the image.')
}

/** A URL reduced to the parts that cannot contain a secret. */
export function shown(url: URL): string {
  return `${url.protocol}//${url.host}`
}

/** Timeout for an optional lookup: behind a proxy there may be no resolver. */
const MAX_LOOKUP_MILLISECONDS = 2_000

function ownLookup(name: string, { lookups, resolve }: RegistryConnection): Promise<readonly string[]> {
  const start = async () => {
    const known = resolve(name).catch(() => [])
    const addresses = await Promise.race([known, sleep(MAX_LOOKUP_MILLISECONDS, [], { ref: false })])
    return addresses.map(({ address }) => address)
  }
  const found = lookups.get(name) ?? start()
  lookups.set(name, found)
  return found
}

function guardedLookup(rules: Pick<RegistryConnection, 'registry' | 'resolve' | 'isTrusted'>): LookupFunction {
  return (name, options, callback) => {
    const found = rules.resolve(name).then(async (addresses) => {
      const all = addresses.map(({ address }) => address)
      const failure = await addressFailure(all, name, rules)
      if (failure !== null) throw new FailedRequest(failure, name)
      const [first] = addresses
      if (first === undefined) throw Object.assign(new Error(), { code: 'ENODATA', syscall: 'getaddrinfo' })
      return { addresses, first }
    })
    found.then(
      ({ addresses, first }) =>
        options.all ? callback(null, [...addresses]) : callback(null, first.address, first.family),
      (error: NodeJS.ErrnoException) => callback(error, '', 4),
    )
  }
}

/** One private address is enough: the connection could use any of them. */
async function addressFailure(
  addresses: readonly string[],
  name: string,
  { registry, isTrusted }: Pick<RegistryConnection, 'registry' | 'isTrusted'>,
): Promise<RequestFailure | null> {
  const kinds = addresses.map((address) => addressKind(address))
  if (kinds.includes('forbidden')) return notAllowed(name, 'resolves to an address that no registry can have')
  const isNear = kinds.includes('private') || (kinds.includes('loopback') && !isLoopback(registry))
  if (!isNear || (await isTrusted())) return null
  const remedy = 'settings.allowedRegistries does not name it and there are no credentials for it'
  return notAllowed(name, `is in a private network, and ${remedy}`)
}
