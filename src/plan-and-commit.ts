/**
 * Plans and commits; if another run commits first, plans again from the new branch head. Starts the builds that the
 * commit records as intents (`engine: actions`, and requests).
 */
import { setTimeout as sleep } from 'node:timers/promises'
import { type Problem, problem, Refusal } from './enrollment/index.js'
import { makePlan } from './pipeline.js'
import type { Plan } from './plan.js'
import type { CommitResult } from './publish/index.js'
import {
  type ClaimedRebuild,
  type Decision,
  type ImageRebuild,
  outcomeFiles,
  renewed,
  type Start,
  startBuilds,
  stillClaimed,
  stillOpen,
} from './rebuild/index.js'
import { rebuildRows, redactor } from './report/index.js'
import type { BuildOptions, RunOptions } from './run-options.js'
import { fromTop, readState, type StateFiles, type StateFolder } from './state/index.js'

/** How a run commits. */
interface Committing {
  /** Commits the plan made from this folder, on top of the commit it was made from and on nothing else. */
  readonly commit: (plan: Plan, folder: StateFolder) => Promise<CommitResult>
  /** The folder at the current branch head, after another run committed first. */
  readonly refetch: (attempt: number) => Promise<StateFolder>
  /** Commits these state files on top of the folder fetched last, and on nothing else. */
  readonly record: (files: ReadonlyMap<string, string>) => Promise<CommitResult>
}

export interface Committed {
  readonly plan: Plan
  /** null: nothing was committed. */
  readonly sha: string | null
  readonly outcomes: readonly ImageRebuild[]
}

const MAX_RECORD_ATTEMPTS = 20

/**
 * Plans and commits, then starts the builds that the commit records as due, and commits their results. Builds claimed
 * by another run are left to it; if that run ends without starting them, this one takes over.
 */
export async function commitAndStart(run: RunOptions, first: StateFolder, ways: Committing): Promise<Committed> {
  return reported(await inRounds(run, first, ways), first.imagesFile)
}

async function inRounds(run: RunOptions, first: StateFolder, ways: Committing): Promise<Committed> {
  const committed = await oneRound(run, first, ways)
  const { builds } = run
  const claims = committed.plan.rebuilds?.claims ?? []
  if (builds === null || claims.length === 0) return committed
  run.log('Another run is about to start builds: waiting for the outcome.')
  const folder = await run.step('Wait for another run', () => abandoned(claims, builds, ways))
  if (folder === null) return committed
  // The first round already handled what a person requested.
  const now = new Date(builds.clock()).toISOString()
  return joined(committed, await oneRound({ ...run, now, builds: { ...builds, request: null } }, folder, ways))
}

/** Milliseconds between two checks of what another run has claimed. */
const CLAIM_LOOK = 3000

/** The state once the claims of other runs have expired without a start; null: none is left open. */
async function abandoned(
  claims: readonly ClaimedRebuild[],
  { clock }: BuildOptions,
  { refetch }: Committing,
): Promise<StateFolder | null> {
  for (let attempt = 1; ; attempt += 1) {
    await sleep(CLAIM_LOOK)
    const folder = await refetch(attempt)
    const left = stillOpen(claims, readState(folder.root))
    if (left.length === 0) return null
    if (left.every(({ until }) => clock() > until)) return folder
  }
}

/** Keeps the report of the first round: its changes are what this run is about. */
function joined(first: Committed, next: Committed): Committed {
  const rebuilds = next.plan.rebuilds
  const plan = first.sha === null && next.sha !== null ? next.plan : first.plan
  return { plan: { ...plan, rebuilds }, sha: first.sha ?? next.sha, outcomes: [...first.outcomes, ...next.outcomes] }
}

function reported(committed: Committed, file: string): Committed {
  const { plan, outcomes } = committed
  if (plan.rebuilds === null) return committed
  const rebuilds = rebuildRows(plan.rebuilds, outcomes)
  const problems = rebuilds.flatMap(({ image, status, message, run }): Problem[] => {
    const about = { file, image, remedy: run === null ? null : `See ${run}.` }
    if (status === 'failed') return [problem('rebuild-failed', `${image}: ${message ?? 'the build failed'}.`, about)]
    if (status === 'refused')
      return [problem('rebuild-refused', `${image}: ${message ?? 'its build was refused'}`, about)]
    return []
  })
  const report = { ...plan.report, rebuilds, problems: [...plan.report.problems, ...problems] }
  return { ...committed, plan: { ...plan, report } }
}

async function oneRound(run: RunOptions, folder: StateFolder, ways: Committing): Promise<Committed> {
  const { plan, sha } = await planAndCommit(run, folder, ways)
  const { builds } = run
  if (plan.refused || plan.rebuilds === null || builds === null || plan.rebuilds.starts.length === 0) {
    return { plan, sha, outcomes: [] }
  }
  const { rebuilds } = plan
  const outcomes = await run.step('Start builds', () => start(rebuilds, { ...builds, secrets: run.secrets }, ways))
  await run.step('Record what was started', () => updateState(ways, (state) => outcomeFiles(outcomes, state)))
  for (const { name, rebuild } of outcomes) run.log(`${name}: ${rebuild.result} ${rebuild.run?.url ?? ''}`.trimEnd())
  return { plan, sha, outcomes }
}

function start(
  { starts, taken }: Decision,
  { client, me, clock, secrets }: BuildOptions & Pick<RunOptions, 'secrets'>,
  ways: Committing,
): Promise<ImageRebuild[]> {
  const renew = async (left: readonly Start[]) => {
    let kept: readonly Start[] = []
    await updateState(ways, (state) => {
      kept = renewed(stillClaimed(left, state, me), me, new Date(clock()).toISOString())
      return outcomeFiles(
        kept.flatMap(({ images }) => images),
        state,
      )
    })
    return kept
  }
  return startBuilds(starts, { client, taken, clock, renew, hide: redactor(secrets) })
}

/**
 * Changes state files on top of the branch head; retries when the branch has moved in the meantime.
 *
 * @param change returns the files to change, given the current state.
 */
async function updateState(
  { refetch, record }: Committing,
  change: (state: StateFiles) => ReadonlyMap<string, string>,
): Promise<void> {
  for (let attempt = 1; attempt <= MAX_RECORD_ATTEMPTS; attempt += 1) {
    const { root } = await refetch(attempt)
    const files = change(readState(root))
    if (files.size === 0) return
    const result = await record(files)
    if (result.kind !== 'stale') return
  }
}

const MAX_ATTEMPTS = 10

/**
 * Plans and commits. If the branch has moved in the meantime, the generated files are regenerated from its head; they
 * are never merged, rebased or force-pushed.
 *
 * @returns the last plan, and the commit's SHA; null where nothing was committed.
 */
export async function planAndCommit(
  run: RunOptions,
  first: StateFolder,
  { commit, refetch }: Pick<Committing, 'commit' | 'refetch'>,
): Promise<{ readonly plan: Plan; readonly sha: string | null }> {
  let folder = first
  for (let attempt = 1; ; attempt += 1) {
    const plan = await makePlan(run, folder)
    if (plan.refused) return { plan, sha: null }
    const current = folder
    const result = await run.step('Commit', () => commit(plan, current)).catch(refusalOf)
    if (result.kind === 'refused') return { plan: withProblems(plan, result.problems), sha: null }
    if (result.kind !== 'stale') return { plan, sha: result.kind === 'committed' ? result.sha : null }
    if (attempt === MAX_ATTEMPTS) return { plan: withProblems(plan, [ALWAYS_LATE]), sha: null }
    folder = await run.step('Fetch new commits', () => refetch(attempt))
  }
}

/** Headline of a commit where the input commit-message is not set; action.yml has the same default. */
export const DEFAULT_HEADLINE = 'chore: update image factory state and manifests'

/**
 * The message of a commit: its headline, and the commit whose images.yaml the files were generated from.
 *
 * @param head the commit that was read.
 * @param trailer the last line, which identifies the run.
 */
export function commitMessage(
  headline: string,
  { path, imagesFile }: StateFolder,
  head: string,
  trailer?: string,
): { readonly headline: string; readonly body: string } {
  const body = `Generated from ${fromTop(path, imagesFile)} at ${head}.`
  return { headline, body: trailer === undefined ? body : `${body}\n\n${trailer}` }
}

/** The generated files that a plan removes, by path below the state folder. */
export function removalsOf({ changes }: Plan): string[] {
  return [...changes].flatMap(([path, text]) => (text === null ? [path] : []))
}

const ALWAYS_LATE = problem('branch-moved', `the branch changed during each of ${MAX_ATTEMPTS} attempts to commit.`, {
  remedy: 'Give the workflow a concurrency group, so that its runs wait for each other.',
})

/** Makes a forbidden commit part of the report, with what it would have changed. */
function refusalOf(error: unknown): { readonly kind: 'refused'; readonly problems: readonly Problem[] } {
  if (error instanceof Refusal) return { kind: 'refused', problems: error.problems }
  throw error
}

function withProblems(plan: Plan, more: readonly Problem[]): Plan {
  return { ...plan, refused: true, report: { ...plan.report, problems: [...plan.report.problems, ...more] } }
}
