import type { Rebuild } from '../state/index.js'
import type { Run, RunState } from './runs.js'

/**
 * How long a claim is valid, in milliseconds: other runs leave the rebuild alone meanwhile. Longer than the maximum
 * delay of a start (`START_WITHIN`) plus a request.
 */
export const CLAIM_HOLDS = 60_000

/** Maximum time from the commit of a claim to the start of its build, in milliseconds. */
export const START_WITHIN = 20_000

/** Maximum time from an accepted start until its run appears at the forge, in milliseconds. */
const APPEARS_WITHIN = 3_600_000

/**
 * What to ask the forge about a rebuild without a known result.
 *
 * @param me identifies this run in its claims.
 * @param now in milliseconds since the epoch.
 * @returns `none`: nothing, it is recorded, and waits for a run to start it; `claimed`: nothing yet, another run is about
 *   to start it; `find`: whether it was started after all; `read`: the progress of its run.
 */
export function questionAbout(
  { result, claim, run }: Rebuild,
  me: string,
  now: number,
): 'none' | 'claimed' | 'find' | 'read' {
  if (result === 'started') return run === null ? 'find' : 'read'
  if (claim === null || claim.by === me) return 'none'
  return claim.by !== null && now - Date.parse(claim.at) < CLAIM_HOLDS ? 'claimed' : 'find'
}

/** The state of a rebuild after a search for its run; unchanged if there is nothing new. */
export function afterSearch(rebuild: Rebuild, found: Run | null, now: string): Rebuild {
  if (found !== null) return started(rebuild, found, rebuild.claim?.at ?? rebuild.at)
  if (rebuild.result === 'intended') return { ...rebuild, claim: null }
  const since = Date.parse(rebuild.started ?? rebuild.at)
  if (Date.parse(now) - since < APPEARS_WITHIN) return rebuild
  return { ...rebuild, result: 'lost', ended: now, message: 'no run of it appeared' }
}

/** A rebuild whose start was accepted. */
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
  'not-found': 'the forge no longer has its run',
} as const

/** The state of a rebuild after reading its run; unchanged while the run continues. */
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
