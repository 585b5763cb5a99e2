import { isDataMap } from '../enrollment/data-map.js'
import type { Data } from '../enrollment/yaml-data.js'
import { type BaseChange, type BaseDigest, baseChange, type ImageTimes } from '../policy/index.js'
import { formatReference } from '../reference/index.js'
import { timesOf } from '../state/enrolled-at.js'
import { baseDigestOf, digestOf, type StateRecord, textOf, textsOf, momentOf as timeOf } from '../state/record.js'

/** The state records that answers are taken from, by name. */
export interface Records {
  readonly images: ReadonlyMap<string, StateRecord>
  readonly bases: ReadonlyMap<string, StateRecord>
}

/** What the state files know of a base image of one image. */
export interface ExplainedBase extends BaseDigest {
  readonly name: string
  /** As Dockerfiles spell it out: `docker.io/library/node:22`. */
  readonly reference: string
  /** Since when the tag has this digest, as far as it was looked at, ISO 8601. */
  readonly since: string | null
  readonly previousDigest: string | null
  readonly change: BaseChange
  /** The tag went back to a digest it had before: nothing is rebuilt for that. */
  readonly isReturned: boolean
  /** The last change left alone what the images built on it pull; it counts all the same. */
  readonly isForeign: boolean
  /** The enrolled image that it is. */
  readonly enrolledImage: string | null
}

/** What the state files know of an image, as its outlook is made from. */
export function knownImage(image: StateRecord | undefined, bases: Records['bases']) {
  const discoveryStatus = textOf(image, 'discoveryStatus')
  return { bases: basesOf(image, bases), built: timesOf(image).built, discoveryStatus }
}

/** The bases of an image that have a state file, sorted by name. */
function basesOf(image: StateRecord | undefined, bases: Records['bases']): ExplainedBase[] {
  const times = timesOf(image)
  const names = [...new Set(textsOf(image, 'baseImages'))].sort()
  return names.flatMap((name) => {
    const record = bases.get(name)
    return record === undefined ? [] : [baseFacts(name, record, times)]
  })
}

function baseFacts(name: string, record: StateRecord, times: ImageTimes): ExplainedBase {
  const { digest, updated } = baseDigestOf(record)
  const newest = digest === null ? undefined : newestEntry(record, digest)
  const first = momentOf(record, 'lastChecked') ?? momentOf(record, 'firstDiscovered')
  return {
    name,
    reference: referenceOf(name, record),
    digest,
    since: digest === null ? null : (momentOf(newest, 'observedAt') ?? iso(updated) ?? first),
    updated,
    previousDigest: digestOf(record, 'previousDigest'),
    change: baseChange({ digest, updated }, times),
    isReturned: isTrue(newest?.returned),
    isForeign: isTrue(newest?.otherPlatformsOnly),
    enrolledImage: textOf(record, 'enrolledImage'),
  }
}

/** State files are read with every scalar as it is written. */
function isTrue(value: Data | undefined): boolean {
  return value === true || value === 'true'
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
