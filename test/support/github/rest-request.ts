/** A REST request whose token and repository are known, and how lists are paged. */
import type { RecordedRequest, Reply, Token, World } from './model.js'
import { json } from './replies.js'
import type { Repository } from './repositories.js'

export interface RestRequest {
  readonly world: World
  readonly record: RecordedRequest
  readonly token: Token
  readonly repository: Repository
  /** What the groups of the route's pattern matched, decoded. */
  readonly parameters: readonly string[]
}

export type RestHandler = (request: RestRequest) => Reply | Promise<Reply>

/** One page of a list with the Link header GitHub sends; at most 100 entries a page. */
export function page(request: RestRequest, items: readonly unknown[]): Reply {
  const { world, record } = request
  const wanted = Number(record.query.per_page ?? 30)
  const size = Math.min(100, Number.isInteger(wanted) && wanted > 0 ? wanted : 30)
  const number = Math.max(1, Number.parseInt(record.query.page ?? '1', 10) || 1)
  const last = Math.max(1, Math.ceil(items.length / size))
  const link = (target: number, relation: string) => {
    const query = new URLSearchParams({ ...record.query, page: String(target) })
    return `<${world.url}${record.path}?${query}>; rel="${relation}"`
  }
  const links = [
    ...(number > 1 ? [link(number - 1, 'prev'), link(1, 'first')] : []),
    ...(number < last ? [link(number + 1, 'next'), link(last, 'last')] : []),
  ]
  const shown = items.slice((number - 1) * size, number * size)
  return json(200, shown, links.length === 0 ? {} : { link: links.join(', ') })
}
