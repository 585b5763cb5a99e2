/**
 * The pipeline: load → validate → discover → state → synthesize → diff → guard → commit → report. The action and the
 * command line both run it; they differ in where files come from, what becomes of the plan, and how it is told.
 */
import { type Enrolment, type Problem, parseEnrolment, problem, Refusal, refuse } from './enrollment/index.js'
import { type ManifestFile, synthesize } from './kargo/index.js'
import {
  type Comparison,
  compareManifests,
  type DeletionLimit,
  guardDeletions,
  type OutputFolder,
  readOutput,
  refuseForeignFiles,
} from './manifests/index.js'
import type { CommitResult } from './publish/index.js'
import { type ImageChange, imageChanges, type Report, type Told, tell, tellRefusal } from './report/index.js'
import { type Discovered, discover, type SourceReader } from './sources/index.js'
import { fromTop, type MergedState, mergeState, readOptional, readState, type StateFiles } from './state/index.js'

/** The folder with images.yaml, the state and the manifests. */
export interface StateFolder {
  /** Absolute path on disk. */
  readonly root: string
  /** The same folder from the repository's top, `.` or a path: how people know its files. */
  readonly path: string
  readonly imagesFile: string
  readonly outputDir: string
}

/** What a run shall do, whoever asked for it. */
export interface Job {
  readonly mode: Report['mode']
  readonly read: SourceReader
  readonly maxDeletions: DeletionLimit
  /** Where Kargo dispatches GitHub workflows. */
  readonly apiUrl: string
  /** ISO 8601: the time of what is found out in this run. */
  readonly now: string
  /** Runs one named step, telling people about it. */
  readonly step: <T>(name: string, work: () => Promise<T>) => Promise<T>
  /** What a step came to, in a few words. */
  readonly say: (text: string) => void
}

/** What a run would do to the state folder. */
export interface Plan {
  readonly report: Report
  /** There are errors: nothing may be written or committed. */
  readonly refused: boolean
  /** Every generated file there shall be, by path below the state folder. */
  readonly files: ReadonlyMap<string, string>
  /** What differs on disk, by the same paths: text, or null for a file that goes. */
  readonly changes: ReadonlyMap<string, string | null>
}

/** Everything up to the guard: what would be written, and the report about it. Writes nothing. */
export async function makePlan(job: Job, folder: StateFolder): Promise<Plan> {
  const problems: Problem[] = []
  try {
    const loaded = await job.step('Load', async () => load(folder, job))
    const enrolment = await job.step('Validate', async () => validate(loaded.images, folder, problems, job))
    const discovered = await job.step('Discover', () => lookUp(enrolment, folder, job))
    const state = await job.step('State', async () => merge(enrolment, discovered, loaded, folder, job))
    note([...discovered.problems, ...state.problems], problems)
    const manifests = await job.step('Synthesize', async () => manifestsOf(enrolment, state, folder, job))
    const comparison = await job.step('Diff', async () => compare(loaded.output, manifests, folder, job))
    const forbidden = await job.step('Guard', async () => guard(comparison, folder, job))
    const images = imageChanges(enrolment.images, loaded.state)
    problems.push(...forbidden, ...farEndProblems(discovered, images, job))
    const told: Told = { mode: job.mode, folder, enrolment, before: loaded.state, state, images, comparison, problems }
    const files = filesOf(loaded, state, manifests, comparison, folder)
    return { report: tell(told), refused: problems.some((one) => one.severity === 'error'), ...files }
  } catch (error) {
    if (!(error instanceof Refusal)) throw error
    const report = tellRefusal(job.mode, folder, [...problems, ...error.problems])
    return { report, refused: true, files: new Map(), changes: new Map() }
  }
}

/** The generated files that a plan takes away, by path below the state folder. */
export function removalsOf({ changes }: Plan): string[] {
  return [...changes].flatMap(([path, text]) => (text === null ? [path] : []))
}

/** How plans are committed. */
export interface Committing {
  /** Commits the plan made from this folder, on top of what it was made from and on nothing else. */
  readonly commit: (plan: Plan, folder: StateFolder) => Promise<CommitResult>
  /** The folder as the branch has it now, after somebody else was faster. */
  readonly refetch: (attempt: number) => Promise<StateFolder>
}

/** What came of a run that commits. */
export interface Committed {
  readonly plan: Plan
  /** The folder the plan was made from in the end. */
  readonly folder: StateFolder
  readonly sha: string | null
}

const ATTEMPTS = 5

/**
 * Plans and commits. When the branch has moved on in between, the generated files are made again from what is there
 * now; they are never merged, rebased or forced.
 */
export async function planAndCommit(job: Job, first: StateFolder, ends: Committing): Promise<Committed> {
  let folder = first
  for (let attempt = 1; ; attempt += 1) {
    const plan = await makePlan(job, folder)
    if (plan.refused) return { plan, folder, sha: null }
    const current = folder
    const result = await job.step('Commit', () => ends.commit(plan, current)).catch(refusalOf)
    if (result.kind === 'refused') return { plan: withProblems(plan, result.problems), folder, sha: null }
    if (result.kind !== 'stale') return { plan, folder, sha: result.kind === 'committed' ? result.sha : null }
    if (attempt === ATTEMPTS) return { plan: withProblems(plan, [ALWAYS_LATE]), folder, sha: null }
    folder = await job.step('Fetch what others committed', () => ends.refetch(attempt))
  }
}

const ALWAYS_LATE = problem('error', `the branch moved on during each of ${ATTEMPTS} attempts to commit.`, {
  remedy: 'Give the workflow a concurrency group, so that its runs wait for each other.',
})

/** A commit that is not allowed is part of the report, with what it would have changed. */
function refusalOf(error: unknown): { readonly kind: 'refused'; readonly problems: readonly Problem[] } {
  if (error instanceof Refusal) return { kind: 'refused', problems: error.problems }
  throw error
}

function withProblems(plan: Plan, more: readonly Problem[]): Plan {
  return { ...plan, refused: true, report: { ...plan.report, problems: [...plan.report.problems, ...more] } }
}

interface Loaded {
  readonly images: string
  readonly state: StateFiles
  readonly output: OutputFolder
}

function load(folder: StateFolder, job: Job): Loaded {
  const images = readOptional(folder.root, folder.imagesFile)
  if (images === null) {
    const file = fromTop(folder.path, folder.imagesFile)
    const remedy = 'Create it, or say where it is with state-path and images-file (--state, --images).'
    throw refuse(`there is no ${file}.`, { file, remedy })
  }
  const state = readState(folder.root)
  const output = readOutput(folder.root, folder.outputDir)
  job.say(`${state.texts.size} state files, ${output.generated.size} manifest files.`)
  return { images, state, output }
}

function validate(text: string, folder: StateFolder, problems: Problem[], job: Job): Enrolment {
  const result = parseEnrolment(text, fromTop(folder.path, folder.imagesFile))
  if (result.enrolment === null) throw new Refusal(result.problems)
  problems.push(...result.problems)
  job.say(`${result.enrolment.images.length} images are enrolled.`)
  return result.enrolment
}

async function lookUp(enrolment: Enrolment, folder: StateFolder, job: Job): Promise<Discovered> {
  const discovered = await discover(enrolment.images, job.read, fromTop(folder.path, folder.imagesFile))
  const failed = [...discovered.images.values()].filter((one) => one.kind === 'failed').length
  job.say(`${discovered.images.size} Dockerfiles looked up, ${failed} of them without success.`)
  return discovered
}

function merge(
  enrolment: Enrolment,
  discovered: Discovered,
  loaded: Loaded,
  folder: StateFolder,
  job: Job,
): MergedState {
  const imagesFile = fromTop(folder.path, folder.imagesFile)
  const input = { enrollments: enrolment.images, discovered, before: loaded.state, now: job.now, imagesFile }
  const state = mergeState(input)
  job.say(`${state.bases.length} base images are tracked.`)
  return state
}

/** Keeps what people should know; throws when there are errors among it. */
function note(found: readonly Problem[], problems: Problem[]): void {
  if (found.some((one) => one.severity === 'error')) throw new Refusal(found)
  problems.push(...found)
}

function manifestsOf(enrolment: Enrolment, state: MergedState, folder: StateFolder, job: Job): ManifestFile[] {
  const { images, bases, branches } = state
  const imagesFile = fromTop(folder.path, folder.imagesFile)
  const github = { apiUrl: job.apiUrl }
  const files = synthesize({ settings: enrolment.settings, images, bases, branches, github, imagesFile })
  job.say(`${files.length} manifest files.`)
  return files
}

function compare(output: OutputFolder, manifests: readonly ManifestFile[], folder: StateFolder, job: Job): Comparison {
  const paths = manifests.map((file) => file.path)
  refuseForeignFiles(paths, output, fromTop(folder.path, folder.outputDir))
  const comparison = compareManifests(output.generated, manifests)
  job.say(`${comparison.changes.length} resources change.`)
  return comparison
}

/**
 * What is wrong at the far end. Before an entry is merged a dispatch that GitHub would refuse is an error; later, and
 * for entries that stay as they are, a warning: a workflow that changed elsewhere must not stop the whole factory.
 */
function farEndProblems({ farEnd }: Discovered, images: readonly ImageChange[], job: Job): Problem[] {
  const changed = new Set(images.map(({ name }) => name))
  return farEnd.map(({ problem: found, isRefusal }) => {
    const isError = isRefusal && job.mode === 'preview' && changed.has(found.image ?? '')
    return isError ? { ...found, severity: 'error' as const } : found
  })
}

function guard(comparison: Comparison, folder: StateFolder, job: Job): Problem[] {
  const forbidden = guardDeletions(comparison, job.maxDeletions, fromTop(folder.path, folder.outputDir))
  if (forbidden.length > 0) job.say('These changes are not allowed.')
  return forbidden
}

function filesOf(
  { state: before }: Loaded,
  state: MergedState,
  manifests: readonly ManifestFile[],
  comparison: Comparison,
  folder: StateFolder,
): Pick<Plan, 'files' | 'changes'> {
  const inOutput = (path: string) => `${folder.outputDir}/${path}`
  const changes = new Map<string, string | null>()
  for (const [path, text] of state.files) if (before.texts.get(path) !== text) changes.set(path, text)
  for (const path of before.texts.keys()) if (!state.files.has(path)) changes.set(path, null)
  for (const [path, text] of comparison.files) changes.set(inOutput(path), text)
  return {
    files: new Map([...state.files, ...manifests.map(({ path, text }) => [inOutput(path), text] as const)]),
    changes,
  }
}
