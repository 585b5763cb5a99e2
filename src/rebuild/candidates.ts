import type { Override, Settings } from '../enrollment/index.js'
import { type ExplainedBase, knownImage } from '../explain/index.js'
import { type Limit, outlookOf, rebuildCause } from '../policy/index.js'
import {
  digestOf,
  isFailedFor,
  nextTry,
  type Rebuild,
  type RebuiltFor,
  type Records,
  rebuildsOf,
  type StateRecord,
  type TrackedImage,
  withoutRebuild,
} from '../state/index.js'
import { questionAbout } from './open.js'
import { type Build, buildOf, openRebuild } from './runs.js'

/** What a person asked to rebuild now, regardless of the delay; all-stale: stale images besides the named ones. */
export interface Request {
  readonly kind: 'names' | 'all-stale'
  readonly names: readonly string[]
}

const MAX_NAMES = 1000

/**
 * Reads a person's request: names of images, separated by commas or spaces, or `all-stale`.
 *
 * @returns null for an empty text.
 */
export function parseRequest(text: string): Request | 'invalid' | null {
  const words = [...new Set(text.split(/[\s,]+/).filter((word) => word !== ''))].sort()
  if (words.length === 0) return null
  if (words.length === 1 && words[0] === 'all-stale') return { kind: 'all-stale', names: [] }
  const isName = (word: string) => /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/.test(word) && word !== 'all-stale'
  return words.length <= MAX_NAMES && words.every(isName) ? { kind: 'names', names: words } : 'invalid'
}

export interface Circumstances {
  readonly records: Records
  readonly settings: Pick<Settings, 'engine' | 'stagger' | 'retries' | 'retryPause' | 'maxRebuildsPerRun'>
  readonly overrides: readonly Override[]
  /** null: no request. */
  readonly request: Request | null
  /** ISO 8601. */
  readonly now: string
  /** Milliseconds since the epoch: claims begin when they are made, even in a long run. */
  readonly clock: () => number
  /** Identifies this run in its claims. */
  readonly me: string
}

/** What to do about an image, now or later. */
export type Candidate =
  /** Its build may be started now. */
  | {
      readonly kind: 'startable'
      readonly build: Build
      /** Not claimed by this run yet. */
      readonly rebuild: Rebuild
      /** When it became due, in milliseconds since the epoch. */
      readonly since: number
    }
  /** Its build is running, or another run is about to start it. */
  | { readonly kind: 'open' | 'claimed'; readonly rebuild: Rebuild }
  /** Its build failed or was refused, and is retried at that time (ISO 8601). */
  | { readonly kind: 'paused'; readonly rebuild: Rebuild; readonly until: string }
  /** Its build has used up its retries: nothing happens until the base changes or a person requests it. */
  | { readonly kind: 'failed'; readonly rebuild: Rebuild }
  | {
      readonly kind: 'waiting'
      readonly until: string
      readonly limit: Limit
      readonly bases: readonly ExplainedBase[]
    }
  /** It was due but no longer is, before anything was started, or its entry no longer says what builds it. */
  | { readonly kind: 'withdrawn'; readonly rebuild: Rebuild }
  /** It is due, but it is unknown what to start. */
  | { readonly kind: 'unbuildable'; readonly bases: readonly ExplainedBase[] }

export interface ImageCandidate<Kind extends Candidate['kind'] = Candidate['kind']> {
  readonly image: TrackedImage
  readonly candidate: Extract<Candidate, { readonly kind: Kind }>
}

/** The images that need an action. */
export function candidatesOf(images: readonly TrackedImage[], all: Circumstances): ImageCandidate[] {
  return images.flatMap((image) => {
    const candidate = candidateOf(image, all)
    return candidate === null ? [] : [{ image, candidate }]
  })
}

/** The same circumstances with some image records replaced. */
export function withRecords(all: Circumstances, changed: ReadonlyMap<string, StateRecord>): Circumstances {
  if (changed.size === 0) return all
  return { ...all, records: { ...all.records, images: new Map([...all.records.images, ...changed]) } }
}

/** What to do about an image; null: nothing. */
export function candidateOf(image: TrackedImage, all: Circumstances): Candidate | null {
  const record = all.records.images.get(image.enrollment.name)
  const build = buildOf(image.enrollment, record)
  const open = openRebuild(record)
  if (open !== null) {
    const question = questionAbout(open, all.me, all.clock())
    if (question === 'claimed') return { kind: 'claimed', rebuild: open }
    // There is no place to ask about the build of an entry that no longer has one: other images must not wait for it.
    if (question !== 'none' && build !== null) return { kind: 'open', rebuild: open }
    const due = ownCandidate(dueCandidate(image, withoutRebuild(record, open), build, all), all)
    const isWanted = (open.reason === 'manual' && image.enrollment.enabled) || due?.kind === 'startable'
    if (build === null || !isWanted) return { kind: 'withdrawn', rebuild: open }
    return { kind: 'startable', build, rebuild: open, since: Date.parse(open.at) }
  }
  const due = ownCandidate(dueCandidate(image, record, build, all), all)
  if (due?.kind === 'startable' || build === null || !isRequested(image, record, all)) return due
  return { kind: 'startable', build, rebuild: byHand(image, record, all), since: Number.NEGATIVE_INFINITY }
}

/** What is left of the policy's decision for us: with Kargo, which starts due builds, we only record failures. */
function ownCandidate(due: Candidate | null, { settings: { engine } }: Circumstances): Candidate | null {
  return engine === 'actions' || due?.kind === 'failed' || due?.kind === 'paused' ? due : null
}

/** The policy's decision, whatever starts builds. */
export function dueCandidate(
  { enrollment }: TrackedImage,
  record: StateRecord | undefined,
  build: Build | null,
  all: Circumstances,
): Candidate | null {
  const known = knownImage(record, all.records.bases)
  const factory = { staggerSeconds: all.settings.stagger.seconds, overrides: all.overrides }
  const outlook = outlookOf(enrollment, known, factory)
  if (outlook.kind !== 'scheduled') return null
  const bases = known.bases.filter((base) => rebuildCause(enrollment, base, known.times) !== null)
  const since = Date.parse(outlook.at)
  if (since > Date.parse(all.now)) return { kind: 'waiting', until: outlook.at, limit: outlook.limit, bases }
  if (build === null) return { kind: 'unbuildable', bases }
  const [last] = rebuildsOf(record)
  if (last !== undefined && isFailedFor(last, bases)) return againCandidate(last, build, since, all)
  const isOverridden = bases.some(({ digest }) => all.overrides.some((one) => one.digest === digest))
  const rebuild = newRebuild(isOverridden ? 'override' : 'base', bases, record, all.now)
  return { kind: 'startable', build, rebuild, since }
}

function againCandidate(last: Rebuild, build: Build, since: number, { settings, now }: Circumstances): Candidate {
  const until = nextTry(last, settings)
  if (until === null) return { kind: 'failed', rebuild: last }
  if (Date.parse(until) > Date.parse(now)) return { kind: 'paused', rebuild: last, until }
  const rebuild = { ...last, result: 'intended', claim: null, run: null, message: null } as const
  return { kind: 'startable', build, rebuild, since }
}

function isRequested(
  { enrollment, bases }: TrackedImage,
  record: StateRecord | undefined,
  all: Circumstances,
): boolean {
  const { request, records } = all
  if (request === null || !enrollment.enabled) return false
  if (request.names.includes(enrollment.name)) return true
  if (request.kind === 'names') return false
  return bases.length > 0 && knownImage(record, records.bases).bases.some(({ change }) => change === 'behind')
}

/** A person's request covers all changes. */
function byHand({ enrollment }: TrackedImage, record: StateRecord | undefined, all: Circumstances): Rebuild {
  const known = knownImage(record, all.records.bases)
  const changed = known.bases.filter((base) => {
    return base.change === 'behind' || rebuildCause(enrollment, base, known.times) !== null
  })
  return newRebuild('manual', changed, record, all.now)
}

/** A rebuild for changed bases, not started yet. */
export function newRebuild(
  reason: Rebuild['reason'],
  bases: readonly ExplainedBase[],
  record: StateRecord | undefined,
  at: string,
): Rebuild {
  const rebuiltFor = bases.map((base) => rebuiltForBase(base, base.evidence?.digest ?? base.previousDigest))
  return intended(reason, rebuiltFor, record, at)
}

/** @param from the digest that the image was built on, if known. */
export function rebuiltForBase({ name, reference, digest }: ExplainedBase, from: string | null): RebuiltFor {
  return { name, reference, from, to: digest }
}

/** A rebuild that was not started yet. */
export function intended(
  reason: Rebuild['reason'],
  bases: readonly RebuiltFor[],
  record: StateRecord | undefined,
  at: string,
): Rebuild {
  return {
    ...{ at, reason, bases, published: digestOf(record, 'currentDigest') },
    ...{ claim: null, run: null, result: 'intended', attempts: 0 },
    ...{ started: null, ended: null, message: null, evidence: null },
  }
}
