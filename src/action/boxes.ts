import { warning } from '@actions/core'
import { isSameButBoxes, readDashboard } from '../dashboard/index.js'
import { type DashboardNow, mayWrite, readOwnDashboard, untickAll } from '../publish/index.js'
import type { Request } from '../rebuild/index.js'
import type { Clients } from './clients.js'
import type { Context, EditedIssue } from './context.js'
import { dashboardId, type Factory, forbidden, issuePlace, requestOf, stateBranch } from './dashboard.js'
import type { Inputs } from './inputs.js'
import { asWarning, logLine, safe } from './log.js'

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
  const factory = factoryOf(inputs, context, clients)
  const found = newTicks(factory)
  if (typeof found === 'string') return nothing(found)
  try {
    const { edit, names } = found
    const now = await readOwnDashboard(await issuePlace(factory), edit.number)
    if (now === null) return nothing(`#${edit.number} is not an issue of this factory`)
    if (now.kind === 'forbidden') return nothing(forbidden(factory))
    const ticked = names.filter((name) => now.dashboard.ticked.includes(name))
    if (ticked.length === 0) return nothing(`the boxes of #${edit.number} are no longer ticked`)
    const refusal = await refusalOf(found, now, factory)
    if (refusal === null) return requestOf(ticked)
    await untickAll(await issuePlace(factory), edit.number, now)
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
    const place = await issuePlace(factoryOf(inputs, context, clients))
    const now = await readOwnDashboard(place, editedIssue.number)
    if (now?.kind === 'read') await untickAll(place, editedIssue.number, now)
  } catch (error) {
    warning(safe(`The boxes of the dashboard could not be cleared: ${asWarning(error)}`))
  }
}

function factoryOf(inputs: Inputs, context: Context, clients: Clients): Factory {
  const repository = inputs.stateRepository ?? context.repository
  const isOwn = repository.toLowerCase() === context.repository.toLowerCase()
  return { inputs, context, target: { repository, isOwn }, clients }
}

function nothing(why: string): null {
  logLine(`Nothing is started: ${why.replace(/\.$/, '')}.`)
  return null
}

interface NewTicks {
  readonly edit: EditedIssue
  readonly names: readonly string[]
  /** Whether the text was ours before and only boxes changed. */
  readonly isIntact: boolean
}

/** The ticks of the event; a string: why it concerns no box of ours. */
function newTicks(factory: Factory): NewTicks | string {
  const { inputs, context, target } = factory
  const edit = context.editedIssue
  if (edit === null) return 'the text of the issue did not change'
  const { number } = edit
  const [before, after] = [readDashboard(edit.before), readDashboard(edit.after)]
  if (before === null || after === null) return `#${number} is not a dashboard`
  if (!target.isOwn)
    return `the dashboard is an issue of ${target.repository}, and its boxes need a workflow there that runs this action`
  const id = dashboardId(inputs, stateBranch(factory, context.ref.replace(/^refs\/heads\//, '')))
  if (before.marker.id !== id) return `#${number} is the dashboard of another factory (${before.marker.id})`
  const names = after.ticked.filter((name) => !before.ticked.includes(name))
  if (names.length === 0) return `no box of #${number} was ticked`
  return { edit, names, isIntact: before.isIntact && isSameButBoxes(edit.before, edit.after) }
}

/** Why ticks are ignored; null: they count. */
async function refusalOf(
  { edit: { number, sender }, isIntact }: NewTicks,
  now: DashboardNow,
  factory: Factory,
): Promise<string | null> {
  if (!isIntact || !now.dashboard.isIntact) return `someone else edited the text of #${number}`
  if (!sender.isPerson) return `${sender.login} is not a person`
  const { repository } = factory.target
  if (await mayWrite(await issuePlace(factory), sender.login)) return null
  return `according to GitHub, ${sender.login} has no write access to ${repository}`
}
