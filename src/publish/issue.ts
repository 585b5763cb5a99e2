import { setTimeout as sleep } from 'node:timers/promises'
import {
  type Dashboard,
  type DashboardMarker,
  isSameBody,
  readDashboard,
  unticked,
  withMarker,
  withTicks,
} from '../dashboard/index.js'
import { baseDelay, FailedRequest, mayHaveTakenEffect } from '../network/index.js'
import type { GitHubClient } from '../sources/index.js'
import { type NoticeRequest, notify } from './notice.js'
import { ownLogin, sameLogin } from './own-login.js'
import { isClientError, isForbidden, refusedIssue } from './refusals.js'
import { BODY_LIMITS, writeTruncated } from './truncated.js'

/** A repository's issues, and the right to write them. */
export interface IssuePlace {
  readonly client: GitHubClient
  readonly owner: string
  readonly repo: string
  /** The input with the token, for messages. */
  readonly token: string
}

/** What the dashboard shall say. */
export interface DashboardRequest extends NoticeRequest {
  /** Of an issue that is made anew; people may rename it. */
  readonly title: string
  /** What people read, in so many characters. */
  readonly render: (budget: number) => string
  /** Boxes whose ticks have been taken up; ticks in others stay for the runs that they started. */
  readonly handled: readonly string[]
}

/** What became of the dashboard, and where it is. */
export type DashboardResult =
  | { readonly kind: 'created' | 'updated' | 'unchanged'; readonly url: string; readonly isNotified: boolean }
  /** Another run makes it in this moment. */
  | { readonly kind: 'skipped' }
  /** The token may not write issues. */
  | { readonly kind: 'forbidden' }

/** An issue of ours. */
interface OwnIssue {
  readonly number: number
  readonly url: string
  readonly body: string
  readonly isClosed: boolean
  readonly dashboard: Dashboard
}

/**
 * Keeps exactly one dashboard a repository and id: found by its marker and by being ours, changed in place, doubles closed,
 * nothing written when it says the same already. Tells people what is new in one comment on it, before its marker says that
 * they know: cut off in between, the next run finds the comment.
 *
 * @throws Refusal when GitHub does not answer, or says no otherwise than by "forbidden".
 */
export async function keepDashboard(place: IssuePlace, request: DashboardRequest): Promise<DashboardResult> {
  return asked(place, async () => {
    const login = await ownLogin(place.client)
    const found = (await findDashboards(place, request.id, login)) ?? []
    const [existing, ...doubles] = found
    if (existing === undefined) return create(place, request, login)
    await closeDoubles(place, existing, doubles)
    return update(place, request, existing, login)
  })
}

/** @throws Refusal, but for an answer that forbids it. */
async function asked<T>(place: IssuePlace, work: () => Promise<T>): Promise<T | { readonly kind: 'forbidden' }> {
  try {
    return await work()
  } catch (error) {
    if (isForbidden(error)) return { kind: 'forbidden' }
    const repository = `${place.owner}/${place.repo}`
    throw refusedIssue(error, `the dashboard issue of ${repository}`, { repository, token: place.token })
  }
}

async function update(
  place: IssuePlace,
  request: DashboardRequest,
  existing: OwnIssue,
  login: string,
): Promise<DashboardResult> {
  const { number, url, dashboard, isClosed } = existing
  const { marker, isNotified } = await notify({ ...place, number, login }, dashboard.marker, request)
  const body = (budget: number) => bodyOf(request, marker, dashboard, budget)
  if (isSameBody(existing.body, body(BODY_LIMITS[0]))) return { kind: 'unchanged', url, isNotified }
  const { client, owner, repo } = place
  const state = isClosed ? ({ state: 'open' } as const) : {}
  await writeTruncated(body, (text) =>
    client.rest.issues.update({ owner, repo, issue_number: number, body: text, ...state }),
  )
  return { kind: 'updated', url, isNotified }
}

/** A tick is a person's word to a run that is yet to come: it stays, unless others wrote the body around it. */
function bodyOf(request: DashboardRequest, marker: DashboardMarker, before: Dashboard, budget: number): string {
  const head = withMarker(marker, '')
  const body = withMarker(marker, request.render(budget - head.length))
  const kept = before.isIntact ? before.ticked.filter((name) => !request.handled.includes(name)) : []
  return withTicks(body, kept)
}

/** Another run may create one in the same moment: both look again, and the first one stays. */
async function create(place: IssuePlace, request: DashboardRequest, login: string): Promise<DashboardResult> {
  const made = await createOnce(place, request, login)
  const all = (await findDashboards(place, request.id, login).catch(leaveToNextRun)) ?? []
  const [first = made, ...doubles] = all
  await closeDoubles(place, first, doubles)
  if (first.number !== made.number) return { kind: 'skipped' }
  const result = await update(place, request, made, login)
  return result.kind === 'forbidden' || result.kind === 'skipped' ? result : { ...result, kind: 'created' }
}

const MAX_ATTEMPTS = 3

/** An issue whose answer got lost may be there: that is looked at before another is made. */
async function createOnce(place: IssuePlace, request: DashboardRequest, login: string): Promise<OwnIssue> {
  const { client, owner, repo } = place
  const marker: DashboardMarker = { id: request.id, sequence: 0, told: new Set() }
  const body = (budget: number) => withMarker(marker, request.render(budget - withMarker(marker, '').length))
  for (let tried = 1; ; tried += 1) {
    try {
      const { data } = await writeTruncated(body, (text) =>
        client.rest.issues.create({ owner, repo, title: request.title, body: text }),
      )
      const dashboard = { marker, isIntact: true, ticked: [] }
      return { number: data.number, url: data.html_url, body: data.body ?? '', isClosed: false, dashboard }
    } catch (error) {
      if (!(error instanceof FailedRequest) || !mayHaveTakenEffect(error.failure)) throw error
      const [made] = (await findDashboards(place, request.id, login)) ?? []
      if (made !== undefined) return made
      if (tried === MAX_ATTEMPTS) throw error
      await sleep(baseDelay() * 2 ** tried)
    }
  }
}

/** Issues cannot be deleted: a double is closed, and is a dashboard no longer. */
async function closeDoubles({ client, owner, repo }: IssuePlace, kept: OwnIssue, doubles: readonly OwnIssue[]) {
  const body = `Two runs made a dashboard at once: #${kept.number} is the one that is kept.`
  for (const { number } of doubles) {
    await client.rest.issues
      .update({ owner, repo, issue_number: number, body, state: 'closed', state_reason: 'not_planned' })
      .catch(leaveToNextRun)
  }
}

function leaveToNextRun(error: unknown): null {
  if (error instanceof FailedRequest || isClientError(error)) return null
  throw error
}

/** More pages than these are not read where GitHub does not know whose issues they are: 300 issues. */
const MAX_PAGES = 3

/**
 * Our own dashboards with this id, the first that was made first. The page on which one is found is the last that is read.
 * Should GitHub not know the token's own name as that of a creator, the newest issues of all are looked at before another
 * is made.
 */
async function findDashboards(place: IssuePlace, id: string, login: string): Promise<OwnIssue[]> {
  const own = await search(place, { creator: login }, (issue) => ownIssue(issue, id, login), Number.POSITIVE_INFINITY)
  if (own.length > 0) return own
  return search(place, {}, (issue) => ownIssue(issue, id, login), MAX_PAGES)
}

type ListedIssue = Awaited<ReturnType<GitHubClient['rest']['issues']['listForRepo']>>['data'][number]

async function search(
  { client, owner, repo }: IssuePlace,
  filter: { readonly creator?: string },
  pick: (issue: ListedIssue) => OwnIssue | null,
  maxPages: number,
): Promise<OwnIssue[]> {
  const parameters = { owner, repo, ...filter, state: 'all', sort: 'updated', per_page: 100 } as const
  let pages = 0
  const found = await client.paginate(client.rest.issues.listForRepo, parameters, ({ data }, done) => {
    pages += 1
    const own = data.flatMap((issue) => pick(issue) ?? [])
    if (own.length > 0 || pages >= maxPages) done()
    return own
  })
  return found.sort((a, b) => a.number - b.number)
}

function ownIssue(issue: ListedIssue, id: string, login: string): OwnIssue | null {
  const { number, html_url: url, body, state, user } = issue
  const dashboard = readDashboard(body ?? '')
  if (issue.pull_request !== undefined || dashboard === null || dashboard.marker.id !== id) return null
  if (!isOwn(user, login)) return null
  return { number, url, body: body ?? '', isClosed: state === 'closed', dashboard }
}

/** An App is never a person, though a person may be called as it is. */
function isOwn(user: { readonly login: string; readonly type: string } | null, login: string): boolean {
  return user !== null && sameLogin(user.login, login) && !(login.endsWith('[bot]') && user.type === 'User')
}

/** A dashboard of ours as it is now. */
export interface DashboardNow {
  readonly kind: 'read'
  readonly dashboard: Dashboard
  readonly body: string
}

/**
 * Reads a dashboard again.
 *
 * @returns null where the issue is none of ours.
 * @throws Refusal when GitHub does not answer, or says no otherwise than by "forbidden".
 */
export async function readOwnDashboard(
  place: IssuePlace,
  number: number,
): Promise<DashboardNow | { readonly kind: 'forbidden' } | null> {
  return asked(place, async () => {
    const { client, owner, repo } = place
    const { data } = await client.rest.issues.get({ owner, repo, issue_number: number })
    const body = data.body ?? ''
    const dashboard = readDashboard(body)
    const isOurs = dashboard !== null && isOwn(data.user, await ownLogin(client))
    return isOurs ? { kind: 'read', dashboard, body } : null
  })
}

/** Takes all ticks out of a dashboard that was just read, and changes nothing else of it. */
export async function untickAll(
  place: IssuePlace,
  number: number,
  { dashboard, body }: DashboardNow,
): Promise<{ readonly kind: 'forbidden' } | null> {
  if (dashboard.ticked.length === 0) return null
  const { client, owner, repo } = place
  return asked(place, async () => {
    await client.rest.issues.update({ owner, repo, issue_number: number, body: unticked(body) })
    return null
  })
}

/** Permissions that let a person push, and so start a workflow by hand; `maintain` is said as `write` by most servers. */
const WRITERS: ReadonlySet<string> = new Set(['admin', 'maintain', 'write'])

/**
 * Whether a person may write to the repository.
 *
 * @throws Refusal when GitHub does not answer.
 */
export async function mayWrite(place: IssuePlace, username: string): Promise<boolean> {
  const { client, owner, repo } = place
  try {
    const { data } = await client.rest.repos.getCollaboratorPermissionLevel({ owner, repo, username })
    return WRITERS.has(data.permission)
  } catch (error) {
    // 404: a person who is no collaborator; 403: the token may not ask, so nothing is known.
    if (isClientError(error)) return false
    throw error
  }
}
