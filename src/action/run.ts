import { randomInt } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { info, notice } from '@actions/core'
import { refuse } from '../enrollment/index.js'
import type { Plan } from '../plan.js'
import { planAndCommit, removalsOf } from '../plan-and-commit.js'
import { type CommitMethod, type CommitResult, commitFiles, commitMessageOf } from '../publish/index.js'
import { connectRegistries, type RegistryClient, readDockerCredentials } from '../registry/index.js'
import type { RunOptions } from '../run-options.js'
import {
  type GraphQL,
  readFromBoth,
  readFromDirectory,
  readFromGitHub,
  readFromGitLab,
  type SourceReader,
} from '../sources/index.js'
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
    const job = jobOf(inputs, context, target, clients, now)
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

/** One client a run: when the files are made again after a lost race, nothing is asked twice. */
function registriesOnce(): NonNullable<RunOptions['registries']> {
  const credentials = readDockerCredentials(process.env, (text) => notice(safe(text)))
  const known = new Map<string, RegistryClient>()
  return (allowedRegistries) => {
    const key = allowedRegistries.join(' ')
    const client = known.get(key) ?? counted(connectRegistries({ credentials, allowedRegistries }))
    known.set(key, client)
    return client
  }
}

/** Those who wait see how many answers there are. */
function counted(client: RegistryClient): RegistryClient {
  const counting =
    <Q, A>(ask: (question: Q) => Promise<A>) =>
    (question: Q): Promise<A> =>
      ask(question).finally(() => count('answers from registries'))
  return {
    digest: counting(client.digest),
    tags: counting(client.tags),
    platforms: counting(client.platforms),
    created: counting(client.created),
    contents: counting(client.contents),
  }
}

function jobOf(inputs: Inputs, context: Context, target: Target, clients: Clients, now: string): RunOptions {
  return {
    mode: target.mode,
    read: sourceReader(inputs, context, clients),
    maxDeletions: inputs.maxDeletions,
    apiUrl: context.apiUrl,
    gitlabUrl: context.gitlabUrl,
    ownRepository: target.repository,
    secrets: hidden(),
    registries: target.mode === 'commit' && inputs.refresh !== 'false' ? registriesOnce() : null,
    now,
    writes: target.mode === 'commit',
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

function sourceReader(inputs: Inputs, context: Context, clients: Clients): SourceReader {
  if (inputs.sourcesDir !== null) return readFromDirectory(existingFolder(inputs.sourcesDir, context))
  const graphql: GraphQL = async (query, variables) => {
    const client = await clients.for('source')
    return client.graphql(query, { ...variables }).finally(() => count('answers from GitHub'))
  }
  const github = readFromGitHub(graphql, new URL(context.serverUrl).host)
  const log = { warning: (text: string) => info(safe(text)), debug: () => count('questions to GitLab asked again') }
  const gitlab = readFromGitLab({ url: context.gitlabUrl, token: inputs.gitlabToken, log })
  return readFromBoth({ github, gitlab })
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
