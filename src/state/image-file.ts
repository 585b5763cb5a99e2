import { isDataMap } from '../enrollment/data-map.js'
import type { EnrolledImage } from '../enrollment/images-file.js'
import type { Data } from '../enrollment/yaml-data.js'
import type { RunIdentity } from '../sources/index.js'
import type { EnrollmentTimes } from './enrolled-at.js'
import { comment, inOrder, STATE_HEADER, yamlLines } from './print.js'
import { otherKeys, type StateRecord, textOf, textsOf } from './record.js'
import { RUN_KEYS, runKeys } from './run-record.js'

/** How the last discovery of an image went; pending: there was none yet. */
export type DiscoveryStatus = 'success' | 'failed' | 'pending' | 'external'

/** What the present run knows about an image. */
export interface ImageFacts {
  readonly enrollment: EnrolledImage
  readonly status: DiscoveryStatus
  /** Why discovery failed. */
  readonly reason: string | null
  /** Names of the tracked bases, sorted. */
  readonly bases: readonly string[]
  /** The branch read where images.yaml names none; null where it names one, or where it is not known. */
  readonly defaultBranch: string | null
  readonly runs: RunIdentity
}

const KNOWN = [
  'name',
  'enrolledAt',
  'reenrolledAt',
  'lastDiscovery',
  'discoveryStatus',
  'discoveryError',
  'defaultBranch',
  ...RUN_KEYS,
  'enrollment',
  'baseImages',
  'currentVersion',
  'currentDigest',
  'lastBuilt',
]

const ENTRY_ORDER = [
  'registry',
  'repository',
  'repoURL',
  'enabled',
  'source',
  'build',
  'bases',
  'rebuildDelay',
  'minimumReleaseAge',
  'autoRebuild',
  'rebuildOn',
  'tags',
  'allowTags',
  'imageSelectionStrategy',
  'analysis',
  'updates',
  'environments',
  'shard',
]
const SOURCE_ORDER = ['provider', 'repo', 'branch', 'dockerfile', 'workflow', 'pipeline', 'job', 'builds', 'inputs']

/**
 * The state file of an image: configuration from images.yaml, runtime fields from the file before.
 *
 * @param before the record that was there, undefined for a new image.
 * @param now ISO 8601; lands in the file only where something changed.
 */
export function imageFile(
  facts: ImageFacts,
  before: StateRecord | undefined,
  { enrolledAt, reenrolledAt }: EnrollmentTimes,
  now: string,
): string {
  const { enrollment } = facts
  const reason = facts.reason === null ? {} : { discoveryError: facts.reason }
  const branch = facts.defaultBranch === null ? {} : { defaultBranch: facts.defaultBranch }
  return [
    STATE_HEADER,
    comment(`This file tracks the state of the ${enrollment.name} image`),
    yamlLines({
      name: enrollment.name,
      enrolledAt,
      ...(reenrolledAt === null ? {} : { reenrolledAt }),
      lastDiscovery: isUnchanged(facts, before) ? textOf(before, 'lastDiscovery') : now,
      discoveryStatus: facts.status,
      ...reason,
      ...branch,
      ...runKeys(facts.runs),
    }),
    '\n',
    comment('Enrollment configuration (copied from images.yaml for reference)'),
    yamlLines({ enrollment: written(enrollment) }),
    '\n',
    comment('Discovered from Dockerfile parsing'),
    comment('References to base image state files (not inline data)'),
    yamlLines({ baseImages: facts.bases }),
    '\n',
    comment('Current published state (from registry/Kargo)'),
    yamlLines({
      currentVersion: before?.currentVersion ?? null,
      currentDigest: before?.currentDigest ?? null,
      lastBuilt: before?.lastBuilt ?? null,
      ...otherKeys(before, KNOWN),
    }),
  ].join('')
}

/** Whether discovery says what it said before: then its time stays too, or every run would make a commit. */
function isUnchanged(facts: ImageFacts, before: StateRecord | undefined): boolean {
  const runs = runKeys(facts.runs)
  return (
    textOf(before, 'lastDiscovery') !== null &&
    textOf(before, 'discoveryStatus') === facts.status &&
    textOf(before, 'discoveryError') === facts.reason &&
    textOf(before, 'defaultBranch') === facts.defaultBranch &&
    RUN_KEYS.every((key) => textOf(before, key) === textOf(runs, key)) &&
    textsOf(before, 'baseImages').join('\n') === facts.bases.join('\n')
  )
}

function written(enrollment: EnrolledImage): object {
  const entry = inOrder(enrollment.written as Record<string, Data>, ENTRY_ORDER)
  const source = entry.source
  return isDataMap(source) ? { ...entry, source: inOrder(source, SOURCE_ORDER) } : entry
}
