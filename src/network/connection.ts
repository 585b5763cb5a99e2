import { Agent as HttpAgent } from 'node:http'
import { Agent as HttpsAgent } from 'node:https'
import type { LookupFunction } from 'node:net'
import { getProxyUrl } from '@actions/http-client/lib/proxy'
import { HttpsProxyAgent } from 'hpagent'

/** How a server is reached. Its connections are used again, and not shared with others. */
export interface Connection {
  /** Milliseconds until a request is given up, its response included. */
  readonly timeout: number
  readonly agentOf: (url: URL) => HttpAgent
  /** Finds the addresses of a name, where not the system shall. What it throws fails the request (`FailedRequest`). */
  readonly lookup?: LookupFunction
}

/** New connections, through the proxy that the environment names. */
export function openConnection(timeout: number, lookup?: LookupFunction): Connection {
  const plain = new HttpAgent({ keepAlive: true })
  const direct = new HttpsAgent({ keepAlive: true })
  const tunnels = new Map<string, HttpsAgent>()
  const agentOf = (url: URL): HttpAgent => {
    if (url.protocol === 'http:') return plain
    const proxy = proxyOf(url)
    if (proxy === null) return direct
    const tunnel = tunnels.get(proxy.href) ?? new HttpsProxyAgent({ keepAlive: true, proxy: proxy.href })
    tunnels.set(proxy.href, tunnel)
    return tunnel
  }
  return { timeout, agentOf, ...(lookup && { lookup }) }
}

/**
 * The proxy that the environment names for an https address: HTTPS_PROXY, unless NO_PROXY excepts it, both also in small
 * letters, as the runner and its toolkit read them. Null where there is none, for this machine always, and for http.
 */
export function proxyOf(url: URL): URL | null {
  const proxy = url.protocol === 'https:' ? (getProxyUrl(url) ?? null) : null
  // HOST:PORT alone reads as a URL with the scheme HOST.
  return proxy?.host === '' ? new URL(`http://${proxy.href}`) : proxy
}
