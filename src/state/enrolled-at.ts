import type { ImageTimes } from '../policy/index.js'
import type { MatchedRecord } from './match-records.js'
import { momentOf, type StateRecord, textOf } from './record.js'

/** Since when an image is enrolled, as its state file says. ISO 8601. */
export type EnrollmentTimes = {
  /** null: an old file does not say, and a time of our own would let the image pass over changes it is waiting for. */
  readonly enrolledAt: string | null
  /** When it last came back from the archive; null: it never did. */
  readonly reenrolledAt: string | null
}

/**
 * What an image's state file says after a run. Coming back from the archive is enrollment too, and must rebuild nothing:
 * what changed while nobody watched counts as there from the start.
 *
 * @param own the record the image goes on from; undefined for a new image.
 * @param now ISO 8601.
 */
export function enrollmentTimes(own: MatchedRecord | undefined, now: string): EnrollmentTimes {
  if (own === undefined) return { enrolledAt: now, reenrolledAt: null }
  const { record, isArchived } = own
  return { enrolledAt: textOf(record, 'enrolledAt'), reenrolledAt: isArchived ? now : textOf(record, 'reenrolledAt') }
}

/** When an image was last built, and since when it is enrolled: a whole second, as Kargo is told it. */
export function timesOf(record: StateRecord | undefined): ImageTimes {
  const enrolled = record === undefined ? null : enrolledSeconds(record)
  return { built: momentOf(record, 'lastBuilt'), enrolled: enrolled === null ? null : enrolled * 1000 }
}

/** Unix seconds since when an image is enrolled without interruption; null where its record does not say. */
export function enrolledSeconds(record: StateRecord): number | null {
  const moment = momentOf(record, 'reenrolledAt') ?? momentOf(record, 'enrolledAt')
  return moment === null ? null : Math.floor(moment / 1000)
}

/** The same of the record before a run; null for an image that was not enrolled then. */
export function enrolledBefore(own: MatchedRecord | undefined): number | null {
  return own === undefined || own.isArchived ? null : enrolledSeconds(own.record)
}
