/** An HTTP server that answers as a test says, well or badly, and writes down what it was asked. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

export interface Seen {
  readonly method: string
  readonly url: string
  readonly headers: IncomingMessage['headers']
  readonly body: string
}

export type Answer = (request: Seen, response: ServerResponse, count: number) => void

/** Answers that never come to an end in time, or never at all. */
export const BAD = {
  silent: () => undefined,
  reset: (_: Seen, response: ServerResponse) => void response.socket?.resetAndDestroy(),
  /** A byte at a time, for ever. */
  drips: (_: Seen, response: ServerResponse) => {
    response.writeHead(200, { 'content-type': 'application/json' })
    const timer = setInterval(() => response.write(' '), 5)
    response.on('close', () => clearInterval(timer))
  },
  dripsHeaders: (_: Seen, response: ServerResponse) => {
    const { socket } = response
    socket?.write('HTTP/1.1 200 OK\r\n')
    const timer = setInterval(() => socket?.write('x'), 5)
    response.on('close', () => clearInterval(timer))
  },
  endless: (_: Seen, response: ServerResponse) => {
    const chunk = Buffer.alloc(64 * 1024, ' ')
    response.writeHead(200, { 'content-type': 'application/json' })
    const more = () => {
      if (response.destroyed) return
      if (response.write(chunk)) setImmediate(more)
      else response.once('drain', more)
    }
    more()
  },
  cutOff: (_: Seen, response: ServerResponse) => {
    response.writeHead(200, { 'content-type': 'application/json', 'content-length': '100' })
    response.write('{"a":', () => response.destroy())
  },
} satisfies Record<string, Answer>

export class BadServer {
  readonly seen: Seen[] = []
  /** Connections that are open at this moment. */
  open = 0
  answer: Answer
  readonly #server: Server

  private constructor(answer: Answer) {
    this.answer = answer
    this.#server = createServer((request, response) => void this.#serve(request, response))
    this.#server.on('connection', (socket) => {
      this.open += 1
      socket.on('close', () => {
        this.open -= 1
      })
    })
  }

  static async start(answer: Answer): Promise<BadServer> {
    const server = new BadServer(answer)
    await new Promise<void>((resolve) => server.#server.listen(0, '127.0.0.1', resolve))
    return server
  }

  get host(): string {
    return `127.0.0.1:${this.port}`
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port
  }

  get url(): string {
    return `http://${this.host}`
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections()
    await new Promise<void>((resolve) => this.#server.close(() => resolve()))
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(Buffer.from(chunk))
    const { method = '', url = '', headers } = request
    const seen = { method, url, headers, body: Buffer.concat(chunks).toString('utf8') }
    this.seen.push(seen)
    this.answer(seen, response, this.seen.length)
  }
}

/** A good answer. */
export function json(body: unknown, status = 200, headers: Readonly<Record<string, string>> = {}): Answer {
  return (_, response) =>
    void response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body))
}

/** The servers of one test file, closed together. */
export class BadServers {
  readonly #running: BadServer[] = []

  async start(answer: Answer): Promise<BadServer> {
    const server = await BadServer.start(answer)
    this.#running.push(server)
    return server
  }

  async close(): Promise<void> {
    await Promise.all(this.#running.splice(0).map((one) => one.close()))
  }
}
