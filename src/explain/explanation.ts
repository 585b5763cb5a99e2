import type { EnrolledImage, ImagesFile, Override, Settings } from '../enrollment/index.js'
import type { Provider } from '../forges/index.js'
import {
  type Cause,
  type Limit,
  type NeverReason,
  type Outlook,
  outlookOf,
  rebuildCause,
  type UnknownReason,
} from '../policy/index.js'
import { type BaseClaim, evidenceIn } from '../state/evidence.js'
import { isFailedFor, nextTry, type Rebuild, type Records, rebuildsOf } from '../state/index.js'
import { builtTime } from '../state/judge.js'
import { momentOf, type StateRecord, textOf } from '../state/record.js'
import { type ExplainedBase, knownImage } from './bases.js'
import { actionsFor, type DoItNow } from './do-it-now.js'

/** What is true of an image now. */
export const STATUSES = [
  'building',
  'failed',
  'due',
  'waiting',
  'held',
  'behind',
  'up-to-date',
  'unknown',
  'never',
] as const

export type Status = (typeof STATUSES)[number]

/** Why; stable words that programs may tell apart. */
export type Reason =
  | Cause
  | 'intended'
  | 'started'
  | 'build-failed'
  | 'start-refused'
  | 'override'
  | Exclude<Limit, 'none'>
  | 'autoRebuild'
  | 'unchanged'
  | 'built'
  | 'proven'
  | 'still-behind'
  | NeverReason
  | UnknownReason

/** All there is to say about one image. */
export interface Explanation {
  readonly enrollment: EnrolledImage
  readonly status: Status
  readonly reason: Reason
  readonly outlook: Outlook<ExplainedBase>
  readonly bases: readonly ExplainedBase[]
  /** The override that concerns the base that changed, whether it helps or not. */
  readonly override: Override | null
  /** Who starts rebuilds. */
  readonly engine: Settings['engine']
  /** The last rebuilds on record, newest first. */
  readonly rebuilds: readonly Rebuild[]
  /** When a build that failed or was refused is tried again; null: it is not, or there is none. */
  readonly nextTry: string | null
  /** ISO 8601: what the published image says, or when the last successful build of ours was started. */
  readonly lastBuilt: string | null
  readonly version: string | null
  /** The base that the published image's labels name; null: none. It counts for nothing. */
  readonly claims: BaseClaim | null
  readonly discovery: { readonly status: string | null; readonly at: string | null; readonly error: string | null }
  /** The newest moment that the image's state files hold: from when the facts are. ISO 8601. */
  readonly asOf: string | null
  readonly doItNow: DoItNow
}

/** What explanations are made from. */
export interface ExplainInput {
  readonly enrolled: ImagesFile
  readonly records: Records
  /** Those that hold now. */
  readonly overrides: readonly Override[]
  /** ISO 8601: the clock decides between due and waiting, and nothing else. */
  readonly now: string
  readonly urls: Readonly<Record<Provider, string>>
}

/**
 * One explanation for each of the images, sorted by name.
 *
 * @param names which; none: all. Names that are not enrolled are left out: the caller has refused them.
 */
export function explainImages(input: ExplainInput, names: readonly string[] = []): Explanation[] {
  const { images } = input.enrolled
  return images.filter(({ name }) => names.length === 0 || names.includes(name)).map((one) => explain(one, input))
}

function explain(enrollment: EnrolledImage, { enrolled, records, overrides, now, urls }: ExplainInput): Explanation {
  const { settings } = enrolled
  const record = records.images.get(enrollment.name)
  const known = knownImage(record, records.bases)
  const { bases } = known
  const outlook = outlookOf(enrollment, known, { staggerSeconds: settings.stagger.seconds, overrides })
  const { base, cause } = { base: null, cause: null, ...outlook }
  const override = overrides.find(({ digest }) => digest === base?.digest) ?? null
  const rebuilds = rebuildsOf(record)
  const due = known.bases.filter((one) => rebuildCause(enrollment, one, known.times) !== null)
  const [last] = rebuilds
  const failed = last !== undefined && outlook.kind === 'scheduled' && isFailedFor(last, due) ? last : null
  const status = rebuildStatus(last, failed) ?? statusOf(outlook, override, now)
  const built = builtTime(record)
  return {
    enrollment,
    ...status,
    outlook,
    bases,
    override,
    engine: settings.engine,
    rebuilds,
    nextTry: failed === null ? null : nextTry(failed, settings),
    lastBuilt: built === null ? null : new Date(built).toISOString(),
    version: textOf(record, 'currentVersion'),
    claims: evidenceIn(record)?.claims ?? null,
    discovery: {
      status: textOf(record, 'discoveryStatus'),
      at: momentOf(record, 'lastDiscovery'),
      error: textOf(record, 'discoveryError'),
    },
    asOf: newest(record, bases, records.bases),
    doItNow: actionsFor({ enrollment, record, bases, changed: base, cause, ...status }, settings, urls),
  }
}

/** What the record of rebuilds says of an image: a build is on its way, or the last one came to nothing. */
function rebuildStatus(
  last: Rebuild | undefined,
  failed: Rebuild | null,
): { readonly status: Status; readonly reason: Reason } | null {
  if (last?.result === 'intended' || last?.result === 'started') return { status: 'building', reason: last.result }
  if (failed === null) return null
  return { status: 'failed', reason: failed.result === 'refused' ? 'start-refused' : 'build-failed' }
}

function statusOf(
  outlook: Explanation['outlook'],
  override: Override | null,
  now: string,
): { readonly status: Status; readonly reason: Reason } {
  if (outlook.kind === 'held') return { status: 'held', reason: 'autoRebuild' }
  if (outlook.kind !== 'scheduled') return { status: outlook.kind, reason: outlook.reason }
  const { at, limit, cause } = outlook
  if (limit !== 'none' && Date.parse(at) > Date.parse(now)) return { status: 'waiting', reason: limit }
  return { status: 'due', reason: override === null ? cause : 'override' }
}

function newest(
  record: StateRecord | undefined,
  bases: readonly ExplainedBase[],
  records: Records['bases'],
): string | null {
  const moments = [
    ...['enrolledAt', 'reenrolledAt', 'lastDiscovery', 'lastBuilt'].map((key) => momentOf(record, key)),
    ...rebuildsOf(record).flatMap(({ at, started, ended }) => [at, started, ended]),
    ...bases.flatMap(({ name, since }) => [since, momentOf(records.get(name), 'lastChecked')]),
  ]
  return moments.reduce((latest, one) => (one !== null && (latest === null || one > latest) ? one : latest), null)
}
