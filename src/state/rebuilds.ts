import { compareText, oneLine } from '../text/index.js'
import { type Data, isDataMap } from '../yaml/data.js'
import { digestOf, momentOf, type StateRecord, textOf } from './record.js'

const REASONS = ['base', 'override', 'manual'] as const
const RESULTS = ['intended', 'started', 'succeeded', 'failed', 'refused', 'canceled', 'lost'] as const
const EVIDENCE = ['current', 'behind', 'unknown'] as const

/** A base that an image is rebuilt for, and what it changed from and to. */
export interface RebuiltFor {
  /** Name of the tracked base. */
  readonly name: string
  /** Canonical `registry/repository:tag`; null where the file does not say. */
  readonly reference: string | null
  readonly from: string | null
  readonly to: string | null
}

/** One rebuild of an image. */
export interface Rebuild {
  /** When it was decided, ISO 8601: what it is known by, together with its reason. */
  readonly at: string
  readonly reason: (typeof REASONS)[number]
  /** Sorted by name; empty for one by hand. */
  readonly bases: readonly RebuiltFor[]
  /** The forge's run; null while the rebuild is only intended. */
  readonly run: { readonly id: string; readonly url: string | null } | null
  /** lost: no run of it was found and it is not started again. */
  readonly result: (typeof RESULTS)[number]
  /** How many times a start was tried, 0 while it is only intended. */
  readonly attempts: number
  /** The forge's words where it refused or failed. */
  readonly message: string | null
  /** What the published image showed afterwards; null: not read yet. */
  readonly evidence: (typeof EVIDENCE)[number] | null
}

const MAX_REBUILDS = 10
const MAX_BASES = 100
const MAX_ATTEMPTS = 1000
const MAX_MESSAGE = 300

/** The last rebuilds that an image's record holds, newest first; what is none is left out. */
export function rebuildsOf(record: StateRecord | undefined): readonly Rebuild[] {
  const written: Data | undefined = record?.rebuilds
  const all = Array.isArray(written) ? written.flatMap((one: Data) => rebuildIn(one) ?? []) : []
  return newest(all)
}

/** A record with one more rebuild, as its newest; the same one twice is one. */
export function withRebuild(record: StateRecord, rebuild: Rebuild): StateRecord {
  const others = rebuildsOf(record).filter((one) => !isSame(one, rebuild))
  return { ...record, rebuilds: newest([rebuild, ...others]).map(written) }
}

/** A record with what came of one of its rebuilds; unchanged where it holds no such rebuild. */
export function updateRebuild(
  record: StateRecord,
  key: Pick<Rebuild, 'at' | 'reason'>,
  change: Partial<Omit<Rebuild, 'at' | 'reason'>>,
): StateRecord {
  const all = rebuildsOf(record)
  if (!all.some((one) => isSame(one, key))) return record
  return { ...record, rebuilds: all.map((one) => written(isSame(one, key) ? { ...one, ...change } : one)) }
}

function isSame(one: Pick<Rebuild, 'at' | 'reason'>, other: Pick<Rebuild, 'at' | 'reason'>): boolean {
  return one.reason === other.reason && Date.parse(one.at) === Date.parse(other.at)
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
    run: runIn(one.run),
    result,
    attempts: attemptsIn(one.attempts),
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

/** A run's number is asked for at the forge, and its address is shown as a link: nothing else may stand there. */
function runIn(run: Data | undefined): Rebuild['run'] {
  if (!isDataMap(run)) return null
  const [id, url] = [textOf(run, 'id'), textOf(run, 'url')]
  if (id === null || !/^\d{1,20}$/.test(id)) return null
  return { id, url: url !== null && url.length <= 500 && /^https?:\/\/[\w.:/-]+$/.test(url) ? url : null }
}

function attemptsIn(value: Data | undefined): number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 ? Math.min(value, MAX_ATTEMPTS) : 0
}

function wordOf<T extends string>(words: readonly T[], value: Data | undefined): T | null {
  return words.find((word) => word === value) ?? null
}

function written({ at, reason, bases, run, result, attempts, message, evidence }: Rebuild): StateRecord {
  const byName = [...bases].sort((one, other) => compareText(one.name, other.name))
  return {
    at,
    reason,
    bases: byName.map(({ name, reference, from, to }) => ({ name, ref: reference, from, to })),
    run: run === null ? null : { id: run.id, url: run.url },
    result,
    attempts,
    ...(message === null ? {} : { message: oneLine(message, MAX_MESSAGE) }),
    ...(evidence === null ? {} : { evidence }),
  }
}
