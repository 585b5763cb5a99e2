import { setTimeout as sleep } from 'node:timers/promises'
import { baseDelay, FailedRequest, mayHaveTakenEffect } from '../network/index.js'
import { isNewer, type Marker, parseMarker, sameReport } from '../report/index.js'
import type { GitHubClient } from '../sources/index.js'
import { isClientError, isForbidden, nothingIfFailed, refusedRequest } from './refusals.js'

/**
 * The token's login. If GitHub refuses to answer, as for the workflow's own token, it is the workflow bot's. Without
 * any response it throws: not recognizing our own comment would create a second one.
 */
export async function ownLogin(client: GitHubClient): Promise<string> {
  try {
    const { viewer } = await client.graphql<{ viewer: { login: string } }>('query { viewer { login } }')
    return viewer.login
  } catch (error) {
    if (!isClientError(error)) throw error
    return 'github-actions[bot]'
  }
}

/** GraphQL and REST disagree about the `[bot]` suffix of an App's name. */
export function sameLogin(a: string, b: string): boolean {
  const plain = (login: string) => login.toLowerCase().replace(/\[bot\]$/, '')
  return plain(a) === plain(b) && a !== ''
}

/** Characters: first for readability, then less in case a server accepts less than GitHub. */
export const BODY_LIMITS = [60_000, 30_000, 10_000, 3_000] as const

/**
 * Writes a text, and retries with less each time the server rejects it as too long.
 *
 * @param render the whole text within this many characters.
 * @throws the error of `write` for any other reason.
 */
export async function writeTruncated<T>(
  render: (budget: number) => string,
  write: (body: string) => Promise<T>,
): Promise<T> {
  let refused: unknown = null
  for (const budget of BODY_LIMITS) {
    try {
      return await write(render(budget))
    } catch (error) {
      if (!isTooLong(error)) throw error
      refused = error
    }
  }
  throw refused
}

function isTooLong(error: unknown): boolean {
  const { status, message } = error as { readonly status?: number; readonly message?: string }
  return status === 413 || (status === 422 && /too long/i.test(message ?? ''))
}

/** A pull request, and a client that may comment on it. */
export interface PullRequest {
  readonly client: GitHubClient
  readonly owner: string
  readonly repo: string
  readonly number: number
}

export interface CommentRequest {
  /** The whole text within this many characters, its marker on the first line. */
  readonly render: (budget: number) => string
  readonly marker: Marker
  /** Whether it justifies a first comment; an existing one is always updated. */
  readonly isReportable: boolean
  /** The commit the pull request must still be at; null: any. */
  readonly head: string | null
}

export type CommentResult =
  | { readonly kind: 'created' | 'updated' | 'unchanged'; readonly url: string }
  /** Nothing to report, or a newer run has reported it. */
  | { readonly kind: 'skipped'; readonly reason: string }
  /** The token may not comment, as usual for pull requests from forks and from Dependabot. */
  | { readonly kind: 'forbidden' }

interface OwnComment {
  readonly id: number
  readonly body: string
  readonly url: string
  readonly marker: Marker
}

/**
 * Keeps exactly one comment per pull request and id: found by its marker and author, edited in place, without
 * duplicates, and not written if unchanged. Comments of others are never touched.
 *
 * @throws Refusal when GitHub does not respond, or refuses other than by "forbidden".
 */
export async function upsertComment(pull: PullRequest, request: CommentRequest): Promise<CommentResult> {
  try {
    return await upsert(pull, request)
  } catch (error) {
    if (isForbidden(error)) return { kind: 'forbidden' }
    const repository = `${pull.owner}/${pull.repo}`
    throw refusedRequest(error, `the comment on #${pull.number} of ${repository}`, repository)
  }
}

async function upsert(pull: PullRequest, request: CommentRequest): Promise<CommentResult> {
  const found = await ownComments(pull, request.marker.id)
  if (found.some(({ marker }) => isNewer(marker, request.marker))) return NEWER
  // Checked last, to keep the time between the answer and the write short.
  if (await hasMovedOn(pull, request.head)) {
    return { kind: 'skipped', reason: 'the pull request has newer commits than this run checked' }
  }
  const [existing, ...doubles] = found
  if (existing === undefined) {
    return request.isReportable ? create(pull, request) : { kind: 'skipped', reason: 'there is nothing to report' }
  }
  const result = await update(pull, request, existing)
  await remove(pull, doubles)
  return result
}

async function update(pull: PullRequest, request: CommentRequest, existing: OwnComment): Promise<CommentResult> {
  if (sameReport(existing.body, request.render(BODY_LIMITS[0]))) return { kind: 'unchanged', url: existing.url }
  const { client } = pull
  return writeTruncated(request.render, async (body) => {
    const updated = await client.rest.issues.updateComment({ ...place(pull), comment_id: existing.id, body })
    return { kind: 'updated', url: updated.data.html_url }
  })
}

const NEWER: CommentResult = { kind: 'skipped', reason: 'a newer run has reported already' }

/** Another run may create one at the same time: both check again, and both keep the newer one. */
async function create(pull: PullRequest, request: CommentRequest): Promise<CommentResult> {
  const { client, number } = pull
  const write = (body: string) => client.rest.issues.createComment({ ...place(pull), issue_number: number, body })
  const url = await createOnce(
    async () => (await writeTruncated(request.render, write)).data.html_url,
    async () => {
      const { id, run, attempt } = request.marker
      const known = await ownComments(pull, id)
      return known.find(({ marker }) => marker.run === run && marker.attempt === attempt)?.url ?? null
    },
  )
  // The report is posted; checks and removals that failed are left to the next run.
  const all = (await ownComments(pull, request.marker.id).catch(nothingIfFailed)) ?? []
  const newest = all.reduce<OwnComment | null>((best, one) => (best === null || isLater(one, best) ? one : best), null)
  await remove(
    pull,
    all.filter((one) => one !== newest),
  )
  if (newest === null) return { kind: 'created', url }
  return isNewer(newest.marker, request.marker) ? NEWER : { kind: 'created', url: newest.url }
}

const MAX_ATTEMPTS = 3

/**
 * Creates something at most once: if the response was lost, it may exist, so that it is looked for before it is created
 * again.
 *
 * @param find what was created; null: nothing.
 * @throws the error of `create`, if a retry does not help.
 */
export async function createOnce<T>(create: () => Promise<T>, find: () => Promise<T | null>): Promise<T> {
  for (let tried = 1; ; tried += 1) {
    try {
      return await create()
    } catch (error) {
      if (!(error instanceof FailedRequest) || !mayHaveTakenEffect(error.failure)) throw error
      const made = await find()
      if (made !== null) return made
      if (tried === MAX_ATTEMPTS) throw error
      await sleep(baseDelay() * 2 ** tried)
    }
  }
}

function isLater(a: OwnComment, b: OwnComment): boolean {
  return isNewer(a.marker, b.marker) || (!isNewer(b.marker, a.marker) && a.id < b.id)
}

/** Another run may have removed them already. */
async function remove({ client, owner, repo }: PullRequest, comments: readonly OwnComment[]): Promise<void> {
  for (const { id } of comments)
    await client.rest.issues.deleteComment({ owner, repo, comment_id: id }).catch(nothingIfFailed)
}

function place({ owner, repo }: PullRequest): { readonly owner: string; readonly repo: string } {
  return { owner, repo }
}

/** Our own comments with this id, oldest first. */
async function ownComments(pull: PullRequest, id: string): Promise<OwnComment[]> {
  const { client, number } = pull
  const parameters = { ...place(pull), issue_number: number, per_page: 100 }
  const all = await client.paginate(client.rest.issues.listComments, parameters)
  const marked = all.flatMap((comment) => {
    const marker = parseMarker(comment.body ?? '')
    return marker?.id === id ? [{ comment, marker }] : []
  })
  if (marked.length === 0) return []
  const login = await ownLogin(client)
  return marked
    .filter(({ comment }) => sameLogin(comment.user?.login ?? '', login))
    .map(({ comment, marker }) => ({ id: comment.id, body: comment.body ?? '', url: comment.html_url, marker }))
    .sort((a, b) => a.id - b.id)
}

async function hasMovedOn(pull: PullRequest, head: string | null): Promise<boolean> {
  if (head === null) return false
  try {
    const { data } = await pull.client.rest.pulls.get({ ...place(pull), pull_number: pull.number })
    return data.head.sha !== head
  } catch {
    // A failed check is no reason to stay silent: the run number in the marker still ensures the order.
    return false
  }
}

/**
 * The pull request that a commit on a branch came from, null for none (or if the token may not read it).
 *
 * @throws Refusal when GitHub does not respond, or refuses for another reason.
 */
export async function findPullRequest(
  client: GitHubClient,
  repository: { readonly owner: string; readonly repo: string },
  sha: string,
): Promise<number | null> {
  try {
    const { data } = await client.rest.repos.listPullRequestsAssociatedWithCommit({ ...repository, commit_sha: sha })
    const merged = data.filter((pull) => pull.merged_at !== null && pull.merged_at !== undefined)
    return (merged.find((pull) => pull.merge_commit_sha === sha) ?? merged[0])?.number ?? null
  } catch (error) {
    if (isForbidden(error)) return null
    const name = `${repository.owner}/${repository.repo}`
    throw refusedRequest(error, `looking for the pull request of ${sha} in ${name}`, name)
  }
}

/**
 * The open pull request whose head is this commit, found by its branch: GitHub does not list the pull requests of a
 * commit that is only in a fork.
 *
 * @param head branch of the commit, as OWNER:BRANCH.
 * @returns null if there is none, or if it was closed or has a newer head.
 * @throws Refusal when GitHub does not respond, or refuses.
 */
export async function findOpenPullRequest(
  client: GitHubClient,
  repository: { readonly owner: string; readonly repo: string },
  head: { readonly branch: string; readonly sha: string },
): Promise<number | null> {
  const { owner, repo } = repository
  const name = `${owner}/${repo}`
  const { data } = await client.rest.pulls
    .list({ owner, repo, state: 'open', head: head.branch, per_page: 100 })
    .catch((error: unknown) => {
      throw refusedRequest(error, `looking for the open pull request of ${head.branch} in ${name}`, name)
    })
  const found = data.find(
    (pull) =>
      pull.state === 'open' &&
      pull.head.sha === head.sha &&
      pull.base.repo.full_name.toLowerCase() === name.toLowerCase(),
  )
  return found?.number ?? null
}
