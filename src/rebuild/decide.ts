import { type EnrolledImage, type Problem, problem, Refusal, unknownImage } from '../enrollment/index.js'
import {
  type Rebuild,
  type Records,
  type StateRecord,
  type TrackedImage,
  textOf,
  updateRebuild,
  withoutRebuild,
  withRebuild,
} from '../state/index.js'
import { compareText } from '../text/index.js'
import { adoptBuilds, withEvidence } from './adopt.js'
import { type Candidate, type Circumstances, candidatesOf, type ImageCandidate, withRecords } from './candidates.js'
import { type FollowedBuilds, oneWarning } from './follow.js'
import { CLAIM_HOLDS } from './open.js'
import { type AwaitedBuild, recordBuilds } from './record-builds.js'
import {
  type Build,
  buildOf,
  type ImageRebuild,
  inputsFor,
  knownRuns,
  placeOf,
  type RunsClient,
  startKey,
} from './runs.js'

/**
 * Chooses the builds to start: requests first, then overrides, then the longest due. An image whose base is another
 * image that is being or will be rebuilt waits for it: one build then covers both.
 *
 * @param bases records of base images: which of them are enrolled images.
 * @param limit maximum number.
 * @returns what is started in this run, in this order, and what is not.
 */
export function chooseStarts(
  all: readonly ImageCandidate[],
  bases: Records['bases'],
  limit: number,
): { readonly start: readonly ImageCandidate<'startable'>[]; readonly putOff: Decision['putOff'] } {
  const pending = new Set(all.flatMap(({ image, candidate }) => (PENDING.has(candidate.kind) ? nameOf(image) : [])))
  const blocking = ({ enrollment, bases: names }: TrackedImage) =>
    names
      .map((name) => textOf(bases.get(name), 'enrolledImage'))
      .find((name) => name !== null && name !== enrollment.name && pending.has(name)) ?? null
  const ready: ImageCandidate<'startable'>[] = []
  const putOff: Decision['putOff'][number][] = []
  for (const { image, candidate } of all) {
    if (candidate.kind !== 'startable') continue
    const other = blocking(image)
    if (other === null) ready.push({ image, candidate })
    else putOff.push({ image, candidate, reason: { image: other } })
  }
  ready.sort(compareStarts)
  const later = ready.slice(limit).map((one) => ({ ...one, reason: 'limit' as const }))
  return { start: ready.slice(0, limit), putOff: [...later, ...putOff] }
}

const PENDING: ReadonlySet<Candidate['kind']> = new Set(['startable', 'open', 'claimed', 'paused'])

const RANKS = { manual: 0, override: 1, base: 2 } as const

function compareStarts(one: ImageCandidate<'startable'>, other: ImageCandidate<'startable'>): number {
  const ranks = RANKS[one.candidate.rebuild.reason] - RANKS[other.candidate.rebuild.reason]
  if (ranks !== 0) return ranks
  const [first, second] = [one.candidate.since, other.candidate.since]
  return first === second ? compareText(nameOf(one.image), nameOf(other.image)) : first < second ? -1 : 1
}

function nameOf({ enrollment }: TrackedImage): string {
  return enrollment.name
}

/** A build that this run starts once the intent is committed. */
export interface Start {
  /** All rebuilds that the build is for, sorted. */
  readonly images: readonly ImageRebuild[]
  readonly build: Build
  readonly inputs: ReadonlyMap<string, string>
}

/** A build that another run has claimed. */
export interface ClaimedRebuild extends ImageRebuild {
  /** When its claim expires, in milliseconds since the epoch. */
  readonly until: number
}

export interface Decision {
  /** Changed records of images, by name. */
  readonly records: ReadonlyMap<string, StateRecord>
  readonly starts: readonly Start[]
  readonly candidates: readonly ImageCandidate[]
  /** `limit`: this run has started enough builds; otherwise the image that it is built on, which is being rebuilt. */
  readonly putOff: readonly (ImageCandidate<'startable'> & { readonly reason: 'limit' | { readonly image: string } })[]
  /** Earlier builds that this run found to be finished. */
  readonly ended: readonly ImageRebuild[]
  /** What other runs are about to start. */
  readonly claims: readonly ClaimedRebuild[]
  /** Ids of all runs on record: none of them is the run of a start. */
  readonly taken: ReadonlySet<string>
  readonly problems: readonly Problem[]
}

/**
 * Decides what is started in this run. Forges are queried only for due images: whether they were built in the meantime,
 * or are being built; and for awaited builds.
 *
 * @param followed result of `followRebuilds`.
 * @throws Refusal when a person requests something that cannot be rebuilt.
 */
export async function decideRebuilds(
  images: readonly TrackedImage[],
  all: Circumstances,
  {
    client,
    followed,
    awaited,
  }: {
    readonly client: Pick<RunsClient, 'builds'>
    readonly followed: Pick<FollowedBuilds, 'ended' | 'problems'>
    readonly awaited: readonly AwaitedBuild[]
  },
): Promise<Decision> {
  const problems = requestProblems(images, all)
  if (problems.length > 0) throw new Refusal(problems)
  const recorded = await recordBuilds(awaited, all, client)
  const seen = withEvidence(images, withRecords(all, recorded.records).records)
  const before = withRecords(all, new Map([...recorded.records, ...seen]))
  const found = candidatesOf(images, before)
  const adopted = await adoptBuilds(found, before, client)
  const records = new Map([...recorded.records, ...seen, ...adopted.records])
  const judged = new Map([...records, ...adopted.expected])
  const isNews = adopted.records.size + adopted.expected.size > 0
  const candidates = isNews ? candidatesOf(images, withRecords(all, judged)) : found
  const known = candidates.filter(({ image }) => !adopted.unanswered.has(image.enrollment.name))
  const { start, putOff } = chooseStarts(known, all.records.bases, all.settings.maxRebuildsPerRun)
  const change = ({ enrollment: { name } }: TrackedImage, changed: (record: StateRecord) => StateRecord) => {
    records.set(name, changed(records.get(name) ?? all.records.images.get(name) ?? {}))
  }
  for (const { image, candidate } of candidates) {
    if (candidate.kind === 'withdrawn') change(image, (record) => withdraw(record, candidate.rebuild, all.now))
  }
  // A request that has to wait is recorded.
  for (const { image, candidate } of putOff) {
    if (candidate.rebuild.reason === 'manual') change(image, (record) => withRebuild(record, candidate.rebuild))
  }
  const claim = { at: new Date(all.clock()).toISOString(), by: all.me }
  const claimed = start.map(({ image, candidate }) => {
    const rebuild = { ...candidate.rebuild, claim }
    change(image, (record) => withRebuild(record, rebuild))
    return { name: image.enrollment.name, rebuild, build: candidate.build }
  })
  const unanswered = [...followed.problems, ...recorded.problems, ...adopted.problems]
  const taken = knownRuns(withRecords(all, records).records.images.values())
  const ends = { claims: claimsOf(candidates), taken, ended: followed.ended }
  const warnings = oneWarning(unanswered, all.settings)
  return { records, starts: startsOf(claimed), candidates, putOff, ...ends, problems: warnings }
}

/** Requested names that cannot be rebuilt are refused, and nothing is started. */
function requestProblems(images: readonly TrackedImage[], { request, records }: Circumstances): Problem[] {
  if (request === null) return []
  const known = new Map(images.map((image) => [image.enrollment.name, image]))
  return request.names.flatMap((name): Problem[] => {
    const image = known.get(name)
    if (image === undefined) {
      const { message, remedy } = unknownImage(name, [...known.keys()], 'images.yaml')
      return [problem('rebuild-impossible', message, { remedy })]
    }
    if (!image.enrollment.enabled) {
      return [
        problem('rebuild-impossible', `rebuild: ${name} is disabled.`, {
          image: name,
          remedy: 'Write `enabled: true` first.',
        }),
      ]
    }
    if (buildOf(image.enrollment, records.images.get(name)) !== null) return []
    return [problem('rebuild-impossible', ...whyUnbuildable(image.enrollment))]
  })
}

function whyUnbuildable({ name, source }: EnrolledImage): [string, { image: string; remedy: string }] {
  if (source === null || placeOf(source, '') === null) {
    const remedy = 'Write source.workflow, the file of the workflow that builds it.'
    return [`rebuild: there is no workflow that builds ${name}.`, { image: name, remedy }]
  }
  const remedy = 'Run synth with a token for it first, or write source.branch.'
  return [`rebuild: the default branch of ${source.repo} is not known yet.`, { image: name, remedy }]
}

/** A build that was never started is removed from the record; one that failed before counts as failed. */
function withdraw(record: StateRecord, rebuild: Rebuild, now: string): StateRecord {
  if (rebuild.attempts === 0) return withoutRebuild(record, rebuild)
  const result = rebuild.result === 'started' ? 'lost' : 'failed'
  return updateRebuild(record, rebuild, { result, claim: null, ended: rebuild.ended ?? now })
}

/** One build for all images that it serves. */
function startsOf(claimed: readonly (ImageRebuild & { readonly build: Build })[]): Start[] {
  const starts = new Map<string, Start>()
  for (const { name, rebuild, build } of claimed) {
    const inputs = inputsFor(build, rebuild)
    const key = startKey(build, inputs)
    const images = [...(starts.get(key)?.images ?? []), { name, rebuild }]
    starts.set(key, { images, build, inputs })
  }
  return [...starts.values()]
}

function claimsOf(candidates: readonly ImageCandidate[]): ClaimedRebuild[] {
  return candidates.flatMap(({ image, candidate }) => {
    if (candidate.kind !== 'claimed' || candidate.rebuild.claim === null) return []
    const until = Date.parse(candidate.rebuild.claim.at) + CLAIM_HOLDS
    return [{ name: image.enrollment.name, rebuild: candidate.rebuild, until }]
  })
}
