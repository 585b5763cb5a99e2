import { type Data, isDataMap } from '../yaml/data.js'
import { digestOf, isTrue, type StateRecord, textOf } from './record.js'

/** What proves which digest a base had. */
export type EvidenceSource = 'provenance' | 'layers'

/** A base image of a published image, as the image itself shows it. */
export interface EvidencedBase {
  /** Canonical `registry/repository:tag`. */
  readonly reference: string
  /** What it was when the image was built; null: nothing proves it. */
  readonly digest: string | null
  readonly source: EvidenceSource | 'none'
  /** The build named this digest, so that no newer one can come of a rebuild. */
  readonly isPinned: boolean
  /** The base's digest when this was read, which an image that shows nothing may yet turn out to have; null: not known. */
  readonly against: string | null
  /** Source does not name it: it is tracked because a published image was built on it. */
  readonly isFromEvidence?: boolean
}

/** What a label says of a base image. */
export interface BaseClaim {
  readonly reference: string
  /** null: it says none. */
  readonly digest: string | null
}

/** What a published image shows of how it was built. */
export interface ImageEvidence {
  /** The digest that was read. */
  readonly image: string
  /** The best there is of any base. */
  readonly source: EvidenceSource | 'none'
  /** Commit that was built, as its provenance says; null where it does not. */
  readonly revision: string | null
  /** The base that its labels name, canonical: a claim of whoever wrote the workflow, which proves nothing. */
  readonly claims: BaseClaim | null
  /** Those that are tracked, and those that its provenance names; sorted by reference. */
  readonly bases: readonly EvidencedBase[]
}

/**
 * Evidence as an image's state file keeps it, under `evidence`.
 *
 * @param tracked what a base is tracked as, and whether evidence alone names it; null: it is not tracked.
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

/** A base image as an image's state file has it under `evidence`. */
interface RecordedBase extends EvidencedBase {
  /** What it is tracked as; null where it is not. */
  readonly name: string | null
  readonly isFromEvidence: boolean
}

/** Evidence as a state file has it. */
export interface RecordedEvidence extends Omit<ImageEvidence, 'bases'> {
  readonly bases: readonly RecordedBase[]
}

/** What a state file says under `evidence`; null where it says nothing that can be read. */
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
 * Whether an image shows nothing more than a record holds: each of its bases is proven, or was the same when it was read. A
 * build may have been on a digest that was seen later.
 *
 * @param current digest of each tracked base now, by its name; null where it is not known.
 */
export function isWhollyRead(evidence: RecordedEvidence | null, current: ReadonlyMap<string, string | null>): boolean {
  return [...current].every(([name, digest]) => {
    const own = evidence?.bases.find((base) => base.name === name)
    return digest === null || (own !== undefined && (own.digest !== null || own.against === digest))
  })
}

/** What a published image proves of a base. */
export interface ProvenBase {
  readonly source: EvidenceSource
  readonly digest: string
  /** The build named this digest, so that no newer one can come of a rebuild. */
  readonly isPinned: boolean
}

/**
 * What an image proves of a base. Evidence of another digest than the one published now proves nothing.
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
