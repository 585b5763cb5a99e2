import { isIP } from 'node:net'
import { addressKind } from './addresses.js'

/** Docker Hub answers under another name than images are written with. */
const API_HOSTS: Readonly<Record<string, string>> = { 'docker.io': 'registry-1.docker.io' }

/** Hosts that give tokens for registries of another name; credentials of the registry go there. */
const TOKEN_HOSTS: Readonly<Record<string, string>> = {
  'docker.io': 'auth.docker.io',
  'registry.gitlab.com': 'gitlab.com',
  'registry.digitalocean.com': 'api.digitalocean.com',
}

/** Names of metadata servers, whatever they resolve to. */
const METADATA_NAMES: readonly string[] = ['metadata', 'metadata.google.internal', 'instance-data']

/** Is this host the machine itself, by a name that says so? Only there may a registry speak HTTP, as docker has it. */
export function isLoopback(host: string): boolean {
  const name = hostnameOf(host)
  return name === 'localhost' || (isIP(name) !== 0 && addressKind(name) === 'loopback')
}

/** Whether a host is one that no registry has: see {@link addressKind}. Names are also looked at when they are resolved. */
export function isForbiddenHost(host: string): boolean {
  const name = hostnameOf(host)
  if (METADATA_NAMES.includes(name)) return true
  if (isIP(name) !== 0) return addressKind(name) === 'forbidden'
  // Other spellings of an address (`2852039166`, `0xa9.254.1`) that resolvers take and isIP does not.
  return /^(?:0x[0-9a-f]+|\d+)(?:\.(?:0x[0-9a-f]+|\d+))*$/.test(name)
}

/** Where a registry's API is, without a slash at the end. */
export function apiUrl(registry: string): string {
  return `${isLoopback(registry) ? 'http' : 'https'}://${API_HOSTS[registry] ?? registry}`
}

/** Whether a URL may be asked at all: https, or http on this machine, and no forbidden host. */
export function isAskable(url: URL): boolean {
  if (url.username !== '' || url.password !== '' || isForbiddenHost(url.host)) return false
  return url.protocol === 'https:' || (url.protocol === 'http:' && isLoopback(url.host))
}

/**
 * Whether a registry's credentials may go to the host that gives its tokens: the registry's own, one known to belong to
 * it, or the domain it is a part of (`registry.gitlab.example.com` → `gitlab.example.com`). Any other realm is somebody
 * who would like to have them.
 */
export function mayHaveCredentials(registry: string, realm: URL): boolean {
  const asked = new URL(apiUrl(registry))
  if (realm.host === asked.host) return realm.protocol === asked.protocol
  if (realm.protocol !== 'https:') return false
  if (realm.host === TOKEN_HOSTS[registry]) return true
  return realm.host.split('.').length > 2 && asked.host.endsWith(`.${realm.host}`)
}

/** A host without its port, brackets and final dot. */
export function hostnameOf(host: string): string {
  return host
    .replace(/:\d+$/, '')
    .replace(/^\[(.*)\]$/, '$1')
    .replace(/\.$/, '')
    .toLowerCase()
}
