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
import { buildOf, openRebuild } from './builds.js'
import { type Circumstances, dueCandidate, newRebuild } from './candidates.js'
import { askForges, type Followed } from './follow.js'
import { afterReading, started } from './open.js'
import type { BuildPlace, BuildRun, CountedRuns, RunsClient } from './runs.js'

/** An image that Kargo builds, and whose forge is asked for a build of it. */
export interface AwaitedBuild {
  readonly image: TrackedImage
  readonly place: BuildPlace
  readonly counted: CountedRuns
  readonly record: StateRecord
  /** Its record as it was before another digest was published; null: the same is published, and a rebuild is due. */
  readonly before: StateRecord | null
  /** Since when it is due, in milliseconds. */
  readonly since: number
}

/** More are left to the next run; those whose published digest is new go first. */
const MAX_ASKED = 500

/**
 * The images of `engine: kargo` whose forge is asked for builds: those that were published anew, and those whose rebuild is
 * due and not on record yet.
 *
 * @param before records of images as they were before this run looked; null: it does not look.
 */
export function awaitedBuilds(
  images: readonly TrackedImage[],
  all: Circumstances,
  before: Records['images'] | null,
): AwaitedBuild[] {
  if (all.settings.engine !== 'kargo' || before === null) return []
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
  if (before !== undefined && isPublishedAnew(before, record)) return { ...asked, before, since: 0 }
  if (openRebuild(record) !== null) return null
  const due = dueCandidate(image, record, build, all)
  if (due?.kind === 'startable') return { ...asked, before: null, since: due.since }
  // A build that somebody else started does not keep Kargo from starting its own.
  const isOther = (due?.kind === 'failed' || due?.kind === 'paused') && due.rebuild.reason === 'manual'
  return isOther ? { ...asked, before: null, since: Date.parse(due.rebuild.at) } : null
}

/** Whether another digest is published than before, and by no build that is on record. */
function isPublishedAnew(before: StateRecord, record: StateRecord): boolean {
  const [old, digest] = [digestOf(before, 'currentDigest'), digestOf(record, 'currentDigest')]
  const last = rebuildsOf(record).find(({ result }) => result === 'succeeded')
  const isOnRecord = last !== undefined && last.evidence === null && last.published !== digest
  return old !== null && old !== digest && !isOnRecord
}

/** Records of images with the builds that Kargo started, or others, as far as their forges tell. Starts nothing. */
export async function recordBuilds(
  awaited: readonly AwaitedBuild[],
  all: Circumstances,
  client: Pick<RunsClient, 'builds'>,
): Promise<Followed> {
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
 * First the build that published the image, then what is done about a change that it does not cover: a build that may yet
 * cover it, else one of Kargo's that failed. A push that fails says nothing about the rebuild.
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
  const failed = runs.find(({ status, isDispatched }) => isDispatched && isBad(status))
  for (const run of [latestBuild(runs), failed ?? null]) {
    const next = run === null ? after : withBuild(run, { image, record: after, before: null }, all)
    if (next !== after) return next
  }
  return after
}

/** A record with one of the image's builds; unchanged where it is on record, or covers no change and published nothing. */
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
    // A base may change, and an image be rebuilt for it, before a run of ours sees either.
    return cause !== null && (Date.parse(startedAt) >= cause.seen || after.get(base.name) === 'current')
  }
  const covered = known.bases.filter(isCovered)
  if (covered.length === 0 && before === null) return record
  const isOverridden = covered.some(({ digest }) => all.overrides.some((one) => one.digest === digest))
  const reason = !isDispatched || covered.length === 0 ? 'manual' : isOverridden ? 'override' : 'base'
  const [last] = rebuilds
  const isAgain = last !== undefined && last.ended !== null && last.reason === reason && isFailedFor(last, covered)
  const rebuild =
    isAgain && covered.length > 0
      ? { ...last, result: 'intended' as const }
      : newRebuild(reason, covered, before ?? record, startedAt)
  return withRebuild(record, afterReading(started(rebuild, { id, url }, startedAt), run, all.now))
}
