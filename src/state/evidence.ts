import { type Data, isDataMap } from '../yaml/data.js'
import { digestOf, isTrue, type StateRecord, textOf } from './record.js'

/** What proves the digest of a base. */
export type EvidenceSource = 'provenance' | 'layers'

/** A base image of a published image, according to the image itself. */
export interface EvidencedBase {
  /** Canonical `registry/repository:tag`. */
  readonly reference: string
  /** Its digest when the image was built; null: not proven. */
  readonly digest: string | null
  readonly source: EvidenceSource | 'none'
  /** The build pinned this digest, so a rebuild cannot get a newer one. */
  readonly isPinned: boolean
  /** The base's digest at the time of reading, which an image without proof may be built on; null: unknown. */
  readonly against: string | null
  /** The source does not name it: it is tracked because a published image was built on it. */
  readonly isFromEvidence?: boolean
}

/** A base image according to labels. */
export interface BaseClaim {
  readonly reference: string
  /** null: not specified. */
  readonly digest: string | null
}

/** How a published image was built, according to itself. */
export interface ImageEvidence {
  /** The digest that was read. */
  readonly image: string
  /** The strongest one among its bases. */
  readonly source: EvidenceSource | 'none'
  /** Commit that was built, according to its provenance; null if that names none. */
  readonly revision: string | null
  /** The base in its labels, canonical: a claim of the workflow's author, which proves nothing. */
  readonly claims: BaseClaim | null
  /** Tracked ones, and those in its provenance; sorted by reference. */
  readonly bases: readonly EvidencedBase[]
}

/**
 * Evidence in the format of an image's state file, under `evidence`.
 *
 * @param tracked name of a tracked base, and whether only evidence names it; null: it is not tracked.
 * @param at when it was read, ISO 8601.
 */
export function evidenceRecord(
  { image, source, revision, claims, bases }: ImageEvidence,
  tracked: (reference: string) => Pick<RecordedBase, 'name' | 'isFromEvidence'> | null,
  at: string,
): StateRecord {
  return {
    image,
    source,
    at,
    ...(revision === null ? {} : { revision }),
    ...(claims === null ? {} : { claims: { ref: claims.reference, digest: claims.digest } }),
    bases: bases.map(({ reference, digest, source: own, isPinned, against }) => {
      const base = tracked(reference)
      return {
        ...(base === null ? {} : { name: base.name }),
        ref: reference,
        digest,
        ...(own === 'none' ? { against } : { source: own }),
        ...(isPinned ? { pinned: true } : {}),
        ...(base?.isFromEvidence === true ? { kind: 'evidence' } : {}),
      }
    }),
  }
}

/** A base image in an image's state file, under `evidence`. */
interface RecordedBase extends EvidencedBase {
  /** Name of the tracked base; null if it is not tracked. */
  readonly name: string | null
  readonly isFromEvidence: boolean
}

export interface RecordedEvidence extends Omit<ImageEvidence, 'bases'> {
  readonly bases: readonly RecordedBase[]
}

/** The evidence in a state file; null if there is none that can be read. */
export function evidenceIn(record: StateRecord | undefined): RecordedEvidence | null {
  const evidence = record?.evidence
  const image = isDataMap(evidence) ? digestOf(evidence, 'image') : null
  if (!isDataMap(evidence) || image === null) return null
  const written: readonly Data[] = Array.isArray(evidence.bases) ? evidence.bases : []
  const bases = written.flatMap((one) => (isDataMap(one) ? (recordedBase(one) ?? []) : []))
  const revision = textOf(evidence, 'revision')
  return { image, source: sourceIn(evidence), revision, claims: claimIn(evidence.claims), bases }
}

function claimIn(claims: Data | undefined): BaseClaim | null {
  if (!isDataMap(claims)) return null
  const reference = textOf(claims, 'ref')
  return reference === null ? null : { reference, digest: digestOf(claims, 'digest') }
}

function recordedBase(one: StateRecord): RecordedBase | null {
  const reference = textOf(one, 'ref')
  if (reference === null) return null
  return {
    reference,
    digest: digestOf(one, 'digest'),
    source: sourceIn(one),
    isPinned: isTrue(one.pinned),
    against: digestOf(one, 'against'),
    name: textOf(one, 'name'),
    isFromEvidence: textOf(one, 'kind') === 'evidence',
  }
}

function sourceIn(record: StateRecord): EvidenceSource | 'none' {
  const source = textOf(record, 'source')
  return source === 'provenance' || source === 'layers' ? source : 'none'
}

/**
 * Whether an image cannot show more than its record: each of its bases is proven, or was the same when it was read. A
 * build may have used a digest that was first seen later.
 *
 * @param current digest of each tracked base now, by its name; null where unknown.
 */
export function isWhollyRead(evidence: RecordedEvidence | null, current: ReadonlyMap<string, string | null>): boolean {
  return [...current].every(([name, digest]) => {
    const own = evidence?.bases.find((base) => base.name === name)
    return digest === null || (own !== undefined && (own.digest !== null || own.against === digest))
  })
}

export interface ProvenBase {
  readonly source: EvidenceSource
  readonly digest: string
  /** The build pinned this digest, so a rebuild cannot get a newer one. */
  readonly isPinned: boolean
}

/**
 * What an image proves about a base. Evidence about another digest than the currently published one proves nothing.
 *
 * @param name of the tracked base.
 */
export function provenBase(record: StateRecord | undefined, name: string): ProvenBase | null {
  const evidence = evidenceIn(record)
  if (evidence === null || evidence.image !== digestOf(record, 'currentDigest')) return null
  const found = evidence.bases.find((base) => base.name === name)
  if (found === undefined || found.source === 'none' || found.digest === null) return null
  const { source, digest, isPinned } = found
  return { source, digest, isPinned }
}
