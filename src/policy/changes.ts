/** The digest that the tag of a base image has, and when a new one was last seen. */
export interface BaseDigest {
  readonly digest: string | null
  /** Milliseconds; null: it never changed. */
  readonly updated: number | null
}

/** When an image was last built, and since when it is enrolled, in milliseconds; null where that is not known. */
export interface ImageTimes {
  readonly built: number | null
  readonly enrolled: number | null
}

/**
 * What a base's last change is to an image: `unknown`: no digest was looked up yet; `unchanged`: it has the digest it had
 * when tracking began; `earlier`: it last changed before the image was enrolled, which rebuilds nothing; `built`: the
 * last build came after its last change; `newer`: the last build did not.
 */
export type BaseChange = 'unknown' | 'unchanged' | 'earlier' | 'built' | 'newer'

/** Only a change that is `newer` rebuilds an image. Where it is not known when the image was enrolled, every one counts. */
export function baseChange({ digest, updated }: BaseDigest, { built, enrolled }: ImageTimes): BaseChange {
  if (updated === null) return digest === null ? 'unknown' : 'unchanged'
  if (built !== null && built >= updated) return 'built'
  return updated < (enrolled ?? 0) ? 'earlier' : 'newer'
}

/** How a base stands to what an image proves it was built on: what is proven needs no clock. */
export type ProvenChange = 'current' | 'behind'

/**
 * Whether an image is built on the digest that the tag of a base has now.
 *
 * @param proven the digest that it was built on; null: nothing proves it, so nothing is said.
 */
export function provenChange(digest: string | null, proven: string | null): ProvenChange | null {
  if (digest === null || proven === null) return null
  return digest === proven ? 'current' : 'behind'
}

/**
 * Whether a digest that a tag got is a change. One that it had before is not: Kargo makes no Freight of it either, and
 * who goes back made a mistake or is an attacker. What changed for other platforms only counts: Kargo sees the index and
 * nothing else, and rebuilds.
 *
 * @param earlier every digest the tag is known to have had.
 */
export function isNewDigest(digest: string, earlier: readonly (string | null)[]): boolean {
  return !earlier.includes(digest)
}

/** Whether an image is rebuilt for a base that its Dockerfile names (`rebuildOn`). */
export function countsForRebuild(
  rebuildOn: 'all' | 'runtime',
  { reachable, runtime }: { readonly reachable: boolean; readonly runtime: boolean },
): boolean {
  return reachable && (rebuildOn === 'all' || runtime)
}

/** Fewer changes than this tell nothing about how often a base image changes. */
const MIN_CHANGES = 3

/** How often a base image changes: the median of the times between, in the unit of its moments; null: too few of them. */
export function usualInterval(moments: readonly number[]): number | null {
  const sorted = [...new Set(moments)].sort((a, b) => a - b)
  if (sorted.length < MIN_CHANGES) return null
  const intervals = sorted.slice(1).map((moment, index) => moment - (sorted[index] ?? moment))
  return intervals.sort((a, b) => a - b)[Math.floor(intervals.length / 2)] ?? null
}

/**
 * Whether an image may never be rebuilt: a newer digest starts the age of a base image anew, so one that usually changes
 * sooner than `minimumReleaseAge` never gets old enough. `rebuildDelay` counts from the last build and starves nothing.
 *
 * @param interval seconds between two changes of the base image; null: not known.
 */
export function mayStarve(
  minimumReleaseAge: { readonly seconds: number },
  interval: number | null,
): interval is number {
  return interval !== null && minimumReleaseAge.seconds > 0 && interval <= minimumReleaseAge.seconds
}
