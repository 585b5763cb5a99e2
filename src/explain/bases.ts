import { baseChange, type ImageTimes, type JudgedBase, provenChange } from '../policy/index.js'
import { type ProvenBase, provenBases } from '../state/evidence.js'
import type { Records } from '../state/index.js'
import {
  baseDigestOf,
  digestOf,
  momentOf,
  type StateRecord,
  textOf,
  textsOf,
  timesOf,
  writtenReference,
} from '../state/record.js'
import { type Data, isDataMap } from '../yaml/data.js'

/** What the state files know of a base image of one image. */
export interface ExplainedBase extends JudgedBase {
  readonly name: string
  /** As Dockerfiles spell it out: `docker.io/library/node:22`. */
  readonly reference: string
  /** Since when the tag has this digest, as far as it was looked at, ISO 8601. */
  readonly since: string | null
  readonly previousDigest: string | null
  /** What the published image proves of it; null: nothing. */
  readonly evidence: ProvenBase | null
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
  const proven = provenBases(image)
  const names = [...new Set(textsOf(image, 'baseImages'))].sort()
  return names.flatMap((name) => {
    const record = bases.get(name)
    return record === undefined ? [] : [baseFacts(name, record, times, proven.get(name) ?? null)]
  })
}

function baseFacts(
  name: string,
  record: StateRecord,
  times: ImageTimes,
  evidence: ExplainedBase['evidence'],
): ExplainedBase {
  const { digest, updated } = baseDigestOf(record)
  const newest = digest === null ? undefined : newestEntry(record, digest)
  const byClock = baseChange({ digest, updated }, times)
  const first = momentOf(record, 'lastChecked') ?? momentOf(record, 'firstDiscovered')
  return {
    name,
    reference: writtenReference(record) ?? name,
    digest,
    since: digest === null ? null : (momentOf(newest, 'observedAt') ?? momentOf(record, 'lastUpdated') ?? first),
    updated,
    previousDigest: digestOf(record, 'previousDigest'),
    change: provenChange(digest, evidence?.digest ?? null) ?? byClock,
    byClock,
    evidence,
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
