import type { EnrolledImage, ImagesFile, Override } from '../enrollment/index.js'
import type { Provider } from '../forges/index.js'
import {
  type Cause,
  type Limit,
  type NeverReason,
  type Outlook,
  outlookOf,
  type UnknownReason,
} from '../policy/index.js'
import type { Records } from '../state/index.js'
import { momentOf, type StateRecord, textOf } from '../state/record.js'
import { type ExplainedBase, knownImage } from './bases.js'
import { actionsFor, type DoItNow } from './do-it-now.js'

/** What is true of an image now. */
export type Status = 'due' | 'waiting' | 'held' | 'behind' | 'up-to-date' | 'unknown' | 'never'

/** Why; stable words that programs may tell apart. */
export type Reason =
  | Cause
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
  readonly lastBuilt: string | null
  readonly version: string | null
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
  const status = statusOf(outlook, override, now)
  return {
    enrollment,
    ...status,
    outlook,
    bases,
    override,
    lastBuilt: momentOf(record, 'lastBuilt'),
    version: textOf(record, 'currentVersion'),
    discovery: {
      status: textOf(record, 'discoveryStatus'),
      at: momentOf(record, 'lastDiscovery'),
      error: textOf(record, 'discoveryError'),
    },
    asOf: newest(record, bases, records.bases),
    doItNow: actionsFor({ enrollment, record, bases, changed: base, cause, ...status }, settings, urls),
  }
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
    ...bases.flatMap(({ name, since }) => [since, momentOf(records.get(name), 'lastChecked')]),
  ]
  return moments.reduce((latest, one) => (one !== null && (latest === null || one > latest) ? one : latest), null)
}
