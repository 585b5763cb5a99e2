import pLimit from 'p-limit'
import type { Problem } from '../enrollment/index.js'
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
import { type Circumstances, type ImageCandidate, intended, rebuiltForBase, type Startable } from './candidates.js'
import { type Followed, MAX_CONCURRENCY, unansweredProblems } from './follow.js'
import type { BuildRun, RunsClient } from './runs.js'

/** Takes over builds that others started, or that ran since: they cover what is due. */
export async function adoptBuilds(
  candidates: readonly ImageCandidate[],
  all: Circumstances,
  client: Pick<RunsClient, 'builds'>,
): Promise<Followed & { readonly unanswered: ReadonlySet<string> }> {
  const records = new Map<string, StateRecord>()
  const problems: Problem[] = []
  // Whoever cannot be asked whether a build is needed gets none in this run.
  const unanswered = new Set<string>()
  const limit = pLimit(MAX_CONCURRENCY)
  const ask = async ({ image, candidate }: { readonly image: TrackedImage; readonly candidate: Startable }) => {
    const { enrollment } = image
    const { place, counted } = candidate.build
    if (counted === null) return
    try {
      const latest = latestBuild(await client.builds(place, counted))
      const record = all.records.images.get(enrollment.name) ?? {}
      const after = latest === null ? record : adopted(record, latest, all)
      if (after !== record) records.set(enrollment.name, after)
    } catch (error) {
      unanswered.add(enrollment.name)
      problems.push(...unansweredProblems(error, enrollment))
    }
  }
  const due = candidates.flatMap(({ image, candidate }) =>
    candidate.kind === 'startable' && candidate.rebuild.reason !== 'manual' ? [{ image, candidate }] : [],
  )
  await Promise.all(due.map((one) => limit(() => ask(one))))
  return { records, problems, unanswered }
}

/** The newest build that succeeded, or may yet. */
export function latestBuild(runs: readonly BuildRun[]): BuildRun | null {
  return runs.find(({ status }) => status !== 'failed' && status !== 'canceled') ?? null
}

/** A record with a build that is not ours; unchanged where it is on record, or is older than what is. */
function adopted(record: StateRecord, latest: BuildRun, { records, now }: Circumstances): StateRecord {
  const { id, url, startedAt, endedAt, status } = latest
  const all = rebuildsOf(record)
  if (all.some(({ run }) => run?.id === id)) return record
  const { times, bases } = knownImage(record, records.bases)
  const isNews = times.built === null || Date.parse(startedAt) > times.built
  if (!isNews && status === 'succeeded') return record
  const covered = bases.filter(
    ({ byClock, updated }) => byClock === 'newer' && updated !== null && Date.parse(startedAt) >= updated,
  )
  if (status !== 'succeeded' && covered.length === 0) return record
  const isOver = status === 'succeeded'
  const rebuiltFor = covered.map((base) => rebuiltForBase(base, base.previousDigest))
  return withRebuild(record, {
    ...intended('manual', rebuiltFor, record, startedAt),
    run: { id, url },
    result: isOver ? 'succeeded' : 'started',
    attempts: 1,
    started: startedAt,
    ended: isOver ? (endedAt ?? now) : null,
  })
}

/** What the published image shows after a rebuild, once it is another one than before. */
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
