import type { Rebuild } from '../state/index.js'
import { by } from '../text/index.js'
import type { Candidate } from './candidates.js'
import type { Decision } from './decide.js'
import type { ImageOutcome } from './start.js'

/** What a run has to say about the rebuild of one image. */
export interface RebuildRow {
  readonly image: string
  /**
   * started: in this run. running: before it. claimed: another run is about to start it. queued: the next run starts it.
   * paused: it failed or was refused, and is tried again at `until`. unknown: its start was not answered. unbuildable:
   * nothing says what to start.
   */
  readonly status:
    | 'started'
    | 'running'
    | 'claimed'
    | 'queued'
    | 'waiting'
    | 'paused'
    | 'succeeded'
    | 'failed'
    | 'refused'
    | 'unknown'
    | 'unbuildable'
  /** null: it is not decided yet. */
  readonly reason: Rebuild['reason'] | null
  /** Canonical references of the base images that it is rebuilt for. */
  readonly bases: readonly string[]
  /** The page of its run. */
  readonly run: string | null
  /** ISO 8601. */
  readonly until: string | null
  /** The image that it waits for. */
  readonly waitsFor: string | null
  /** The forge's words, or the key that it waits by. */
  readonly message: string | null
}

/**
 * One row for each image that something happens to, sorted by name: what was started, what is awaited, what came of the
 * builds before.
 *
 * @param outcomes what came of the starts of the decision.
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
