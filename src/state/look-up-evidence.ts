import {
  type BaseCandidate,
  builtOn,
  isBuiltOn,
  type KnownBase,
  type PlatformEvidence,
  readProvenance,
} from '../evidence/index.js'
import { formatReference, parseReference, withDefaultTag } from '../reference/index.js'
import type { PinnedImage, PlatformImage, RegistryClient } from '../registry/index.js'
import { by, groupBy } from '../text/index.js'
import type { TrackedUse } from './bases.js'
import { evidenceIn, type ImageEvidence, isWhollyRead } from './evidence.js'
import type { LinkedState } from './link.js'
import { knownBase } from './match-records.js'
import type { StateFiles, TrackedBase } from './model.js'
import { digestsIn, type Observations, type PublishedFacts } from './observe.js'

/** A base of the image that is read, with its digests: the current one first, then earlier ones, newest first. */
interface EvidenceBase extends Pick<TrackedBase, 'name' | 'registry' | 'repository' | 'tag'> {
  readonly digests: readonly string[]
  /** Whether the final stage is FROM it; false if it is only copied from or mounted, null where unknown. */
  readonly isFinal: boolean | null
}

/** Limit per run: after the first run with evidence there are seldom many. */
const MAX_EVIDENCE_READS = 500

/**
 * Reads the evidence of each image whose current digest was not read yet, by image name.
 *
 * @param observed images that were found in their registries, and their bases.
 */
export async function readAllEvidence(
  linked: LinkedState,
  before: StateFiles,
  observed: Observations,
  client: RegistryClient,
): Promise<ReadonlyMap<string, Pick<PublishedFacts, 'evidence'>>> {
  const digests = digestsOf(linked, before, observed)
  const uses = groupBy(linked.uses, ({ image }) => image)
  const unread = linked.images.flatMap(({ enrollment, bases: names }) => {
    const { name, source, registry, repository } = enrollment
    const digest = observed.images.get(name)?.digest
    if (source === null || digest === undefined) return []
    const known = evidenceIn(linked.own.get(name)?.record)
    const finals = finality(uses.get(name) ?? [])
    const bases = names.flatMap((base) => {
      const own = digests.get(base)
      return own === undefined ? [] : [{ ...own, isFinal: finals(base) }]
    })
    const current = new Map(bases.map((base) => [base.name, base.digests[0] ?? null]))
    if (digest === known?.image && isWhollyRead(known, current)) return []
    return [{ name, image: { registry, repository, digest }, bases }]
  })
  const read = unread.slice(0, MAX_EVIDENCE_READS).map(async ({ name, image, bases }) => {
    return [name, { evidence: await readEvidence(image, bases, client) }] as const
  })
  return new Map(await Promise.all(read))
}

function digestsOf(
  linked: LinkedState,
  before: StateFiles,
  observed: Observations,
): Map<string, Omit<EvidenceBase, 'isFinal'>> {
  const bases = linked.bases.map((base) => {
    const record = knownBase(base.name, before)?.record
    const current = observed.bases.get(base.name)?.digest
    const digests = [current, ...digestsIn(record)].flatMap((digest) => digest ?? [])
    return [base.name, { ...base, digests: [...new Set(digests)] }] as const
  })
  return new Map(bases)
}

/** Whether the final stage of an image is FROM a base, according to the image's uses. */
function finality(uses: readonly TrackedUse[]): (base: string) => boolean | null {
  const final = new Set(uses.filter(({ kind }) => kind === 'from').map(({ base }) => base))
  return (base) => {
    const own = uses.filter((use) => use.base === base)
    if (own.length > 0 && own.every(({ kind }) => kind === 'copy' || kind === 'mount')) return false
    return final.size === 1 && final.has(base) ? true : null
  }
}

/**
 * Reads what a published image was built on: its provenance statements and its layers. Layers of a base are read where
 * they add information: for the digest in the provenance, and for all known digests if it names none or if the image's
 * layers do not match the one it names.
 *
 * @returns null if the registry did not respond, so that the next run reads it again.
 */
async function readEvidence(
  image: PinnedImage,
  bases: readonly EvidenceBase[],
  client: RegistryClient,
): Promise<ImageEvidence | null> {
  const contents = await client.contents({ ...image, platforms: [], statements: true })
  if (contents.kind === 'limited' || contents.kind === 'unknown') return null
  const platforms = contents.kind === 'found' ? contents.value.flatMap(evidenceOfPlatform) : []
  const candidates = await Promise.all(bases.map((base) => candidateOf(base, platforms, client)))
  const tracked = builtOn(platforms, candidates)
  const known = new Set(tracked.map(({ identity }) => identity))
  const others = builtOn(platforms, otherClaims(platforms, known)).filter((base) => base.digest !== null)
  const against = new Map(candidates.map(({ identity, digests }) => [identity, digests[0] ?? null]))
  const all = [...tracked, ...others].map(({ identity, ...base }) => {
    return { reference: identity, ...base, against: against.get(identity) ?? null }
  })
  const sources = new Set(all.map(({ source }) => source))
  const revisions = new Set(platforms.flatMap(({ provenance }) => provenance?.revision ?? []))
  const [revision = null] = revisions
  return {
    image: image.digest,
    source: sources.has('provenance') ? 'provenance' : sources.has('layers') ? 'layers' : 'none',
    revision: revisions.size === 1 ? revision : null,
    claims: contents.kind === 'found' ? claimOf(contents.value) : null,
    bases: all.sort(by(({ reference }) => reference)),
  }
}

/** The first valid base in the labels. */
function claimOf(platforms: readonly PlatformImage[]): ImageEvidence['claims'] {
  for (const { baseLabels } of platforms) {
    const parsed = baseLabels === null ? null : parseReference(baseLabels.name)
    if (baseLabels === null || parsed?.ok !== true) continue
    const { digest, ...reference } = withDefaultTag(parsed.reference)
    return { reference: formatReference({ ...reference, digest: null }), digest: baseLabels.digest ?? digest }
  }
  return null
}

/** Several statements about one image must agree, like several platforms: it is unknown which one is wrong. */
function evidenceOfPlatform({ platform, digest, layers, statements }: PlatformImage): PlatformEvidence[] {
  const read = statements.flatMap((text) => readProvenance(text, digest) ?? [])
  const all = read.length === 0 ? [null] : read
  return all.map((provenance) => ({ platform, provenance, layers }))
}

/** Untracked bases in the provenance, which is the only information about them. */
function otherClaims(platforms: readonly PlatformEvidence[], tracked: ReadonlySet<string>): BaseCandidate[] {
  const claimed = platforms.flatMap(({ provenance }) => provenance?.bases ?? []).map(({ identity }) => identity)
  const others = [...new Set(claimed)].filter((identity) => !tracked.has(identity)).slice(0, MAX_OTHERS)
  return others.map((identity) => ({ identity, isFinal: false, digests: [], known: new Map() }))
}

/** Limit for untracked bases of one build. */
const MAX_OTHERS = 100

async function candidateOf(
  { digests, isFinal, ...image }: EvidenceBase,
  platforms: readonly PlatformEvidence[],
  client: RegistryClient,
): Promise<BaseCandidate> {
  const identity = formatReference({ ...image, digest: null })
  const known = new Map<string, KnownBase[]>()
  const read = async (wanted: readonly string[]) => {
    for (const digest of wanted) {
      for (const [platform, layers] of await layersOf({ ...image, digest }, platforms, client)) {
        known.set(platform, [...(known.get(platform) ?? []), { digest, layers }])
      }
    }
  }
  if (isFinal !== false) {
    const claims = platforms.map(
      ({ provenance }) => provenance?.bases.find((base) => base.identity === identity)?.digest,
    )
    const claimed = [...new Set(claims.flatMap((digest) => digest ?? []))]
    await read(claimed)
    const isConfirmed = platforms.every(({ platform, layers }, index) => {
      const base = known.get(platform)?.find(({ digest }) => digest === claims[index])
      return base !== undefined && layers !== null && isBuiltOn(layers, base.layers)
    })
    if (!isConfirmed) await read(digests.filter((digest) => !claimed.includes(digest)))
  }
  return { identity, isFinal, digests, known }
}

/** Layers of a base, for each platform that the image is built for; platforms without an answer are left out. */
async function layersOf(
  { registry, repository, digest }: PinnedImage,
  platforms: readonly PlatformEvidence[],
  client: RegistryClient,
): Promise<readonly (readonly [string, readonly string[]])[]> {
  const wanted = [...new Set(platforms.map(({ platform }) => platform))]
  const contents = await client.contents({ registry, repository, digest, platforms: wanted, statements: false })
  if (contents.kind !== 'found') return []
  return contents.value.flatMap(({ platform, layers }) => (layers === null ? [] : [[platform, layers] as const]))
}
