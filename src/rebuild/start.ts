import { Refusal } from '../enrollment/index.js'
import type { Rebuild } from '../state/index.js'
import type { Start } from './decide.js'
import { START_WITHIN, started } from './open.js'
import type { RunsClient, StartAnswer } from './runs.js'

export interface ImageOutcome {
  readonly name: string
  readonly rebuild: Rebuild
}

export interface Starting {
  readonly client: Pick<RunsClient, 'start'>
  /** Ids of known runs. */
  readonly taken: ReadonlySet<string>
  /** Milliseconds. */
  readonly clock: () => number
  /** Removes tokens from a forge's messages: they are committed. */
  readonly hide: (text: string) => string
  /**
   * Commits renewed claims for builds that start late.
   *
   * @returns those that are still this run's.
   */
  readonly renew: (starts: readonly Start[]) => Promise<readonly Start[]>
}

/**
 * Starts builds one at a time, each once. A claim that is about to expire is renewed first. After a rate limit, the
 * remaining builds are left to the next run.
 */
export async function startBuilds(starts: readonly Start[], starting: Starting): Promise<ImageOutcome[]> {
  const outcomes: ImageOutcome[] = []
  const taken = new Set(starting.taken)
  let left = [...starts]
  let isLimited = false
  while (left.length > 0) {
    if (!isLimited && left.some((one) => isLate(one, starting.clock()))) left = [...(await starting.renew(left))]
    const [next, ...others] = left
    if (next === undefined) break
    left = others
    if (isLimited) {
      outcomes.push(...outcomesOf(next, (rebuild) => ({ ...rebuild, claim: null })))
      continue
    }
    const answer = await startOne(next, taken, starting)
    if (answer.kind === 'started' && answer.run !== null) taken.add(answer.run.id)
    isLimited = answer.kind === 'limited'
    const now = new Date(starting.clock()).toISOString()
    outcomes.push(...outcomesOf(next, (rebuild) => hidden(afterStart(rebuild, answer, now), starting)))
  }
  return outcomes
}

function hidden(rebuild: Rebuild, { hide }: Starting): Rebuild {
  return rebuild.message === null ? rebuild : { ...rebuild, message: hide(rebuild.message) }
}

function isLate({ images }: Start, now: number): boolean {
  return images.some(({ rebuild }) => rebuild.claim === null || now - Date.parse(rebuild.claim.at) > START_WITHIN)
}

function outcomesOf({ images }: Start, after: (rebuild: Rebuild) => Rebuild): ImageOutcome[] {
  return images.map(({ name, rebuild }) => ({ name, rebuild: after(rebuild) }))
}

async function startOne(
  { build, inputs, images }: Start,
  taken: ReadonlySet<string>,
  { client, clock }: Starting,
): Promise<StartAnswer> {
  const createdAt = images[0]?.rebuild.claim?.at ?? new Date(clock()).toISOString()
  try {
    return await client.start({ source: build.place, title: build.title, createdAfter: createdAt, taken, inputs })
  } catch (error) {
    if (!(error instanceof Refusal)) throw error
    const [{ message, remedy } = { message: 'it cannot be started', remedy: null }] = error.problems
    return { kind: 'refused', message, remedy: remedy ?? '', status: null }
  }
}

/** The state of a rebuild after its start. A lost response is not a refusal: the next run looks for the build. */
function afterStart(rebuild: Rebuild, answer: StartAnswer, now: string): Rebuild {
  if (answer.kind === 'started') return started(rebuild, answer.run, rebuild.claim?.at ?? now)
  const message = 'remedy' in answer ? `${answer.message} ${answer.remedy}`.trim() : answer.message
  if (answer.kind === 'limited') return { ...rebuild, claim: null, message }
  if (answer.kind === 'refused') return { ...rebuild, claim: null, result: 'refused', ended: now, message }
  return { ...rebuild, claim: rebuild.claim === null ? null : { at: rebuild.claim.at, by: null }, message }
}
