import type { EnrolledImage } from '../enrollment/images-file.js'
import { enrolledSeconds } from './enrolled-at.js'
import { momentOf, type StateRecord } from './record.js'

/**
 * From when on an image may be rebuilt for what changed in a base: the base's digest is old enough, and the image's
 * last build long enough ago. Pure arithmetic on what is written down; the clock has no part in it.
 *
 * @param base record of the base image.
 * @param image record of the image's own state.
 * @param overridden whether an override lets it go without waiting for the delay (Kargo's soak time it cannot pass over).
 * @returns ISO 8601; null where nothing is due: the base never changed, or not since the image was enrolled, a build covers
 *   the change, or nothing is rebuilt automatically.
 */
export function rebuildEligibleAt(
  { autoRebuild, rebuildDelay, minimumReleaseAge }: EnrolledImage,
  base: StateRecord,
  image: StateRecord | undefined,
  { overridden }: { readonly overridden: boolean },
): string | null {
  const updated = momentOf(base, 'lastUpdated')
  const built = momentOf(image, 'lastBuilt')
  if (updated === null || (built !== null && built >= updated)) return null
  if (!autoRebuild || updated < enrolledMilliseconds(image)) return null
  const aged = updated + minimumReleaseAge.seconds * 1000
  return iso(built === null || overridden ? aged : Math.max(aged, built + rebuildDelay.seconds * 1000))
}

/** 0 where the record does not say: every change counts then. */
function enrolledMilliseconds(image: StateRecord | undefined): number {
  return 1000 * ((image === undefined ? null : enrolledSeconds(image)) ?? 0)
}

function iso(time: number): string {
  return new Date(time).toISOString()
}
