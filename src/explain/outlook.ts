import type { EnrolledImage, Override } from '../enrollment/index.js'
import { spread } from '../kargo/spread.js'
import { momentOf, type StateRecord, textOf } from '../state/record.js'
import { type ExplainedBase, iso } from './bases.js'

/** Why no change of a base ever rebuilds an image. */
export type NeverReason = 'external' | 'disabled' | 'no-workflow' | 'no-bases'

/** Why nobody knows yet whether an image is to be rebuilt. */
export type UnknownReason = 'not-discovered' | 'discovery-failed' | 'not-looked-up'

/** What decides when a rebuild comes; none: nothing does, it comes at once. */
export type Limit = 'rebuildDelay' | 'minimumReleaseAge' | 'stagger' | 'none'

/** What follows from the state files for the next rebuild of an image; the clock has no part in it. */
export type Outlook =
  | { readonly kind: 'never'; readonly reason: NeverReason }
  | { readonly kind: 'unknown'; readonly reason: UnknownReason }
  /** No base changed, or the last build has every change. */
  | { readonly kind: 'up-to-date'; readonly reason: 'unchanged' | 'built' }
  /** A base changed, and nothing is rebuilt automatically. */
  | { readonly kind: 'held'; readonly base: ExplainedBase }
  | ({ readonly kind: 'scheduled' } & Turn)

/** When a change of a base rebuilds an image. */
export interface Turn {
  readonly base: ExplainedBase
  /** ISO 8601. */
  readonly at: string
  readonly limit: Limit
  /** The override that lets it through at once. */
  readonly override: Override | null
}

/** What holds for the whole factory. */
export interface Policy {
  /** `settings.stagger`, in seconds. */
  readonly staggerSeconds: number
  /** Those that hold now. */
  readonly overrides: readonly Override[]
}

/**
 * The outlook of an image, as the manifests have Kargo do it: the same rule as `state/eligibility.ts`, with the turns
 * of `settings.stagger`, and with what overrides do not reach: Kargo gives Freight to a Stage only when
 * `minimumReleaseAge` is over, and gives none by itself where `autoRebuild` is false.
 *
 * @param record the image's own state; undefined where no run has seen it yet.
 */
export function outlookOf(
  enrollment: EnrolledImage,
  record: StateRecord | undefined,
  bases: readonly ExplainedBase[],
  policy: Policy,
): Outlook {
  const blind = neverOutlook(enrollment) ?? unknownOutlook(record, bases)
  if (blind !== null) return blind
  const built = momentOf(record, 'lastBuilt')
  const turns = bases.flatMap((base) => staggerOffset(enrollment, base, built, policy) ?? [])
  // Equal ones stay in the order of the bases' names.
  const [first] = turns.sort((a, b) => Date.parse(a.at) - Date.parse(b.at))
  if (first === undefined) {
    const reason = bases.some(({ change }) => change === 'built') ? 'built' : 'unchanged'
    return { kind: 'up-to-date', reason }
  }
  return enrollment.autoRebuild ? { kind: 'scheduled', ...first } : { kind: 'held', base: first.base }
}

function neverOutlook({ source, enabled }: EnrolledImage): Outlook | null {
  if (source === null) return { kind: 'never', reason: 'external' }
  if (!enabled) return { kind: 'never', reason: 'disabled' }
  const isBuildable = source.provider === 'gitlab' || source.workflow !== null
  return isBuildable ? null : { kind: 'never', reason: 'no-workflow' }
}

/** What was found before a discovery failed still counts; where nothing was, nobody knows. */
function unknownOutlook(record: StateRecord | undefined, bases: readonly ExplainedBase[]): Outlook | null {
  if (bases.length > 0) {
    const isLookedUp = bases.some(({ change }) => change !== 'unknown')
    return isLookedUp ? null : { kind: 'unknown', reason: 'not-looked-up' }
  }
  const status = textOf(record, 'discoveryStatus')
  if (status === 'success') return { kind: 'never', reason: 'no-bases' }
  return { kind: 'unknown', reason: status === 'failed' ? 'discovery-failed' : 'not-discovered' }
}

function staggerOffset(
  enrollment: EnrolledImage,
  base: ExplainedBase,
  built: number | null,
  policy: Policy,
): Turn | null {
  if (base.change !== 'newer' || base.updated === null) return null
  const { name, rebuildDelay, minimumReleaseAge } = enrollment
  const updated = Date.parse(base.updated)
  const aged = updated + minimumReleaseAge.seconds * 1000
  const override = policy.overrides.find(({ digest }) => digest === base.digest) ?? null
  const waits: (readonly [Limit, number])[] = [
    ['none', updated],
    ['minimumReleaseAge', aged],
  ]
  if (override === null) {
    const { staggerSeconds } = policy
    if (built !== null) waits.push(['rebuildDelay', built + rebuildDelay.seconds * 1000])
    if (staggerSeconds > 0) waits.push(['stagger', aged + spread(name, staggerSeconds) * 1000])
  }
  const [limit, at] = waits.reduce((latest, one) => (one[1] > latest[1] ? one : latest))
  return { base, at: iso(at), limit, override }
}
