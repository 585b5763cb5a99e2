import { createHash } from 'node:crypto'
import { type BaseDigest, baseChange, type ImageTimes } from './changes.js'

/** Defaults of images.yaml, as they would be written there. */
export const REBUILD_DEFAULTS = {
  rebuildDelay: '7d',
  minimumReleaseAge: '0',
  autoRebuild: true,
  rebuildOn: 'all',
  rebuildOnEnrollment: false,
  stagger: '0',
} as const

/** The keys of an entry that control its rebuilds. */
export interface ImagePolicy {
  readonly name: string
  readonly rebuildDelay: { readonly seconds: number }
  readonly minimumReleaseAge: { readonly seconds: number }
  readonly autoRebuild: boolean
  readonly rebuildOnEnrollment: boolean
}

/** What determines the time of a rebuild; none: it is due immediately. */
export type Limit = 'rebuildDelay' | 'minimumReleaseAge' | 'stagger' | 'none'

/**
 * When an image may be rebuilt for a digest: the end of the longest wait. The digest must be old enough
 * (`minimumReleaseAge`), the last build long enough ago (`rebuildDelay`), and it must be the image's turn (`stagger`).
 *
 * An override skips the last two, but not `minimumReleaseAge`: Kargo gives Freight to a Stage only when its soak time
 * is over, and not automatically if `autoRebuild` is false.
 *
 * @param seen when the digest was or counts as first seen, in milliseconds.
 * @param built when the image was last built, in milliseconds; null where unknown.
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
 * Seconds from the first sighting of a digest to an image's turn to be rebuilt. Turns begin when the digest is old
 * enough for the image; otherwise all would be over by then.
 *
 * @param staggerSeconds `settings.stagger`.
 * @returns null if images do not wait for turns.
 */
export function staggerOffset(
  { name, minimumReleaseAge }: Pick<ImagePolicy, 'name' | 'minimumReleaseAge'>,
  staggerSeconds: number,
): number | null {
  return staggerSeconds === 0 ? null : minimumReleaseAge.seconds + spread(name, staggerSeconds)
}

/**
 * A stable number for a name, evenly distributed, so that a thousand objects do not become active at once.
 *
 * @param limit greater than 0.
 * @returns an integer from 0 to below the limit, from the first 48 bits of the name's SHA-256.
 */
export function spread(name: string, limit: number): number {
  return createHash('sha256').update(name).digest().readUIntBE(0, 6) % limit
}

/** When an image is rebuilt, apart from changes of the base. */
export interface RebuiltImage {
  readonly policy: ImagePolicy
  readonly times: ImageTimes
  /** The result of `rebuiltFromEnrollment` for it and the base. */
  readonly fromEnrollment: number | null
}

/**
 * When an image may be rebuilt for a base, as recorded in state files: without the turns of `settings.stagger`.
 *
 * @param isOverridden whether an override names the base's digest.
 * @returns ISO 8601; null if nothing is due: the base never changed, or not since the image was enrolled, a build
 *   covers the change, or automatic rebuilds are off.
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
 * The digests for which every affected image was already rebuilt: their overrides are done. A digest that causes no
 * rebuild is not included, nor one that an image still waits for under another base name.
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
