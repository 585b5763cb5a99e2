import { type Data, isDataMap } from '../yaml/data.js'
import { digestOf, type StateRecord, textOf } from './record.js'

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
}

/** What a published image shows of how it was built. */
export interface ImageEvidence {
  /** The digest that was read. */
  readonly image: string
  /** The best there is of any base. */
  readonly source: EvidenceSource | 'none'
  /** Commit that was built, as its provenance says; null where it does not. */
  readonly revision: string | null
  /** Those that are tracked, and those that its provenance names; sorted by reference. */
  readonly bases: readonly EvidencedBase[]
}

/**
 * Evidence as an image's state file keeps it, under `evidence`.
 *
 * @param names of tracked bases, by reference.
 * @param at when it was read, ISO 8601.
 */
export function evidenceRecord(
  { image, source, revision, bases }: ImageEvidence,
  names: ReadonlyMap<string, string>,
  at: string,
): StateRecord {
  return {
    image,
    source,
    at,
    ...(revision === null ? {} : { revision }),
    bases: bases.map(({ reference, digest, source: own, isPinned, against }) => {
      const name = names.get(reference)
      return {
        ...(name === undefined ? {} : { name }),
        ref: reference,
        digest,
        ...(own === 'none' ? { against } : { source: own }),
        ...(isPinned ? { pinned: true } : {}),
      }
    }),
  }
}

/** The digest whose evidence a record holds; null where it holds none. */
export function evidencedDigest(record: StateRecord | undefined): string | null {
  const evidence = record?.evidence
  return isDataMap(evidence) ? digestOf(evidence, 'image') : null
}

/**
 * Whether an image shows nothing more than a record holds: each of its bases is proven, or was the same when it was read. A
 * build may have been on a digest that was seen later.
 *
 * @param current digest of each tracked base now, by its name; null where it is not known.
 */
export function isWhollyRead(record: StateRecord | undefined, current: ReadonlyMap<string, string | null>): boolean {
  return [...current].every(([name, digest]) => {
    const own = evidenceOf(record, name)
    const isProven = own !== null && digestOf(own, 'digest') !== null
    return digest === null || isProven || (own !== null && digestOf(own, 'against') === digest)
  })
}

function evidenceOf(record: StateRecord | undefined, name: string): StateRecord | null {
  const evidence = record?.evidence
  const bases: readonly Data[] = isDataMap(evidence) && Array.isArray(evidence.bases) ? evidence.bases : []
  const own = bases.find((one) => isDataMap(one) && one.name === name)
  return isDataMap(own) ? own : null
}

/**
 * What the published image proves of a tracked base. Evidence of another digest than the one published now proves nothing.
 *
 * @param name of the tracked base.
 */
export function provenBase(
  record: StateRecord | undefined,
  name: string,
): { readonly source: EvidenceSource; readonly digest: string } | null {
  const image = evidencedDigest(record)
  const own = evidenceOf(record, name)
  if (own === null || image === null || image !== digestOf(record, 'currentDigest')) return null
  const [digest, source] = [digestOf(own, 'digest'), textOf(own, 'source')]
  return digest !== null && (source === 'provenance' || source === 'layers') ? { source, digest } : null
}
