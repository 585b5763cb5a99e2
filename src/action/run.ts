import { randomInt } from 'node:crypto'
import { resolve } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { notice, warning } from '@actions/core'
import { pageFiles } from '../dashboard/index.js'
import { Refusal } from '../enrollment/index.js'
import { readOverview } from '../overview.js'
import { makePlan } from '../pipeline.js'
import type { Plan } from '../plan.js'
import { commitAndStart, commitMessage, removalsOf } from '../plan-and-commit.js'
import { type BaseState, makePreview } from '../preview.js'
import {
  type CommitMethod,
  type CommitRequest,
  type CommitResult,
  commitFiles,
  commitMessageOf,
  git,
} from '../publish/index.js'
import type { ImageRebuild } from '../rebuild/index.js'
import type { RunOptions } from '../run-options.js'
import { type StateFolder, writeFiles } from '../state/index.js'
import { actionRunOptions, Clients } from './clients.js'
import { type Context, pinningAdvice } from './context.js'
import { type ActionRun, updateDashboard } from './dashboard.js'
import { type Inputs, inputFolder } from './inputs.js'
import { asWarning, logLine, safe, step } from './log.js'
import { type StateCheckout, StateCheckouts } from './state-checkout.js'
import { chooseTarget, type RunTarget } from './target.js'

/**
 * Writes the page and its data to the input page-dir. A failure is only a warning: the commit is already made.
 *
 * @param folder reads the state to show.
 */
async function writePage(
  plan: Plan,
  folder: () => Promise<StateFolder>,
  { inputs, context, target: { repository } }: CheckedOutRun,
  now: string,
): Promise<void> {
  const { pageDir: directory } = inputs
  if (directory === null || plan.refused) return
  try {
    await step('Write the page', async () => {
      const root = inputFolder('page-dir', directory, context) ?? resolve(context.workspace, directory)
      const missingBases = plan.answers.missing
      const overview = readOverview(await folder(), { repository, urls: context.servers, now, missingBases })
      writeFiles(root, pageFiles(overview))
      logLine(`The page is in ${directory}.`)
    })
  } catch (error) {
    warning(safe(`The page could not be written: ${asWarning(error)}`))
  }
}

export interface Outcome {
  readonly target: RunTarget
  readonly plan: Plan
  readonly commit: { readonly sha: string; readonly branch: string } | null
  /** Builds that were started, or could not be. */
  readonly outcomes: readonly ImageRebuild[]
  readonly clients: Clients
}

interface CheckedOutRun extends ActionRun {
  readonly target: RunTarget
  readonly checkouts: StateCheckouts
}

/** Runs the pipeline as the event and the inputs require. */
export async function run(inputs: Inputs, context: Context, now: string): Promise<Outcome> {
  const target = chooseTarget(inputs, context)
  logLine(`Mode ${target.mode}, state in ${target.repository}${target.isOwn ? '' : ' (another repository)'}.`)
  if (target.reason !== null) logLine(target.reason)
  for (const text of notices(inputs, context, target)) notice(safe(text))
  const clients = new Clients(inputs, context)
  const checkouts = new StateCheckouts(inputs, context, target)
  const action = { inputs, context, target, clients, checkouts }
  try {
    const checkout = await step('Open the state repository', () => checkouts.first())
    const options = await actionRunOptions(inputs, context, target, clients, now)
    if (target.mode === 'commit') return { target, clients, ...(await commitAndShow(options, checkout, action)) }
    const plan = await planWithoutCommit(options, checkout, action)
    await writePage(plan, async () => checkout.folder, action, now)
    return { target, clients, plan, commit: null, outcomes: [] }
  } finally {
    await checkouts.remove()
  }
}

/** Notices about inputs that have no effect, and about pinning the action. */
function notices({ refresh }: Inputs, { action }: Context, { mode }: RunTarget): string[] {
  const advice = pinningAdvice(action)
  const isIgnored = refresh === 'true' && mode !== 'commit'
  return [
    ...(isIgnored ? [`refresh: true has no effect in mode ${mode}: digests are looked up by commit runs.`] : []),
    ...(advice === null ? [] : [advice]),
  ]
}

/**
 * The plan of a run that commits nothing. On a pull request to the state's own repository it shows what the pull
 * request causes; an unreadable base is reported and does not fail the run.
 */
async function planWithoutCommit(options: RunOptions, head: StateCheckout, action: CheckedOutRun): Promise<Plan> {
  const { target, context, checkouts } = action
  const isPullRequest = target.mode === 'preview' && target.isOwn && context.baseSha !== null
  if (!isPullRequest || context.baseSha === null) return makePlan(options, head.folder)
  const sha = (await mergedInto(head, context)) ?? context.baseSha
  return makePreview(options, head.folder, () => readBase(sha, checkouts))
}

/** The base commit of the merge that is checked out: the event may name an older one. */
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

async function commitAndShow(options: RunOptions, first: StateCheckout, action: CheckedOutRun) {
  const committed = await commit(options, first, action)
  const { plan } = committed
  const { checkouts } = action
  const { now } = options
  const branch = checkouts.branchOf(first)
  let folder: Promise<StateFolder> | null = null
  const read = () => {
    folder ??= checkouts.fresh(`refs/heads/${branch}`).then((fresh) => fresh.folder)
    return folder
  }
  if (!plan.refused) await updateDashboard(action, plan, { branch, now, read })
  await writePage(plan, read, action, now)
  return committed
}

async function commit(options: RunOptions, first: StateCheckout, action: CheckedOutRun) {
  const { checkouts } = action
  let current = first
  let planned = first
  const branch = checkouts.branchOf(first)
  const ways = {
    commit: (plan: Plan) => {
      planned = current
      return commitPlan(plan, current, branch, action)
    },
    record: (files: ReadonlyMap<string, string>) => commitOn({ files, removals: [] }, current, branch, action),
    refetch: async (attempt: number) => {
      // Random and growing backoff, so that runs that lost the race do not collide again.
      await sleep(randomInt(100, 500) * Math.min(attempt, 4))
      current = await checkouts.fresh(`refs/heads/${branch}`)
      return current.folder
    },
  }
  const { plan, sha, outcomes } = await commitAndStart(options, first.folder, ways)
  if (!plan.refused && planned.isWorkspace) writeFiles(planned.folder.root, plan.changes)
  return { plan, outcomes, commit: sha === null ? null : { sha, branch } }
}

async function commitPlan(
  plan: Plan,
  checkout: StateCheckout,
  branch: string,
  action: CheckedOutRun,
): Promise<CommitResult> {
  const { tree } = checkout
  const trailer = trailerOf(action)
  const result = await commitOn({ files: plan.files, removals: removalsOf(plan) }, checkout, branch, action)
  if (result.kind === 'committed' && result.note !== undefined) notice(safe(result.note))
  if (result.kind === 'nothing' && !checkout.isFirst && (await commitMessageOf(tree)).includes(trailer)) {
    logLine(`${tree.head} is this run's own commit: it was made, and only the response got lost.`)
    return { kind: 'committed', sha: tree.head }
  }
  logLine(commitLine(result, branch))
  return result
}

function trailerOf({ context }: CheckedOutRun): string {
  return `Image-Factory-Run: ${context.run.url}`
}

async function commitOn(
  changes: Pick<CommitRequest, 'files' | 'removals'>,
  { tree, folder }: StateCheckout,
  branch: string,
  action: CheckedOutRun,
): Promise<CommitResult> {
  const { inputs } = action
  const message = commitMessage(inputs.commitMessage, folder, tree.head, trailerOf(action))
  const request = { ...changes, tree, branch, statePath: inputs.statePath, message }
  return commitFiles(request, await methodOf(action))
}

async function methodOf({ checkouts, inputs, clients, target }: CheckedOutRun): Promise<CommitMethod> {
  const newFolder = () => checkouts.newFolder()
  const push = { remote: checkouts.remote, identityFrom: checkouts.identityFrom, newFolder }
  if (inputs.commitMethod === 'push') return { kind: 'push', ...push }
  return { kind: 'api', client: await clients.for('state'), repository: target.repository, instead: push }
}

function commitLine(result: CommitResult, branch: string): string {
  if (result.kind === 'committed') return `Committed ${result.sha} to ${branch}.`
  if (result.kind === 'nothing') return `${branch} is up to date: nothing to commit.`
  return `${branch} has changed in the meantime: the files are regenerated.`
}
