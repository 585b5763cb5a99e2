import { type DashboardMarker, type News, type NewsItem, readNotice, toldAlso } from '../dashboard/index.js'
import type { GitHubClient } from '../sources/index.js'
import { createOnce, sameLogin } from './comment.js'
import { nothingIfFailed } from './refusals.js'

/** What to notify people of, and how. */
export interface NoticeRequest {
  readonly id: string
  /** The news for people who were already notified of these. */
  readonly news: (told: DashboardMarker['told']) => News
  /** The comment, with its marker. */
  readonly notice: (items: readonly NewsItem[], sequence: number) => string
}

interface NoticePlace {
  readonly client: GitHubClient
  readonly owner: string
  readonly repo: string
  readonly number: number
  /** Login of the token. */
  readonly login: string
}

interface OwnNotice extends DashboardMarker {
  readonly commentId: number
}

/**
 * Notifies people of what they do not know yet, in one comment, once: the contents of our own comments that the marker
 * lacks (a run was interrupted, or another one comments right now) are not repeated.
 *
 * @param marker what people were notified of, according to the issue.
 * @returns the new content of the marker.
 */
export async function notify(
  place: NoticePlace,
  marker: DashboardMarker,
  request: NoticeRequest,
): Promise<{ readonly marker: DashboardMarker; readonly isNotified: boolean }> {
  const { news } = request
  if (news(marker.told).items.length === 0)
    return { marker: { ...marker, told: news(marker.told).told }, isNotified: false }
  const known = withNotices(marker, await ownNotices(place, marker))
  const { items } = news(known.told)
  if (items.length === 0) return { marker: { ...known, told: news(known.told).told }, isNotified: false }
  const sequence = known.sequence + 1
  const { client, owner, repo, number } = place
  const comment = { owner, repo, issue_number: number, body: request.notice(items, sequence) }
  await createOnce<unknown>(
    () => client.rest.issues.createComment(comment),
    async () => (await ownNotices(place, known)).find((one) => one.sequence === sequence) ?? null,
  )
  // Notifications by a concurrent run count; the rest is left to the next run.
  const after = withNotices(known, await withoutDoubles(place, known, sequence))
  return { marker: { ...after, told: lasting(news(after.told), after.told) }, isNotified: true }
}

/** The concerns that last and that people were notified of. */
function lasting({ told }: News, known: DashboardMarker['told']): DashboardMarker['told'] {
  return told === 'many' || known === 'many' ? told : new Set([...told].filter((key) => known.has(key)))
}

function withNotices(marker: DashboardMarker, notices: readonly OwnNotice[]): DashboardMarker {
  let { sequence, told } = marker
  for (const notice of notices) {
    sequence = Math.max(sequence, notice.sequence)
    told = toldAlso(told, notice.told)
  }
  return { ...marker, sequence, told }
}

/** Two runs may post the same at once: the first comment is kept. */
async function withoutDoubles(place: NoticePlace, marker: DashboardMarker, sequence: number): Promise<OwnNotice[]> {
  const { client, owner, repo } = place
  const made = (await ownNotices(place, marker)).filter((one) => one.sequence === sequence)
  const [first, ...doubles] = made
  for (const { commentId } of doubles) {
    // Another run may have removed it already.
    await client.rest.issues.deleteComment({ owner, repo, comment_id: commentId }).catch(nothingIfFailed)
  }
  return first === undefined ? [] : [first]
}

/** Notices that the marker does not include yet, by number, then oldest first. */
async function ownNotices(
  { client, owner, repo, number, login }: NoticePlace,
  { id, sequence }: DashboardMarker,
): Promise<OwnNotice[]> {
  const parameters = { owner, repo, issue_number: number, per_page: 100 }
  const all = await client.paginate(client.rest.issues.listComments, parameters)
  return all
    .flatMap((comment): OwnNotice[] => {
      const notice = readNotice(comment.body ?? '')
      const isOurs = notice?.id === id && notice.sequence > sequence && sameLogin(comment.user?.login ?? '', login)
      return isOurs ? [{ ...notice, commentId: comment.id }] : []
    })
    .sort((a, b) => a.sequence - b.sequence || a.commentId - b.commentId)
}
