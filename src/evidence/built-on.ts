import type { Provenance, ResolvedBase } from './provenance.js'

/** A current or earlier digest of a base image, with the layers for one platform. */
export interface KnownBase {
  readonly digest: string
  /** `rootfs.diff_ids` of its configuration (OCI image specification, image configuration). */
  readonly layers: readonly string[]
}

/** Whether an image's layers begin with a base's. A base without layers would match every image and proves nothing. */
export function isBuiltOn(layers: readonly string[], base: readonly string[]): boolean {
  return base.length > 0 && base.length <= layers.length && base.every((layer, index) => layer === layers[index])
}

/**
 * The digest of the base that an image's final stage begins with. The match with the most layers wins, because one base
 * may be another plus a layer.
 *
 * @param layers of the image, for the same platform as those of the bases.
 * @returns null when none matches (squashed, another base, unknown digest) or two with the same layers do: those differ
 * only in their configuration, which an image does not keep.
 */
export function baseByLayers(layers: readonly string[], known: readonly KnownBase[]): string | null {
  const matches = known.filter((base) => isBuiltOn(layers, base.layers))
  const most = Math.max(0, ...matches.map((base) => base.layers.length))
  const digests = new Set(matches.filter((base) => base.layers.length === most).map(({ digest }) => digest))
  const [digest = null] = digests
  return digests.size === 1 ? digest : null
}

/** Evidence from a published image for one platform; one record per provenance statement. */
export interface PlatformEvidence {
  /** `linux/amd64` */
  readonly platform: string
  /** null: no valid provenance statement. */
  readonly provenance: Provenance | null
  /** `rootfs.diff_ids` of its configuration; null when unreadable. */
  readonly layers: readonly string[] | null
}

/** A base image to compare an image with. */
export interface BaseCandidate {
  /** Canonical `registry/repository:tag`. */
  readonly identity: string
  /** Whether the final stage is FROM it, so that the image begins with its layers; null when unknown. */
  readonly isFinal: boolean | null
  /** Its digests: the current one first, then the earlier ones, newest first. */
  readonly digests: readonly string[]
  /** The digests with their layers, by platform; unreadable ones are omitted. */
  readonly known: ReadonlyMap<string, readonly KnownBase[]>
}

/** The digest of a base that an image was built on. */
export interface BuiltOn {
  readonly identity: string
  /** null: no proof. */
  readonly digest: string | null
  readonly source: 'provenance' | 'layers' | 'none'
  readonly isPinned: boolean
}

/**
 * Finds the digest of each base that an image was built on. Layers prove the final stage's base independently;
 * provenance covers every base but has to be trusted, so layers win where the two contradict each other. All platforms
 * must agree; where they differ, the oldest of the earlier digests counts.
 *
 * @param platforms those the image is built for, one entry per statement; empty: nothing is known.
 */
export function builtOn(platforms: readonly PlatformEvidence[], candidates: readonly BaseCandidate[]): BuiltOn[] {
  const finals = platforms.map((platform) => finalBase(platform, candidates))
  return candidates.map((base) => {
    const found = platforms.map((platform, index) => proofOf(base, platform, finals[index] ?? null))
    return combined(base, found)
  })
}

/** What one platform proves about a base; a null digest proves nothing. */
type Proof = Omit<BuiltOn, 'identity'>

const NOTHING: Proof = { digest: null, source: 'none', isPinned: false }

/** The base whose layers an image begins with: of several, the one with the most layers, as bases build on others. */
function finalBase({ platform, layers }: PlatformEvidence, candidates: readonly BaseCandidate[]) {
  if (layers === null) return null
  let [final, most]: [Pick<ResolvedBase, 'identity' | 'digest'> | null, number] = [null, 0]
  for (const { identity, isFinal, known } of candidates) {
    const own = known.get(platform) ?? []
    const digest = isFinal === false ? null : baseByLayers(layers, own)
    const count = own.find((one) => one.digest === digest)?.layers.length ?? 0
    if (digest === null || count < most) continue
    final = count > most ? { identity, digest } : null
    most = count
  }
  return final
}

function proofOf(base: BaseCandidate, evidence: PlatformEvidence, final: ReturnType<typeof finalBase>): Proof {
  const byLayers = final?.identity === base.identity ? final.digest : null
  const claim = evidence.provenance?.bases.find(({ identity }) => identity === base.identity)
  if (claim === undefined) return byLayers === null ? NOTHING : { digest: byLayers, source: 'layers', isPinned: false }
  const { isPinned } = claim
  if (byLayers !== null && byLayers !== claim.digest) return { digest: byLayers, source: 'layers', isPinned }
  if (byLayers === null && isDenied(base, evidence, claim)) return NOTHING
  return { digest: claim.digest, source: 'provenance', isPinned }
}

/**
 * Whether an image's layers contradict the digest that its provenance claims for the final stage's base. An image with
 * fewer layers than the base was flattened: it keeps none of the base's layers and contradicts nothing.
 */
function isDenied({ isFinal, known }: BaseCandidate, { platform, layers }: PlatformEvidence, claim: ResolvedBase) {
  const claimed = known.get(platform)?.find(({ digest }) => digest === claim.digest)
  if (isFinal !== true || layers === null || claimed === undefined || claimed.layers.length === 0) return false
  return layers.length >= claimed.layers.length && !isBuiltOn(layers, claimed.layers)
}

function combined({ identity, digests }: BaseCandidate, proofs: readonly Proof[]): BuiltOn {
  const [first = NOTHING] = proofs
  if (proofs.every(({ digest }) => digest === first.digest)) {
    const isPinned = proofs.length > 0 && proofs.every((proof) => proof.isPinned)
    return { identity, ...(proofs.find(({ source }) => source === 'provenance') ?? first), isPinned }
  }
  // One platform on an earlier digest proves that the image is stale; one on the current digest does not prove that it
  // is fresh. A digest not seen before proves neither: it may soon be the current one.
  const age = ({ digest }: Proof) => digests.indexOf(digest ?? '')
  const earlier = proofs.filter((proof) => age(proof) > 0).sort((a, b) => age(b) - age(a))
  return { identity, ...(earlier[0] ?? NOTHING) }
}
