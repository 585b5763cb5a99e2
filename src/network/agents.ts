import { Agent as HttpAgent, request as httpRequest } from 'node:http'
import { Agent as HttpsAgent, request as httpsRequest, type RequestOptions } from 'node:https'
import type { Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import { getProxyUrl } from '@actions/http-client/lib/proxy'

/** Gives what makes the connections for an address. Connections are used again. */
export type ChooseAgent = (url: URL) => HttpAgent

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
 * Connections of one user, not shared with others.
 *
 * @param timeout milliseconds that a proxy may take to open the way.
 */
export function agentsFor(timeout: number): ChooseAgent {
  const plain = new HttpAgent({ keepAlive: true })
  const direct = new HttpsAgent({ keepAlive: true })
  const tunnels = new Map<string, TunnelAgent>()
  return (url) => {
    if (url.protocol === 'http:') return plain
    const proxy = proxyOf(url)
    if (proxy === null) return direct
    const agent = tunnels.get(proxy.href) ?? new TunnelAgent(proxy, timeout)
    tunnels.set(proxy.href, agent)
    return agent
  }
}

/** A proxy that did not open the way; its message continues "the proxy HOST …". */
export class ProxyError extends Error {
  readonly host: string

  constructor({ host }: URL, message: string) {
    super(message)
    this.host = host
  }
}

/** Connections through a proxy: it sees the name of the server, and TLS from there on. */
class TunnelAgent extends HttpsAgent {
  readonly #proxy: URL
  readonly #timeout: number

  constructor(proxy: URL, timeout: number) {
    super({ keepAlive: true })
    this.#proxy = proxy
    this.#timeout = timeout
  }

  override createConnection(options: RequestOptions, done: (error: Error | null, stream: Duplex) => void): undefined {
    openTunnel(this.#proxy, `${options.host}:${options.port}`, this.#timeout).then(
      (socket) => {
        const secure = super.createConnection({ ...options, socket } as RequestOptions)
        if (secure) done(null, secure)
      },
      // Node takes an error alone.
      done as (error: Error) => void,
    )
  }
}

async function openTunnel(proxy: URL, target: string, timeout: number): Promise<Socket> {
  if (!/^https?:$/.test(proxy.protocol))
    throw new ProxyError(proxy, `speaks ${proxy.protocol} and we speak http: and https:`)
  const open = proxy.protocol === 'https:' ? httpsRequest : httpRequest
  const { username, password } = proxy
  const login = Buffer.from(`${username}:${password}`).toString('base64')
  const headers = { host: target, ...(username === '' ? {} : { 'proxy-authorization': `Basic ${login}` }) }
  const signal = AbortSignal.timeout(timeout)
  return new Promise((resolve, reject) => {
    const request = open(new URL(proxy.origin), { method: 'CONNECT', path: target, headers, agent: false, signal })
    request.once('connect', ({ statusCode = 0 }, socket, head) => {
      socket.unshift(head)
      if (statusCode === 200) return resolve(socket)
      socket.destroy()
      reject(new ProxyError(proxy, `answers ${statusCode}`))
    })
    request.once('error', (error: NodeJS.ErrnoException) =>
      reject(
        new ProxyError(proxy, signal.aborted ? 'does not answer' : `cannot be reached (${error.code ?? 'no reason'})`),
      ),
    )
    request.end()
  })
}
