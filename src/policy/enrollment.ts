import type { BaseChange, ImageTimes, ProvenChange } from './changes.js'
import type { ImagePolicy } from './waits.js'

/** When an image was built and enrolled, and when the proof of its bases was read; in milliseconds since the epoch. */
export interface ProvenTimes extends ImageTimes {
  readonly proven: number | null
}

/** The relation of a base to an image, and when its tag got the current digest, in milliseconds since the epoch. */
export interface BaseStanding {
  /** Proven if possible, otherwise based on timestamps. */
  readonly change: BaseChange | ProvenChange
  readonly byClock: BaseChange
  /** null: unknown. */
  readonly seen: number | null
  /** The build pins the digest that the image is proven to be built on: another build would pull the same one. */
  readonly isPinned: boolean
}

/** Whether a build is recorded since the image was enrolled: a base that it left outdated stays so. */
export function isBuiltSinceEnrollment({ built, enrolled }: ImageTimes): boolean {
  return built !== null && enrolled !== null && built >= enrolled
}

/**
 * When the waits begin for the one rebuild that `rebuildOnEnrollment` causes: it is due once it is proven necessary and
 * the base's digest is old enough. Changes since the image was enrolled cause a rebuild on their own.
 *
 * @returns a time that counts as the first sighting of the digest, in milliseconds; null if the key does not cause a
 *   rebuild for this base: it is not set, the image is not provably outdated, its build pins the digest, or it was
 *   built since it was enrolled.
 */
export function rebuiltFromEnrollment(
  { rebuildOnEnrollment, minimumReleaseAge }: Pick<ImagePolicy, 'rebuildOnEnrollment' | 'minimumReleaseAge'>,
  { change, byClock, seen, isPinned }: BaseStanding,
  times: ProvenTimes,
): number | null {
  const { enrolled, proven } = times
  const isStale = change === 'behind' && !isPinned && byClock !== 'newer' && !isBuiltSinceEnrollment(times)
  if (!rebuildOnEnrollment || !isStale || enrolled === null || proven === null || seen === null) return null
  return Math.max(seen, proven - minimumReleaseAge.seconds * 1000)
}
