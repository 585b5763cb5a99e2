import { Agent as HttpAgent } from 'node:http'
import { Agent as HttpsAgent } from 'node:https'
import type { LookupFunction } from 'node:net'
import { getProxyUrl } from '@actions/http-client/lib/proxy'
import { HttpsProxyAgent } from 'hpagent'
import { refuse } from '../enrollment/problem.js'

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

/**
 * How long one request may take, from the first byte sent to the last one read, in milliseconds: so many seconds as
 * the environment variable IMAGE_FACTORY_TIMEOUT says, else `usual`.
 *
 * @param usual seconds.
 * @throws Refusal when the variable says something else than 0.1 to 3600 seconds.
 */
export function requestTimeout(usual = 30): number {
  return seconds('IMAGE_FACTORY_TIMEOUT', usual, 0.1) * 1000
}

/**
 * The pause before a second try, in milliseconds. All other pauses are multiples of it. It is a second; tests make it
 * shorter by the environment variable IMAGE_FACTORY_PAUSE (seconds), which is no interface.
 */
export function baseDelay(): number {
  return seconds('IMAGE_FACTORY_PAUSE', 1, 0) * 1000
}

function seconds(name: string, usual: number, least: number): number {
  const text = process.env[name] ?? ''
  if (text === '') return usual
  const value = Number(text)
  if (value >= least && value <= 3600) return value
  throw refuse(
    'environment-variable-invalid',
    `the environment variable ${name} must be a number of seconds from ${least} to 3600.`,
    {
      remedy: 'Correct it, or leave it out.',
    },
  )
}
