import type { Rebuild } from '../state/index.js'
import type { Run, RunState } from './runs.js'

/**
 * A claim is good this long: within it, other runs leave the rebuild alone. It is longer than a start may be put off
 * (`START_WITHIN`) and a request may take together.
 */
export const CLAIM_HOLDS = 60_000

/** How long after its claim was committed a build may still be started, in milliseconds. */
export const START_WITHIN = 20_000

/** How long a run may take to appear at the forge, in milliseconds, after its start was accepted. */
const APPEARS_WITHIN = 3_600_000

/** What is to be asked about a rebuild whose end is not known. */
export type OpenQuestion =
  /** Nothing: it waits in the state for a run of ours to start it. */
  | 'none'
  /** Nothing yet: another run of ours is about to start it. */
  | 'claimed'
  /** Whether it was started after all. */
  | 'find'
  /** How far its run is. */
  | 'read'

/**
 * @param me how this run signs its claims.
 * @param now in milliseconds.
 */
export function questionAbout({ result, claim, run }: Rebuild, me: string, now: number): OpenQuestion {
  if (result === 'started') return run === null ? 'find' : 'read'
  if (claim === null || claim.by === me) return 'none'
  return claim.by !== null && now - Date.parse(claim.at) < CLAIM_HOLDS ? 'claimed' : 'find'
}

/** What a rebuild is by now that was looked for at the forge; unchanged where there is nothing new. */
export function afterSearch(rebuild: Rebuild, found: Run | null, now: string): Rebuild {
  if (found !== null) return started(rebuild, found, rebuild.claim?.at ?? rebuild.at)
  if (rebuild.result === 'intended') return { ...rebuild, claim: null }
  const since = Date.parse(rebuild.started ?? rebuild.at)
  if (Date.parse(now) - since < APPEARS_WITHIN) return rebuild
  return { ...rebuild, result: 'lost', ended: now, message: 'no run of it appeared' }
}

/** A rebuild whose build was accepted. */
export function started(rebuild: Rebuild, run: Run | null, at: string): Rebuild {
  const isCounted = rebuild.result === 'started'
  const attempts = isCounted ? rebuild.attempts : rebuild.attempts + 1
  const times = { started: isCounted ? (rebuild.started ?? at) : at, ended: null }
  return { ...rebuild, ...times, result: 'started', claim: null, run, attempts, message: null }
}

const ENDS = { succeeded: 'succeeded', failed: 'failed', canceled: 'canceled', 'not-found': 'lost' } as const

const WORDS = {
  succeeded: null,
  failed: 'the build failed',
  canceled: 'the build was canceled',
  'not-found': 'the forge does not know its run any more',
} as const

/** What a rebuild is by now whose run was asked for; unchanged while the run goes on. */
export function afterReading(rebuild: Rebuild, state: RunState, now: string): Rebuild {
  const { status } = state
  if (status === 'queued' || status === 'running') return rebuild
  return {
    ...rebuild,
    result: ENDS[status],
    started: state.startedAt ?? rebuild.started,
    ended: state.endedAt ?? now,
    message: WORDS[status],
  }
}
