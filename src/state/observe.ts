import { isNewDigest } from '../policy/index.js'
import { usualPlatform } from '../registry/index.js'
import { type Data, isDataMap } from '../yaml/data.js'
import type { ImageEvidence } from './evidence.js'
import type { TrackedImage } from './model.js'
import { rebuildsOf } from './rebuilds.js'
import { digestOf, type StateRecord, textOf, timeOf } from './record.js'

/** A registry's answer about a base image. */
export interface BaseFacts {
  readonly digest: string
  /** Digest of each platform's image; null if unknown or not requested, empty if it is not an index. */
  readonly platforms: ReadonlyMap<string, string> | null
}

/** A registry's answer about an image that we publish or only track. */
export interface PublishedFacts {
  readonly digest: string
  /** The tag it was found by. */
  readonly version: string
  /** When it was built, ISO 8601, according to the image itself; null if unknown or not requested. */
  readonly created: string | null
  /** Evidence of how it was built; null if it was not read, or is already known. */
  readonly evidence: ImageEvidence | null
}

/** The registries' answers in this run; everything else is unknown. */
export interface Observations {
  /** By base image name. */
  readonly bases: ReadonlyMap<string, BaseFacts>
  readonly images: ReadonlyMap<string, PublishedFacts>
}

export const NOTHING_OBSERVED: Observations = { bases: new Map(), images: new Map() }

const MAX_HISTORY_ENTRIES = 10

/**
 * The record of a base image after its tag was looked up.
 *
 * The first digest stays the baseline forever. A digest that comes back is recorded as the tag's current one, but
 * `lastUpdated` stays. A change that does not affect the wanted platforms is marked `otherPlatformsOnly`.
 *
 * @param now ISO 8601.
 * @param wanted platforms (`os/arch[/variant]`) of the images built on it.
 * @returns the record, and what happened. returned: it has an earlier digest again.
 */
export function observeBase(
  before: StateRecord | undefined,
  { digest, platforms }: BaseFacts,
  { now, wanted }: { readonly now: string; readonly wanted: readonly string[] },
): { readonly record: StateRecord; readonly event: 'first' | 'same' | 'updated' | 'returned' } {
  const current = digestOf(before, 'currentDigest')
  const baseline = digestOf(before, 'baselineDigest')
  if (current === digest && baseline !== null) return { record: before ?? {}, event: 'same' }
  const known = { ...before, baselineDigest: baseline ?? current ?? digest, currentDigest: digest }
  if (current === digest) return { record: known, event: 'same' }
  const metadata = withPlatforms(before?.metadata, platforms)
  if (current === null) return { record: { ...known, ...metadata, lastChecked: now }, event: 'first' }
  const isReturned = !isNewDigest(digest, digestsIn(before))
  const isForeign = isSamePlatform(platformsOf(before), platforms, wanted)
  const entry = {
    digest,
    previousDigest: current,
    observedAt: now,
    ...(isReturned ? { returned: true } : {}),
    ...(isForeign ? { otherPlatformsOnly: true } : {}),
  }
  const record = {
    ...known,
    ...metadata,
    previousDigest: current,
    lastChecked: now,
    ...(isReturned ? {} : { lastUpdated: now }),
    updateHistory: [entry, ...historyOf(before)].slice(0, MAX_HISTORY_ENTRIES),
  }
  return { record, event: isReturned ? 'returned' : 'updated' }
}

/** Replaces data about another digest; keeps what others added. */
function withPlatforms(before: Data | undefined, platforms: BaseFacts['platforms']): StateRecord {
  if (before !== undefined && before !== null && !isDataMap(before)) return {}
  const { platforms: _, ...others } = before ?? {}
  const known = platforms === null || platforms.size === 0 ? {} : { platforms: Object.fromEntries(platforms) }
  return { metadata: { ...others, ...known } }
}

/** Newest first; anything but a list in an old file is kept as its only entry. */
function historyOf(before: StateRecord | undefined): readonly Data[] {
  const history = before?.updateHistory ?? null
  if (history === null) return []
  return Array.isArray(history) ? history : [history]
}

/** All known digests of a base, newest first; null for invalid ones. */
export function digestsIn(before: StateRecord | undefined): (string | null)[] {
  const inHistory = historyOf(before).flatMap((entry) =>
    isDataMap(entry) ? [digestOf(entry, 'digest'), digestOf(entry, 'previousDigest')] : [],
  )
  return [
    digestOf(before, 'currentDigest'),
    digestOf(before, 'previousDigest'),
    ...inHistory,
    digestOf(before, 'baselineDigest'),
  ]
}

/**
 * The record of a published image after it was looked up.
 *
 * `lastBuilt` is the image's own timestamp, if plausible: a reproducible build has 1970, or the time of a commit long
 * before the last build. In that case it is when the recorded build that published the new digest ended, or else when
 * we first saw that digest; for the very first digest the time is unknown.
 */
export function observeImage(before: StateRecord | undefined, facts: PublishedFacts, now: string): StateRecord {
  const known = digestOf(before, 'currentDigest')
  const seen = { ...before, currentVersion: facts.version, currentDigest: facts.digest }
  const last = timeOf(before, 'lastBuilt')
  const created = facts.created === null ? null : Date.parse(facts.created)
  const isPlausible = created !== null && created > EARLIEST && created <= Date.parse(now)
  const isNew = known !== null && known !== facts.digest
  if (isPlausible && (!isNew || last === null || created > last)) return { ...seen, lastBuilt: facts.created }
  return { ...seen, lastBuilt: isNew ? (endOfBuild(before, known) ?? now) : textOf(before, 'lastBuilt') }
}

/** When the recorded build ended that followed a published digest; null: none did. A base may have changed since. */
function endOfBuild(before: StateRecord | undefined, published: string): string | null {
  const last = rebuildsOf(before).find(({ result }) => result === 'succeeded')
  return last?.published === published ? last.ended : null
}

/** No image is older than Docker. */
const EARLIEST = Date.parse('2013-03-20T00:00:00Z')

/** The platform of the builder, and the default of entries without platforms. */
const BUILDER = 'linux/amd64'

/**
 * The platforms in which a base image matters: those of the enabled images built on it, and the builder's, for stages
 * that run there regardless of the target.
 */
export function wantedPlatforms(users: readonly TrackedImage[]): readonly string[] {
  return [...new Set([BUILDER, ...users.flatMap(({ enrollment }) => enrollment.build.platforms ?? [BUILDER])])].sort()
}

/** The platforms of the current digest in a record; null if it has none. */
function platformsOf(record: StateRecord | undefined): ReadonlyMap<string, string> | null {
  const metadata = record?.metadata
  const platforms = isDataMap(metadata) ? metadata.platforms : null
  if (!isDataMap(platforms)) return null
  return new Map(
    Object.keys(platforms).flatMap((name) => {
      const digest = digestOf(platforms, name)
      return digest === null ? [] : [[name, digest] as const]
    }),
  )
}

/** Whether an index kept the image of every wanted platform. If one is unknown, it counts as changed. */
function isSamePlatform(
  before: ReadonlyMap<string, string> | null,
  after: ReadonlyMap<string, string> | null,
  wanted: readonly string[],
): boolean {
  if (before === null || after === null) return false
  const [was, is] = [byUsualName(before), byUsualName(after)]
  return wanted.map(usualPlatform).every((name) => was.has(name) && was.get(name) === is.get(name))
}

function byUsualName(platforms: ReadonlyMap<string, string>): Map<string, string> {
  return new Map([...platforms].map(([name, digest]) => [usualPlatform(name), digest]))
}
