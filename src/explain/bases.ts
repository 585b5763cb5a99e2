import type { Records } from '../state/index.js'
import { type JudgedRecord, judgeBase, provenTimes } from '../state/judge.js'
import { digestOf, isTrue, newestEntry, type StateRecord, textOf, textsOf, writtenReference } from '../state/record.js'

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
