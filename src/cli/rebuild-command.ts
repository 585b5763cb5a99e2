import { randomUUID } from 'node:crypto'
import { type ImagesFile, refuse } from '../enrollment/index.js'
import { explainImages } from '../explain/index.js'
import { FORGES } from '../forges/index.js'
import {
  changedImageFiles,
  connectRuns,
  type Decision,
  decideRebuilds,
  followRebuilds,
  type ImageRebuild,
  knownRuns,
  outcomeFiles,
  type Request,
  type RunsClient,
  startBuilds,
} from '../rebuild/index.js'
import { type RebuildRow, rebuildRows, rebuildWords, redactor } from '../report/index.js'
import { runClock, serversIn } from '../run-options.js'
import {
  readState,
  type StateFiles,
  type StateFolder,
  type TrackedImage,
  textOf,
  textsOf,
  writeFiles,
} from '../state/index.js'
import { activeOverrides } from './explain-command.js'
import { type CommandContext, PROGRAM, readImagesFile, stateFolder } from './options.js'
import { printTable } from './table.js'
import { forgeTokens, logOn, printJson, printProblems, tokensIn } from './terminal.js'

/**
 * `rebuild [NAME…]`: starts the builds of images now, regardless of their delay; without names, those that are due, if
 * no cluster starts them (`engine: actions`). The state files record what is started beforehand, and its result
 * afterwards.
 *
 * @returns 1 when a build could not be started.
 * @throws Refusal when a name cannot be rebuilt, or there is nothing to rebuild.
 */
export async function rebuildCommand(
  context: CommandContext,
  names: readonly string[],
  { dryRun = false, allStale = false }: { readonly dryRun?: boolean; readonly allStale?: boolean },
): Promise<number> {
  const { options, env, terminal } = context
  const folder = stateFolder(options, env)
  const { enrolled } = readImagesFile(folder, env)
  const request = requestOf(names, allStale, enrolled)
  const client = dryRun ? null : clientOf(context)
  const { decision, problems, ...decided } = await decide(context, folder, enrolled, request, client)
  const outcomes =
    client === null
      ? planned(decision)
      : await startAll({ decision, ...decided }, folder, client, redactor(tokensIn(env)))
  const rows = rebuildRows(decision, outcomes)
  if (options.json) printJson(terminal, { dryRun, rebuilds: rows })
  else if (rows.length === 0) terminal.out(nothingText(context, enrolled, decided.state, allStale))
  else printRows(context, rows, dryRun ? placesOf(decision) : null)
  printProblems(terminal, problems)
  return rows.some(({ status }) => status === 'refused' || status === 'unknown') ? 1 : 0
}

function requestOf(names: readonly string[], allStale: boolean, { settings }: ImagesFile): Request | null {
  if (allStale && names.length > 0) {
    throw refuse('option-invalid', 'names and --all-stale exclude each other.', { remedy: 'Give one of them.' })
  }
  if (allStale) return { kind: 'all-stale', names: [] }
  if (names.length > 0) return { kind: 'names', names: [...new Set(names)].sort() }
  if (settings.engine === 'actions') return null
  const remedy = 'Give the names of the images to rebuild, or --all-stale.'
  throw refuse('option-invalid', 'no image is named, and with `engine: kargo` Kargo starts what is due.', { remedy })
}

function clientOf({ env, terminal }: CommandContext): RunsClient {
  const found = forgeTokens(env)
  const tokens = { ...found, github: env.IMAGE_FACTORY_DISPATCH_TOKEN || found.github }
  if (Object.values(tokens).every((token) => token === '')) {
    const [first, ...others] = FORGES.flatMap(({ tokenVariables }) => tokenVariables[0] ?? [])
    const remedy = `Set ${[`${first} (Actions: write)`, ...others].join(' or ')}, or try it with --dry-run.`
    throw refuse('token-missing', 'there is no token to start builds with.', { remedy })
  }
  return connectRuns({ servers: serversIn(env), tokens, log: logOn(terminal) })
}

/**
 * @param client null: a dry run, which contacts no server.
 * @returns the decision; the state with the results of earlier builds and the builds to start, and the names of the
 *   images whose records changed.
 */
async function decide(
  { now, terminal }: CommandContext,
  folder: StateFolder,
  enrolled: ImagesFile,
  request: Request | null,
  client: RunsClient | null,
) {
  const asking = { me: `command-line#${randomUUID().slice(0, 8)}`, now, clock: runClock(now) }
  const found = readState(folder.root)
  const followed =
    client === null
      ? { records: new Map<string, never>(), ended: [], problems: [] }
      : await followRebuilds(enrolled.images, found.images, { client, ...asking })
  const images = new Map([...found.images, ...followed.records])
  const records = { images: client === null ? withBranches(enrolled, images) : images, bases: found.bases }
  const overrides = activeOverrides(folder, terminal, now)
  const all = { records, settings: enrolled.settings, overrides, request, ...asking }
  const decision = await decideRebuilds(trackedImages(enrolled, records), all, {
    client: { builds: client?.builds ?? (async () => []) },
    followed,
    awaited: [],
  })
  const state = { ...found, images: new Map([...records.images, ...decision.records]) }
  const changed = [...followed.records.keys(), ...decision.records.keys()]
  return { decision, state, changed, clock: asking.clock, problems: decision.problems }
}

/** A dry run asks no server for default branches: a build on one needs no more to be shown. */
function withBranches({ images }: ImagesFile, records: StateFiles['images']): StateFiles['images'] {
  const unknown = images.filter(
    ({ name, source }) => source?.branch === null && textOf(records.get(name), 'defaultBranch') === null,
  )
  const named = unknown.map(
    ({ name }) => [name, { ...records.get(name), defaultBranch: 'the default branch' }] as const,
  )
  return new Map([...records, ...named])
}

function trackedImages({ images }: ImagesFile, { images: records }: Pick<StateFiles, 'images'>): TrackedImage[] {
  return images.map((enrollment) => {
    const bases = [...textsOf(records.get(enrollment.name), 'baseImages')].sort()
    return { enrollment, bases, enrolledAt: null, runs: { kind: 'all' } }
  })
}

/** What a dry run would start. */
function planned({ starts }: Decision): ImageRebuild[] {
  return starts.flatMap(({ images }) =>
    images.map(({ name, rebuild }) => ({ name, rebuild: { ...rebuild, result: 'started' } })),
  )
}

/** The intents are on disk before anything is started, the results afterwards. */
async function startAll(
  { decision, state, changed, clock }: Omit<Awaited<ReturnType<typeof decide>>, 'problems'>,
  { root }: StateFolder,
  client: RunsClient,
  hide: (text: string) => string,
) {
  writeFiles(root, changedImageFiles(state, changed))
  const taken = knownRuns(state.images.values())
  const outcomes = await startBuilds(decision.starts, { client, taken, clock, renew: async (left) => left, hide })
  writeFiles(root, outcomeFiles(outcomes, state))
  return outcomes
}

/** Nothing is stale, or that is unknown: before the first lookups no image can be proven to be. */
function nothingText(
  { env, now }: CommandContext,
  enrolled: ImagesFile,
  records: StateFiles,
  allStale: boolean,
): string {
  if (!allStale) return 'Nothing to rebuild.\n'
  const explanations = explainImages({ enrolled, records, overrides: [], now, urls: serversIn(env) })
  const rebuilt = explanations.filter(({ status }) => status !== 'never')
  const unknown = rebuilt.filter(({ status }) => status === 'unknown')
  const none = 'No image is provably on an old base image'
  if (unknown.length === 0) return `${none}.\n`
  const isNew = unknown.every(({ reason }) => reason !== 'discovery-failed')
  const why = isNew ? 'no digest looked up yet' : `${PROGRAM} explain shows why`
  return `${none}; for ${unknown.length} of ${rebuilt.length} it is unknown (${why}).\n`
}

/** Where each image would be built: `build.yml of acme/web on main`. */
function placesOf({ starts }: Decision): ReadonlyMap<string, string> {
  const places = starts.flatMap(({ build: { place }, images }) => {
    const what = 'workflow' in place ? place.workflow : 'pipeline'
    return images.map(({ name }) => [name, `${what} of ${place.repo} on ${place.branch}`] as const)
  })
  return new Map(places)
}

/** @param places of a dry run; null: builds were started. */
function printRows(
  { terminal }: CommandContext,
  rows: readonly RebuildRow[],
  places: ReadonlyMap<string, string> | null,
): void {
  const cells = rows.map((row) => {
    const place = places?.get(row.image) ?? null
    const status = place === null ? rebuildWords(row) : 'would be started'
    const why = row.waitsFor === null ? (row.run ?? row.message ?? place ?? '') : `built on ${row.waitsFor}`
    return [row.image, status, row.bases.join(' '), why]
  })
  const titles = ['IMAGE', 'REBUILD', 'BASE IMAGES', 'DETAILS']
  const isFilled = titles.map((_, column) => cells.some((row) => row[column] !== ''))
  const filled = (row: readonly string[]) => row.filter((_, column) => isFilled[column])
  printTable(terminal, filled(titles), cells.map(filled))
  if (places === null) terminal.out('\nCommit the state files: they record what was started.\n')
}
