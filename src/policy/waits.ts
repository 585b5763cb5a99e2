import { createHash } from 'node:crypto'
import { type BaseDigest, baseChange, type ImageTimes } from './changes.js'

/** What holds where images.yaml says nothing, as it would be written there. */
export const REBUILD_DEFAULTS = {
  rebuildDelay: '7d',
  minimumReleaseAge: '0',
  autoRebuild: true,
  rebuildOn: 'all',
  rebuildOnEnrollment: false,
  stagger: '0',
} as const

interface Span {
  readonly seconds: number
}

/** What an entry of images.yaml says about its rebuilds. */
export interface ImagePolicy {
  readonly name: string
  readonly rebuildDelay: Span
  readonly minimumReleaseAge: Span
  readonly autoRebuild: boolean
  readonly rebuildOnEnrollment: boolean
}

/** What decides when a rebuild comes; none: nothing does, it comes at once. */
export type Limit = 'rebuildDelay' | 'minimumReleaseAge' | 'stagger' | 'none'

/**
 * From when on an image may be rebuilt for a digest: the end of the longest wait. The digest has to be old enough
 * (`minimumReleaseAge`), the last build long enough ago (`rebuildDelay`), and the image's turn has to come (`stagger`).
 *
 * An override passes over the last two. `minimumReleaseAge` it does not reach: Kargo gives Freight to a Stage only when
 * its soak time is over, and gives none by itself where `autoRebuild` is false.
 *
 * @param seen when the digest was first seen, or counts as seen, in milliseconds.
 * @param built when the image was last built, in milliseconds; null where that is not known.
 */
export function longestWait(
  image: ImagePolicy,
  { seen, built }: { readonly seen: number; readonly built: number | null },
  { isOverridden, staggerSeconds }: { readonly isOverridden: boolean; readonly staggerSeconds: number },
): { readonly limit: Limit; readonly at: number } {
  const waits: { readonly limit: Limit; readonly at: number }[] = [
    { limit: 'none', at: seen },
    { limit: 'minimumReleaseAge', at: seen + image.minimumReleaseAge.seconds * 1000 },
  ]
  if (!isOverridden) {
    if (built !== null) waits.push({ limit: 'rebuildDelay', at: built + image.rebuildDelay.seconds * 1000 })
    const turn = staggerOffset(image, staggerSeconds)
    if (turn !== null) waits.push({ limit: 'stagger', at: seen + turn * 1000 })
  }
  return waits.reduce((latest, one) => (one.at > latest.at ? one : latest))
}

/**
 * Seconds after a digest was first seen when an image's turn to be rebuilt comes. They begin when the digest is old
 * enough for the image: else all turns would be over by then.
 *
 * @param staggerSeconds `settings.stagger`.
 * @returns null where images do not wait for turns.
 */
export function staggerOffset(
  { name, minimumReleaseAge }: Pick<ImagePolicy, 'name' | 'minimumReleaseAge'>,
  staggerSeconds: number,
): number | null {
  return staggerSeconds === 0 ? null : minimumReleaseAge.seconds + spread(name, staggerSeconds)
}

/**
 * A number that a name always gets, spread evenly over the names: so that a thousand objects do not wake at once.
 *
 * @param limit greater than 0.
 * @returns a whole number from 0 to below the limit, from the first 48 bits of the name's SHA-256.
 */
export function spread(name: string, limit: number): number {
  return createHash('sha256').update(name).digest().readUIntBE(0, 6) % limit
}

/** What an image is rebuilt for when it is, beside changes of the base. */
export interface RebuiltImage {
  readonly policy: ImagePolicy
  readonly times: ImageTimes
  /** What `rebuiltFromEnrollment` says of it and the base. */
  readonly fromEnrollment: number | null
}

/**
 * From when on an image may be rebuilt for a base, as state files say it: without the turns of `settings.stagger`.
 *
 * @param isOverridden whether an override names the base's digest.
 * @returns ISO 8601; null where nothing is due: the base never changed, or not since the image was enrolled, a build
 *   covers the change, or nothing is rebuilt automatically.
 */
export function rebuildEligibleAt(
  { policy, times, fromEnrollment }: RebuiltImage,
  base: BaseDigest,
  { isOverridden }: { readonly isOverridden: boolean },
): string | null {
  const seen = baseChange(base, times) === 'newer' ? base.updated : fromEnrollment
  if (seen === null || !policy.autoRebuild) return null
  const { at } = longestWait(policy, { seen, built: times.built }, { isOverridden, staggerSeconds: 0 })
  return new Date(at).toISOString()
}

/** A base image, and the enabled images built on it. */
export interface RebuiltBase extends BaseDigest {
  readonly images: readonly RebuiltImage[]
}

/**
 * The digests that every image that is rebuilt for them was built since: an override of one has done its work. One that
 * nothing is rebuilt for is not among them, and neither is one that an image still waits for under another name.
 */
export function builtSince(bases: readonly RebuiltBase[]): Set<string> {
  const built = new Set<string>()
  const open = new Set<string>()
  for (const { digest, updated, images } of bases) {
    if (digest === null || updated === null) continue
    const rebuilt = images.filter(({ policy }) => policy.autoRebuild)
    const isBuilt = rebuilt.every(({ times, fromEnrollment }) => {
      return fromEnrollment === null && baseChange({ digest, updated }, times) !== 'newer'
    })
    if (rebuilt.length > 0 && isBuilt) built.add(digest)
    else open.add(digest)
  }
  return new Set([...built].filter((digest) => !open.has(digest)))
}
