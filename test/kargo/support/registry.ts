/** Pushes images of a few hundred bytes to a registry, and deletes them again. */
import { createHash } from 'node:crypto'

const MANIFEST = 'application/vnd.oci.image.manifest.v1+json'

/** A client for one registry that asks for no credentials. */
export class Registry {
  readonly host: string
  readonly #url: string

  /** @param host HOST:PORT, as image references name it. */
  constructor(host: string) {
    this.host = host
    this.#url = `${isPlain(host) ? 'http' : 'https'}://${host}/v2`
  }

  /**
   * Pushes an image whose only layer is the text.
   *
   * @returns its digest.
   */
  async push(repository: string, tag: string, content: string): Promise<string> {
    const config = JSON.stringify({
      created: new Date().toISOString(),
      architecture: 'amd64',
      os: 'linux',
      rootfs: { type: 'layers', diff_ids: [digestOf(content)] },
      config: {},
    })
    const manifest = JSON.stringify({
      schemaVersion: 2,
      mediaType: MANIFEST,
      config: await this.#blob(repository, 'application/vnd.oci.image.config.v1+json', config),
      layers: [await this.#blob(repository, 'application/vnd.oci.image.layer.v1.tar', content)],
    })
    const headers = { 'content-type': MANIFEST }
    await this.#ask(`${this.#url}/${repository}/manifests/${tag}`, { method: 'PUT', headers, body: manifest })
    return digestOf(manifest)
  }

  /** Deletes what was pushed; gives why not, where the registry takes no deletions, and null otherwise. */
  async delete(repository: string, digest: string): Promise<string | null> {
    const answer = await fetch(`${this.#url}/${repository}/manifests/${digest}`, { method: 'DELETE' })
    return answer.ok || answer.status === 404 ? null : `the registry does not delete images (${answer.status})`
  }

  async #blob(repository: string, mediaType: string, content: string): Promise<object> {
    const begun = await this.#ask(`${this.#url}/${repository}/blobs/uploads/`, { method: 'POST' })
    const place = new URL(begun.headers.get('location') ?? '', this.#url)
    place.searchParams.set('digest', digestOf(content))
    const headers = { 'content-type': 'application/octet-stream' }
    await this.#ask(place.href, { method: 'PUT', headers, body: content })
    return { mediaType, digest: digestOf(content), size: Buffer.byteLength(content) }
  }

  async #ask(url: string, init: RequestInit): Promise<Response> {
    const answer = await fetch(url, init)
    if (!answer.ok) throw new Error(`${init.method} ${url}: ${answer.status} ${await answer.text()}`)
    return answer
  }
}

/** Whether Kargo's registry client speaks plain HTTP with the host: this machine, and addresses of private networks. */
function isPlain(host: string): boolean {
  return /^(?:localhost|127\.|10\.|192\.168\.|172\.(?:1[6-9]|2\d|3[01])\.|[^/]*\.local(?:host)?(?::|$))/.test(host)
}

function digestOf(content: string): string {
  return `sha256:${createHash('sha256').update(content).digest('hex')}`
}
