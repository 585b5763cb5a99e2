import { warning } from '@actions/core'
import {
  ALL_STALE,
  issueTitle,
  newsOf,
  type Overview,
  readDashboard,
  renderIssue,
  renderNotice,
} from '../dashboard/index.js'
import type { Settings } from '../enrollment/index.js'
import { urlPath } from '../forges/forge.js'
import { readOverview } from '../overview.js'
import type { Plan } from '../plan.js'
import { type DashboardRequest, type IssuePlace, keepDashboard } from '../publish/index.js'
import { fromTop, type StateFolder } from '../state/index.js'
import type { Clients } from './clients.js'
import type { Context } from './context.js'
import type { Inputs } from './inputs.js'
import { asWarning, knownSecrets, logLine, safe, step } from './log.js'
import type { RunTarget } from './target.js'

export interface Factory {
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
  factory: Factory,
  plan: Plan,
  { branch, now, read }: { readonly branch: string; readonly now: string; readonly read: () => Promise<StateFolder> },
): Promise<void> {
  const { context, target } = factory
  if (plan.settings?.dashboard.issue !== true || context.pullRequest !== null) return
  if (branch !== stateBranch(factory, branch)) {
    logLine(`The dashboard shows ${stateBranch(factory, branch)}, not ${branch}: it is left unchanged.`)
    return
  }
  const { settings } = plan
  try {
    const result = await step('Bring the dashboard up to date', async () => {
      const { repository } = target
      const missingBases = plan.answers.missing
      const overview = readOverview(await read(), { repository, urls: context.servers, now, missingBases })
      const request = requestFor(overview, { factory, plan, settings, branch })
      return keepDashboard(await issuePlace(factory), request)
    })
    if (result.kind === 'forbidden') warning(safe(forbidden(factory)))
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
export function stateBranch({ inputs, context, target }: Omit<Factory, 'clients'>, branch: string): string {
  return inputs.stateRef?.replace(/^refs\/heads\//, '') ?? (target.isOwn ? (context.defaultBranch ?? branch) : branch)
}

/** Distinguishes the dashboards of several factories in one repository. */
export function dashboardId({ statePath }: Inputs, branch: string): string {
  return `${branch}:${statePath}`
}

/** The issues of the state repository; in the workflow's own repository they are written with the workflow's token. */
export async function issuePlace({ target, clients }: Factory): Promise<IssuePlace> {
  const [owner = '', repo = ''] = target.repository.split('/')
  const [purpose, token] = target.isOwn ? (['comment', 'github-token'] as const) : (['state', 'state-token'] as const)
  return { client: await clients.for(purpose), owner, repo, token }
}

/** Remedy for a token that is not allowed to write issues. */
export function forbidden({ target }: Pick<Factory, 'target'>): string {
  const remedy = target.isOwn
    ? 'give the job the permission issues: write'
    : `the state-token needs the permission issues: write on ${target.repository}`
  return `The token may not write the dashboard issue: ${remedy}, or remove \`issue: true\` from settings.dashboard.`
}

interface Shown {
  readonly factory: Factory
  readonly plan: Plan
  readonly settings: Settings
  readonly branch: string
}

function requestFor(overview: Overview, { factory, plan, settings, branch }: Shown): DashboardRequest {
  const { inputs, context, target } = factory
  const secrets = knownSecrets()
  const id = dashboardId(inputs, branch)
  const file = urlPath(fromTop(inputs.statePath, inputs.imagesFile))
  const imagesUrl = `${context.servers.github}/${target.repository}/blob/${urlPath(branch)}/${file}`
  const { notify } = settings.dashboard
  return {
    id,
    title: issueTitle(inputs.statePath),
    render: (budget) => renderIssue(overview, { budget, hasBoxes: target.isOwn, imagesUrl, secrets }),
    handled: context.editedIssue === null ? [] : (readDashboard(context.editedIssue.after)?.ticked ?? []),
    news: (told) => newsOf(overview, told, plan.answers.there),
    notice: (items, sequence) => renderNotice(items, { id, sequence, notify, secrets }),
  }
}

/** The rebuild that ticked boxes request. */
export function requestOf(boxes: readonly string[]): Inputs['rebuild'] {
  const names = boxes.filter((name) => name !== ALL_STALE)
  return boxes.includes(ALL_STALE) ? { kind: 'all-stale', names } : { kind: 'names', names }
}
