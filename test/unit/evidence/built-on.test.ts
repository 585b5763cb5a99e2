/** What is proven, against images that BuildKit 0.34 built (test/fixtures/evidence) and against worlds drawn at random. */
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  type BaseCandidate,
  baseByLayers,
  builtOn,
  isProvenanceType,
  type KnownBase,
  type PlatformEvidence,
  type Provenance,
  readProvenance,
} from '../../../src/evidence/index.js'
import { runs } from '../../support/full.js'

interface Descriptor {
  readonly digest: string
  readonly platform?: { readonly os: string; readonly architecture: string }
  readonly annotations?: Readonly<Record<string, string>>
}

interface Manifest {
  readonly manifests?: readonly Descriptor[]
  readonly config?: Descriptor
  readonly layers?: readonly Descriptor[]
}

interface Dump {
  readonly registry: string
  readonly bases: Readonly<Record<string, Readonly<Record<'v1' | 'v2', string>>>>
  readonly images: readonly { readonly name: string; readonly want: Readonly<Record<string, string>> }[]
  readonly manifests: readonly {
    readonly repository: string
    readonly reference: string
    readonly digest: string
    readonly body: string
  }[]
  readonly blobs: Readonly<Record<string, string>>
}

const file = fileURLToPath(new URL('../../fixtures/evidence/registry.json', import.meta.url))
const dump = JSON.parse(readFileSync(file, 'utf8')) as Dump

const manifestOf = (repository: string, name: string): { readonly digest: string; readonly manifest: Manifest } => {
  const found = dump.manifests.find(
    (one) => one.repository === repository && [one.reference, one.digest].includes(name),
  )
  if (found === undefined) throw new Error(`${repository} ${name} is not in the dump`)
  return { digest: found.digest, manifest: JSON.parse(found.body) as Manifest }
}
const blobOf = (digest: string | undefined) => Buffer.from(dump.blobs[digest ?? ''] ?? '', 'base64').toString('utf8')

/** Layers of each platform's image below a manifest or an index. */
function layersOf(
  repository: string,
  name: string,
): Map<string, { readonly digest: string; readonly layers: string[] }> {
  const { digest, manifest } = manifestOf(repository, name)
  const images = manifest.manifests?.filter(({ platform }) => platform?.os === 'linux').map((one) => one.digest)
  return new Map(
    (images ?? [digest]).map((image) => {
      const config = JSON.parse(blobOf(manifestOf(repository, image).manifest.config?.digest))
      return [`${config.os}/${config.architecture}`, { digest: image, layers: config.rootfs.diff_ids }] as const
    }),
  )
}

function evidenceOf(repository: string): PlatformEvidence[] {
  const { manifest } = manifestOf(repository, '1.0.0')
  const attestations = (manifest.manifests ?? []).filter(({ platform }) => platform?.os === 'unknown')
  return [...layersOf(repository, '1.0.0')].map(([platform, { digest, layers }]) => {
    const own = attestations.find(({ annotations }) => annotations?.['vnd.docker.reference.digest'] === digest)
    const statement = own === undefined ? undefined : manifestOf(repository, own.digest).manifest.layers?.[0]
    if (statement === undefined) return { platform, provenance: null, layers }
    expect(isProvenanceType(statement.annotations?.['in-toto.io/predicate-type'])).toBe(true)
    return { platform, provenance: readProvenance(blobOf(statement.digest), digest), layers }
  })
}

function candidateOf(base: string, isFinal: boolean | null): BaseCandidate {
  const { v1 = '', v2 = '' } = dump.bases[base] ?? {}
  const [repository = ''] = base.split(':')
  const known = new Map<string, KnownBase[]>()
  for (const [version, digest] of [
    ['v2', v2],
    ['v1', v1],
  ] as const) {
    for (const [platform, { layers }] of layersOf(repository, `keep-${version}`)) {
      known.set(platform, [...(known.get(platform) ?? []), { digest, layers }])
    }
  }
  return { identity: `${dump.registry}/${base}`, isFinal, digests: [v2, v1], known }
}

const versionOf = (base: string, digest: string | null) =>
  Object.entries(dump.bases[base] ?? {}).find(([, one]) => one === digest)?.[0] ?? 'unknown'

describe('images that BuildKit built', () => {
  it.each(dump.images)('$name', ({ name, want }) => {
    for (const finality of ['known', 'not known'] as const) {
      const names = Object.keys(want)
      const candidates = names.map((base) => {
        // The last FROM of the dump's Dockerfiles is wolfi-base where there is one.
        const isFinal = names.length === 1 || base.startsWith('chainguard/')
        return candidateOf(base, finality === 'known' ? isFinal : null)
      })
      const found = builtOn(evidenceOf(`acme/${name}`), candidates)
      expect(Object.fromEntries(names.map((base, at) => [base, versionOf(base, found[at]?.digest ?? null)]))).toEqual(
        want,
      )
    }
  })

  it('show nothing of a base that they were not built on', () => {
    for (const { name, want } of dump.images) {
      const others = Object.keys(dump.bases).filter((base) => !(base in want))
      const found = builtOn(
        evidenceOf(`acme/${name}`),
        others.map((base) => candidateOf(base, null)),
      )
      expect(found.map(({ digest, source }) => [digest, source])).toEqual(others.map(() => [null, 'none']))
    }
  })
})

const A = 'docker.io/library/a:1'
const layers = (...names: string[]) => names
const candidate = (more: Partial<BaseCandidate> = {}, known: readonly KnownBase[] = []): BaseCandidate => ({
  identity: A,
  isFinal: true,
  digests: known.map(({ digest }) => digest),
  known: new Map([['linux/amd64', known]]),
  ...more,
})
const claims = (digest: string, identity = A): Provenance => {
  return { bases: [{ identity, digest, isPinned: false }], revision: null }
}
const shows = (provenance: Provenance | null, own: readonly string[] | null, platform = 'linux/amd64') => ({
  platform,
  provenance,
  layers: own,
})
const NEW: KnownBase = { digest: 'new', layers: layers('os2', 'pkg2') }
const OLD: KnownBase = { digest: 'old', layers: layers('os1', 'pkg1') }

describe('what is proven', () => {
  it.each<[string, PlatformEvidence[], BaseCandidate, string | null, string]>([
    ['by the statement alone', [shows(claims('new'), null)], candidate({}, [NEW, OLD]), 'new', 'provenance'],
    ['by layers alone', [shows(null, layers('os1', 'pkg1', 'app'))], candidate({}, [NEW, OLD]), 'old', 'layers'],
    ['by both', [shows(claims('new'), layers('os2', 'pkg2', 'app'))], candidate({}, [NEW, OLD]), 'new', 'provenance'],
    [
      'by layers, where the statement lies',
      [shows(claims('new'), layers('os1', 'pkg1', 'app'))],
      candidate({}, [NEW, OLD]),
      'old',
      'layers',
    ],
    [
      'not, where layers are of neither',
      [shows(claims('new'), layers('x', 'y', 'app'))],
      candidate({}, [NEW, OLD]),
      null,
      'none',
    ],
    [
      'by the statement, where all was flattened into one layer',
      [shows(claims('new'), layers('x'))],
      candidate({}, [NEW, OLD]),
      'new',
      'provenance',
    ],
    ['not, where nothing is said', [shows(null, layers('x'))], candidate({}, [NEW, OLD]), null, 'none'],
    [
      'not, where the statement names other bases',
      [shows(claims('new', 'docker.io/library/b:1'), null)],
      candidate({}, [NEW, OLD]),
      null,
      'none',
    ],
    [
      'not by a base without layers',
      [shows(null, layers('x'))],
      candidate({}, [{ digest: 'new', layers: [] }]),
      null,
      'none',
    ],
    [
      'not by two digests with the same layers',
      [shows(null, NEW.layers)],
      candidate({}, [NEW, { ...NEW, digest: 'newer' }]),
      null,
      'none',
    ],
    [
      'by the digest with more layers',
      [shows(null, layers('os2', 'pkg2', 'app'))],
      candidate({}, [{ digest: 'few', layers: ['os2'] }, NEW]),
      'new',
      'layers',
    ],
    [
      'by a digest that was never seen',
      [shows(claims('other'), null)],
      candidate({}, [NEW, OLD]),
      'other',
      'provenance',
    ],
    ['by no platform', [], candidate({}, [NEW, OLD]), null, 'none'],
    [
      'by the older of two platforms',
      [shows(claims('new'), null), shows(claims('old'), null, 'linux/arm64')],
      candidate({}, [NEW, OLD]),
      'old',
      'provenance',
    ],
    [
      'not, where one platform is current and the other says nothing',
      [shows(claims('new'), null), shows(null, null, 'linux/arm64')],
      candidate({}, [NEW, OLD]),
      null,
      'none',
    ],
    [
      'where one platform is old and the other says nothing',
      [shows(claims('old'), null), shows(null, null, 'linux/arm64')],
      candidate({}, [NEW, OLD]),
      'old',
      'provenance',
    ],
  ])('%s', (_, platforms, base, digest, source) => {
    expect(builtOn(platforms, [base])).toEqual([{ identity: A, digest, source, isPinned: false }])
  })

  it('by layers only of the base that the final stage is FROM', () => {
    // `b` stands on an older `a`; another stage pulled the current one.
    const b = candidate({ identity: 'docker.io/library/b:1', isFinal: null }, [
      { digest: 'b', layers: layers('os1', 'pkg1', 'b') },
    ])
    const image = shows(claims('new'), layers('os1', 'pkg1', 'b', 'app'))
    const digests = (isFinal: boolean | null) =>
      builtOn([image], [candidate({ isFinal }, [NEW, OLD]), b]).map(({ digest }) => digest)
    expect(digests(null)).toEqual(['new', 'b'])
    expect(digests(false)).toEqual(['new', 'b'])
  })

  it('by layers: the longest beginning', () => {
    fc.assert(
      fc.property(
        fc.array(fc.array(fc.constantFrom('a', 'b'), { maxLength: 4 }), { maxLength: 5 }),
        fc.array(fc.constantFrom('a', 'b'), { maxLength: 6 }),
        (bases, image) => {
          const known = bases.map((own, at) => ({ digest: `${at}`, layers: own }))
          const found = baseByLayers(image, known)
          if (found === null) return
          const own = bases[Number(found)] ?? []
          expect(image.slice(0, own.length)).toEqual(own)
          const others = bases.filter(
            (_, at) => `${at}` !== found && image.join('').startsWith(bases[at]?.join('') ?? '-'),
          )
          for (const other of others) expect(other.length).toBeLessThan(own.length)
        },
      ),
      { numRuns: runs(2000) },
    )
  })

  it('never makes an image fresher than it is, whatever statements say, while its layers are there', () => {
    const world = fc.record({
      versions: fc.uniqueArray(fc.array(fc.constantFrom('p', 'q', 'r'), { minLength: 1, maxLength: 3 }), {
        minLength: 2,
        maxLength: 4,
        selector: (own) => own.join(),
      }),
      built: fc.nat(3),
      claimed: fc.option(fc.nat(4), { nil: null }),
      more: fc.array(fc.constantFrom('app', 'x'), { minLength: 1, maxLength: 3 }),
      platforms: fc.integer({ min: 1, max: 3 }),
      isFinal: fc.constantFrom(true, null),
    })
    fc.assert(
      fc.property(world, ({ versions, built, claimed, more, platforms, isFinal }) => {
        const known = versions.map((own, at) => ({ digest: `${at}`, layers: own }))
        const truth = known[built % known.length] as KnownBase
        const base = {
          ...candidate({ isFinal }, known),
          known: new Map(Array.from({ length: platforms }, (_, at) => [`linux/${at}`, known])),
        }
        const statement = claimed === null ? null : claims(`${claimed}`)
        const seen = Array.from({ length: platforms }, (_, at) =>
          shows(statement, [...truth.layers, ...more], `linux/${at}`),
        )
        const [found] = builtOn(seen, [base])
        // A base that begins with another version's layers and goes on with the image's own is that version for all that layers tell.
        const isAmbiguous = known.some(
          (one) => one !== truth && [...truth.layers, ...more].join().startsWith(one.layers.join()),
        )
        if (found?.digest === '0' && !isAmbiguous) expect(truth.digest).toBe('0')
      }),
      { numRuns: runs(2000) },
    )
  })
})
