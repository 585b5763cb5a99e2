import { type BuildName, forgeOf, type Provider } from '../forges/index.js'
import type { BaseChange, BaseDigest, ImageTimes } from './changes.js'
import { type ImagePolicy, type Limit, longestWait } from './waits.js'

/** When an image was built and enrolled, and when the proof of its bases was read; in milliseconds since the epoch. */
export interface ProvenTimes extends ImageTimes {
  readonly proven: number | null
}

/** A base, and its relation to an image. */
export interface JudgedBase extends BaseDigest {
  /** Proven if possible, otherwise based on timestamps. */
  readonly change: BaseChange | 'current' | 'behind'
  readonly byClock: BaseChange
  /** When its tag got the current digest, in milliseconds since the epoch; null: unknown. */
  readonly seen: number | null
  /** The build pins the digest that the image is proven to be built on: another build would pull the same one. */
  readonly isPinned: boolean
}

/** Whether a build is recorded since the image was enrolled: a base that it left outdated stays so. */
function isBuiltSinceEnrollment({ built, enrolled }: ImageTimes): boolean {
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
  { change, byClock, seen, isPinned }: JudgedBase,
  times: ProvenTimes,
): number | null {
  const { enrolled, proven } = times
  const isStale = change === 'behind' && !isPinned && byClock !== 'newer' && !isBuiltSinceEnrollment(times)
  if (!rebuildOnEnrollment || !isStale || enrolled === null || proven === null || seen === null) return null
  return Math.max(seen, proven - minimumReleaseAge.seconds * 1000)
}

/** The next rebuild of an image according to the state files; independent of the clock. */
export type Outlook<Base> =
  /** No change of a base ever rebuilds it. */
  | { readonly kind: 'never'; readonly reason: 'external' | 'disabled' | 'no-workflow' | 'no-bases' }
  | { readonly kind: 'unknown'; readonly reason: 'not-discovered' | 'discovery-failed' | 'not-looked-up' }
  /** No base changed, or the last build has every change; proven: it is built on the current digest of each base. */
  | { readonly kind: 'up-to-date'; readonly reason: 'unchanged' | 'built' | 'proven' }
  /** Provably built on an older digest, but not rebuilt: outdated when it was enrolled, or after the last build. */
  | { readonly kind: 'behind'; readonly reason: 'before-enrollment' | 'still-behind'; readonly base: Base }
  /** There is a cause to rebuild it, but automatic rebuilds are off. */
  | { readonly kind: 'held'; readonly base: Base; readonly cause: Cause }
  | ({ readonly kind: 'scheduled' } & Turn<Base>)

/** Why an image is rebuilt: a base changed, or it was outdated before it was enrolled (`rebuildOnEnrollment`). */
export type Cause = 'change' | 'before-enrollment'

export interface Turn<Base> {
  readonly base: Base
  readonly cause: Cause
  /** ISO 8601. */
  readonly at: string
  readonly limit: Limit
}

/** Policy of the whole factory. */
interface FactoryPolicy {
  /** `settings.stagger`, in seconds. */
  readonly staggerSeconds: number
  /** Active ones only. */
  readonly overrides: readonly { readonly digest: string }[]
}

interface Buildable extends ImagePolicy {
  readonly enabled: boolean
  readonly source: (BuildName & { readonly provider: Provider }) | null
}

/**
 * The outlook of an image, as Kargo implements it; of several changes due at once, that of the first base.
 *
 * @param discoveryStatus null if no run has looked for its base images yet.
 */
export function outlookOf<Base extends JudgedBase>(
  image: Buildable,
  {
    bases,
    times,
    discoveryStatus,
  }: { readonly bases: readonly Base[]; readonly times: ProvenTimes; readonly discoveryStatus: string | null },
  factory: FactoryPolicy,
): Outlook<Base> {
  const reason = neverReason(image)
  if (reason !== null) return { kind: 'never', reason }
  if (bases.length === 0) return withoutBases(discoveryStatus)
  if (bases.every(({ change }) => change === 'unknown')) return { kind: 'unknown', reason: 'not-looked-up' }
  const turns = bases.flatMap((base) => turnOf(image, base, times, factory) ?? [])
  const [first] = turns.sort((a, b) => Date.parse(a.at) - Date.parse(b.at))
  if (first !== undefined) {
    const { base, cause } = first
    return image.autoRebuild ? { kind: 'scheduled', ...first } : { kind: 'held', base, cause }
  }
  const behind = bases.find(({ change }) => change === 'behind')
  if (behind !== undefined) {
    const isLeft = behind.byClock === 'built' || isBuiltSinceEnrollment(times)
    return { kind: 'behind', reason: isLeft ? 'still-behind' : 'before-enrollment', base: behind }
  }
  if (bases.every(({ change }) => change === 'current')) return { kind: 'up-to-date', reason: 'proven' }
  return { kind: 'up-to-date', reason: bases.some(({ change }) => change === 'built') ? 'built' : 'unchanged' }
}

function neverReason({ source, enabled }: Buildable) {
  if (source === null) return 'external'
  if (!enabled) return 'disabled'
  return forgeOf(source).buildFile(source) === null ? 'no-workflow' : null
}

/** Bases found before a discovery failed still count; without any, the outlook is unknown. */
function withoutBases(discoveryStatus: string | null): Outlook<never> {
  if (discoveryStatus === 'success') return { kind: 'never', reason: 'no-bases' }
  return { kind: 'unknown', reason: discoveryStatus === 'failed' ? 'discovery-failed' : 'not-discovered' }
}

function turnOf<Base extends JudgedBase>(
  image: ImagePolicy,
  base: Base,
  times: ProvenTimes,
  { staggerSeconds, overrides }: FactoryPolicy,
): Turn<Base> | null {
  const found = rebuildCause(image, base, times)
  if (found === null) return null
  const { cause, seen } = found
  const isOverridden = overrides.some((one) => one.digest === base.digest)
  const { limit, at } = longestWait(image, { seen, built: times.built }, { isOverridden, staggerSeconds })
  return { base, cause, at: new Date(at).toISOString(), limit }
}

/**
 * Why a base causes a rebuild of an image, and when its digest counts as seen, in milliseconds; null if it does not.
 */
export function rebuildCause(
  image: ImagePolicy,
  base: JudgedBase,
  times: ProvenTimes,
): { readonly cause: Cause; readonly seen: number } | null {
  const { change, byClock, updated } = base
  if (byClock === 'newer' && change !== 'current' && updated !== null) return { cause: 'change', seen: updated }
  const seen = rebuiltFromEnrollment(image, base, times)
  return seen === null ? null : { cause: 'before-enrollment', seen }
}
