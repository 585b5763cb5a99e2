import { isDataMap } from '../enrollment/data-map.js'
import { familiarReference, formatReference, type ImageReference } from '../reference/index.js'
import type { TrackedBase } from './model.js'
import { comment, STATE_HEADER, yamlLines } from './print.js'
import { otherKeys, type StateRecord, textOf } from './record.js'

const KNOWN = [
  'name',
  'fullImage',
  'registry',
  'repository',
  'tag',
  'enrolledImage',
  'allowTags',
  'imageSelectionStrategy',
  'repoURL',
  'firstDiscovered',
  'lastChecked',
  'baselineDigest',
  'currentDigest',
  'lastUpdated',
  'previousDigest',
  'rebuildEligibleAt',
  'metadata',
  'updateHistory',
]

/**
 * The state file of a base image: identity and configuration from the reference, runtime fields from the file before.
 *
 * @param before the record that was there, undefined for a new base.
 * @param now ISO 8601, the time of a first sight.
 */
export function baseFile(base: TrackedBase, before: StateRecord | undefined, now: string): string {
  const reference: ImageReference = {
    registry: base.registry,
    repository: base.repository,
    tag: base.tag,
    digest: null,
  }
  const firstDiscovered = textOf(before, 'firstDiscovered') ?? now
  return [
    STATE_HEADER,
    comment(`This file tracks the upstream ${familiarReference(reference)} base image`),
    '\n',
    comment('Normalized identifier (used as filename and reference)'),
    yamlLines({ name: base.name }),
    '\n',
    comment('Original image reference'),
    yamlLines({
      fullImage: familiarReference(reference),
      registry: base.registry,
      repository: base.repository,
      tag: base.tag,
      ...(base.enrolledImage === undefined ? {} : { enrolledImage: base.enrolledImage }),
    }),
    '\n',
    comment('Warehouse configuration (for CDK8s)'),
    yamlLines({
      allowTags: `^${base.tag.replaceAll('.', '\\.')}$`,
      imageSelectionStrategy: 'Digest',
      repoURL: formatReference({ ...reference, tag: null }),
    }),
    '\n',
    comment('Discovery'),
    yamlLines({ firstDiscovered, lastChecked: textOf(before, 'lastChecked') ?? firstDiscovered }),
    '\n',
    runtimeSections(before),
  ].join('')
}

function runtimeSections(before: StateRecord | undefined): string {
  const lastUpdated = before?.lastUpdated ?? null
  const eligible = isDataMap(before?.rebuildEligibleAt) ? before.rebuildEligibleAt : { default: null }
  const untouched = Object.keys(eligible).length === 1 && eligible.default === null
  return [
    comment('Current state'),
    yamlLines({ baselineDigest: before?.baselineDigest ?? null, currentDigest: before?.currentDigest ?? null }),
    lastUpdated === null ? 'lastUpdated: null  # Will be set when digest first changes\n' : yamlLines({ lastUpdated }),
    yamlLines({ previousDigest: before?.previousDigest ?? null }),
    '\n',
    comment('Rebuild eligibility'),
    untouched
      ? 'rebuildEligibleAt:\n  default: null  # Will be calculated as lastUpdated + rebuildDelay\n'
      : yamlLines({ rebuildEligibleAt: eligible }),
    '\n',
    comment('Metadata from registry'),
    yamlLines({ metadata: before?.metadata ?? {} }),
    '\n',
    comment('Update history (last 10 digest changes)'),
    yamlLines({ updateHistory: before?.updateHistory ?? [], ...otherKeys(before, KNOWN) }),
  ].join('')
}
