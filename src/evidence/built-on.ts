import { baseByLayers, isBuiltOn, type KnownBase } from './layers.js'
import type { Provenance, ResolvedBase } from './provenance.js'

/** What a published image shows of one platform's build, by one statement of several where there are more. */
export interface PlatformEvidence {
  /** `linux/amd64` */
  readonly platform: string
  /** null: it has no statement that counts. */
  readonly provenance: Provenance | null
  /** `rootfs.diff_ids` of its configuration; null where it could not be read. */
  readonly layers: readonly string[] | null
}

/** A base image that an image is held against. */
export interface BaseCandidate {
  /** Canonical `registry/repository:tag`. */
  readonly identity: string
  /** Whether the final stage is FROM it, so that its layers are the image's first; null where that is not known. */
  readonly isFinal: boolean | null
  /** Its digests, the current one first, then those before, newest first. */
  readonly digests: readonly string[]
  /** The same with their layers, by platform; those that could not be read are not there. */
  readonly known: ReadonlyMap<string, readonly KnownBase[]>
}

/** What a base image was when the image was built on it. */
export interface BuiltOn {
  readonly identity: string
  /** null: nothing proves it. */
  readonly digest: string | null
  readonly source: 'provenance' | 'layers' | 'none'
  readonly isPinned: boolean
}

/**
 * What each base was when an image was built. Layers prove the final stage's base without anybody's help, provenance every
 * base as far as one believes it: where the two contradict each other, layers count. All platforms must say so; where they
 * differ, the oldest counts.
 *
 * @param platforms those the image is built for, one for each statement about it; none: nothing is known.
 */
export function builtOn(platforms: readonly PlatformEvidence[], candidates: readonly BaseCandidate[]): BuiltOn[] {
  const finals = platforms.map((platform) => finalBase(platform, candidates))
  return candidates.map((base) => {
    const found = platforms.map((platform, index) => proofOf(base, platform, finals[index] ?? null))
    return combined(base, found)
  })
}

/** A digest that one platform proves; null: it proves none. */
type Proof = Omit<BuiltOn, 'identity'>

const NOTHING: Proof = { digest: null, source: 'none', isPinned: false }

interface FinalBase {
  readonly identity: string
  readonly digest: string
}

/** The base whose layers an image begins with: of several the one with the most, for bases are built on each other. */
function finalBase({ platform, layers }: PlatformEvidence, candidates: readonly BaseCandidate[]): FinalBase | null {
  if (layers === null) return null
  let [final, most]: [FinalBase | null, number] = [null, 0]
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

function proofOf(base: BaseCandidate, evidence: PlatformEvidence, final: FinalBase | null): Proof {
  const byLayers = final?.identity === base.identity ? final.digest : null
  const claim = evidence.provenance?.bases.find(({ identity }) => identity === base.identity)
  if (claim === undefined) return byLayers === null ? NOTHING : { digest: byLayers, source: 'layers', isPinned: false }
  const { isPinned } = claim
  if (byLayers !== null && byLayers !== claim.digest) return { digest: byLayers, source: 'layers', isPinned }
  if (byLayers === null && isDenied(base, evidence, claim)) return NOTHING
  return { digest: claim.digest, source: 'provenance', isPinned }
}

/**
 * Whether the layers of an image are not those of the base it claims to be built on, though nothing says on which it is. An
 * image with fewer layers than its base was flattened: it keeps none of them, and denies nothing.
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
  // One platform on an earlier digest is proof enough that the image is not fresh; one on the current base is none that it
  // is. Neither is one on a digest that was never seen: that may be the current one soon.
  const age = ({ digest }: Proof) => digests.indexOf(digest ?? '')
  const earlier = proofs.filter((proof) => age(proof) > 0).sort((a, b) => age(b) - age(a))
  return { identity, ...(earlier[0] ?? NOTHING) }
}
