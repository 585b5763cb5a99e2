import { isDataMap } from '../enrollment/data-map.js'
import type { Data } from '../enrollment/yaml-data.js'
import { formatReference } from '../reference/index.js'
import { enrolledSeconds } from '../state/enrolled-at.js'
import { digestOf, type StateRecord, textOf, textsOf, momentOf as timeOf } from '../state/record.js'

/** The state records that answers are taken from, by name. */
export interface Records {
  readonly images: ReadonlyMap<string, StateRecord>
  readonly bases: ReadonlyMap<string, StateRecord>
}

/**
 * How a base stands to the last build: `unknown`: no digest was looked up yet; `unchanged`: it has the digest it had
 * when tracking began; `earlier`: it last changed before the image was enrolled, which rebuilds nothing; `built`: the last
 * build came after its last change; `newer`: the last build did not.
 */
export type BaseChange = 'unknown' | 'unchanged' | 'earlier' | 'built' | 'newer'

/** What the state files know of a base image of one image. */
export interface ExplainedBase {
  readonly name: string
  /** As Dockerfiles spell it out: `docker.io/library/node:22`. */
  readonly reference: string
  readonly digest: string | null
  /** Since when the tag has this digest, as far as it was looked at, ISO 8601. */
  readonly since: string | null
  /** When a new digest was last seen (which a digest that came back is not), ISO 8601. */
  readonly updated: string | null
  readonly previousDigest: string | null
  readonly change: BaseChange
  /** The tag went back to a digest it had before: nothing is rebuilt for that. */
  readonly isReturned: boolean
  /** The last change left alone what the images built on it pull; it counts all the same. */
  readonly isForeign: boolean
  /** The enrolled image that it is. */
  readonly enrolledImage: string | null
}

/** The bases of an image that have a state file, sorted by name. */
export function basesOf(image: StateRecord | undefined, bases: Records['bases']): ExplainedBase[] {
  const times = { built: timeOf(image, 'lastBuilt'), enrolled: image === undefined ? null : enrolledSeconds(image) }
  const names = [...new Set(textsOf(image, 'baseImages'))].sort()
  return names.flatMap((name) => {
    const record = bases.get(name)
    return record === undefined ? [] : [baseFacts(name, record, times)]
  })
}

/** Of the image: when it was last built (milliseconds), and since when it is enrolled (seconds). */
interface ImageTimes {
  readonly built: number | null
  readonly enrolled: number | null
}

function baseFacts(name: string, record: StateRecord, times: ImageTimes): ExplainedBase {
  const digest = digestOf(record, 'currentDigest')
  const newest = digest === null ? undefined : newestEntry(record, digest)
  const updated = timeOf(record, 'lastUpdated')
  const first = momentOf(record, 'lastChecked') ?? momentOf(record, 'firstDiscovered')
  return {
    name,
    reference: referenceOf(name, record),
    digest,
    since: digest === null ? null : (momentOf(newest, 'observedAt') ?? iso(updated) ?? first),
    updated: iso(updated),
    previousDigest: digestOf(record, 'previousDigest'),
    change: changeOf(digest, updated, times),
    isReturned: isTrue(newest?.returned),
    isForeign: isTrue(newest?.otherPlatformsOnly),
    enrolledImage: textOf(record, 'enrolledImage'),
  }
}

/** State files are read with every scalar as it is written. */
function isTrue(value: Data | undefined): boolean {
  return value === true || value === 'true'
}

function changeOf(digest: string | null, updated: number | null, { built, enrolled }: ImageTimes): BaseChange {
  if (updated === null) return digest === null ? 'unknown' : 'unchanged'
  if (built !== null && built >= updated) return 'built'
  return enrolled !== null && updated < enrolled * 1000 ? 'earlier' : 'newer'
}

/** The entry of the history about the digest that the tag has now. */
function newestEntry(record: StateRecord, digest: string | null): StateRecord | undefined {
  const [newest] = Array.isArray(record.updateHistory) ? record.updateHistory : []
  return isDataMap(newest) && digestOf(newest, 'digest') === digest ? newest : undefined
}

function referenceOf(name: string, record: StateRecord): string {
  const [registry, repository, tag] = ['registry', 'repository', 'tag'].map((key) => textOf(record, key))
  if (!registry || !repository || !tag) return textOf(record, 'fullImage') ?? name
  return formatReference({ registry, repository, tag, digest: null })
}

/** A moment of a record as ISO 8601 in UTC; null where it holds none, whatever somebody wrote there. */
export function momentOf(record: StateRecord | undefined, key: string): string | null {
  return iso(timeOf(record, key))
}

/** Milliseconds as ISO 8601 in UTC. */
export function iso(time: number): string
export function iso(time: number | null): string | null
export function iso(time: number | null): string | null {
  return time === null ? null : new Date(time).toISOString()
}
