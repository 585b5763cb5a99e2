// The rebuilds of a run: decisions and their results.
import type { Candidate } from '../rebuild/candidates.js'
import type { Decision, ImageOutcome } from '../rebuild/index.js'
import type { Rebuild } from '../state/index.js'
import { by } from '../text/index.js'
import type { RebuildRow } from './model.js'

/**
 * One row per affected image, sorted by name: builds started or awaited, and results of earlier builds.
 *
 * @param outcomes results of the starts in the decision.
 */
export function rebuildRows({ candidates, putOff, ended }: Decision, outcomes: readonly ImageOutcome[]): RebuildRow[] {
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
