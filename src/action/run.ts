import { randomInt } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { info, notice } from '@actions/core'
import { refuse } from '../enrollment/index.js'
import type { Plan } from '../plan.js'
import { planAndCommit, removalsOf } from '../plan-and-commit.js'
import { type CommitMethod, type CommitResult, commitFiles, commitMessageOf } from '../publish/index.js'
import { type RunOptions, registryAccess, sourceReader } from '../run-options.js'
import { fromTop, writeFiles } from '../state/index.js'
import { planWithoutCommit } from './base-state.js'
import { Clients } from './clients.js'
import type { Context } from './context.js'
import type { Inputs } from './inputs.js'
import { count, hidden, safe, say, step } from './log.js'
import { pinningAdvice } from './pinned.js'
import { type StateCheckout, StateCheckouts } from './state-checkout.js'
import { chooseTarget, type Target } from './target.js'
import { namedFolder } from './workspace.js'

/** What a run ends with, to be told. */
export interface Outcome {
  readonly target: Target
  readonly plan: Plan
  readonly commit: { readonly sha: string; readonly branch: string } | null
  readonly clients: Clients
}

/** Runs the pipeline as the event and the inputs ask for. */
export async function run(inputs: Inputs, context: Context, now: string): Promise<Outcome> {
  const target = chooseTarget(inputs, context)
  say(`Mode ${target.mode}, state in ${target.repository}${target.isOwn ? '' : ' (another repository)'}.`)
  if (target.reason !== null) say(target.reason)
  for (const text of [...withoutEffect(inputs, target), ...advice(context)]) notice(safe(text))
  const clients = new Clients(inputs, context)
  const checkouts = new StateCheckouts(inputs, context, target)
  try {
    const checkout = await step('Open the state repository', () => checkouts.first())
    const job = await runOptions(inputs, context, target, clients, now)
    if (target.mode !== 'commit') {
      return {
        target,
        plan: await planWithoutCommit(job, checkout, { checkouts, context, target }),
        commit: null,
        clients,
      }
    }
    return { target, clients, ...(await commit(job, checkout, checkouts, { inputs, context, target, clients })) }
  } finally {
    await checkouts.remove()
  }
}

async function runOptions(
  inputs: Inputs,
  context: Context,
  target: Target,
  clients: Clients,
  now: string,
): Promise<RunOptions> {
  const { servers } = context
  const isCommit = target.mode === 'commit'
  return {
    mode: target.mode,
    read: sourceReader({
      directory: inputs.sourcesDir === null ? null : existingFolder(inputs.sourcesDir, context),
      servers,
      connect: () => clients.for('source'),
      gitlabToken: inputs.gitlabToken,
      log: { warning: (text) => info(safe(text)), debug: () => count('questions to GitLab asked again') },
      count,
    }),
    maxDeletions: inputs.maxDeletions,
    apiUrl: servers.githubApi,
    gitlabUrl: servers.gitlab,
    ownRepository: target.repository,
    secrets: hidden(),
    registries:
      isCommit && inputs.refresh !== 'false'
        ? await registryAccess(process.env, (text) => notice(safe(text)), count)
        : null,
    now,
    writes: isCommit,
    step,
    log: say,
  }
}

function advice({ action }: Context): string[] {
  const text = pinningAdvice(action)
  return text === null ? [] : [text]
}

/** What is asked for and not done is said, never passed over. */
function withoutEffect({ refresh }: Inputs, { mode }: Target): string[] {
  if (refresh !== 'true' || mode === 'commit') return []
  return [`refresh: true has no effect in mode ${mode}: digests are looked up by runs that commit.`]
}

function existingFolder(sourcesDir: string, context: Context): string {
  const folder = namedFolder('sources-dir', sourcesDir, context)
  if (folder !== null) return folder
  const remedy = 'Check the source repositories out there as OWNER/REPO first.'
  throw refuse(`sources-dir names ${sourcesDir}, and there is no such folder.`, { remedy })
}

interface CommitSetting {
  readonly inputs: Inputs
  readonly context: Context
  readonly target: Target
  readonly clients: Clients
}

async function commit(job: RunOptions, first: StateCheckout, checkouts: StateCheckouts, setting: CommitSetting) {
  let current = first
  const branch = checkouts.branchOf(first)
  const ends = {
    commit: (plan: Plan) => commitPlan(plan, current, branch, checkouts, setting),
    refetch: async (attempt: number) => {
      // Everybody who lost the race waits a different while, and longer each time.
      await sleep(randomInt(100, 500) * Math.min(attempt, 4))
      current = await checkouts.fresh(`refs/heads/${branch}`)
      return current.folder
    },
  }
  const { plan, sha } = await planAndCommit(job, first.folder, ends)
  if (!plan.refused && current.isWorkspace) writeFiles(current.folder.root, plan.changes)
  return { plan, commit: sha === null ? null : { sha, branch } }
}

async function commitPlan(
  plan: Plan,
  checkout: StateCheckout,
  branch: string,
  checkouts: StateCheckouts,
  setting: CommitSetting,
): Promise<CommitResult> {
  const { inputs, context } = setting
  const { tree, folder } = checkout
  const trailer = `Image-Factory-Run: ${context.run.url}`
  const body = `Generated from ${fromTop(folder.path, folder.imagesFile)} at ${tree.head}.\n\n${trailer}`
  const message = { headline: inputs.commitMessage, body }
  const request = { tree, branch, statePath: inputs.statePath, files: plan.files, removals: removalsOf(plan), message }
  const result = await commitFiles(request, await methodOf(checkouts, setting))
  if (result.kind === 'committed' && result.note !== undefined) notice(safe(result.note))
  if (result.kind === 'nothing' && !checkout.isFirst && (await commitMessageOf(tree)).includes(trailer)) {
    say(`${tree.head} is this run's own commit; only the answer had been lost.`)
    return { kind: 'committed', sha: tree.head }
  }
  say(commitLine(result, branch))
  return result
}

async function methodOf(checkouts: StateCheckouts, setting: CommitSetting): Promise<CommitMethod> {
  const newFolder = () => checkouts.newFolder()
  const push = { remote: checkouts.remote, identityFrom: checkouts.identityFrom, newFolder }
  if (setting.inputs.commitMethod === 'push') return { kind: 'push', ...push }
  const client = await setting.clients.for('state')
  return { kind: 'api', client, repository: setting.target.repository, instead: push }
}

function commitLine(result: CommitResult, branch: string): string {
  if (result.kind === 'committed') return `Committed ${result.sha} to ${branch}.`
  if (result.kind === 'nothing') return `${branch} is up to date: nothing to commit.`
  return `${branch} has moved on in the meantime: the files are made again.`
}
