import type { BaseChange, ImageTimes, ProvenChange } from './changes.js'
import type { ImagePolicy } from './waits.js'

/** When an image was built and enrolled, and when it was read what proves its bases; milliseconds. */
export interface ProvenTimes extends ImageTimes {
  readonly proven: number | null
}

/** How a base stands to an image, and since when its tag has the digest that it has, in milliseconds. */
export interface BaseStanding {
  /** What is proven, else what clocks say. */
  readonly change: BaseChange | ProvenChange
  readonly byClock: BaseChange
  /** null: not known. */
  readonly seen: number | null
  /** The build named the digest that the image is proven to be built on: another build would pull the same. */
  readonly isPinned: boolean
}

/** Whether a build is on record that came after the image was enrolled: what it left behind, it left behind for good. */
export function isBuiltSinceEnrollment({ built, enrolled }: ImageTimes): boolean {
  return built !== null && enrolled !== null && built >= enrolled
}

/**
 * From when the waits of the one rebuild count that `rebuildOnEnrollment` asks for: it is due as soon as it is proven to be
 * needed, and the base's digest is old enough then. What changed since the image was enrolled rebuilds it anyway.
 *
 * @returns as if the digest were seen then, in milliseconds; null where that key does not rebuild the image for this base:
 *   it is not set, nothing proves that the image is behind, its build pins the digest, or a build came since it was enrolled.
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
