import { titleOf } from '../build-definition/index.js'
import type { EnrolledImage } from '../enrollment/images-file.js'
import { entrySchema, UNUSED_ENTRY_KEYS } from '../enrollment/schema/entry.js'
import { SOURCES } from '../enrollment/schema/source.js'
import { DEFAULT_PROVIDER } from '../forges/index.js'
import { familiarReference, formatReference } from '../reference/index.js'
import type { RunIdentity } from '../sources/index.js'
import { type Data, isDataMap, isSameData } from '../yaml/data.js'
import type { enrollmentTimes } from './match-records.js'
import type { TrackedBase } from './model.js'
import { inOrder, printRecord, type Section } from './print.js'
import { type StateRecord, textOf, textsOf } from './record.js'

// The content of state files, and its order. Unknown keys are kept after the known ones.

const DISCOVERY_KEYS = ['discoveryStatus', 'discoveryError', 'defaultBranch', 'runTitle', 'runs'] as const

const IMAGE_SECTIONS: readonly Section[] = [
  {
    comments: [],
    keys: ['name', 'enrolledAt', 'reenrolledAt', 'lastDiscovery', ...DISCOVERY_KEYS],
  },
  { comments: ['Enrollment configuration (copied from images.yaml for reference)'], keys: ['enrollment'] },
  {
    comments: ['Discovered from Dockerfile parsing', 'References to base image state files (not inline data)'],
    keys: ['baseImages'],
  },
  {
    comments: ['Current published state (from registry/Kargo)'],
    keys: ['currentVersion', 'currentDigest', 'lastBuilt', 'evidence', 'rebuilds'],
  },
]

const BASE_SECTIONS: readonly Section[] = [
  { comments: [], keys: [] },
  { comments: ['Normalized identifier (used as filename and reference)'], keys: ['name'] },
  {
    comments: ['Original image reference'],
    keys: ['fullImage', 'registry', 'repository', 'tag', 'enrolledImage'],
  },
  {
    comments: ['Warehouse configuration (for CDK8s)'],
    keys: ['allowTags', 'imageSelectionStrategy', 'repoURL'],
  },
  { comments: ['Discovery'], keys: ['firstDiscovered', 'lastChecked'] },
  {
    comments: ['Current state'],
    keys: ['baselineDigest', 'currentDigest', 'lastUpdated', 'previousDigest'],
  },
  { comments: ['Rebuild eligibility'], keys: ['rebuildEligibleAt'] },
  { comments: ['Metadata from registry'], keys: ['metadata'] },
  { comments: ['Update history (last 10 digest changes)'], keys: ['updateHistory'] },
]

/** Keys without effect on how an image is built, found or promoted. */
const DESCRIBING = ['backstage', 'description', ...UNUSED_ENTRY_KEYS]
/** The copy of an entry has the schema's key order, followed by descriptive keys as written. */
const ENTRY_ORDER = Object.keys(entrySchema.shape).filter((key) => !DESCRIBING.includes(key))

/** What this run knows about an image. */
export interface ImageFacts {
  readonly enrollment: EnrolledImage
  /** The result of its last discovery; pending: there was none yet. */
  readonly status: 'success' | 'failed' | 'pending' | 'external'
  readonly reason: string | null
  /** Names of the tracked bases, sorted. */
  readonly bases: readonly string[]
  /** The branch that was read if images.yaml names none; null if it names one, or where unknown. */
  readonly defaultBranch: string | null
  readonly runs: RunIdentity
}

/**
 * The record of an image: configuration from images.yaml, runtime data from the previous record.
 *
 * @param before the previous record, undefined for a new image.
 * @param now ISO 8601; only appears in the file if something changed.
 */
export function imageRecord(
  facts: ImageFacts,
  before: StateRecord | undefined,
  { enrolledAt, reenrolledAt }: ReturnType<typeof enrollmentTimes>,
  now: string,
): StateRecord {
  return {
    ...otherKeys(before, IMAGE_SECTIONS),
    name: facts.enrollment.name,
    enrolledAt,
    ...(reenrolledAt === null ? {} : { reenrolledAt }),
    lastDiscovery: isUnchanged(facts, before) ? textOf(before, 'lastDiscovery') : now,
    ...discoveryKeys(facts),
    enrollment: entryOf(facts.enrollment),
    baseImages: [...facts.bases],
    currentVersion: before?.currentVersion ?? null,
    currentDigest: before?.currentDigest ?? null,
    lastBuilt: before?.lastBuilt ?? null,
    ...(before?.evidence === undefined ? {} : { evidence: before.evidence }),
    ...(before?.rebuilds === undefined ? {} : { rebuilds: before.rebuilds }),
  }
}

function discoveryKeys({ status, reason, defaultBranch, runs }: ImageFacts): StateRecord {
  return {
    discoveryStatus: status,
    ...(reason === null ? {} : { discoveryError: reason }),
    ...(defaultBranch === null ? {} : { defaultBranch }),
    ...(runs.kind === 'title' ? { runTitle: runs.title } : {}),
    ...(runs.kind === 'own' ? { runs: 'own' } : {}),
  }
}

/** Whether discovery has the same result as before: then its time stays too, or every run would make a commit. */
function isUnchanged(facts: ImageFacts, before: StateRecord | undefined): boolean {
  const keys = discoveryKeys(facts)
  return (
    textOf(before, 'lastDiscovery') !== null &&
    DISCOVERY_KEYS.every((key) => textOf(before, key) === textOf(keys, key)) &&
    textsOf(before, 'baseImages').join('\n') === facts.bases.join('\n')
  )
}

function entryOf({ written, source }: EnrolledImage): Data {
  const entry = inOrder(written as Record<string, Data>, ENTRY_ORDER)
  if (!isDataMap(entry.source)) return entry
  return { ...entry, source: inOrder(entry.source, Object.keys(SOURCES[source?.provider ?? DEFAULT_PROVIDER].shape)) }
}

/** An image's state file, from its whole record. */
export function imageText(record: StateRecord): string {
  return printRecord(`This file tracks the state of the ${textOf(record, 'name')} image`, IMAGE_SECTIONS, record)
}

/**
 * The record of a base image: identity and configuration from the reference, runtime data from the previous record.
 *
 * @param before the previous record, undefined for a new base.
 * @param now ISO 8601, the time of a first sighting.
 */
export function baseRecord(base: TrackedBase, before: StateRecord | undefined, now: string): StateRecord {
  const { name, registry, repository, tag, enrolledImage } = base
  const reference = { registry, repository, tag, digest: null }
  const firstDiscovered = textOf(before, 'firstDiscovered') ?? now
  return {
    ...otherKeys(before, BASE_SECTIONS),
    name,
    fullImage: familiarReference(reference),
    registry,
    repository,
    tag,
    ...(enrolledImage === undefined ? {} : { enrolledImage }),
    allowTags: `^${tag.replaceAll('.', '\\.')}$`,
    imageSelectionStrategy: 'Digest',
    repoURL: formatReference({ ...reference, tag: null }),
    firstDiscovered,
    lastChecked: textOf(before, 'lastChecked') ?? firstDiscovered,
    baselineDigest: before?.baselineDigest ?? null,
    currentDigest: before?.currentDigest ?? null,
    lastUpdated: before?.lastUpdated ?? null,
    previousDigest: before?.previousDigest ?? null,
    rebuildEligibleAt: isDataMap(before?.rebuildEligibleAt) ? before.rebuildEligibleAt : { default: null },
    metadata: before?.metadata ?? {},
    updateHistory: before?.updateHistory ?? [],
  }
}

/** A base image's state file, from its whole record. */
export function baseText(record: StateRecord): string {
  return printRecord(`This file tracks the upstream ${textOf(record, 'fullImage')} base image`, BASE_SECTIONS, record)
}

/** Unknown keys of a record: kept, whoever wrote them. */
function otherKeys(record: StateRecord | undefined, sections: readonly Section[]): StateRecord {
  const known = new Set(sections.flatMap(({ keys }) => keys))
  return Object.fromEntries(Object.entries(record ?? {}).filter(([key]) => !known.has(key)))
}

/**
 * Which runs are an image's builds after this run. If its workflow was needed and not read (or the image is disabled),
 * the previous result for the same source stays; without one, only runs that we start count.
 *
 * @param found the result of this run; null: the workflow was not read; undefined: it was not needed.
 */
export function runsOf(
  enrollment: EnrolledImage,
  found: RunIdentity | null | undefined,
  before: StateRecord | undefined,
): RunIdentity {
  if (found !== undefined && found !== null) return found
  const known = isSameStart(enrollment, before) ? runsIn(before) : null
  return known ?? (found === null ? { kind: 'own' } : { kind: 'all' })
}

/** Null if the state file has none: a hand-edited title is validated like any other. */
function runsIn(before: StateRecord | undefined): RunIdentity | null {
  const written = textOf(before, 'runTitle')
  const title = written === null ? null : titleOf(written)
  if (title?.kind === 'title') return title
  return textOf(before, 'runs') === 'own' ? { kind: 'own' } : null
}

/** The parts of a source that determine the titles of its runs. */
const STARTING = ['provider', 'repo', 'branch', 'workflow', 'pipeline', 'inputs']

function isSameStart({ written }: EnrolledImage, before: StateRecord | undefined): boolean {
  const copy = isDataMap(before?.enrollment) ? before.enrollment.source : undefined
  const source = written.source as Data | undefined
  if (!isDataMap(copy) || !isDataMap(source)) return false
  return STARTING.every((key) => isSameData(copy[key], source[key]))
}
