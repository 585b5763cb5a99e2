// The rebuilds of a report: those that were held back, for which an old change may start a build as soon as they no
// longer are, and the decisions of a run with their results.
import { knownImage } from '../explain/index.js'
import { outlookOf } from '../policy/index.js'
import type { Candidate } from '../rebuild/candidates.js'
import type { Decision, ImageRebuild } from '../rebuild/index.js'
import type { MergedState, Rebuild } from '../state/index.js'
import { by } from '../text/index.js'
import type { ImageChange, RebuildRow, Report } from './model.js'
import { effective } from './values.js'

interface DueInput {
  readonly state: Pick<MergedState, 'images' | 'records'>
  readonly changes: readonly ImageChange[]
  /** Previous base images of each image, by its name. */
  readonly usedBefore: ReadonlyMap<string, ReadonlySet<string>>
  /** Active overrides, and the digests of those active before. */
  readonly overrides: readonly { readonly digest: string }[]
  readonly overriddenBefore: ReadonlySet<string>
  readonly staggerSeconds: number
}

/** The rebuilds that may start because of these changes, by image name. Independent of the clock: each has a date. */
export function dueRebuilds(input: DueInput): Report['due'] {
  const { state, overrides, overriddenBefore, staggerSeconds } = input
  const changes = new Map(input.changes.map((change) => [change.name, change]))
  const fresh = new Set(overrides.map(({ digest }) => digest).filter((digest) => !overriddenBefore.has(digest)))
  return state.images.flatMap(({ enrollment }) => {
    const change = changes.get(enrollment.name)
    // For a new image, earlier changes of its bases count as its initial state.
    if (change?.kind === 'enrolled' || (change === undefined && fresh.size === 0)) return []
    const known = knownImage(state.records.images.get(enrollment.name), state.records.bases)
    const outlook = outlookOf(enrollment, known, { staggerSeconds, overrides })
    if (outlook.kind !== 'scheduled') return []
    const { base, at } = outlook
    const isNewBase = !(input.usedBefore.get(enrollment.name)?.has(base.name) ?? false)
    const isFreed = change !== undefined && (isNewBase || opens(change))
    if (!isFreed && !(base.digest !== null && fresh.has(base.digest))) return []
    return [{ image: enrollment.name, base: base.reference, at }]
  })
}

/** Whether a change releases rebuilds that were held back. A shorter delay does not: waiting ones keep their own. */
function opens({ kind, details }: ImageChange): boolean {
  if (kind === 'enabled') return true
  return details.some(({ key, before, after }) => {
    if (key === 'rebuildOnEnrollment') return after === 'true'
    if (key === 'autoRebuild') return effective(key, before) === 'false'
    return /^source\.(?:workflow|pipeline)$/.test(key) && before === null && after !== null
  })
}

/**
 * One row per affected image, sorted by name: builds started or awaited, and results of earlier builds.
 *
 * @param outcomes results of the starts in the decision.
 */
export function rebuildRows({ candidates, putOff, ended }: Decision, outcomes: readonly ImageRebuild[]): RebuildRow[] {
  const rows = new Map<string, RebuildRow>()
  for (const { name, rebuild } of ended) rows.set(name, rowOf(name, statusOf(rebuild), rebuild))
  for (const { image, candidate } of candidates) {
    const row = candidateRow(image.enrollment.name, candidate)
    if (row !== null) rows.set(row.image, row)
  }
  for (const { image, candidate, reason } of putOff) {
    const { name } = image.enrollment
    const row = rowOf(name, 'queued', candidate.rebuild)
    rows.set(name, reason === 'limit' ? { ...row, message: 'maxRebuildsPerRun' } : { ...row, waitsFor: reason.image })
  }
  for (const { name, rebuild } of outcomes) rows.set(name, rowOf(name, statusOf(rebuild), rebuild))
  return [...rows.values()].sort(by(({ image }) => image))
}

function statusOf({ result, claim }: Rebuild): RebuildRow['status'] {
  if (result === 'intended') return claim === null ? 'queued' : 'unknown'
  return result === 'canceled' || result === 'lost' ? 'failed' : result
}

function candidateRow(name: string, candidate: Candidate): RebuildRow | null {
  const { kind } = candidate
  if (kind === 'withdrawn') return null
  if (kind === 'startable') return rowOf(name, 'queued', candidate.rebuild)
  if (kind === 'waiting' || kind === 'unbuildable') {
    const waits = kind === 'waiting' ? { until: candidate.until, message: candidate.limit } : {}
    const bases = candidate.bases.map(({ reference }) => reference)
    return {
      image: name,
      status: kind,
      reason: null,
      bases,
      run: null,
      until: null,
      waitsFor: null,
      message: null,
      ...waits,
    }
  }
  const row = rowOf(name, kind === 'open' ? 'running' : kind, candidate.rebuild)
  return kind === 'paused' ? { ...row, until: candidate.until } : row
}

function rowOf(image: string, status: RebuildRow['status'], { reason, bases, run, message }: Rebuild): RebuildRow {
  const references = bases.flatMap(({ reference }) => reference ?? [])
  return { image, status, reason, bases: references, run: run?.url ?? null, until: null, waitsFor: null, message }
}
