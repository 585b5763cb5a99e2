/**
 * The pipeline: load → validate → discover → state → synthesize → diff → guard → commit → report. The action and the
 * command line both run it; they differ in where files come from, what becomes of the plan, and how it is told.
 */
import { type ImagesFile, type Override, type Problem, problem, Refusal } from './enrollment/index.js'
import type { ManifestFile } from './kargo/index.js'
import type { Comparison } from './manifests/index.js'
import type { CommitResult } from './publish/index.js'
import {
  buildRefusalReport,
  buildReport,
  committedState,
  imageChanges,
  type Report,
  type ReportInput,
  starvationProblems,
} from './report/index.js'
import type { Discovered } from './sources/index.js'
import { fromTop, type MergedState } from './state/index.js'
import {
  activeOverrides,
  compare,
  guard,
  type Loaded,
  link,
  load,
  lookUp,
  manifestsOf,
  merge,
  observe,
  overrideRows,
  overridesOf,
  type RunSetting,
  type StateFolder,
  secretProblems,
  throwOnErrors,
  validate,
  withCatalog,
  workflowProblems,
} from './steps/index.js'

export { type RunSetting, type StateFolder, tidy } from './steps/index.js'

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
export async function makePlan(job: RunSetting, folder: StateFolder): Promise<Plan> {
  return planOf(await draftPlan(job, folder), job, folder)
}

/** What the steps up to the guard came to, not compared with anything yet; or what stopped them. */
export type Draft =
  | {
      readonly kind: 'drafted'
      readonly loaded: Loaded
      readonly enrolled: ImagesFile
      readonly overrides: readonly Override[]
      readonly discovered: Discovered
      readonly state: MergedState
      readonly manifests: readonly ManifestFile[]
      /** With the manifests on disk. */
      readonly comparison: Comparison
      readonly problems: readonly Problem[]
    }
  | { readonly kind: 'refused'; readonly problems: readonly Problem[] }

/** Runs the steps up to the guard. Writes nothing. */
export async function draftPlan(job: RunSetting, folder: StateFolder): Promise<Draft> {
  const problems: Problem[] = []
  try {
    const found = await job.step('Load the state', async () => load(folder, job))
    const enrolled = await job.step('Validate images.yaml', async () => validate(found.images, folder, problems, job))
    const written = overridesOf(found.overrides, folder, problems, job)
    const discovered = await job.step('Discover base images', () => lookUp(enrolled, folder, job))
    const linked = link(enrolled, discovered, found, folder)
    const observed = await observe(linked, enrolled, found, folder, problems, job)
    const merged = await job.step('Merge the state', async () => merge(linked, observed, written, found, job))
    throwOnErrors([...discovered.problems, ...merged.problems], problems)
    const overrides = activeOverrides(written, merged, folder, problems)
    const { loaded, state } = await withCatalog({ loaded: found, state: merged }, enrolled, overrides, folder, job)
    const manifests = await job.step('Make manifests', async () => manifestsOf(enrolled, state, overrides, folder, job))
    const comparison = await job.step('Compare manifests', async () => compare(loaded.output, manifests, folder, job))
    problems.push(...(await job.step('Guard against deletions', async () => guard(comparison, folder, job))))
    return { kind: 'drafted', loaded, enrolled, overrides, discovered, state, manifests, comparison, problems }
  } catch (error) {
    if (!(error instanceof Refusal)) throw error
    return { kind: 'refused', problems: [...problems, ...error.problems] }
  }
}

/** What a draft is told against. */
export type Against = Pick<ReportInput, 'before' | 'settings' | 'changes' | 'baseDrift' | 'problems'>

/** The plan that a draft is, told against what was committed last unless another state is given. */
export function planOf(draft: Draft, job: RunSetting, folder: StateFolder, against?: Against): Plan {
  if (draft.kind === 'refused') {
    const report = buildRefusalReport(job.mode, folder, draft.problems)
    return { report, refused: true, files: new Map(), changes: new Map() }
  }
  const { loaded, enrolled, state, comparison, discovered } = draft
  const committed = {
    before: committedState(loaded.state),
    settings: [],
    changes: comparison.changes,
    baseDrift: null,
    problems: [],
  }
  const { mode } = job
  const input = { ...committed, ...against, mode, folder, enrolled, state }
  const images = imageChanges(enrolled.images, input.before.entries)
  const starving = starvationProblems(state, loaded.state, fromTop(folder.path, folder.imagesFile))
  const files = filesOf(draft, folder)
  const leaking = secretProblems(files.changes, folder, job)
  const checked = workflowProblems(discovered, images, job)
  const problems = [...leaking, ...draft.problems, ...input.problems, ...starving, ...checked]
  const report = buildReport({ ...input, images, problems, overrides: overrideRows(draft.overrides, folder) })
  return { report, refused: problems.some((one) => one.severity === 'error'), ...files }
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

const ATTEMPTS = 10

/**
 * Plans and commits. When the branch has moved on in between, the generated files are made again from what is there
 * now; they are never merged, rebased or forced.
 */
export async function planAndCommit(job: RunSetting, first: StateFolder, ends: Committing): Promise<Committed> {
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

function filesOf(
  { loaded, state, manifests, comparison }: Extract<Draft, { kind: 'drafted' }>,
  folder: StateFolder,
): Pick<Plan, 'files' | 'changes'> {
  const before = loaded.state
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
