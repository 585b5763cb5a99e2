/** Plans and commits; if another run commits first, plans again from the new branch head. */
import { type Problem, problem, Refusal } from './enrollment/index.js'
import { makePlan } from './pipeline.js'
import type { Plan } from './plan.js'
import type { CommitResult } from './publish/index.js'
import type { RunOptions } from './run-options.js'
import { fromTop, type StateFolder } from './state/index.js'

export interface Committing {
  /** Commits the plan made from this folder, on top of the commit it was made from and on nothing else. */
  readonly commit: (plan: Plan, folder: StateFolder) => Promise<CommitResult>
  /** The folder at the current branch head, after another run committed first. */
  readonly refetch: (attempt: number) => Promise<StateFolder>
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
  { commit, refetch }: Committing,
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
