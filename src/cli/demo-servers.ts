import { createHash } from 'node:crypto'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'

/** Answer of a server on loopback; null: not found. */
interface Answer {
  readonly status: number
  readonly headers?: Readonly<Record<string, string>>
  readonly body: string
}

async function serve(
  handle: (method: string, path: string) => Answer | null,
): Promise<{ readonly host: string; readonly server: Server }> {
  const server = createServer((request, response) => {
    request.resume()
    request.on('end', () => {
      const { method = 'GET', url = '/' } = request
      const answer = handle(method, url)
      const { status, headers = {}, body } = answer ?? { status: 404, body: '{}' }
      response.writeHead(status, { 'content-length': Buffer.byteLength(body), ...headers })
      response.end(method === 'HEAD' ? undefined : body)
    })
  })
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve)
  })
  return { host: `127.0.0.1:${(server.address() as AddressInfo).port}`, server }
}

const TYPES = {
  index: 'application/vnd.oci.image.index.v1+json',
  manifest: 'application/vnd.oci.image.manifest.v1+json',
  config: 'application/vnd.oci.image.config.v1+json',
  statement: 'application/vnd.in-toto+json',
} as const

interface Descriptor {
  readonly mediaType: string
  readonly digest: string
  readonly size: number
}

type Contents = Map<string, { readonly type: string; readonly text: string }>

/** An in-memory registry: pushed content by digest, and the digest of each tag. */
export class DemoRegistry {
  readonly host: string
  readonly #server: Server
  readonly #contents: Contents
  readonly #tags: Map<string, string>

  private constructor(host: string, server: Server, contents: Contents, tags: Map<string, string>) {
    this.host = host
    this.#server = server
    this.#contents = contents
    this.#tags = tags
  }

  static async start(): Promise<DemoRegistry> {
    const contents: Contents = new Map()
    const tags = new Map<string, string>()
    const { host, server } = await serve((_, path) => {
      const list = /^\/v2\/(.+)\/tags\/list/.exec(path)?.[1]
      if (list !== undefined) return json({ name: list, tags: tagsOf(tags, list) })
      const [, repository = '', name = ''] = /^\/v2\/(.+)\/(?:manifests|blobs)\/([^/?]+)$/.exec(path) ?? []
      const digest = name.startsWith('sha256:') ? name : (tags.get(`${repository}:${name}`) ?? '')
      const found = contents.get(digest)
      if (found === undefined) return path === '/v2/' ? json({}) : null
      return { status: 200, headers: { 'content-type': found.type, 'docker-content-digest': digest }, body: found.text }
    })
    return new DemoRegistry(host, server, contents, tags)
  }

  /**
   * Pushes an image with BuildKit's provenance.
   *
   * @param name `acme/web:1.0.0`.
   * @param builtOn tags of this registry that it is built on.
   * @param created ISO 8601.
   * @returns its digest.
   */
  push(
    name: string,
    { builtOn = [], created }: { readonly builtOn?: readonly string[]; readonly created: string },
  ): string {
    const config = this.#store(TYPES.config, { architecture: 'amd64', os: 'linux', created, rootfs: { diff_ids: [] } })
    const manifest = this.#manifest(config, [])
    const subject = [{ name, digest: { sha256: manifest.digest.slice('sha256:'.length) } }]
    const materials = builtOn.map((base) => ({
      uri: `pkg:docker/${this.host}/${base.replace(':', '@')}?platform=linux%2Famd64`,
      digest: { sha256: this.digestOf(base).slice('sha256:'.length) },
    }))
    const predicateType = 'https://slsa.dev/provenance/v0.2'
    const statement = { _type: 'https://in-toto.io/Statement/v0.1', predicateType, subject, predicate: { materials } }
    const layer = {
      ...this.#store(TYPES.statement, statement),
      annotations: { 'in-toto.io/predicate-type': predicateType },
    }
    const attestation = {
      ...this.#manifest(config, [layer]),
      platform: { architecture: 'unknown', os: 'unknown' },
      annotations: {
        'vnd.docker.reference.type': 'attestation-manifest',
        'vnd.docker.reference.digest': manifest.digest,
      },
    }
    const image = { ...manifest, platform: { architecture: 'amd64', os: 'linux' } }
    const index = { schemaVersion: 2, mediaType: TYPES.index, manifests: [image, attestation] }
    const { digest } = this.#store(TYPES.index, index)
    this.#tags.set(name, digest)
    return digest
  }

  /** The current digest of a tag. */
  digestOf(name: string): string {
    return this.#tags.get(name) ?? ''
  }

  close(): void {
    this.#server.closeAllConnections()
    this.#server.close()
  }

  #manifest(config: Descriptor, layers: readonly Descriptor[]): Descriptor {
    return this.#store(TYPES.manifest, { schemaVersion: 2, mediaType: TYPES.manifest, config, layers })
  }

  #store(type: string, content: unknown): Descriptor {
    const text = JSON.stringify(content)
    const digest = `sha256:${createHash('sha256').update(text).digest('hex')}`
    this.#contents.set(digest, { type, text })
    return { mediaType: type, digest, size: Buffer.byteLength(text) }
  }
}

function tagsOf(tags: ReadonlyMap<string, string>, repository: string): string[] {
  const start = `${repository}:`
  return [...tags.keys()].filter((name) => name.startsWith(start)).map((name) => name.slice(start.length))
}

function json(data: unknown, status = 200): Answer {
  return { status, headers: { 'content-type': 'application/json' }, body: JSON.stringify(data) }
}

/** An in-memory forge: each dispatch starts a run that completes immediately. */
export class DemoForge {
  readonly url: string
  readonly #server: Server

  private constructor(url: string, server: Server) {
    this.url = url
    this.#server = server
  }

  /**
   * @param now ISO 8601: when its runs start and end.
   * @param build called for each run.
   */
  static async start(now: () => string, build: () => void): Promise<DemoForge> {
    const runs: object[] = []
    const { host, server } = await serve((method, path) => {
      if (method === 'POST' && path.endsWith('/dispatches')) {
        const times = { created_at: now(), run_started_at: now(), updated_at: now() }
        const ended = { status: 'completed', conclusion: 'success', ...times }
        runs.push({
          id: runs.length + 1,
          event: 'workflow_dispatch',
          head_branch: 'main',
          display_title: 'Build',
          ...ended,
        })
        build()
        return json({ workflow_run_id: runs.length })
      }
      const id = /\/actions\/runs\/(\d+)$/.exec(path)?.[1]
      if (id === undefined) return json({ total_count: runs.length, workflow_runs: runs.toReversed() })
      const run = runs[Number(id) - 1]
      return run === undefined ? null : json(run)
    })
    return new DemoForge(`http://${host}`, server)
  }

  close(): void {
    this.#server.closeAllConnections()
    this.#server.close()
  }
}
