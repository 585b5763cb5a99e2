import {
  baseChange,
  type ImageTimes,
  type JudgedBase,
  type ProvenTimes,
  provenChange,
  type RebuiltImage,
  rebuiltFromEnrollment,
} from '../policy/index.js'
import { isDataMap } from '../yaml/data.js'
import { evidenceIn, provenBase } from './evidence.js'
import type { TrackedImage } from './model.js'
import { isDuringRebuild, lastRebuilt } from './rebuilds.js'
import { baseDigestOf, digestSince, enrolledSeconds, type StateRecord, timeOf } from './record.js'

/** The input of `policy/` about a base, with its evidence. */
export interface JudgedRecord extends JudgedBase {
  /** When the tag got this digest, as far as observed, ISO 8601; null where unknown. */
  readonly since: string | null
  /** What the published image proves about it; null: nothing. */
  readonly evidence: ReturnType<typeof provenBase>
}

/** The input of `policy/` about a base of an image, from the records of both. */
export function judgeBase(image: StateRecord | undefined, name: string, base: StateRecord | undefined): JudgedRecord {
  const { digest, updated } = baseDigestOf(base)
  const byClock = baseChange({ digest, updated }, timesOf(image))
  const evidence = provenBase(image, name)
  const change = provenChange(digest, evidence?.digest ?? null) ?? byClock
  const since = digestSince(base)
  const seen = since === null ? null : Date.parse(since)
  return { digest, updated, byClock, change, since, evidence, seen, isPinned: evidence?.isPinned ?? false }
}

/** When an image was last built, and when it was enrolled, in whole seconds as in Kargo's manifests. */
function timesOf(record: StateRecord | undefined): ImageTimes {
  const enrolled = record === undefined ? null : enrolledSeconds(record)
  return { built: builtTime(record), enrolled: enrolled === null ? null : enrolled * 1000 }
}

/**
 * When an image was last built according to its record, in milliseconds: the published image's own timestamp, or the
 * start of a later build of ours. If that timestamp is from a recorded build, its start counts: a build pulls its base
 * images before it is over.
 */
export function builtTime(record: StateRecord | undefined): number | null {
  const [published, own] = [timeOf(record, 'lastBuilt'), lastRebuilt(record)]
  if (published === null || own === null) return published ?? own
  return isDuringRebuild(record, published) ? own : Math.max(published, own)
}

/** When an image was built and enrolled, and when its evidence was read. */
export function provenTimes(image: StateRecord | undefined): ProvenTimes {
  const evidence = image?.evidence
  return { ...timesOf(image), proven: isDataMap(evidence) ? timeOf(evidence, 'at') : null }
}

/** The input for an image's rebuild for one of its bases. */
export function rebuiltImage(
  { enrollment }: TrackedImage,
  image: StateRecord | undefined,
  name: string,
  base: StateRecord | undefined,
): RebuiltImage {
  const times = provenTimes(image)
  return {
    policy: enrollment,
    times,
    fromEnrollment: rebuiltFromEnrollment(enrollment, judgeBase(image, name, base), times),
  }
}

/**
 * Adds an image's state at enrollment, if `rebuildOnEnrollment` needs it and its evidence was read: of several outdated
 * bases, the first by name.
 *
 * @param records of base images by name.
 */
export function withEnrollmentState(
  image: TrackedImage,
  record: StateRecord | undefined,
  records: ReadonlyMap<string, StateRecord | undefined>,
): TrackedImage {
  const published = evidenceIn(record)?.image ?? null
  if (!image.enrollment.rebuildOnEnrollment || published === null || image.enrolledAt === null) return image
  const [stale = null] = [...image.bases].sort().flatMap((base) => {
    const known = records.get(base)
    const { digest } = baseDigestOf(known)
    const { fromEnrollment } = rebuiltImage(image, record, base, known)
    if (fromEnrollment === null || digest === null) return []
    return [{ image: published, base, digest, from: Math.floor(fromEnrollment / 1000) }]
  })
  return { ...image, atEnrollment: { stale } }
}
