import pLimit from 'p-limit'
import { type EnrolledImage, type Problem, problem, Refusal, type Settings } from '../enrollment/index.js'
import { type Rebuild, type Records, type StateRecord, updateRebuild } from '../state/index.js'
import { by, count } from '../text/index.js'
import type { Circumstances } from './candidates.js'
import { afterReading, afterSearch, questionAbout } from './open.js'
import {
  type Build,
  buildOf,
  type ImageRebuild,
  inputsFor,
  knownRuns,
  openRebuild,
  type Run,
  type RunsClient,
  startKey,
} from './runs.js'

/** Changed records of images, by name, the finished builds among them, and what could not be read. */
export interface FollowedBuilds {
  readonly records: ReadonlyMap<string, StateRecord>
  readonly ended: readonly ImageRebuild[]
  readonly problems: readonly Problem[]
}

/** Maximum number of concurrent requests to forges. */
const MAX_CONCURRENCY = 4

/**
 * Checks the progress of builds started earlier, with one request each. A build whose state cannot be read stays
 * unchanged, with a warning.
 *
 * @returns the changed records and finished builds.
 */
export async function followRebuilds(
  images: readonly EnrolledImage[],
  records: Records['images'],
  {
    client,
    me,
    now,
    clock,
  }: Pick<Circumstances, 'me' | 'now' | 'clock'> & { readonly client: Pick<RunsClient, 'find' | 'read'> },
): Promise<FollowedBuilds> {
  const open = images.flatMap((image) => {
    const record = records.get(image.name)
    const rebuild = openRebuild(record)
    const build = buildOf(image, record)
    return record === undefined || rebuild === null || build === null ? [] : [{ image, record, rebuild, build }]
  })
  if (open.length === 0) return { records: new Map(), ended: [], problems: [] }
  const taken = knownRuns(records.values())
  // Two images may search for the same run: one at a time, so that the second does not claim it again.
  const searches = pLimit(1)
  // Unless they were started together: one build is for both.
  const together = new Map<string, Run>()
  const changed = new Map<string, StateRecord>()
  const ended: ImageRebuild[] = []
  const follow = async ({ image, record, rebuild, build }: (typeof open)[number]) => {
    const question = questionAbout(rebuild, me, clock())
    if (question !== 'find' && question !== 'read') return
    const after =
      question === 'read'
        ? await read(rebuild, build, client, now)
        : await searches(() => search(rebuild, build, { taken, together }, client, now))
    if (after === rebuild) return
    changed.set(image.name, updateRebuild(record, rebuild, after))
    if (after.ended !== null) ended.push({ name: image.name, rebuild: after })
  }
  const { problems } = await askForges(open, ({ image }) => image, follow)
  return { records: changed, ended, problems }
}

async function read(
  rebuild: Rebuild,
  { place }: Build,
  client: Pick<RunsClient, 'read'>,
  now: string,
): Promise<Rebuild> {
  return rebuild.run === null ? rebuild : afterReading(rebuild, await client.read(place, rebuild.run.id), now)
}

async function search(
  rebuild: Rebuild,
  build: Build,
  { taken, together }: { readonly taken: Set<string>; readonly together: Map<string, Run> },
  client: Pick<RunsClient, 'find'>,
  now: string,
): Promise<Rebuild> {
  const { place, title } = build
  const createdAfter = rebuild.claim?.at ?? rebuild.started ?? rebuild.at
  const start = `${createdAfter} ${startKey(build, inputsFor(build, rebuild))}`
  const found = together.get(start) ?? (await client.find({ source: place, title, createdAfter, taken }))
  if (found !== null) {
    taken.add(found.id)
    together.set(start, found)
  }
  return afterSearch(rebuild, found, now)
}

/**
 * Combines warnings about builds that could not be read. With Kargo they do not affect the start of builds, and many
 * images of a factory may be on a forge that the token cannot access, so one warning covers all.
 */
export function oneWarning(problems: readonly Problem[], { engine }: Pick<Settings, 'engine'>): readonly Problem[] {
  const [first, ...others] = [...problems].sort(by(({ message }) => message))
  if (engine === 'actions' || first === undefined || others.length === 0) return problems
  const message = `${first.message} The same goes for ${count(others.length, 'other image')}.`
  return [{ ...first, message, image: null }]
}

/**
 * Queries a forge about images, a few at a time. Without a response, only the affected images are skipped.
 *
 * @param ask sends the queries for one image, and handles the responses.
 * @returns the images without a response, by name, and the problems.
 */
export async function askForges<Item>(
  items: readonly Item[],
  imageOf: (item: Item) => Pick<EnrolledImage, 'name'>,
  ask: (item: Item) => Promise<void>,
): Promise<{ readonly unanswered: ReadonlySet<string>; readonly problems: readonly Problem[] }> {
  const limit = pLimit(MAX_CONCURRENCY)
  const unanswered = new Set<string>()
  const problems: Problem[] = []
  const askOne = async (item: Item) => {
    try {
      await ask(item)
    } catch (error) {
      if (!(error instanceof Refusal)) throw error
      const { name } = imageOf(item)
      unanswered.add(name)
      for (const { message, remedy } of error.problems) {
        const about = { image: name, remedy: remedy ?? 'The next run tries again.' }
        problems.push(problem('run-unanswered', `${name}: ${message}`, about))
      }
    }
  }
  await Promise.all(items.map((item) => limit(() => askOne(item))))
  return { unanswered, problems }
}
