import { compareText, oneLine } from '../text/index.js'
import { type Data, isDataMap } from '../yaml/data.js'
import { digestOf, momentOf, type StateRecord, textOf } from './record.js'

const REASONS = ['base', 'override', 'manual'] as const
const RESULTS = ['intended', 'started', 'succeeded', 'failed', 'refused', 'canceled', 'lost'] as const
const EVIDENCE = ['current', 'behind', 'unknown'] as const

/** A base that an image is rebuilt for, and how its digest changed. */
export interface RebuiltFor {
  readonly name: string
  /** Canonical `registry/repository:tag`; null if the file does not contain it. */
  readonly reference: string | null
  readonly from: string | null
  readonly to: string | null
}

/** One rebuild of an image. All times are ISO 8601. */
export interface Rebuild {
  /** When it was decided: its identity, together with its reason. */
  readonly at: string
  readonly reason: (typeof REASONS)[number]
  /** Sorted by name; empty for a manual one. */
  readonly bases: readonly RebuiltFor[]
  /** Published digest when it was decided; null: unknown. */
  readonly published: string | null
  /**
   * The run that is about to start a build, by its id; `by` is null if it gave up, but its request may have been
   * accepted. null: not claimed by a run yet, or already started.
   */
  readonly claim: { readonly at: string; readonly by: string | null } | null
  /** The forge's run; null while the rebuild is only intended, or if the forge did not identify the run. */
  readonly run: { readonly id: string; readonly url: string | null } | null
  /** lost: no run of it was found. refused: the forge rejected the request. */
  readonly result: (typeof RESULTS)[number]
  /** Number of started builds, 0 while it is only intended. */
  readonly attempts: number
  /** When its last build was started, and when that ended; null: not yet. */
  readonly started: string | null
  readonly ended: string | null
  /** The forge's message if it refused or failed. */
  readonly message: string | null
  /** What the published image showed afterwards; null: not read yet. */
  readonly evidence: (typeof EVIDENCE)[number] | null
}

const MAX_REBUILDS = 10
const MAX_BASES = 100
const MAX_ATTEMPTS = 1000
const MAX_MESSAGE = 300

/** The rebuilds in an image's record, newest first; invalid ones are skipped. */
export function rebuildsOf(record: StateRecord | undefined): readonly Rebuild[] {
  const written: Data | undefined = record?.rebuilds
  const all = Array.isArray(written) ? written.flatMap((one: Data) => rebuildIn(one) ?? []) : []
  return newest(all)
}

/** Adds a rebuild to a record, or replaces it. */
export function withRebuild(record: StateRecord, rebuild: Rebuild): StateRecord {
  const others = rebuildsOf(record).filter((one) => !isSameRebuild(one, rebuild))
  return { ...record, rebuilds: newest([rebuild, ...others]).map(written) }
}

/** Updates a rebuild in a record; unchanged if the record does not contain it. */
export function updateRebuild(
  record: StateRecord,
  key: RebuildKey,
  change: Partial<Omit<Rebuild, keyof RebuildKey>>,
): StateRecord {
  const all = rebuildsOf(record)
  if (!all.some((one) => isSameRebuild(one, key))) return record
  return { ...record, rebuilds: all.map((one) => written(isSameRebuild(one, key) ? { ...one, ...change } : one)) }
}

/** Removes a rebuild that was never started from a record. */
export function withoutRebuild(record: StateRecord | undefined, key: RebuildKey): StateRecord {
  const { rebuilds: _, ...others } = record ?? {}
  const rebuilds = rebuildsOf(record).filter((one) => !isSameRebuild(one, key))
  return rebuilds.length === 0 ? others : { ...others, rebuilds: rebuilds.map(written) }
}

/** The identity of a rebuild of an image. */
export type RebuildKey = Pick<Rebuild, 'at' | 'reason'>

/** Whether two rebuilds of one image are the same. */
export function isSameRebuild(one: RebuildKey, other: RebuildKey): boolean {
  return one.reason === other.reason && Date.parse(one.at) === Date.parse(other.at)
}

/**
 * When our latest successful build was started, in milliseconds; null: none is recorded. A registry only knows an
 * image's own timestamp, which reproducible builds do not change.
 */
export function lastRebuilt(record: StateRecord | undefined): number | null {
  const times = rebuildsOf(record).flatMap(({ result, started }) =>
    result === 'succeeded' && started !== null ? [Date.parse(started)] : [],
  )
  return times.length === 0 ? null : Math.max(...times)
}

/** Whether one of the recorded successful builds was running at a time, in milliseconds. */
export function isDuringRebuild(record: StateRecord | undefined, time: number): boolean {
  return rebuildsOf(record).some(({ result, started, ended }) => {
    if (result !== 'succeeded' || started === null || ended === null) return false
    return Date.parse(started) <= time && time <= Date.parse(ended)
  })
}

/**
 * Whether a failed rebuild was for all of these bases: then a new one would be for the same change.
 *
 * @param bases by name, with their current digests.
 */
export function isFailedFor(
  { result, bases, reason }: Rebuild,
  due: readonly { readonly name: string; readonly digest: string | null }[],
): boolean {
  if (result === 'succeeded' || (reason === 'manual' && bases.length === 0)) return false
  return due.every(({ name, digest }) => bases.some((one) => one.name === name && one.to === digest))
}

/** When a failed or refused rebuild is retried, ISO 8601; null: never automatically. */
export function nextTry(
  { result, attempts, ended, at }: Rebuild,
  { retries, retryPause }: { readonly retries: number; readonly retryPause: { readonly seconds: number } },
): string | null {
  if (result !== 'refused' && attempts > retries) return null
  return new Date(Date.parse(ended ?? at) + retryPause.seconds * 1000).toISOString()
}

function newest(all: readonly Rebuild[]): Rebuild[] {
  return [...all].sort((one, other) => Date.parse(other.at) - Date.parse(one.at)).slice(0, MAX_REBUILDS)
}

function rebuildIn(one: Data): Rebuild | null {
  if (!isDataMap(one)) return null
  const [at, reason, result] = [momentOf(one, 'at'), wordOf(REASONS, one.reason), wordOf(RESULTS, one.result)]
  if (at === null || reason === null || result === null) return null
  const bases: readonly Data[] = Array.isArray(one.bases) ? one.bases.slice(0, MAX_BASES) : []
  const message = textOf(one, 'message')
  return {
    at,
    reason,
    bases: bases.flatMap((base) => baseIn(base) ?? []),
    published: digestOf(one, 'published'),
    claim: claimIn(one.claim),
    run: runIn(one.run),
    result,
    attempts: attemptsIn(one.attempts),
    started: momentOf(one, 'started'),
    ended: momentOf(one, 'ended'),
    message: message === null ? null : oneLine(message, MAX_MESSAGE),
    evidence: wordOf(EVIDENCE, one.evidence),
  }
}

function baseIn(base: Data): RebuiltFor | null {
  if (!isDataMap(base)) return null
  const name = textOf(base, 'name')
  if (name === null) return null
  return { name, reference: textOf(base, 'ref'), from: digestOf(base, 'from'), to: digestOf(base, 'to') }
}

function claimIn(claim: Data | undefined): Rebuild['claim'] {
  if (!isDataMap(claim)) return null
  const at = momentOf(claim, 'at')
  return at === null ? null : { at, by: textOf(claim, 'by') }
}

/** A run's id is used in requests to the forge, and its URL is shown as a link: anything else is rejected. */
function runIn(run: Data | undefined): Rebuild['run'] {
  if (!isDataMap(run)) return null
  const [id, url] = [textOf(run, 'id'), textOf(run, 'url')]
  if (id === null || !/^\d{1,20}$/.test(id)) return null
  return { id, url: url !== null && url.length <= 500 && /^https?:\/\/[\w.:/-]+$/.test(url) ? url : null }
}

/** State files are read with every scalar as text. */
function attemptsIn(value: Data | undefined): number {
  const count = typeof value === 'number' || typeof value === 'string' ? Number(value) : 0
  return Number.isSafeInteger(count) && count >= 0 ? Math.min(count, MAX_ATTEMPTS) : 0
}

function wordOf<T extends string>(words: readonly T[], value: Data | undefined): T | null {
  return words.find((word) => word === value) ?? null
}

function written(rebuild: Rebuild): StateRecord {
  const { at, reason, bases, published, claim, run, result, attempts, started, ended, message, evidence } = rebuild
  const byName = [...bases].sort((one, other) => compareText(one.name, other.name))
  return {
    at,
    reason,
    bases: byName.map(({ name, reference, from, to }) => ({ name, ref: reference, from, to })),
    ...(published === null ? {} : { published }),
    ...(claim === null ? {} : { claim: { at: claim.at, ...(claim.by === null ? {} : { by: claim.by }) } }),
    run: run === null ? null : { id: run.id, url: run.url },
    result,
    attempts,
    ...(started === null ? {} : { started }),
    ...(ended === null ? {} : { ended }),
    ...(message === null ? {} : { message: oneLine(message, MAX_MESSAGE) }),
    ...(evidence === null ? {} : { evidence }),
  }
}
