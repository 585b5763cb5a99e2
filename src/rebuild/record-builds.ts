import { type ExplainedBase, knownImage } from '../explain/index.js'
import { rebuildCause } from '../policy/index.js'
import {
  digestOf,
  isFailedFor,
  type Records,
  rebuildsOf,
  type StateRecord,
  type TrackedImage,
  withRebuild,
} from '../state/index.js'
import { compareText } from '../text/index.js'
import { isBad, latestBuild } from './adopt.js'
import { type Circumstances, dueCandidate, newRebuild } from './candidates.js'
import { askForges, type FollowedBuilds } from './follow.js'
import { afterReading, started } from './open.js'
import { type BuildPlace, type BuildRun, buildOf, type CountedRuns, openRebuild, type RunsClient } from './runs.js'

/** An image whose build is looked for at the forge. */
export interface AwaitedBuild {
  readonly image: TrackedImage
  readonly place: BuildPlace
  readonly counted: CountedRuns
  readonly record: StateRecord
  /** Its record before a new digest was published; null: the digest is unchanged, and a rebuild is due. */
  readonly before: StateRecord | null
  /** When it became due, in milliseconds since the epoch. */
  readonly since: number
}

/** More are left to the next run; images with a new published digest come first. */
const MAX_ASKED = 500

/**
 * Images whose builds are looked up. With `engine: kargo`: those with a new published digest, and those whose rebuild is
 * due and not recorded yet. With `engine: actions`: those with a new published digest that covers a change only if its
 * build started after it.
 *
 * @param before records of images before this run looked them up; null: it does not.
 */
export function awaitedBuilds(
  images: readonly TrackedImage[],
  all: Circumstances,
  before: Records['images'] | null,
): AwaitedBuild[] {
  if (before === null) return []
  return images
    .flatMap((image) => awaitedBuild(image, before.get(image.enrollment.name), all) ?? [])
    .sort(
      (one, other) =>
        Number(other.before !== null) - Number(one.before !== null) ||
        other.since - one.since ||
        compareText(one.image.enrollment.name, other.image.enrollment.name),
    )
    .slice(0, MAX_ASKED)
}

function awaitedBuild(image: TrackedImage, before: StateRecord | undefined, all: Circumstances): AwaitedBuild | null {
  const { enrollment } = image
  const record = all.records.images.get(enrollment.name)
  const build = buildOf(enrollment, record)
  if (!enrollment.enabled || record === undefined || build === null || build.counted === null) return null
  const asked = { image, place: build.place, counted: build.counted, record }
  const isActions = all.settings.engine === 'actions'
  if (before !== undefined && isPublishedAnew(before, record)) {
    const isAsked = isActions ? isCoveredByTimestamp(before, record, all) : digestOf(before, 'currentDigest') !== null
    if (isAsked) return { ...asked, before, since: 0 }
  }
  if (isActions || openRebuild(record) !== null) return null
  const due = dueCandidate(image, record, build, all)
  if (due?.kind === 'startable') return { ...asked, before: null, since: due.since }
  // A build started by someone else does not prevent Kargo from starting its own.
  const isOther = (due?.kind === 'failed' || due?.kind === 'paused') && due.rebuild.reason === 'manual'
  return isOther ? { ...asked, before: null, since: Date.parse(due.rebuild.at) } : null
}

/** Whether a new digest is published that no recorded build explains. */
function isPublishedAnew(before: StateRecord, record: StateRecord): boolean {
  const [old, digest] = [digestOf(before, 'currentDigest'), digestOf(record, 'currentDigest')]
  const last = rebuildsOf(record).find(({ result }) => result === 'succeeded')
  const isOnRecord = last !== undefined && last.evidence === null && last.published !== digest
  return old !== digest && !isOnRecord
}

/**
 * Whether only the new timestamp of a published image says that it has the change of a base: its build may have pulled
 * the base before that.
 */
function isCoveredByTimestamp(before: StateRecord, record: StateRecord, { records }: Circumstances): boolean {
  const { built } = knownImage(before, records.bases).times
  return knownImage(record, records.bases).bases.some(({ change, updated }) => {
    return change === 'built' && updated !== null && (built === null || updated > built)
  })
}

/** Adds builds that Kargo or others started to the records, as far as the forges report them. Starts nothing. */
export async function recordBuilds(
  awaited: readonly AwaitedBuild[],
  all: Circumstances,
  client: Pick<RunsClient, 'builds'>,
): Promise<Omit<FollowedBuilds, 'ended'>> {
  const records = new Map<string, StateRecord>()
  const { problems } = await askForges(
    awaited,
    ({ image }) => image.enrollment,
    async (one) => {
      const after = withBuilds(one, await client.builds(one.place, one.counted), all)
      if (after !== one.record) records.set(one.image.enrollment.name, after)
    },
  )
  return { records, problems }
}

/**
 * First the build that published the image, then what handles a change that it does not cover: a build that may still
 * cover it, or a failed one of Kargo's. A failed push build is irrelevant for the rebuild.
 */
function withBuilds(
  { image, record, before }: AwaitedBuild,
  runs: readonly BuildRun[],
  all: Circumstances,
): StateRecord {
  let after = record
  if (before !== null) {
    const { times } = knownImage(before, all.records.bases)
    const since = runs.filter(({ startedAt }) => times.built === null || Date.parse(startedAt) > times.built)
    const publisher = since.find(({ status }) => status === 'succeeded') ?? latestBuild(since)
    if (publisher !== null) after = withBuild(publisher, { image, record, before }, all)
  }
  if (all.settings.engine === 'actions') return after
  const failed = runs.find(({ status, isDispatched }) => isDispatched && isBad(status))
  for (const run of [latestBuild(runs), failed ?? null]) {
    const next = run === null ? after : withBuild(run, { image, record: after, before: null }, all)
    if (next !== after) return next
  }
  return after
}

/**
 * Adds a build of the image to its record, unless it is recorded already, or covers no change and published nothing.
 */
function withBuild(
  run: BuildRun,
  { image: { enrollment }, record, before }: Pick<AwaitedBuild, 'image' | 'record' | 'before'>,
  all: Circumstances,
): StateRecord {
  const { id, url, startedAt, isDispatched } = run
  const rebuilds = rebuildsOf(record)
  if (rebuilds.some((one) => one.run?.id === id)) return record
  const known = knownImage(before ?? record, all.records.bases)
  const after = new Map(knownImage(record, all.records.bases).bases.map((base) => [base.name, base.change]))
  const isCovered = (base: ExplainedBase) => {
    const cause = rebuildCause(enrollment, base, known.times)
    // A base may change, and an image be rebuilt for it, before any run sees either.
    return cause !== null && (Date.parse(startedAt) >= cause.seen || after.get(base.name) === 'current')
  }
  const covered = known.bases.filter(isCovered)
  if (covered.length === 0 && before === null) return record
  const isOverridden = covered.some(({ digest }) => all.overrides.some((one) => one.digest === digest))
  const isKargos = isDispatched && all.settings.engine === 'kargo'
  const reason = !isKargos || covered.length === 0 ? 'manual' : isOverridden ? 'override' : 'base'
  const [last] = rebuilds
  const isAgain = last !== undefined && last.ended !== null && last.reason === reason && isFailedFor(last, covered)
  const rebuild =
    isAgain && covered.length > 0
      ? { ...last, result: 'intended' as const }
      : newRebuild(reason, covered, before ?? record, startedAt)
  return withRebuild(record, afterReading(started(rebuild, { id, url }, startedAt), run, all.now))
}
