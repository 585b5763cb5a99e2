import { Refusal } from '../enrollment/index.js'
import { FOLDERS, isSameRebuild, type Rebuild, rebuildsOf, type StateFiles, updateRebuild } from '../state/index.js'
import { imageText } from '../state/state-file.js'
import type { ClaimedRebuild, Start } from './decide.js'
import { START_WITHIN, started } from './open.js'
import type { ImageRebuild, RunsClient, StartAnswer } from './runs.js'

interface Starting {
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
export async function startBuilds(starts: readonly Start[], starting: Starting): Promise<ImageRebuild[]> {
  const outcomes: ImageRebuild[] = []
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
    outcomes.push(...outcomesOf(next, (rebuild) => afterStart(rebuild, answer, now, starting.hide)))
  }
  return outcomes
}

function isLate({ images }: Start, now: number): boolean {
  return images.some(({ rebuild }) => rebuild.claim === null || now - Date.parse(rebuild.claim.at) > START_WITHIN)
}

function outcomesOf({ images }: Start, after: (rebuild: Rebuild) => Rebuild): ImageRebuild[] {
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
function afterStart(rebuild: Rebuild, answer: StartAnswer, now: string, hide: Starting['hide']): Rebuild {
  if (answer.kind === 'started') return started(rebuild, answer.run, rebuild.claim?.at ?? now)
  const message = hide('remedy' in answer ? `${answer.message} ${answer.remedy}`.trim() : answer.message)
  if (answer.kind === 'limited') return { ...rebuild, claim: null, message }
  if (answer.kind === 'refused') return { ...rebuild, claim: null, result: 'refused', ended: now, message }
  return { ...rebuild, claim: rebuild.claim === null ? null : { at: rebuild.claim.at, by: null }, message }
}

/**
 * State files with the results of rebuilds, by path: only of images and rebuilds that still exist.
 *
 * @param state at the current branch head.
 */
export function outcomeFiles(outcomes: readonly ImageRebuild[], state: StateFiles): Map<string, string> {
  const files = new Map<string, string>()
  for (const { name, rebuild } of outcomes) {
    const record = state.images.get(name)
    if (record === undefined) continue
    const { at: _, reason: __, ...change } = rebuild
    const path = `${FOLDERS.images}/${name}.yaml`
    const text = imageText(updateRebuild(record, rebuild, change))
    if (state.texts.get(path) !== text) files.set(path, text)
  }
  return files
}

/**
 * The state files of images whose records changed, by path.
 *
 * @param names of these images: other files stay as they are, including those in an older format.
 */
export function changedImageFiles({ images, texts }: StateFiles, names: Iterable<string>): Map<string, string> {
  const files = [...new Set(names)].flatMap((name) => {
    const record = images.get(name)
    return record === undefined ? [] : [[`${FOLDERS.images}/${name}.yaml`, imageText(record)] as const]
  })
  return new Map(files.filter(([path, text]) => texts.has(path) && texts.get(path) !== text))
}

/** The builds that this run has still claimed at the current branch head, with their images. */
export function stillClaimed(starts: readonly Start[], state: StateFiles, me: string): Start[] {
  return starts.flatMap((start) => {
    const images = start.images.filter((one) => isClaimedBy(me, one, state))
    return images.length === 0 ? [] : [{ ...start, images }]
  })
}

/** The claims of other runs that are still open at the current branch head. */
export function stillOpen(claims: readonly ClaimedRebuild[], state: StateFiles): ClaimedRebuild[] {
  return claims.filter((one) => isClaimedBy(one.rebuild.claim?.by, one, state))
}

function isClaimedBy(who: string | null | undefined, { name, rebuild }: ImageRebuild, state: StateFiles): boolean {
  const now = rebuildsOf(state.images.get(name)).find((one) => isSameRebuild(one, rebuild))
  return now?.result === 'intended' && now.claim?.by === who
}

/** Starts with renewed claims. */
export function renewed(starts: readonly Start[], me: string, at: string): Start[] {
  const claim = { at, by: me }
  return starts.map((start) => ({
    ...start,
    images: start.images.map(({ name, rebuild }) => ({ name, rebuild: { ...rebuild, claim } })),
  }))
}
