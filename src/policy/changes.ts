/** The current digest of a base image's tag, and when a new one was last seen. */
export interface BaseDigest {
  readonly digest: string | null
  /** Milliseconds since the epoch; null: it never changed. */
  readonly updated: number | null
}

/** When an image was last built, and when it was enrolled, in milliseconds since the epoch; null where unknown. */
export interface ImageTimes {
  readonly built: number | null
  readonly enrolled: number | null
}

/**
 * The relation of a base's last change to an image: `unknown`: no digest was looked up yet; `unchanged`: it still has
 * its first recorded digest; `earlier`: it last changed before the image was enrolled, which causes no rebuild;
 * `built`: the last build is newer than its last change; `newer`: the last build is older.
 */
export type BaseChange = 'unknown' | 'unchanged' | 'earlier' | 'built' | 'newer'

/** Only a `newer` change rebuilds an image. If the time of enrollment is unknown, every change counts. */
export function baseChange({ digest, updated }: BaseDigest, { built, enrolled }: ImageTimes): BaseChange {
  if (updated === null) return digest === null ? 'unknown' : 'unchanged'
  if (built !== null && built >= updated) return 'built'
  return updated < (enrolled ?? 0) ? 'earlier' : 'newer'
}

/**
 * Whether an image is built on the current digest of a base's tag, which needs no clock.
 *
 * @param proven the digest that it was built on; null: there is no proof, and no result.
 */
export function provenChange(digest: string | null, proven: string | null): 'current' | 'behind' | null {
  if (digest === null || proven === null) return null
  return digest === proven ? 'current' : 'behind'
}

/**
 * Whether a new digest of a tag counts as a change. A digest that the tag had before does not: Kargo creates no Freight
 * for it either, and a tag that goes back is a mistake or an attack. Changes that affect only other platforms count:
 * Kargo sees only the index, and rebuilds.
 *
 * @param earlier every known earlier digest of the tag.
 */
export function isNewDigest(digest: string, earlier: readonly (string | null)[]): boolean {
  return !earlier.includes(digest)
}

/** Whether a base in its Dockerfile causes rebuilds of an image (`rebuildOn`). */
export function countsForRebuild(
  rebuildOn: 'all' | 'runtime',
  { reachable, runtime }: { readonly reachable: boolean; readonly runtime: boolean },
): boolean {
  return reachable && (rebuildOn === 'all' || runtime)
}

/** Minimum number of changes to estimate how often a base image changes. */
const MIN_CHANGES = 3

/** How often a base image changes: the median of the intervals, in the unit of its moments; null: too few changes. */
export function usualInterval(moments: readonly number[]): number | null {
  const sorted = [...new Set(moments)].sort((a, b) => a - b)
  if (sorted.length < MIN_CHANGES) return null
  const intervals = sorted.slice(1).map((moment, index) => moment - (sorted[index] ?? moment))
  return intervals.sort((a, b) => a - b)[Math.floor(intervals.length / 2)] ?? null
}

/**
 * Whether an image may never be rebuilt: each new digest restarts the age of a base image, so one that usually changes
 * more often than `minimumReleaseAge` never gets old enough. `rebuildDelay` counts from the last build and does not
 * starve anything.
 *
 * @param interval seconds between two changes of the base image; null: unknown.
 */
export function mayStarve(
  minimumReleaseAge: { readonly seconds: number },
  interval: number | null,
): interval is number {
  return interval !== null && minimumReleaseAge.seconds > 0 && interval <= minimumReleaseAge.seconds
}
