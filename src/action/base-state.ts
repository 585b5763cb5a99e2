import { Refusal } from '../enrollment/index.js'
import { makePlan } from '../pipeline.js'
import type { Plan } from '../plan.js'
import { type BaseState, makePreview } from '../preview.js'
import { git } from '../publish/index.js'
import type { RunOptions } from '../run-options.js'
import type { Context } from './context.js'
import type { StateCheckout, StateCheckouts } from './state-checkout.js'
import type { Target } from './target.js'

/** Where a look at the state takes place. */
export interface PlanContext {
  readonly checkouts: StateCheckouts
  readonly context: Context
  readonly target: Target
}

/**
 * The plan of a run that commits nothing. On a pull request to the state's own repository it says what the pull request
 * causes; a base that cannot be read is said, and no reason to fail.
 */
export async function planWithoutCommit(job: RunOptions, head: StateCheckout, setting: PlanContext): Promise<Plan> {
  const { target, context, checkouts } = setting
  const isPullRequest = target.mode === 'preview' && target.isOwn && context.baseSha !== null
  if (!isPullRequest || context.baseSha === null) return makePlan(job, head.folder)
  const sha = (await mergedInto(head, context)) ?? context.baseSha
  return makePreview(job, head.folder, () => readBase(sha, checkouts))
}

/** What the merge that is checked out was made with: the event may name an older commit of the base branch. */
async function mergedInto({ tree }: StateCheckout, { pullRequest }: Context): Promise<string | null> {
  const { exitCode, stdout } = await git(['cat-file', 'commit', tree.head], { cwd: tree.root })
  if (exitCode !== 0) return null
  const [headers = ''] = stdout.split('\n\n', 1)
  const [first, second, ...more] = [...headers.matchAll(/^parent ([0-9a-f]+)$/gm)].map(([, sha = '']) => sha)
  const isMerge = second !== undefined && second === pullRequest?.headSha && more.length === 0
  return isMerge && first !== undefined ? first : null
}

async function readBase(sha: string, checkouts: StateCheckouts): Promise<BaseState> {
  try {
    return { kind: 'found', folder: (await checkouts.fresh(sha)).folder }
  } catch (error) {
    if (!(error instanceof Refusal)) throw error
    const reason = error.problems[0]?.message.replace(/\.$/, '') ?? 'it cannot be read'
    return { kind: 'unknown', reason }
  }
}
