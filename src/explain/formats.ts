import type { Rebuild } from '../state/index.js'
import { count, minute } from '../text/index.js'
import { type ExplainedBase, type Explanation, STATUSES } from './explanation.js'
import { verdict } from './sentences.js'

export const HEAD = ['IMAGE', 'REBUILD', 'LAST BUILT', 'BASE IMAGE', 'DIGEST', 'SINCE', 'CHANGE'] as const

/**
 * The table of explanations: one line per base image of each image; times in UTC. Only the first line of an image has its
 * details, all have its name.
 */
export function tableRows(explanations: readonly Explanation[]) {
  return explanations.flatMap((explanation) => {
    const { enrollment, status, lastBuilt, bases } = explanation
    const about = [statusCell(explanation), lastBuilt === null ? '-' : minute(lastBuilt)]
    const lines = bases.length === 0 ? [['-', '-', '-', '-']] : bases.map(baseCells)
    return lines.map((cells, index) => {
      const isFirst = index === 0
      return { status, isFirst, cells: [enrollment.name, ...(isFirst ? about : ['', '']), ...cells] }
    })
  })
}

/** `3 images: 1 behind, 2 up-to-date`, in the values of `--status`. */
export function statusTotals(explanations: readonly Explanation[]): string {
  const parts = STATUSES.flatMap((status) => {
    const n = explanations.filter((one) => one.status === status).length
    return n === 0 ? [] : [`${n} ${status}`]
  })
  return `${count(explanations.length, 'image')}${parts.length === 0 ? '' : `: ${parts.join(', ')}`}`
}

/** `waiting until 2026-03-12 08:00 (rebuildDelay 7d)` */
function statusCell({ status, reason, outlook, enrollment }: Explanation): string {
  const at = outlook.kind === 'scheduled' ? minute(outlook.at) : ''
  if (status === 'building') return reason === 'started' ? 'being built' : 'about to be built'
  if (status === 'failed') return `failed (${reason})`
  if (status === 'due') return `due since ${at}${reason === 'override' ? ' (override)' : ''}`
  if (status === 'up-to-date') return 'up to date'
  if (status === 'behind') return `behind (${reason})`
  if (status === 'held') return 'held (autoRebuild false)'
  if (status !== 'waiting') return `${status === 'never' ? 'never' : 'unknown'} (${reason})`
  const span = reason === 'rebuildDelay' || reason === 'minimumReleaseAge' ? ` ${enrollment[reason].text}` : ''
  return `waiting until ${at} (${reason}${span})`
}

const CHANGE_CELLS: Readonly<Record<ExplainedBase['change'], string>> = {
  unknown: 'not looked up',
  unchanged: 'unchanged',
  earlier: 'before enrollment',
  built: 'built',
  newer: 'newer',
  current: 'current',
  behind: 'behind',
}

function baseCells({ reference, digest, since, change, isReturned, evidence }: ExplainedBase): string[] {
  const proven = evidence === null ? '' : ` (${evidence.source}${evidence.isPinned ? ', pinned' : ''})`
  const changed = isReturned
    ? `${change === 'newer' ? 'changed' : CHANGE_CELLS[change]}, went back`
    : `${CHANGE_CELLS[change]}${proven}`
  return [reference, digest === null ? '-' : shortDigest(digest), since === null ? '-' : minute(since), changed]
}

/** `sha256:` and twelve digits: enough to distinguish digests, and to search for one. */
export function shortDigest(digest: string): string {
  return digest.slice(0, 'sha256:'.length + 12)
}

/**
 * An explanation as data: the output of `explain --json` for an image. Keys are stable: new ones may be added, none is
 * removed or changes its meaning.
 */
export function explanationJson(explanation: Explanation, now: string) {
  const { enrollment, status, reason, outlook, override, bases, discovery, claims } = explanation
  const { name, registry, repository } = enrollment
  const { at, base } = { at: null, base: null, ...outlook }
  return {
    name,
    image: `${registry}/${repository}`,
    status,
    reason,
    message: verdict(explanation, now),
    eligibleAt: at,
    base: base?.name ?? null,
    override: override === null ? null : { ...override },
    lastBuilt: explanation.lastBuilt,
    version: explanation.version,
    claims: claims === null ? null : { ref: claims.reference, digest: claims.digest },
    engine: explanation.engine,
    rebuilds: explanation.rebuilds.map(rebuildJson),
    nextTry: explanation.nextTry,
    policy: policyJson(enrollment),
    discovery,
    bases: bases.map(baseJson),
    doItNow: explanation.doItNow,
    asOf: explanation.asOf,
  }
}

function rebuildJson({ at, reason, bases, run, result, attempts, started, ended, message, evidence }: Rebuild) {
  const from = bases.map(({ name, reference, from, to }) => ({ name, ref: reference, from, to }))
  return { at, reason, bases: from, run, result, attempts, started, ended, message, evidence }
}

function policyJson({ rebuildDelay, minimumReleaseAge, autoRebuild, rebuildOnEnrollment }: Explanation['enrollment']) {
  return {
    rebuildDelay: rebuildDelay.text,
    minimumReleaseAge: minimumReleaseAge.text,
    autoRebuild,
    rebuildOnEnrollment,
  }
}

function baseJson({
  name,
  reference,
  digest,
  since,
  previousDigest,
  change,
  evidence,
  isReturned,
  isForeign,
  enrolledImage,
}: ExplainedBase) {
  return {
    name,
    ref: reference,
    digest,
    since,
    previousDigest,
    change,
    evidence: evidence === null ? null : { source: evidence.source, digest: evidence.digest },
    pinned: evidence?.isPinned ?? false,
    // Based on timestamps only: the digest that the image was built on is unknown.
    inferred: evidence === null && change !== 'unknown',
    returned: isReturned,
    otherPlatformsOnly: isForeign,
    enrolledImage,
  }
}
