import { Agent as HttpAgent } from 'node:http'
import { Agent as HttpsAgent } from 'node:https'
import type { LookupFunction } from 'node:net'
import { getProxyUrl } from '@actions/http-client/lib/proxy'
import { HttpsProxyAgent } from 'hpagent'
import { refuse } from '../enrollment/problem.js'

/** How to reach a server. Its connections are kept alive and not shared with other servers. */
export interface Connection {
  /** Timeout of one request including its response, in milliseconds. */
  readonly timeout: number
  readonly agentOf: (url: URL) => HttpAgent
  /** Resolves names instead of the system. An error it throws fails the request (`FailedRequest`). */
  readonly lookup?: LookupFunction
}

/** Opens a pool of connections, through the proxy from the environment. */
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
 * The proxy for an https URL from the environment: HTTPS_PROXY unless NO_PROXY matches, also in lower case, as the
 * runner and its toolkit read them. Null without one, and always for this machine and for http.
 */
export function proxyOf(url: URL): URL | null {
  const proxy = url.protocol === 'https:' ? (getProxyUrl(url) ?? null) : null
  // HOST:PORT alone parses as a URL whose scheme is HOST.
  return proxy?.host === '' ? new URL(`http://${proxy.href}`) : proxy
}

/**
 * Timeout of one request, from the first byte sent to the last one read, in milliseconds: the environment variable
 * IMAGE_FACTORY_TIMEOUT (seconds), or `usual`.
 *
 * @param usual seconds.
 * @throws Refusal when the variable is not a number from 0.1 to 3600.
 */
export function requestTimeout(usual = 30): number {
  return seconds('IMAGE_FACTORY_TIMEOUT', usual, 0.1) * 1000
}

/**
 * Delay before the second attempt, in milliseconds; all other delays are multiples of it. One second; tests shorten it
 * with the environment variable IMAGE_FACTORY_PAUSE (seconds), which is not a public interface.
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
