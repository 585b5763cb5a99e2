/** What a real BuildKit pushed (test/fixtures/evidence/registry.json), pushed again to a registry of the tests. */
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { FakeRegistry } from './fake-registry.js'

interface Dump {
  readonly registry: string
  readonly bases: Readonly<Record<string, Readonly<Record<Version, string>>>>
  readonly images: readonly EvidenceImage[]
  readonly manifests: readonly {
    readonly repository: string
    readonly reference: string
    readonly digest: string
    readonly body: string
  }[]
  readonly blobs: Readonly<Record<string, string>>
}

export type Version = 'v1' | 'v2'

/** An image of the dump, and which version of each base it was built on. */
export interface EvidenceImage {
  readonly name: string
  readonly dockerfile: string
  /** By `repository:tag`: what can be proven. */
  readonly want: Readonly<Record<string, Version | 'unknown'>>
}

const file = fileURLToPath(new URL('../fixtures/evidence/registry.json', import.meta.url))
export const DUMP = JSON.parse(readFileSync(file, 'utf8')) as Dump

const DIGEST = /sha256:[0-9a-f]{64}/g

/** A registry that is another than the one in the dump's statements: they name this one, and all digests follow. */
export class EvidenceRegistry {
  readonly registry: FakeRegistry
  /** Digest in this registry by the dump's. */
  readonly #digests = new Map<string, string>()
  readonly #texts: ReadonlyMap<string, string>

  private constructor(registry: FakeRegistry) {
    this.registry = registry
    const blobs = Object.entries(DUMP.blobs).map(
      ([digest, text]) => [digest, Buffer.from(text, 'base64').toString()] as const,
    )
    this.#texts = new Map([...blobs, ...DUMP.manifests.map(({ digest, body }) => [digest, body] as const)])
  }

  static async start(): Promise<EvidenceRegistry> {
    const own = new EvidenceRegistry(await FakeRegistry.start({ images: {} }))
    for (const { repository, digest } of DUMP.manifests.filter(({ reference }) => reference === '1.0.0')) {
      own.#tag(repository, '1.0.0', own.#push(digest))
    }
    own.moveBases('v1')
    return own
  }

  /** Points the tag of every base at one of its versions. */
  moveBases(version: Version): void {
    for (const [base, digests] of Object.entries(DUMP.bases)) {
      const [repository = '', tag = ''] = base.split(':')
      this.#tag(repository, tag, this.#push(digests[version]))
    }
  }

  /** What a version of a base is here. */
  digestOf(base: string, version: Version): string {
    return this.#push(DUMP.bases[base]?.[version] ?? '')
  }

  #tag(repository: string, tag: string, digest: string): void {
    const text = this.registry.contentOf(digest) ?? ''
    this.registry.images[repository] = { ...this.registry.images[repository], [tag]: text }
  }

  /** Pushes what a digest names after all that it names itself; a statement names its image without the algorithm. */
  #push(digest: string): string {
    const known = this.#digests.get(digest)
    if (known !== undefined) return known
    const text = this.#texts.get(digest)
    if (text === undefined) return digest
    const own = text.replaceAll(DUMP.registry, this.registry.host).replace(DIGEST, (inner) => this.#push(inner))
    const subjects = own.replace(/"sha256": ?"([0-9a-f]{64})"/g, (whole, hex: string) =>
      whole.replace(hex, this.#push(`sha256:${hex}`).slice('sha256:'.length)),
    )
    const pushed = this.registry.store(subjects)
    this.#digests.set(digest, pushed)
    return pushed
  }
}
