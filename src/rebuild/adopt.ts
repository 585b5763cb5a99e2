import { knownImage } from '../explain/index.js'
import {
  digestOf,
  type Rebuild,
  type Records,
  rebuildsOf,
  type StateRecord,
  type TrackedImage,
  updateRebuild,
  withRebuild,
} from '../state/index.js'
import { type Circumstances, type ImageCandidate, intended, rebuiltForBase } from './candidates.js'
import { askForges } from './follow.js'
import type { BuildRun, RunsClient } from './runs.js'

/**
 * Records builds that others started, or that ran in the meantime: they cover what is due.
 *
 * @returns the changed records, and the problems; `unanswered`: images whose forge gave no usable response get no build
 *   in this run; `expected`: records as they will be if running builds succeed that began before the change. They do not
 *   cover it, but `rebuildDelay` counts from them. Not stored.
 */
export async function adoptBuilds(
  candidates: readonly ImageCandidate[],
  all: Circumstances,
  client: Pick<RunsClient, 'builds'>,
) {
  const records = new Map<string, StateRecord>()
  const expected = new Map<string, StateRecord>()
  const due = candidates.flatMap(({ image: { enrollment }, candidate }) =>
    candidate.kind === 'startable' && candidate.rebuild.reason !== 'manual' ? [{ enrollment, candidate }] : [],
  )
  const ask = async ({ enrollment: { name }, candidate }: (typeof due)[number]) => {
    const { place, counted } = candidate.build
    if (counted === null) return
    const runs = await client.builds(place, counted)
    const record = all.records.images.get(name) ?? {}
    const found = foreignBuild(record, latestBuild(runs), all)
    const tried = found === null && candidate.rebuild.attempts === 0 ? failedBuild(record, runs, all) : null
    if (tried !== null) records.set(name, withRebuild(record, tried))
    if (found !== null) (found.isKept ? records : expected).set(name, withRebuild(record, found.rebuild))
  }
  const { unanswered, problems } = await askForges(due, ({ enrollment }) => enrollment, ask)
  return { records, problems, unanswered, expected }
}

/** The newest build that succeeded or may still succeed. */
export function latestBuild(runs: readonly BuildRun[]): BuildRun | null {
  return runs.find(({ status }) => !isBad(status)) ?? null
}

/**
 * A build that is not ours, as a rebuild; null if there is none, or it is already recorded, or older than the recorded
 * one.
 *
 * @returns `isKept`: it is finished, or covers a change. Otherwise the result treats it as successful.
 */
function foreignBuild(
  record: StateRecord,
  latest: BuildRun | null,
  { records, now }: Circumstances,
): { readonly rebuild: Rebuild; readonly isKept: boolean } | null {
  if (latest === null || rebuildsOf(record).some(({ run }) => run?.id === latest.id)) return null
  const { id, url, startedAt, endedAt, status } = latest
  const { times, bases } = knownImage(record, records.bases)
  const isNews = times.built === null || Date.parse(startedAt) > times.built
  const isOver = status === 'succeeded'
  const covered = bases.filter(
    ({ byClock, updated }) => byClock === 'newer' && updated !== null && Date.parse(startedAt) >= updated,
  )
  if (!isNews && (isOver || covered.length === 0)) return null
  const isUnderway = !isOver && covered.length > 0
  const rebuiltFor = covered.map((base) => rebuiltForBase(base, base.previousDigest))
  const rebuild = {
    ...intended('manual', rebuiltFor, record, startedAt),
    run: { id, url },
    attempts: 1,
    started: startedAt,
    result: isUnderway ? 'started' : 'succeeded',
    ended: isUnderway ? null : (endedAt ?? now),
  } as const
  return { rebuild, isKept: isOver || isUnderway }
}

/** Failed builds that a person started after all changes, each counted as an attempt. null: there is none. */
function failedBuild(record: StateRecord, runs: readonly BuildRun[], { records }: Circumstances): Rebuild | null {
  const { bases } = knownImage(record, records.bases)
  const changed = bases.filter(({ byClock }) => byClock === 'newer')
  const isKnown = new Set(rebuildsOf(record).map(({ run }) => run?.id))
  const since = Math.max(...changed.map(({ updated }) => updated ?? 0))
  const tries = runs.filter(
    ({ id, isDispatched, startedAt, status }) =>
      isDispatched && isBad(status) && !isKnown.has(id) && Date.parse(startedAt) >= since,
  )
  const [last] = tries
  if (last === undefined || changed.length === 0) return null
  const { id, url, startedAt, endedAt } = last
  const rebuiltFor = changed.map((base) => rebuiltForBase(base, base.previousDigest))
  return {
    ...intended('manual', rebuiltFor, record, startedAt),
    run: { id, url },
    attempts: tries.length,
    result: 'failed',
    started: startedAt,
    ended: endedAt ?? startedAt,
    message: 'the build failed',
  }
}

/** Whether a run failed or was canceled. */
export function isBad(status: BuildRun['status']): boolean {
  return status === 'failed' || status === 'canceled'
}

/** Evidence from the published image after a rebuild, once the image has changed. */
export function withEvidence(images: readonly TrackedImage[], records: Records): ReadonlyMap<string, StateRecord> {
  const changed = new Map<string, StateRecord>()
  for (const { enrollment } of images) {
    const record = records.images.get(enrollment.name)
    const last = rebuildsOf(record).find(({ result }) => result === 'succeeded')
    if (record === undefined || last === undefined || last.evidence !== null) continue
    const current = digestOf(record, 'currentDigest')
    if (current === null || current === last.published) continue
    changed.set(enrollment.name, updateRebuild(record, last, { evidence: verdictOf(record, records) }))
  }
  return changed
}

function verdictOf(record: StateRecord, records: Records): NonNullable<Rebuild['evidence']> {
  const changes = knownImage(record, records.bases).bases.map(({ change }) => change)
  if (changes.includes('behind')) return 'behind'
  return changes.length > 0 && changes.every((change) => change === 'current') ? 'current' : 'unknown'
}
