import {
  type Dashboard,
  type DashboardMarker,
  isSameBody,
  readDashboard,
  unticked,
  withMarker,
  withTicks,
} from '../dashboard/index.js'
import type { GitHubClient } from '../sources/index.js'
import { BODY_LIMITS, createOnce, ownLogin, sameLogin, writeTruncated } from './comment.js'
import { type NoticeRequest, notify } from './notice.js'
import { isClientError, isForbidden, nothingIfFailed, refusedRequest } from './refusals.js'

/** The issues of a repository, and a client that may write them. */
export interface IssuePlace {
  readonly client: GitHubClient
  readonly owner: string
  readonly repo: string
  /** Name of the input with the token, for messages. */
  readonly token: string
}

export interface DashboardRequest extends NoticeRequest {
  /** Title of a new issue; people may rename it. */
  readonly title: string
  /** The visible text within this many characters. */
  readonly render: (budget: number) => string
  /** Boxes whose ticks were handled; other ticks stay for the runs that they triggered. */
  readonly handled: readonly string[]
}

type DashboardResult =
  | { readonly kind: 'created' | 'updated' | 'unchanged'; readonly url: string; readonly isNotified: boolean }
  /** Another run is creating it right now. */
  | { readonly kind: 'skipped' }
  | { readonly kind: 'forbidden' }

interface OwnIssue {
  readonly number: number
  readonly url: string
  readonly body: string
  readonly isClosed: boolean
  readonly dashboard: Dashboard
}

/**
 * Keeps exactly one dashboard per repository and id: found by its marker and author, edited in place, duplicates
 * closed, and not written if unchanged. Notifies people of news in one comment, before the marker records it: if the
 * run is interrupted in between, the next one finds the comment.
 *
 * @throws Refusal when GitHub does not respond, or refuses other than by "forbidden".
 */
export async function keepDashboard(place: IssuePlace, request: DashboardRequest): Promise<DashboardResult> {
  return asked(place, async () => {
    const login = await ownLogin(place.client)
    const [existing, ...doubles] = await findDashboards(place, request.id, login)
    if (existing === undefined) return create(place, request, login)
    await closeDoubles(place, existing, doubles)
    return update(place, request, existing, login)
  })
}

/** @throws Refusal, except for a "forbidden" response. */
async function asked<T>(place: IssuePlace, work: () => Promise<T>): Promise<T | { readonly kind: 'forbidden' }> {
  try {
    return await work()
  } catch (error) {
    if (isForbidden(error)) return { kind: 'forbidden' }
    const repository = `${place.owner}/${place.repo}`
    throw refusedRequest(error, `the dashboard issue of ${repository}`, repository, place.token)
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

/** A tick is a request to a later run: it is kept, unless another user changed the body around it. */
function bodyOf(request: DashboardRequest, marker: DashboardMarker, before: Dashboard, budget: number): string {
  const head = withMarker(marker, '')
  const body = withMarker(marker, request.render(budget - head.length))
  const kept = before.isIntact ? before.ticked.filter((name) => !request.handled.includes(name)) : []
  return withTicks(body, kept)
}

/** Another run may create one at the same time: both check again, and keep the first one. */
async function create(place: IssuePlace, request: DashboardRequest, login: string): Promise<DashboardResult> {
  const find = () => findDashboards(place, request.id, login)
  const made = await createOnce(
    () => createIssue(place, request),
    async () => (await find())[0] ?? null,
  )
  const [first = made, ...doubles] = (await find().catch(nothingIfFailed)) ?? []
  await closeDoubles(place, first, doubles)
  if (first.number !== made.number) return { kind: 'skipped' }
  const result = await update(place, request, made, login)
  return result.kind === 'forbidden' || result.kind === 'skipped' ? result : { ...result, kind: 'created' }
}

async function createIssue({ client, owner, repo }: IssuePlace, request: DashboardRequest): Promise<OwnIssue> {
  const marker: DashboardMarker = { id: request.id, sequence: 0, told: new Set() }
  const body = (budget: number) => withMarker(marker, request.render(budget - withMarker(marker, '').length))
  const { data } = await writeTruncated(body, (text) =>
    client.rest.issues.create({ owner, repo, title: request.title, body: text }),
  )
  const dashboard = { marker, isIntact: true, ticked: [] }
  return { number: data.number, url: data.html_url, body: data.body ?? '', isClosed: false, dashboard }
}

/** Issues cannot be deleted: a duplicate is closed and loses its marker. */
async function closeDoubles({ client, owner, repo }: IssuePlace, kept: OwnIssue, doubles: readonly OwnIssue[]) {
  const body = `Two runs created a dashboard at the same time: #${kept.number} is kept.`
  for (const { number } of doubles) {
    await client.rest.issues
      .update({ owner, repo, issue_number: number, body, state: 'closed', state_reason: 'not_planned' })
      .catch(nothingIfFailed)
  }
}

/** Limit if GitHub cannot filter issues by their author: 300 issues. */
const MAX_PAGES = 3

/**
 * Our own dashboards with this id, oldest first. The page with a match is the last one read. If GitHub does not
 * recognize the token's login as an author, the newest issues of everyone are searched before another is created.
 */
async function findDashboards(place: IssuePlace, id: string, login: string): Promise<OwnIssue[]> {
  const own = await search(place, id, login, { creator: login }, Number.POSITIVE_INFINITY)
  return own.length > 0 ? own : search(place, id, login, {}, MAX_PAGES)
}

async function search(
  { client, owner, repo }: IssuePlace,
  id: string,
  login: string,
  filter: { readonly creator?: string },
  maxPages: number,
): Promise<OwnIssue[]> {
  const parameters = { owner, repo, ...filter, state: 'all', sort: 'updated', per_page: 100 } as const
  let pages = 0
  const found = await client.paginate(client.rest.issues.listForRepo, parameters, ({ data }, done) => {
    pages += 1
    const own = data.flatMap(({ number, html_url: url, body, state, user, pull_request: pull }): OwnIssue[] => {
      const dashboard = readDashboard(body ?? '')
      if (pull !== undefined || dashboard?.marker.id !== id || !isOwn(user, login)) return []
      return [{ number, url, body: body ?? '', isClosed: state === 'closed', dashboard }]
    })
    if (own.length > 0 || pages >= maxPages) done()
    return own
  })
  return found.sort((a, b) => a.number - b.number)
}

/** An App is never a user, even if a user has its name. */
function isOwn(user: { readonly login: string; readonly type: string } | null, login: string): boolean {
  return user !== null && sameLogin(user.login, login) && !(login.endsWith('[bot]') && user.type === 'User')
}

/**
 * Reads a dashboard again.
 *
 * @returns its current content; null if the issue is not ours.
 * @throws Refusal when GitHub does not respond, or refuses other than by "forbidden".
 */
export async function readOwnDashboard(
  place: IssuePlace,
  number: number,
): Promise<({ readonly kind: 'read' } & Pick<OwnIssue, 'dashboard' | 'body'>) | { readonly kind: 'forbidden' } | null> {
  return asked(place, async () => {
    const { client, owner, repo } = place
    const { data } = await client.rest.issues.get({ owner, repo, issue_number: number })
    const body = data.body ?? ''
    const dashboard = readDashboard(body)
    const isOurs = dashboard !== null && isOwn(data.user, await ownLogin(client))
    return isOurs ? { kind: 'read', dashboard, body } : null
  })
}

/** Unticks all boxes of a dashboard that was just read, and changes nothing else. */
export async function untickAll(
  place: IssuePlace,
  number: number,
  { dashboard, body }: Pick<OwnIssue, 'dashboard' | 'body'>,
): Promise<{ readonly kind: 'forbidden' } | null> {
  if (dashboard.ticked.length === 0) return null
  const { client, owner, repo } = place
  return asked(place, async () => {
    await client.rest.issues.update({ owner, repo, issue_number: number, body: unticked(body) })
    return null
  })
}

/** Permissions to push, and so to start a workflow manually; most servers report `maintain` as `write`. */
const WRITERS: ReadonlySet<string> = new Set(['admin', 'maintain', 'write'])

/**
 * Whether a person may write to the repository.
 *
 * @throws Refusal when GitHub does not respond.
 */
export async function mayWrite(place: IssuePlace, username: string): Promise<boolean> {
  const { client, owner, repo } = place
  try {
    const { data } = await client.rest.repos.getCollaboratorPermissionLevel({ owner, repo, username })
    return WRITERS.has(data.permission)
  } catch (error) {
    // 404: the person is not a collaborator; 403: the token may not read it, so it is unknown.
    if (isClientError(error)) return false
    throw error
  }
}
