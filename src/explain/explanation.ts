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

/** The current status of an image. */
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

/** The reason for the status; stable values for programs. */
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

/** Everything about one image. */
export interface Explanation {
  readonly enrollment: EnrolledImage
  readonly status: Status
  readonly reason: Reason
  readonly outlook: Outlook<ExplainedBase>
  readonly bases: readonly ExplainedBase[]
  /** The override for the base that changed, even if it has no effect. */
  readonly override: Override | null
  readonly engine: Settings['engine']
  /** The recorded rebuilds, newest first. */
  readonly rebuilds: readonly Rebuild[]
  /** When a failed or refused build is retried; null: it is not, or there is none. */
  readonly nextTry: string | null
  /** ISO 8601: the published image's timestamp, or when our last successful build was started. */
  readonly lastBuilt: string | null
  readonly version: string | null
  /** The base that the published image's labels name; null: none. Informational only. */
  readonly claims: BaseClaim | null
  readonly discovery: { readonly status: string | null; readonly at: string | null; readonly error: string | null }
  /** The latest timestamp in the image's state files, ISO 8601. */
  readonly asOf: string | null
  readonly doItNow: DoItNow
}

export interface ExplainInput {
  readonly enrolled: ImagesFile
  readonly records: Records
  /** Active ones only. */
  readonly overrides: readonly Override[]
  /** ISO 8601: only decides between due and waiting. */
  readonly now: string
  readonly urls: Readonly<Record<Provider, string>>
}

/**
 * One explanation per image, sorted by name.
 *
 * @param names of images to explain; none: all. Unknown names are skipped: the caller has refused them.
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

/** The status from recorded rebuilds: a build is running, or the last one failed. */
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
