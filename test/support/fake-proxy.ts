/** A proxy as companies have them: it speaks CONNECT, and knows where each name leads; and TLS before a plain server. */
import { createServer, type Server } from 'node:http'
import { type AddressInfo, connect, type Server as NetServer, type Socket } from 'node:net'
import { createServer as createTlsServer } from 'node:tls'
import type { Certificate } from './certificate.js'

export interface Connect {
  /** HOST:PORT as the client asked for it. */
  readonly target: string
  readonly authorization: string | undefined
}

export class FakeProxy {
  readonly connects: Connect[] = []
  /** Requests that are no CONNECT: a proxy that terminates nothing has no use for them. */
  readonly others: string[] = []
  readonly #server: Server
  readonly #sockets = new Set<Socket>()

  private constructor(server: Server) {
    this.#server = server
  }

  /**
   * @param ports where HOST:PORT leads; a number is the status of a refusal, `hangs` never answers.
   */
  static async start(ports: (target: string) => { readonly port: number } | number | 'hangs'): Promise<FakeProxy> {
    const server = createServer()
    const proxy = new FakeProxy(server)
    server.on('connection', (socket) => proxy.#keep(socket))
    server.on('request', (request, response) => {
      proxy.others.push(`${request.method} ${request.url}`)
      response.writeHead(405).end()
    })
    server.on('connect', ({ url = '', headers }, socket: Socket) => {
      proxy.connects.push({ target: url, authorization: headers['proxy-authorization'] })
      const to = ports(url)
      if (to === 'hangs') return
      if (typeof to === 'number') return void socket.end(`HTTP/1.1 ${to} No\r\n\r\n`)
      const there = connect(to.port, '127.0.0.1', () => socket.write('HTTP/1.1 200 Connection established\r\n\r\n'))
      proxy.#keep(there)
      join(socket, there)
    })
    await listening(server)
    return proxy
  }

  get host(): string {
    return `127.0.0.1:${portOf(this.#server)}`
  }

  async close(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy()
    await new Promise<void>((resolve) => this.#server.close(() => resolve()))
  }

  #keep(socket: Socket): void {
    this.#sockets.add(socket)
    socket.on('close', () => this.#sockets.delete(socket))
  }
}

export interface TlsFront {
  readonly port: number
  readonly close: () => Promise<void>
}

/** TLS in front of a server on this machine. */
export async function tlsFront({ key, cert }: Certificate, port: number): Promise<TlsFront> {
  const sockets = new Set<Socket>()
  const server = createTlsServer({ key, cert }, (socket) => {
    sockets.add(socket)
    join(socket, connect(port, '127.0.0.1'))
  })
  await listening(server)
  const close = async () => {
    for (const socket of sockets) socket.destroy()
    await new Promise<void>((resolve) => server.close(() => resolve()))
  }
  return { port: portOf(server), close }
}

function join(a: Socket, b: Socket): void {
  a.pipe(b)
  b.pipe(a)
  for (const [one, other] of [
    [a, b],
    [b, a],
  ] as const) {
    one.on('error', () => other.destroy())
    one.on('close', () => other.destroy())
  }
}

function listening(server: NetServer): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(0, '127.0.0.1', resolve)
  })
}

function portOf(server: NetServer): number {
  return (server.address() as AddressInfo).port
}
