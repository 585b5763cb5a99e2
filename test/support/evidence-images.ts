/**
 * Published images in every way that they can be built, flattened, lied about or broken, with the truth about each: what
 * `test/fixtures/evidence` has none of, pushed to a registry of the tests as BuildKit pushes.
 */
import { FakeRegistry } from './fake-registry.js'

export type Version = 'v1' | 'v2'
type Layers = readonly string[]

/** Base images by `repository:tag`, with the layers of each version. */
const BASES: Readonly<Record<string, Readonly<Record<Version, Layers>>>> = {
  'library/ruby:3.4': { v1: ['os1', 'ruby1'], v2: ['os2', 'ruby2'] },
  'library/rust:1.89': { v1: ['os1', 'rust1'], v2: ['os1', 'rust2'] },
  // What is new is a layer more, or one less.
  'library/grown:1': { v1: ['a', 'b'], v2: ['a', 'b', 'c'] },
  'library/shrunk:1': { v1: ['a', 'b'], v2: ['a'] },
  // What is new is in its configuration alone.
  'library/same:1': { v1: ['a', 'b'], v2: ['a', 'b'] },
  'library/empty:1': { v1: [], v2: [] },
}
const RUBY = 'library/ruby:3.4'
const RUST = 'library/rust:1.89'
const [AMD64, ARM64] = ['linux/amd64', 'linux/arm64'] as const
const OCI = 'application/vnd.oci.image'
const DOCKER = 'application/vnd.docker.distribution.manifest'

type Predicate = 'v1' | 'v0.2'

/** One statement on an image of one platform. */
interface Statement {
  readonly predicate?: Predicate
  /** What each base is said to have been. */
  readonly says: Readonly<Record<string, Version>>
  readonly pinned?: boolean
  /** The statement's text, from what it would be. */
  readonly broken?: (text: string) => string
  readonly subject?: string
}

/** The image for one platform. */
interface Built {
  readonly platform?: string
  /** The version of its base that it was built on; null: squashed. */
  readonly on: Version | null
  readonly base?: string
  readonly statements?: readonly Statement[]
  readonly labels?: Readonly<Record<string, string>>
  /** What of it the registry has lost. */
  readonly lost?: 'manifest' | 'attestation' | 'statement'
  /** What its attestation says that it hangs on. */
  readonly about?: string
}

interface Shape {
  readonly builds: readonly Built[]
  /** oci: an index; single: a manifest alone; docker: the media types of Docker's schema 2. */
  readonly format?: 'oci' | 'single' | 'docker'
  readonly annotations?: Readonly<Record<string, string>>
  readonly dockerfile?: (host: string, digest: (base: string, version: Version) => string) => string
}

/** What is true of a base, as far as it can be proven; unknown: nothing does. */
export type Truth = Readonly<Record<string, Version | 'unknown'>>

/** An image, and the truth about it once both versions of its bases were seen. */
export interface TrueImage {
  readonly name: string
  readonly shape: Shape
  readonly want: Truth
  readonly isPinned?: true
  /** Published once its base's v2 is: before, its layers could not be told from those of v1. */
  readonly isLate?: true
}

const from = (base: string) => (host: string) => `FROM ${host}/${base}\nCOPY app /app\n`
const says = (version: Version, more: Partial<Statement> = {}): Statement => ({ says: { [RUBY]: version }, ...more })
const VERSIONS = ['v1', 'v2'] as const
const PREDICATES = ['v1', 'v0.2'] as const
const OTHER = 'f'.repeat(64)

function image(name: string, want: Truth | Version | 'unknown', shape: Shape | readonly Built[]): TrueImage {
  const whole: Shape = 'builds' in shape ? shape : { builds: shape }
  return {
    name: name.toLowerCase().replace(/[^a-z0-9]+/g, '-'),
    shape: whole,
    want: typeof want === 'string' ? { [RUBY]: want } : want,
  }
}

function honest(): TrueImage[] {
  return VERSIONS.flatMap((on) => [
    image(`single ${on}`, on, { format: 'single', builds: [{ on }] }),
    image(`docker single ${on}`, on, { format: 'docker', builds: [{ on }] }),
    image(`docker list ${on}`, on, { format: 'docker', builds: [{ on }, { on, platform: ARM64 }] }),
    ...[[AMD64], [AMD64, ARM64]].flatMap((platforms) => [
      image(
        `none ${on} ${platforms.length}`,
        on,
        platforms.map((platform) => ({ platform, on })),
      ),
      ...PREDICATES.map((predicate) =>
        image(
          `provenance ${predicate} ${on} ${platforms.length}`,
          on,
          platforms.map((platform) => ({ platform, on, statements: [says(on, { predicate })] })),
        ),
      ),
    ]),
    image(`squashed ${on}`, 'unknown', [{ on: null }]),
    image(`squashed provenance ${on}`, on, [{ on: null, statements: [says(on)] }]),
    image(`one platform says ${on}`, on, [
      { on, statements: [says(on)] },
      { on, platform: ARM64 },
    ]),
  ])
}

const STAGES = (host: string) => `FROM ${host}/${RUST} AS build\nFROM ${host}/${RUBY}\nCOPY --from=build /bin /bin\n`

function stages(): TrueImage[] {
  return VERSIONS.flatMap((on) => [
    image(`stages none ${on}`, { [RUST]: 'unknown', [RUBY]: on }, { builds: [{ on }], dockerfile: STAGES }),
    ...PREDICATES.map((predicate) => {
      const statements = [{ predicate, says: { [RUST]: on, [RUBY]: on } }]
      return image(
        `stages ${predicate} ${on}`,
        { [RUST]: on, [RUBY]: on },
        { builds: [{ on, statements }], dockerfile: STAGES },
      )
    }),
  ])
}

function lies(): TrueImage[] {
  const both = (on: Version, claimed: Version, more: Partial<Statement> = {}) =>
    [AMD64, ARM64].map((platform) => ({ platform, on, statements: [says(claimed, more)] }))
  return [
    ...PREDICATES.flatMap((predicate) => [
      image(`lie ${predicate}`, 'v1', [{ on: 'v1', statements: [says('v2', { predicate })] }]),
      image(`lie both ${predicate}`, 'v1', both('v1', 'v2', { predicate })),
    ]),
    image('humble lie', 'v2', [{ on: 'v2', statements: [says('v1')] }]),
    image('two statements, new first', 'v1', [{ on: null, statements: [says('v2'), says('v1')] }]),
    image('two statements, old first', 'v1', [{ on: null, statements: [says('v1'), says('v2')] }]),
    image('two statements, one of nothing', 'unknown', [{ on: null, statements: [says('v2'), { says: {} }] }]),
    ...VERSIONS.map((on) => image(`other subject ${on}`, on, [{ on, statements: [says('v2', { subject: OTHER })] }])),
    image('other subject squashed', 'unknown', [{ on: null, statements: [says('v2', { subject: OTHER })] }]),
    ...VERSIONS.map((on) => image(`hangs elsewhere ${on}`, on, [{ on, about: OTHER, statements: [says('v2')] }])),
    image('hangs elsewhere squashed', 'unknown', [{ on: null, about: OTHER, statements: [says('v2')] }]),
  ]
}

const changed =
  (change: (statement: { predicate: { buildDefinition: Record<string, unknown> } }) => unknown) => (text: string) => {
    const statement = JSON.parse(text) as Parameters<typeof change>[0]
    return JSON.stringify(change(statement) ?? statement)
  }
const dependencies = (value: (before: readonly Record<string, unknown>[]) => unknown) =>
  changed(({ predicate, ...rest }) => {
    const before = predicate.buildDefinition.resolvedDependencies as readonly Record<string, unknown>[]
    return { ...rest, predicate: { buildDefinition: { resolvedDependencies: value(before) } } }
  })

const BROKEN: Readonly<Record<string, (text: string) => string>> = {
  'no json': () => 'not JSON',
  'cut off': (text) => text.slice(0, -20),
  'a list': (text) => `[${text}]`,
  'no predicate': changed((one) => ({ ...one, predicate: null })),
  'another type': changed((one) => ({ ...one, predicateType: 'https://spdx.dev/Document' })),
  'no list': dependencies(() => 'node:22'),
  'no digest': dependencies((all) => all.map(({ uri }) => ({ uri }))),
  'two digests': dependencies((all) => [...all, ...all.map((one) => ({ ...one, digest: { sha256: OTHER } }))]),
  'too many': dependencies((all) => Array.from({ length: 10_001 }, () => all[0])),
  'too deep': () => `${'['.repeat(100_000)}${']'.repeat(100_000)}`,
  huge: (text) => `${text}${' '.repeat(5 * 1024 * 1024)}`,
}

function broken(): TrueImage[] {
  return Object.entries(BROKEN).flatMap(([name, change]) => {
    const statements = [says('v2', { broken: change })]
    return [
      image(`${name} layers`, 'v1', [{ on: 'v1', statements }]),
      image(`${name} squashed`, 'unknown', [{ on: null, statements }]),
    ]
  })
}

function platforms(): TrueImage[] {
  const mixed = (name: string, want: Version | 'unknown', ...arm: readonly Omit<Built, 'platform'>[]) =>
    image(name, want, [{ on: 'v2', statements: [says('v2')] }, ...arm.map((one) => ({ ...one, platform: ARM64 }))])
  const many = Array.from({ length: 40 }, (_, index) => ({ platform: `linux/p${index + 10}`, on: 'v2' as const }))
  return [
    image('mixed none', 'v1', [{ on: 'v2' }, { on: 'v1', platform: ARM64 }]),
    mixed('mixed provenance', 'v1', { on: 'v1', statements: [says('v1')] }),
    mixed('mixed lie', 'v1', { on: 'v1', statements: [says('v2')] }),
    mixed('mixed squashed', 'unknown', { on: null }),
    mixed('mixed lost', 'unknown', { on: 'v2', lost: 'manifest' }),
    mixed('mixed attestation lost', 'v1', { on: 'v1', lost: 'attestation', statements: [says('v2')] }),
    image('more platforms than are read', 'unknown', [...many, { platform: 'linux/z', on: 'v1' }]),
    ...(['attestation', 'statement'] as const).flatMap((lost) => [
      ...VERSIONS.map((on) => image(`${lost} lost ${on}`, on, [{ on, lost, statements: [says(on)] }])),
      image(`${lost} lost squashed`, 'unknown', [{ on: null, lost, statements: [says('v2')] }]),
    ]),
  ]
}

function otherBases(): TrueImage[] {
  const on = (base: string, version: Version, want: Version | 'unknown', isTold: boolean) => {
    const statements = isTold ? [{ says: { [base]: version } }] : []
    const builds = [{ base, on: version, statements }]
    const late = !isTold && /grown|same/.test(base) && version === 'v2' ? { isLate: true as const } : {}
    return { ...image(`${base} ${version} ${isTold}`, { [base]: want }, { builds, dockerfile: from(base) }), ...late }
  }
  return [
    ...VERSIONS.flatMap((version) =>
      ['library/grown:1', 'library/shrunk:1'].map((base) => on(base, version, version, false)),
    ),
    on('library/same:1', 'v1', 'v1', false),
    on('library/same:1', 'v2', 'unknown', false),
    on('library/empty:1', 'v1', 'unknown', false),
    ...['library/same:1', 'library/empty:1'].flatMap((base) => [
      ...VERSIONS.map((version) => on(base, version, version, true)),
    ]),
  ]
}

function pinnedAndLabelled(): TrueImage[] {
  const labels = (digest: string) => ({
    'org.opencontainers.image.base.name': 'REGISTRY/library/ruby:3.4',
    'org.opencontainers.image.base.digest': digest,
  })
  return [
    ...VERSIONS.flatMap((on) =>
      [[says(on, { pinned: true })], []].map((statements): TrueImage => {
        const dockerfile: Shape['dockerfile'] = (host, digest) =>
          `FROM ${host}/${RUBY}@${digest(RUBY, on)}\nCOPY app /app\n`
        return {
          ...image(`pinned ${on} ${statements.length}`, on, { builds: [{ on, statements }], dockerfile }),
          isPinned: true,
        }
      }),
    ),
    image('label lies', 'v1', [{ on: 'v1', labels: labels('v2') }]),
    image('label alone', 'unknown', [{ on: null, labels: labels('v2') }]),
    image('label in the index', 'unknown', { builds: [{ on: null }], annotations: labels('v2') }),
    image('label and provenance', 'v1', [{ on: null, labels: labels('v2'), statements: [says('v1')] }]),
  ]
}

/** All of them; each name once. */
export const TRUE_IMAGES: readonly TrueImage[] = [
  ...honest(),
  ...stages(),
  ...lies(),
  ...broken(),
  ...platforms(),
  ...otherBases(),
  ...pinnedAndLabelled(),
]

const hex = (digest: string) => digest.slice('sha256:'.length)
const diffId = (text: string) => FakeRegistry.digestOf(text)

/** A registry that has them all. */
export class TrueImages {
  readonly registry: FakeRegistry
  readonly #digests = new Map<string, string>()

  private constructor(registry: FakeRegistry) {
    this.registry = registry
  }

  static async start(): Promise<TrueImages> {
    const own = new TrueImages(await FakeRegistry.start({ images: {} }))
    // v2 first: the tags are left at v1.
    for (const version of ['v2', 'v1'] as const) own.moveBases(version)
    own.#publish(({ isLate }) => isLate !== true)
    return own
  }

  /** Publishes what could not be built before. */
  publishLate(): void {
    this.#publish(({ isLate }) => isLate === true)
  }

  #publish(isDue: (image: TrueImage) => boolean): void {
    for (const { name, shape } of TRUE_IMAGES.filter(isDue)) this.#tag(`acme/${name}:1.0.0`, this.#push(shape, name))
  }

  /** Points the tag of every base at one of its versions. */
  moveBases(version: Version): void {
    for (const [base, versions] of Object.entries(BASES)) {
      const children = [AMD64, ARM64].map((platform) => {
        const config = this.#config({
          platform,
          layers: versions[version].map((one) => `${platform} ${one}`),
          created: version,
        })
        return { digest: this.registry.store(manifest(config, OCI)), platform: platformOf(platform) }
      })
      const text = index(children, {})
      this.#digests.set(`${base} ${version}`, this.registry.store(text))
      this.#tag(base, text)
    }
  }

  /** What a base is at a version. */
  digestOf(base: string, version: Version): string {
    return this.#digests.get(`${base} ${version}`) ?? ''
  }

  /** Its Dockerfile. */
  dockerfile({ shape }: TrueImage): string {
    const digestOf = (base: string, version: Version) => this.digestOf(base, version)
    return (shape.dockerfile ?? from(RUBY))(this.registry.host, digestOf)
  }

  #tag(image: string, text: string): void {
    const [repository = '', tag = ''] = image.split(':')
    this.registry.store(text)
    this.registry.images[repository] = { ...this.registry.images[repository], [tag]: text }
  }

  /** @param created tells the image from others with the same layers. */
  #push({ builds, format = 'oci', annotations = {} }: Shape, created: string): string {
    const kind = format === 'docker' ? DOCKER : OCI
    const children = builds.flatMap((build) => this.#build(build, kind, created))
    const [first] = builds
    if (format === 'single' || (format === 'docker' && builds.length === 1)) {
      return manifest(this.#config({ ...this.#contentOf(first as Built), created }), kind)
    }
    return index(children, this.#filled(annotations), kind)
  }

  #build(build: Built, kind: string, created: string): object[] {
    const { platform = AMD64, statements = [], lost, about } = build
    const text = manifest(this.#config({ ...this.#contentOf(build), created }), kind)
    const digest = lost === 'manifest' ? FakeRegistry.digestOf(text) : this.registry.store(text)
    const own = { digest, platform: platformOf(platform) }
    if (statements.length === 0) return [own]
    const layers = statements.map((one) => {
      const said = this.#statement(one, digest)
      const blob = lost === 'statement' ? FakeRegistry.digestOf(said) : this.registry.store(said)
      const predicate = `https://slsa.dev/provenance/${one.predicate ?? 'v1'}`
      const kept = { mediaType: 'application/vnd.in-toto+json', digest: blob, size: 1000 }
      return { ...kept, annotations: { 'in-toto.io/predicate-type': predicate } }
    })
    const attestation = JSON.stringify({ schemaVersion: 2, mediaType: `${OCI}.manifest.v1+json`, layers })
    const hung = lost === 'attestation' ? FakeRegistry.digestOf(attestation) : this.registry.store(attestation)
    const annotations = {
      'vnd.docker.reference.type': 'attestation-manifest',
      'vnd.docker.reference.digest': about === undefined ? digest : `sha256:${about}`,
    }
    return [own, { digest: hung, platform: { os: 'unknown', architecture: 'unknown' }, annotations }]
  }

  #contentOf({ platform = AMD64, base = RUBY, on, labels = {} }: Built): Content {
    const layers = on === null ? ['everything'] : [...(BASES[base]?.[on] ?? []), 'app']
    return { platform, layers: layers.map((one) => `${platform} ${one}`), labels: this.#filled(labels) }
  }

  #config({ platform, layers, labels = {}, created = '' }: Content): string {
    const config = { Labels: labels, Env: [created] }
    return this.registry.store(
      JSON.stringify({ ...platformOf(platform), config, rootfs: { type: 'layers', diff_ids: layers.map(diffId) } }),
    )
  }

  #filled(labels: Readonly<Record<string, string>>): Record<string, string> {
    const value = (text: string) =>
      text === 'v1' || text === 'v2' ? this.digestOf(RUBY, text) : text.replace('REGISTRY', this.registry.host)
    return Object.fromEntries(Object.entries(labels).map(([key, text]) => [key, value(text)]))
  }

  #statement({ predicate = 'v1', says: said, pinned, broken: change, subject }: Statement, image: string): string {
    const bases = Object.entries(said).map(([base, version]) => {
      const [name = '', tag = ''] = base.split(':')
      const digest = this.digestOf(base, version)
      const pin = pinned === true ? `digest=${digest}&` : ''
      const uri = `pkg:docker/${this.registry.host}/${name}@${tag}?${pin}platform=linux%2Famd64`
      return { uri, digest: { sha256: hex(digest) } }
    })
    const frontend = { uri: 'pkg:docker/docker/dockerfile@1', digest: { sha256: OTHER } }
    const all = [...bases, frontend]
    const text = JSON.stringify({
      _type: `https://in-toto.io/Statement/${predicate === 'v1' ? 'v1' : 'v0.1'}`,
      predicateType: `https://slsa.dev/provenance/${predicate}`,
      subject: [{ name: 'pkg:docker/acme/app', digest: { sha256: subject ?? hex(image) } }],
      predicate: predicate === 'v1' ? { buildDefinition: { resolvedDependencies: all } } : { materials: all },
    })
    return change === undefined ? text : change(text)
  }
}

interface Content {
  readonly platform: string
  readonly layers: Layers
  readonly labels?: Readonly<Record<string, string>>
  readonly created?: string
}

function platformOf(platform: string) {
  const [os, architecture] = platform.split('/')
  return { os, architecture }
}

function manifest(config: string, kind: string): string {
  const mediaType = kind === DOCKER ? `${DOCKER}.v2+json` : `${OCI}.manifest.v1+json`
  return JSON.stringify({ schemaVersion: 2, mediaType, config: { digest: config }, layers: [] })
}

function index(manifests: readonly object[], annotations: object, kind = OCI): string {
  const mediaType = kind === DOCKER ? `${DOCKER}.list.v2+json` : `${OCI}.index.v1+json`
  return JSON.stringify({ schemaVersion: 2, mediaType, manifests, annotations })
}
