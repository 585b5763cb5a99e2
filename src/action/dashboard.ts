import { warning } from '@actions/core'
import {
  ALL_STALE,
  isSameButBoxes,
  issueTitle,
  newsOf,
  type Overview,
  readDashboard,
  renderIssue,
  renderNotice,
} from '../dashboard/index.js'
import { urlPath } from '../forges/forge.js'
import { readOverview } from '../overview.js'
import type { Plan } from '../plan.js'
import {
  type DashboardRequest,
  type IssuePlace,
  keepDashboard,
  mayWrite,
  readOwnDashboard,
  untickAll,
} from '../publish/index.js'
import type { Request } from '../rebuild/index.js'
import { fromTop, type StateFolder } from '../state/index.js'
import type { Clients } from './clients.js'
import type { Context, EditedIssue } from './context.js'
import type { Inputs } from './inputs.js'
import { asWarning, knownSecrets, logLine, safe, step } from './log.js'
import type { RunTarget } from './target.js'

/** What belongs to one run of the action. */
export interface ActionRun {
  readonly inputs: Inputs
  readonly context: Context
  readonly target: Pick<RunTarget, 'repository' | 'isOwn'>
  readonly clients: Clients
}

/**
 * Updates the dashboard issue if the settings ask for one. A failure is a warning and does not fail the run.
 *
 * @param branch the branch that was committed to.
 * @param read reads the state after everything was committed.
 */
export async function updateDashboard(
  run: ActionRun,
  plan: Plan,
  { branch, now, read }: { readonly branch: string; readonly now: string; readonly read: () => Promise<StateFolder> },
): Promise<void> {
  const { context, target } = run
  if (plan.settings?.dashboard.issue !== true || context.pullRequest !== null) return
  if (branch !== stateBranch(run, branch)) {
    logLine(`The dashboard shows ${stateBranch(run, branch)}, not ${branch}: it is left unchanged.`)
    return
  }
  try {
    const result = await step('Bring the dashboard up to date', async () => {
      const { repository } = target
      const missingBases = plan.answers.missing
      const overview = readOverview(await read(), { repository, urls: context.servers, now, missingBases })
      const request = requestFor(overview, run, plan, branch)
      return keepDashboard(await issuePlace(run), request)
    })
    if (result.kind === 'forbidden') warning(safe(forbidden(run)))
    else if (result.kind === 'skipped') logLine('Another run is creating the dashboard right now.')
    else
      logLine(
        `Dashboard ${result.kind}${result.isNotified ? ', people are notified of what is new' : ''}: ${result.url}`,
      )
  } catch (error) {
    warning(safe(`The dashboard could not be brought up to date: ${asWarning(error)}`))
  }
}

/** The branch that holds the state; if the event does not name it, the branch of the run. */
function stateBranch({ inputs, context, target }: Omit<ActionRun, 'clients'>, branch: string): string {
  return inputs.stateRef?.replace(/^refs\/heads\//, '') ?? (target.isOwn ? (context.defaultBranch ?? branch) : branch)
}

/** Distinguishes the dashboards of several factories in one repository. */
function dashboardId({ statePath }: Inputs, branch: string): string {
  return `${branch}:${statePath}`
}

/** The issues of the state repository; in the workflow's own repository they are written with the workflow's token. */
async function issuePlace({ target, clients }: ActionRun): Promise<IssuePlace> {
  const [owner = '', repo = ''] = target.repository.split('/')
  const [purpose, token] = target.isOwn ? (['comment', 'github-token'] as const) : (['state', 'state-token'] as const)
  return { client: await clients.for(purpose), owner, repo, token }
}

/** Remedy for a token that is not allowed to write issues. */
function forbidden({ target }: Pick<ActionRun, 'target'>): string {
  const remedy = target.isOwn
    ? 'give the job the permission issues: write'
    : `the state-token needs the permission issues: write on ${target.repository}`
  return `The token may not write the dashboard issue: ${remedy}, or remove \`issue: true\` from settings.dashboard.`
}

function requestFor(overview: Overview, run: ActionRun, plan: Plan, branch: string): DashboardRequest {
  const { inputs, context, target } = run
  const secrets = knownSecrets()
  const id = dashboardId(inputs, branch)
  const file = urlPath(fromTop(inputs.statePath, inputs.imagesFile))
  const imagesUrl = `${context.servers.github}/${target.repository}/blob/${urlPath(branch)}/${file}`
  const notify = plan.settings?.dashboard.notify ?? []
  return {
    id,
    title: issueTitle(inputs.statePath),
    render: (budget) => renderIssue(overview, { budget, hasBoxes: target.isOwn, imagesUrl, secrets }),
    handled: context.editedIssue === null ? [] : (readDashboard(context.editedIssue.after)?.ticked ?? []),
    news: (told) => newsOf(overview, told, plan.answers.there),
    notice: (items, sequence) => renderNotice(items, { id, sequence }, notify, secrets),
  }
}

/** The rebuild that ticked boxes request. */
function requestOf(boxes: readonly string[]): Inputs['rebuild'] {
  const names = boxes.filter((name) => name !== ALL_STALE)
  return boxes.includes(ALL_STALE) ? { kind: 'all-stale', names } : { kind: 'names', names }
}

/** Whether the event is about an issue: a dashboard box may have been ticked, and nothing else in it matters. */
export function isAboutIssue({ mode }: Inputs, { eventName }: Context): boolean {
  return eventName === 'issues' && (mode === 'auto' || mode === 'commit')
}

/**
 * The rebuild that a person requested by ticking boxes of the dashboard; null: none that counts, and the log says why.
 * It counts if the issue is ours and was unmodified, this edit changed only boxes, the boxes are still ticked, and
 * GitHub confirms that the person has write access. Other issues cause no API request.
 */
export async function requestedByBoxes(inputs: Inputs, context: Context, clients: Clients): Promise<Request | null> {
  const run = runOf(inputs, context, clients)
  const found = newTicks(run)
  if (typeof found === 'string') return nothing(found)
  try {
    const { edit, names, isIntact } = found
    const now = await readOwnDashboard(await issuePlace(run), edit.number)
    if (now === null) return nothing(`#${edit.number} is not an issue of this factory`)
    if (now.kind === 'forbidden') return nothing(forbidden(run))
    const ticked = names.filter((name) => now.dashboard.ticked.includes(name))
    if (ticked.length === 0) return nothing(`the boxes of #${edit.number} are no longer ticked`)
    const refusal = await refusalOf(edit, isIntact && now.dashboard.isIntact, run)
    if (refusal === null) return requestOf(ticked)
    await untickAll(await issuePlace(run), edit.number, now)
    return nothing(refusal)
  } catch (error) {
    warning(safe(`Nothing is started, because the dashboard could not be read: ${asWarning(error)}`))
    return null
  }
}

/** Unticks the boxes of the dashboard, for a run that could not handle them. */
export async function untickDashboard(inputs: Inputs, context: Context, clients: Clients): Promise<void> {
  const { editedIssue } = context
  if (editedIssue === null) return
  try {
    const place = await issuePlace(runOf(inputs, context, clients))
    const now = await readOwnDashboard(place, editedIssue.number)
    if (now?.kind === 'read') await untickAll(place, editedIssue.number, now)
  } catch (error) {
    warning(safe(`The boxes of the dashboard could not be cleared: ${asWarning(error)}`))
  }
}

function runOf(inputs: Inputs, context: Context, clients: Clients): ActionRun {
  const repository = inputs.stateRepository ?? context.repository
  const isOwn = repository.toLowerCase() === context.repository.toLowerCase()
  return { inputs, context, target: { repository, isOwn }, clients }
}

function nothing(why: string): null {
  logLine(`Nothing is started: ${why.replace(/\.$/, '')}.`)
  return null
}

/**
 * The ticks of the event; a string: why it concerns no box of ours.
 *
 * @returns `isIntact`: the text was ours before and only boxes changed.
 */
function newTicks(run: ActionRun) {
  const { inputs, context, target } = run
  const edit = context.editedIssue
  if (edit === null) return 'the text of the issue did not change'
  const { number } = edit
  const [before, after] = [readDashboard(edit.before), readDashboard(edit.after)]
  if (before === null || after === null) return `#${number} is not a dashboard`
  if (!target.isOwn)
    return `the dashboard is an issue of ${target.repository}, and its boxes need a workflow there that runs this action`
  const id = dashboardId(inputs, stateBranch(run, context.ref.replace(/^refs\/heads\//, '')))
  if (before.marker.id !== id) return `#${number} is the dashboard of another factory (${before.marker.id})`
  const names = after.ticked.filter((name) => !before.ticked.includes(name))
  if (names.length === 0) return `no box of #${number} was ticked`
  return { edit, names, isIntact: before.isIntact && isSameButBoxes(edit.before, edit.after) }
}

/** Why ticks are ignored; null: they count. */
async function refusalOf({ number, sender }: EditedIssue, isIntact: boolean, run: ActionRun): Promise<string | null> {
  if (!isIntact) return `someone else edited the text of #${number}`
  if (!sender.isPerson) return `${sender.login} is not a person`
  const { repository } = run.target
  if (await mayWrite(await issuePlace(run), sender.login)) return null
  return `according to GitHub, ${sender.login} has no write access to ${repository}`
}
