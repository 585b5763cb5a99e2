/**
 * The pipeline: load → validate → discover → merge the state → generate manifests → compare → guard → report. The
 * action and the command line both run it; they differ in where files come from and in what they do with the plan.
 *
 * `draftPlan` lists the steps; the functions below it are these steps in order. `plan.ts` turns their results into the
 * plan and its report, `preview.ts` compares it with the base of a pull request, `plan-and-commit.ts` commits it.
 */
import { planCatalog } from './backstage/index.js'
import {
  type ImagesFile,
  OVERRIDES_FILE,
  type Override,
  type Problem,
  parseImagesFile,
  parseOverrides,
  Refusal,
  refuse,
  type Settings,
} from './enrollment/index.js'
import { type Factory, type ManifestFile, synthesize } from './kargo/index.js'
import {
  type Comparison,
  compareManifests,
  guardDeletions,
  type OutputFolder,
  readOutput,
  refuseForeignFiles,
} from './manifests/index.js'
import { type Loaded, type Plan, type PlanDraft, planOf, shownFiles } from './plan.js'
import {
  awaitedBuilds,
  type Decision,
  decideRebuilds,
  type FollowedBuilds,
  followRebuilds,
  openRebuild,
} from './rebuild/index.js'
import type { BuildOptions, RunOptions } from './run-options.js'
import { type Discovered, discover } from './sources/index.js'
import {
  activeOverrides,
  type BaseAnswers,
  evidenceSeen,
  type LinkedState,
  linkState,
  lookUp,
  lookUpBases,
  type MergedState,
  matchRecords,
  NO_ANSWERS,
  NOTHING_OBSERVED,
  type Observations,
  readOptional,
  readState,
  refuseOverlap,
  type StateFiles,
  type StateFolder,
  withRebuilds,
  writtenState,
} from './state/index.js'
import { count } from './text/index.js'

/** Runs everything up to the guard: what would be written, and the report about it. Writes nothing. */
export async function makePlan(run: RunOptions, folder: StateFolder): Promise<Plan> {
  return planOf(await draftPlan(run, folder), run, folder)
}

interface PlanContext {
  readonly run: RunOptions
  readonly folder: StateFolder
  /** Paths as shown to people, relative to the top of the repository. */
  readonly shown: ReturnType<typeof shownFiles>
  /** Warnings and notices so far; the first error ends the run. */
  readonly problems: Problem[]
}

/** Runs the steps up to the guard. Writes nothing. */
export async function draftPlan(run: RunOptions, folder: StateFolder): Promise<PlanDraft> {
  const problems: Problem[] = []
  const context = { run, folder, shown: shownFiles(folder), problems }
  try {
    const found = await run.step('Load the state', async () => load(context))
    const enrolled = await run.step('Validate images.yaml', async () => validate(found.images, context))
    const written = readOverrides(found.overrides, context)
    const discovered = await run.step('Discover base images', () => findBases(enrolled, found.state, context))
    const { loaded: followed, builds } = await follow(enrolled, found, context)
    const { linked, observed, answers } = await observe(enrolled, discovered, followed, context)
    const { merged, rebuilds } = await mergeAndDecide(
      { linked, observed, written, enrolled, builds },
      followed,
      context,
    )
    keepOrThrow([...discovered.problems, ...merged.problems], problems)
    const { active: overrides, notices } = activeOverrides(written, merged, context.shown.overridesFile)
    problems.push(...notices)
    const { loaded, state } = await addCatalog(followed, merged, enrolled, overrides, context)
    const factory = factoryOf(enrolled, state, overrides, context)
    const manifests = await run.step('Make manifests', async () => manifestsOf(factory, context))
    const comparison = await run.step('Compare manifests', async () => compare(loaded.output, manifests, context))
    problems.push(...(await run.step('Guard against deletions', async () => guard(comparison, enrolled, context))))
    const made = { rebuilds, answers, factory, manifests, comparison }
    return { kind: 'drafted', loaded, enrolled, overrides, discovered, state, ...made, problems }
  } catch (error) {
    if (!(error instanceof Refusal)) throw error
    return { kind: 'refused', problems: [...problems, ...error.problems] }
  }
}

function load({ run, folder, shown }: PlanContext): Loaded {
  refuseOverlap(folder)
  const images = readOptional(folder.root, folder.imagesFile)
  if (images === null) {
    const remedy = 'Create it, or set state-path and images-file (--state, --images) to where it is.'
    throw refuse('file-missing', `there is no ${shown.imagesFile}.`, { file: shown.imagesFile, remedy })
  }
  const state = readState(folder.root)
  const output = readOutput(folder.root, folder.outputDir)
  run.log(`${state.texts.size} state files, ${output.generated.size} manifest files.`)
  return { images, overrides: readOptional(folder.root, OVERRIDES_FILE), state, output }
}

function validate(text: string, { run, shown, problems }: PlanContext): ImagesFile {
  const result = parseImagesFile(text, shown.imagesFile, run.ownRepository)
  if (result.enrolled === null) throw new Refusal(result.problems)
  problems.push(...result.problems)
  run.log(`${count(result.enrolled.images.length, 'image')} enrolled.`)
  return result.enrolled
}

function readOverrides(text: string | null, { run, shown, problems }: PlanContext): readonly Override[] {
  if (text === null) return []
  const found = parseOverrides(text, shown.overridesFile, run.now)
  keepOrThrow(found.problems, problems)
  if (found.active.length > 0) run.log(`${count(found.active.length, 'override')} in force.`)
  return found.active
}

async function findBases({ images }: ImagesFile, state: StateFiles, { run, shown }: PlanContext): Promise<Discovered> {
  const known = matchRecords(images, state)
  const discovered = await discover(images, run.read, shown.imagesFile, (image) => known.has(image))
  const read = [...discovered.images.values()].filter((one) => one.kind === 'failed' || one.file !== null)
  const failed = read.filter((one) => one.kind === 'failed').length
  run.log(`${read.length} Dockerfiles looked up, ${failed} of them failed.`)
  return discovered
}

/** Checks on builds started earlier; the later steps depend on their results. */
async function follow(
  { images }: ImagesFile,
  loaded: Loaded,
  { run }: PlanContext,
): Promise<{ readonly loaded: Loaded; readonly builds: FollowedBuilds }> {
  const { builds, now } = run
  const { state } = loaded
  if (builds === null || ![...state.images.values()].some((record) => openRebuild(record) !== null)) {
    return { loaded, builds: { records: new Map(), ended: [], problems: [] } }
  }
  const found = await run.step('Follow rebuilds', () => followRebuilds(images, state.images, { ...builds, now }))
  const followed = { ...state, images: new Map([...state.images, ...found.records]) }
  return { loaded: { ...loaded, state: followed }, builds: found }
}

interface MergeInput {
  readonly linked: LinkedState
  readonly observed: Observations
  readonly written: readonly Override[]
  readonly enrolled: ImagesFile
  /** Results of the builds started earlier. */
  readonly builds: FollowedBuilds
}

/** The new state, including the builds to start: they are recorded before they are started. */
async function mergeAndDecide(
  { linked, observed, written, enrolled, builds: followed }: MergeInput,
  loaded: Loaded,
  context: PlanContext,
): Promise<{ readonly merged: MergedState; readonly rebuilds: Decision | null }> {
  const { run, problems } = context
  const merged = await run.step('Merge the state', async () => merge(linked, observed, written, loaded, context))
  const { builds, now } = run
  const { settings } = enrolled
  if (builds === null) return { merged, rebuilds: null }
  const { active: overrides } = activeOverrides(written, merged, context.shown.overridesFile)
  const { client, ...asking } = builds
  const all = { records: merged.records, settings, overrides, now, ...asking }
  const awaited = awaitedBuilds(merged.images, all, run.registries === null ? null : loaded.state.images)
  if (awaited.length === 0 && !hasRebuilds(builds, settings, merged)) return { merged, rebuilds: null }
  const rebuilds = await run.step('Decide rebuilds', () =>
    decideRebuilds(merged.images, all, { client, followed, awaited }),
  )
  problems.push(...rebuilds.problems)
  run.log(`${rebuilds.starts.length} builds will be started.`)
  if (rebuilds.records.size === 0) return { merged, rebuilds }
  const own = withRebuilds(linked.own, rebuilds.records)
  return { merged: merge({ ...linked, own }, observed, written, loaded, context), rebuilds }
}

/** Whether there is anything to decide. With Kargo that is only what a person requested, and its result. */
function hasRebuilds({ request }: BuildOptions, { engine }: Settings, { records }: MergedState): boolean {
  if (engine === 'actions' || request !== null) return true
  return [...records.images.values()].some(({ rebuilds }) => rebuilds !== undefined)
}

/** Links the declared bases, looks them up, and links again if published images show bases that no source names. */
async function observe(
  { images: enrollments, settings: { allowedRegistries } }: ImagesFile,
  discovered: Discovered,
  { state: before }: Loaded,
  { run, shown: { imagesFile }, problems }: PlanContext,
): Promise<{ readonly linked: LinkedState; readonly observed: Observations; readonly answers: BaseAnswers }> {
  const input = { enrollments, discovered, before, imagesFile, allowedRegistries }
  const linked = linkState(input)
  if (run.registries === null) return { linked, observed: NOTHING_OBSERVED, answers: NO_ANSWERS }
  const client = run.registries(allowedRegistries)
  const found = await run.step('Look up digests', async () => {
    const first = await lookUp({ linked, before, imagesFile }, client)
    const evidence = evidenceSeen(first.observed)
    const more = evidence.size === 0 ? linked : linkState({ ...input, evidence })
    const known = new Set(linked.bases.map(({ name }) => name))
    return { linked: more, ...(await lookUpBases({ linked: more, before, imagesFile }, { first, known }, client)) }
  })
  problems.push(...found.problems)
  const { bases, images, answered } = found.asked
  run.log(`${bases} base images and ${images} published images looked up, ${answered} answered.`)
  return found
}

function merge(
  linked: LinkedState,
  observed: Observations,
  overrides: readonly Override[],
  loaded: Loaded,
  { run }: PlanContext,
): MergedState {
  const { now, writes } = run
  const overridden = new Set(overrides.map(({ digest }) => digest))
  const state = writtenState(linked, { before: loaded.state, now, writes, observed, overridden })
  run.log(`${state.bases.length} base images are tracked.`)
  return state
}

/** Where a Backstage catalog exists, treats its files as state files from here on, both current and planned. */
async function addCatalog(
  loaded: Loaded,
  state: MergedState,
  { settings }: ImagesFile,
  overrides: readonly Override[],
  { run, folder }: PlanContext,
): Promise<{ readonly loaded: Loaded; readonly state: MergedState }> {
  const path = settings.backstage
  if (path === null) return { loaded, state }
  return run.step('Generate the catalog', async () => {
    const { present, wanted } = planCatalog(path, settings, state, overrides, folder)
    run.log(`${wanted.size} catalog files.`)
    const before = { ...loaded.state, texts: new Map([...loaded.state.texts, ...present]) }
    const files = new Map([...state.files, ...wanted])
    return { loaded: { ...loaded, state: before }, state: { ...state, files } }
  })
}

function factoryOf(
  { settings }: ImagesFile,
  { images, bases, branches }: MergedState,
  overrides: readonly Override[],
  { run, shown: { imagesFile } }: PlanContext,
): Factory {
  return { settings, images, bases, branches, overrides, servers: run.servers, imagesFile }
}

function manifestsOf(factory: Factory, { run }: PlanContext): ManifestFile[] {
  const files = factory.settings.engine === 'kargo' ? synthesize(factory) : []
  run.log(`${files.length} manifest files.`)
  return files
}

function compare(output: OutputFolder, manifests: readonly ManifestFile[], { run, shown }: PlanContext): Comparison {
  refuseForeignFiles(
    manifests.map(({ path }) => path),
    output,
    shown.outputDir,
  )
  const comparison = compareManifests(output.generated, manifests)
  run.log(`${comparison.changes.length} resources change.`)
  return comparison
}

/** Without Kargo all its manifests are deleted; Argo CD keeps the Namespace and the Project (docs/engines.md). */
function guard(comparison: Comparison, { settings }: ImagesFile, { run, shown }: PlanContext): Problem[] {
  if (settings.engine !== 'kargo') return []
  const forbidden = guardDeletions(comparison, run.maxDeletions, shown.outputDir)
  if (forbidden.length > 0) run.log(`Blocked by ${count(forbidden.length, 'error')}.`)
  return forbidden
}

function keepOrThrow(found: readonly Problem[], problems: Problem[]): void {
  if (found.some((one) => one.severity === 'error')) throw new Refusal(found)
  problems.push(...found)
}
