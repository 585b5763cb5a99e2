import { createHash } from 'node:crypto'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Answer } from './bad-server.js'

/** What a fake registry does otherwise than a good one. */
export interface RegistryFaults {
  /** Status of the next answers, one each. */
  readonly statuses?: readonly number[]
  readonly retryAfter?: string
  readonly noDigestHeader?: true
  /** Answers never. */
  readonly hangs?: true
  /** Answers everything so, or what is asked at these addresses. */
  readonly instead?: Answer
  readonly only?: RegExp
  /** Where requests for manifests are sent to. */
  readonly redirectTo?: string
  /** Realm of the challenge, instead of our own token server. */
  readonly realm?: string
  /** What the token server answers with. */
  readonly tokenStatus?: number
  /** Gives this for whatever is asked by digest. */
  readonly content?: string
}

/** An image that is pushed. */
export interface PushedImage {
  /** When its configuration says that it was built; left out: not at all. */
  readonly created?: string
  /** Tells its layers from those of others; by platform where they differ. */
  readonly content?: string | Readonly<Record<string, string>>
  /** `os/arch[/variant]`: an index of these; left out: one image, no index. */
  readonly platforms?: readonly string[]
  /** Tells an attestation in the index from another. */
  readonly attestation?: string
}

export interface FakeRegistryOptions {
  /** `org/app` → tag → manifest. */
  readonly images: Readonly<Record<string, Readonly<Record<string, string>>>>
  /** token: as Docker Hub does it; basic: the password with each request. */
  readonly auth?: 'none' | 'token' | 'basic'
  /** The one user there is; without it tokens are given to anybody. */
  readonly login?: { readonly username: string; readonly password: string }
  readonly pageSize?: number
  /** More that is there by its digest, as another registry had it. */
  readonly contents?: ReadonlyMap<string, string>
  readonly faults?: RegistryFaults
}

/** A request as it arrived. */
export interface RegistryRequest {
  readonly method: string
  readonly url: string
  readonly authorization: string | undefined
}

/** A registry on this machine that speaks the OCI distribution protocol and is strict about it. */
export class FakeRegistry {
  readonly requests: RegistryRequest[] = []
  /** Requests that are being answered at this moment, and the most there were. */
  open = 0
  mostOpen = 0
  faults: RegistryFaults
  readonly images: Record<string, Record<string, string>>
  readonly #options: FakeRegistryOptions
  readonly #server: Server
  #statuses: number[]
  /** Manifests and configurations by digest. */
  readonly #contents: Map<string, string>

  private constructor(options: FakeRegistryOptions) {
    this.#options = options
    this.faults = options.faults ?? {}
    this.#statuses = [...(this.faults.statuses ?? [])]
    this.#contents = new Map(options.contents)
    this.images = Object.fromEntries(Object.entries(options.images).map(([name, tags]) => [name, { ...tags }]))
    this.#server = createServer((request, response) => this.#answer(request, response))
  }

  static async start(options: FakeRegistryOptions): Promise<FakeRegistry> {
    const registry = new FakeRegistry(options)
    await new Promise<void>((resolve) => registry.#server.listen(0, '127.0.0.1', resolve))
    return registry
  }

  /** As images are written: `127.0.0.1:PORT`. */
  get host(): string {
    return `127.0.0.1:${(this.#server.address() as AddressInfo).port}`
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections()
    await new Promise((resolve) => this.#server.close(resolve))
  }

  /** From now on it does these things otherwise. */
  fail(faults: RegistryFaults): void {
    this.faults = faults
    this.#statuses = [...(faults.statuses ?? [])]
  }

  static digestOf(manifest: string): string {
    return `sha256:${createHash('sha256').update(manifest).digest('hex')}`
  }

  /** Pushes an image, as `docker buildx` would; returns what its tag has then. */
  push(repository: string, tag: string, { created, content, platforms, attestation }: PushedImage = {}): string {
    const one = (platform: string) => {
      const layer = typeof content === 'object' ? (content[platform] ?? '') : (content ?? '')
      return this.#image(created, `${platform} ${layer}`)
    }
    const listed = (platforms ?? []).map((platform) => {
      const [os, architecture, variant] = platform.split('/')
      return { digest: this.store(one(platform)), platform: { os, architecture, variant } }
    })
    const attested =
      attestation === undefined
        ? []
        : [{ digest: this.store(attestation), platform: { os: 'unknown', architecture: 'unknown' } }]
    const mediaType = 'application/vnd.oci.image.index.v1+json'
    const index = JSON.stringify({ schemaVersion: 2, mediaType, manifests: [...listed, ...attested] })
    const manifest = platforms === undefined ? one('linux/amd64') : index
    this.images[repository] = { ...this.images[repository], [tag]: manifest }
    return this.store(manifest)
  }

  #image(created: string | undefined, layer: string): string {
    const config = this.store(JSON.stringify({ created, config: {}, rootfs: { diff_ids: [layer] } }))
    const mediaType = 'application/vnd.oci.image.manifest.v1+json'
    return JSON.stringify({ schemaVersion: 2, mediaType, config: { digest: config }, layers: [] })
  }

  /** Keeps content to be had by its digest, which it returns. */
  store(text: string): string {
    const digest = FakeRegistry.digestOf(text)
    this.#contents.set(digest, text)
    return digest
  }

  /** What a digest names. */
  contentOf(digest: string): string | undefined {
    return this.#contents.get(digest)
  }

  #answer(request: IncomingMessage, response: ServerResponse): void {
    const { method = '', url = '' } = request
    this.requests.push({ method, url, authorization: request.headers.authorization })
    if (this.faults.hangs) return
    if (this.faults.instead !== undefined && (this.faults.only?.test(url) ?? true)) {
      this.faults.instead({ method, url, headers: request.headers, body: '' }, response, this.requests.length)
      return
    }
    this.open += 1
    this.mostOpen = Math.max(this.mostOpen, this.open)
    setTimeout(() => {
      this.open -= 1
      this.#reply(new URL(url, `http://${this.host}`), request, response)
    }, 2)
  }

  #reply(url: URL, request: IncomingMessage, response: ServerResponse): void {
    if (url.pathname === '/token') {
      this.#giveToken(url, request, response)
      return
    }
    const status = this.#statuses.shift()
    if (status !== undefined && status !== 200) {
      const after = this.faults.retryAfter
      response.writeHead(status, after === undefined ? {} : { 'retry-after': after }).end()
      return
    }
    const match = /^\/v2\/(.+)\/(manifests|tags|blobs)\/([^/]+)$/.exec(url.pathname)
    if (match === null) {
      response.writeHead(400).end('no such endpoint')
      return
    }
    const [, repository = '', kind, last = ''] = match
    if (!this.#isAllowed(repository, request)) this.#challenge(repository, response)
    else if (kind === 'tags') this.#listTags(repository, url, response)
    else if (kind === 'blobs') this.#giveBlob(last, response)
    else this.#giveManifest(repository, last, request, response)
  }

  #isAllowed(repository: string, request: IncomingMessage): boolean {
    const { auth = 'none', login } = this.#options
    const given = request.headers.authorization
    if (auth === 'none') return true
    if (auth === 'basic') return login !== undefined && given === basic(login)
    return given === `Bearer ${tokenFor(`repository:${repository}:pull`)}`
  }

  #challenge(repository: string, response: ServerResponse): void {
    const realm = this.faults.realm ?? `http://${this.host}/token`
    const wanted =
      this.#options.auth === 'basic'
        ? 'Basic realm="registry"'
        : `Bearer realm="${realm}",service="fake",scope="repository:${repository}:pull"`
    response.writeHead(401, { 'www-authenticate': wanted }).end()
  }

  #giveToken(url: URL, request: IncomingMessage, response: ServerResponse): void {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      const form = new URLSearchParams(Buffer.concat(chunks).toString('utf8'))
      const asked = request.method === 'POST' ? form : url.searchParams
      const status = this.faults.tokenStatus ?? (this.#mayHaveToken(asked, request) ? 200 : 401)
      const token = request.method === 'POST' ? 'access_token' : 'token'
      const body = status === 200 ? { [token]: tokenFor(asked.get('scope') ?? '') } : {}
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
    })
  }

  #mayHaveToken(asked: URLSearchParams, request: IncomingMessage): boolean {
    const { login } = this.#options
    if (asked.get('service') !== 'fake') return false
    if (login === undefined) return true
    if (request.method !== 'POST') return request.headers.authorization === basic(login)
    return asked.get('grant_type') === 'refresh_token' && asked.get('refresh_token') === login.password
  }

  #giveManifest(repository: string, tag: string, request: IncomingMessage, response: ServerResponse): void {
    if (this.faults.redirectTo !== undefined) {
      response.writeHead(307, { location: this.faults.redirectTo }).end()
      return
    }
    const manifest = this.#manifest(repository, tag)
    if (manifest === undefined) {
      response.writeHead(404).end()
      return
    }
    // Without the right Accept a registry converts or refuses, and the digest is another.
    if (!(request.headers.accept ?? '').includes('application/vnd.oci.image.index.v1+json')) {
      response.writeHead(406).end()
      return
    }
    const digest = this.faults.noDigestHeader ? {} : { 'docker-content-digest': FakeRegistry.digestOf(manifest) }
    response.writeHead(200, { 'content-type': 'application/vnd.oci.image.index.v1+json', ...digest })
    response.end(request.method === 'HEAD' ? undefined : manifest)
  }

  #manifest(repository: string, reference: string): string | undefined {
    if (!reference.startsWith('sha256:')) return this.images[repository]?.[reference]
    return this.faults.content ?? this.#contents.get(reference)
  }

  #giveBlob(digest: string, response: ServerResponse): void {
    const blob = this.#contents.get(digest)
    if (blob === undefined) response.writeHead(404).end()
    else response.writeHead(200, { 'content-type': 'application/octet-stream' }).end(blob)
  }

  #listTags(repository: string, url: URL, response: ServerResponse): void {
    const all = Object.keys(this.images[repository] ?? {})
    const size = this.#options.pageSize ?? 1000
    const start = Number(url.searchParams.get('last') ?? '0')
    const more = start + size < all.length
    const link = more ? { link: `</v2/${repository}/tags/list?n=${size}&last=${start + size}>; rel="next"` } : {}
    response.writeHead(200, { 'content-type': 'application/json', ...link })
    response.end(JSON.stringify({ name: repository, tags: all.slice(start, start + size) }))
  }
}

function tokenFor(scope: string): string {
  return createHash('sha256').update(`token for ${scope}`).digest('hex')
}

function basic({ username, password }: { readonly username: string; readonly password: string }): string {
  return `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`
}
