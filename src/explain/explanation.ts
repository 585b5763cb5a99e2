import { filledInput } from '../build-definition/index.js'
import type { EnrolledImage, ImagesFile, Override, Settings } from '../enrollment/index.js'
import { forgeOf, type Provider } from '../forges/index.js'
import { rebuildStageName, warehouseName } from '../kargo/names.js'
import { type Cause, type Limit, type Outlook, outlookOf, rebuildCause } from '../policy/index.js'
import { type BaseClaim, evidenceIn } from '../state/evidence.js'
import { isFailedFor, nextTry, type Rebuild, type Records, rebuildsOf } from '../state/index.js'
import { builtTime, type JudgedRecord, judgeBase, provenTimes } from '../state/judge.js'
import {
  digestOf,
  isTrue,
  momentOf,
  newestEntry,
  type StateRecord,
  textOf,
  textsOf,
  writtenReference,
} from '../state/record.js'

export interface ExplainedBase extends JudgedRecord {
  readonly name: string
  /** The full form in Dockerfiles: `docker.io/library/node:22`. */
  readonly reference: string
  readonly previousDigest: string | null
  /** The tag returned to an earlier digest, which causes no rebuild. */
  readonly isReturned: boolean
  /** The last change did not affect what images built on it pull; it counts regardless. */
  readonly isForeign: boolean
  /** Name of the enrolled image that it is. */
  readonly enrolledImage: string | null
}

/** Facts about an image from the state files, the input of its outlook. */
export function knownImage(image: StateRecord | undefined, bases: Records['bases']) {
  const discoveryStatus = textOf(image, 'discoveryStatus')
  return { bases: basesOf(image, bases), times: provenTimes(image), discoveryStatus }
}

/** The bases of an image that have a state file, sorted by name. */
function basesOf(image: StateRecord | undefined, bases: Records['bases']): ExplainedBase[] {
  const names = [...new Set(textsOf(image, 'baseImages'))].sort()
  return names.flatMap((name) => {
    const record = bases.get(name)
    return record === undefined ? [] : [baseFacts(image, name, record)]
  })
}

function baseFacts(image: StateRecord | undefined, name: string, record: StateRecord): ExplainedBase {
  const newest = newestEntry(record)
  return {
    ...judgeBase(image, name, record),
    name,
    reference: writtenReference(record) ?? name,
    previousDigest: digestOf(record, 'previousDigest'),
    isReturned: isTrue(newest?.returned),
    isForeign: isTrue(newest?.otherPlatformsOnly),
    enrolledImage: textOf(record, 'enrolledImage'),
  }
}

const NOTHING: Explanation['doItNow'] = { build: null, page: null, look: [], promote: [] }

/**
 * The commands that rebuild an image now. Every value in them is one quoted word of a POSIX shell.
 *
 * Kargo's are those of its command line, 1.11: `kargo get freight --origin`, `kargo approve`, `kargo promote`
 * (github.com/akuity/kargo, pkg/cli/cmd). None is offered while Kargo's own Promotion waits for `rebuildDelay` or its
 * turn: Promotions of a Stage run sequentially, so another one would only queue behind it. A rebuild due to enrollment
 * also waits there for its minimum age.
 */
function actionsFor(
  { enrollment, bases, outlook, status, reason }: Omit<Explanation, 'doItNow'>,
  record: StateRecord | undefined,
  settings: Settings,
  urls: ExplainInput['urls'],
): Explanation['doItNow'] {
  const { source } = enrollment
  if (source === null) return NOTHING
  const { base: changed, cause } = { base: null, cause: null, ...outlook }
  const branch = source.branch ?? textOf(record, 'defaultBranch')
  const base = changed ?? bases[0] ?? null
  const fill = (value: string) => filledInput(value, base)
  const forge = forgeOf(source)
  const url = urls[source.provider]
  const build = forge.startCommand(url, source, branch, fill)?.map(word).join(' ') ?? null
  const ways = { build, page: forge.startPage(url, source, branch) }
  if (settings.engine !== 'kargo' || changed === null || status === 'never') return { ...NOTHING, ...ways }
  const project = `--project=${word(settings.namespace)}`
  const stage = `--stage=${word(rebuildStageName(enrollment.name))}`
  const target = `${project} ${stage} --freight=FREIGHT`
  const isQueued = status === 'waiting' && (reason !== 'minimumReleaseAge' || cause === 'before-enrollment')
  const promote = [
    `kargo get freight ${project} --origin=${word(warehouseName(changed.name))}`,
    // Freight that is not old enough is not available to the Stage until a person approves it.
    ...(status === 'waiting' ? [`kargo approve ${target}`] : []),
    `kargo promote ${target}`,
  ]
  return { ...ways, look: [`kargo get promotions ${project} ${stage}`], promote: isQueued ? [] : promote }
}

/** One word of a POSIX shell, quoted if necessary. */
function word(text: string): string {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`
}

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
type Reason =
  | Cause
  | 'intended'
  | 'started'
  | 'build-failed'
  | 'start-refused'
  | 'override'
  | Exclude<Limit, 'none'>
  | 'autoRebuild'
  | UnscheduledReason

/** Why no rebuild is scheduled. */
export type UnscheduledReason = Extract<Outlook<ExplainedBase>, { reason: string }>['reason']

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
  /** Commands to type and a page to open. */
  readonly doItNow: {
    /** Starts the build; null if nothing can. */
    readonly build: string | null
    /** The page where the build can be started; null if there is none. */
    readonly page: string | null
    /** Shows Kargo's progress. */
    readonly look: readonly string[]
    /** Makes Kargo do it; empty if that would not help. */
    readonly promote: readonly string[]
  }
}

interface ExplainInput {
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
  const { base } = { base: null, ...outlook }
  const override = overrides.find(({ digest }) => digest === base?.digest) ?? null
  const rebuilds = rebuildsOf(record)
  const due = bases.filter((one) => rebuildCause(enrollment, one, known.times) !== null)
  const [last] = rebuilds
  const failed = last !== undefined && outlook.kind === 'scheduled' && isFailedFor(last, due) ? last : null
  const status = rebuildStatus(last, failed) ?? statusOf(outlook, override, now)
  const built = builtTime(record)
  const explanation = {
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
  }
  return { ...explanation, doItNow: actionsFor(explanation, record, settings, urls) }
}

/** The status from recorded rebuilds: a build is running, or the last one failed. */
function rebuildStatus(
  last: Rebuild | undefined,
  failed: Rebuild | null,
): Pick<Explanation, 'status' | 'reason'> | null {
  if (last?.result === 'intended' || last?.result === 'started') return { status: 'building', reason: last.result }
  if (failed === null) return null
  return { status: 'failed', reason: failed.result === 'refused' ? 'start-refused' : 'build-failed' }
}

function statusOf(
  outlook: Explanation['outlook'],
  override: Override | null,
  now: string,
): Pick<Explanation, 'status' | 'reason'> {
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
