import {
  agentsFor,
  exchange,
  firstPause,
  isTrouble,
  type Line,
  type Log,
  NoAnswer,
  Patience,
  type Reply,
  type ReplyHeaders,
  requestTimeout,
  statusTrouble,
  type Trouble,
  trouble,
} from '../network/index.js'

/** What octokit calls to send a request. */
export type SendRequest = (url: string, init: RequestParts) => Promise<Answer>

/** What octokit reads of a `Response`. */
interface Answer {
  readonly status: number
  readonly url: string
  readonly headers: ReplyHeaders
  readonly text: () => Promise<string>
  readonly arrayBuffer: () => Promise<ArrayBuffer>
}

interface RequestParts {
  readonly method: string
  readonly headers: Readonly<Record<string, string>>
  readonly body?: string
}

/** A hundred files of half a megabyte, or a hundred comments, and no more. */
const MOST_BYTES = 64 * 1024 * 1024

const REDIRECTS = 3

/**
 * Sends octokit's requests to one server: each bounded in time and size, tried again where that passes and cannot have
 * a second effect. Octokit itself takes an answer that was cut off for an empty one, waits for a rate limit however
 * long that takes, and follows redirects wherever they lead.
 *
 * @param apiUrl the one server that is asked: nothing is sent anywhere else, whatever an answer says.
 * @returns rejects with NoAnswer; answers with a status below 500 are octokit's to judge, but for those that ask for
 * a pause.
 */
export function requestsTo(apiUrl: string, log: Log): SendRequest {
  const home = new URL(apiUrl)
  const timeout = requestTimeout()
  const line = { timeout, agentOf: agentsFor(timeout) }
  // GitHub counts REST and GraphQL apart, and one may be silent while the other answers.
  const newPatience = () => new Patience(home.host, firstPause(), log)
  const patience = { rest: newPatience(), graphql: newPatience() }
  return async (address, { method, headers, body }) => {
    const url = new URL(address)
    const asked = { url, method, headers, ...(body === undefined ? {} : { body }), bytes: MOST_BYTES }
    const name = `${method} ${url.pathname}`
    // A commit names the one it stands on, so that it cannot be made twice; every other query reads.
    const isQuery = url.pathname.endsWith('/graphql')
    const isRepeatable = method !== 'POST' || isQuery
    const once = async () => judged(await follow(asked, home, line))
    const reply = await patience[isQuery ? 'graphql' : 'rest'].ask({ once, name, isRepeatable })
    if (isTrouble(reply)) throw new NoAnswer(home.host, name, reply)
    const { status, headers: said, body: content } = reply
    const text = async () => content.toString('utf8')
    return { status, url: url.href, headers: said, text, arrayBuffer: async () => new Uint8Array(content).buffer }
  }
}

/** What was renamed is found again on the same server; a request that writes is never sent on. */
async function follow(asked: Parameters<typeof exchange>[0], home: URL, line: Line): Promise<Reply | Trouble> {
  let { url } = asked
  for (let turn = 0; turn <= REDIRECTS; turn += 1) {
    if (url.origin !== home.origin) return elsewhere(url)
    const reply = await exchange({ ...asked, url }, line)
    if (isTrouble(reply) || !isRedirect(reply.status)) return reply
    const location = reply.headers.get('location')
    if (location === undefined) return reply
    const next = URL.canParse(location, url.href) ? new URL(location, url) : null
    if (next === null || next.origin !== home.origin) return elsewhere(next)
    if (asked.method !== 'GET') return trouble('redirect', 'sends what is written elsewhere', RENAMED)
    url = next
  }
  return trouble('redirect', 'redirects without end', RENAMED)
}

const RENAMED = 'If the repository was renamed or moved, use its new name.'

function elsewhere(to: URL | null): Trouble {
  const where = to === null ? 'somewhere' : `to ${to.host}`
  return trouble('redirect', `sends us ${where}, and no token is sent there`, 'Check the address of its API.')
}

function isRedirect(status: number): boolean {
  return [301, 302, 303, 307, 308].includes(status)
}

/** GitHub's ways to say no, and what is said in GitHub's place by something before it. */
function judged(reply: Reply | Trouble): Reply | Trouble {
  if (isTrouble(reply)) return reply
  const { status, headers, body } = reply
  const limit = status === 403 ? limited(reply) : null
  if (limit !== null) return limit
  const known = statusTrouble(status, headers)
  if (known !== null) return known.reason === 'limited' ? { ...known, wait: known.wait ?? untilReset(headers) } : known
  if (status >= 300 || status === 204) return reply
  const data = parse(body)
  if (data === undefined) {
    const remedy = 'Run this again later; check that nothing between here and GitHub asks to log in.'
    return trouble('unreadable', 'answers what is no JSON', remedy, { status })
  }
  return queryTrouble(data, headers) ?? reply
}

/** A 403 that is a rate limit (docs.github.com, "Rate limits for the REST API"), null for one that is a no. */
function limited({ headers, body }: Reply): Trouble | null {
  const isUsedUp = headers.get('x-ratelimit-remaining') === '0'
  const isSlowedDown = headers.has('retry-after') || /secondary rate limit|abuse detection/i.test(body.toString('utf8'))
  return isUsedUp || isSlowedDown ? rateLimit(headers, 403) : null
}

function rateLimit(headers: ReplyHeaders, status: number): Trouble {
  const { wait = null } = statusTrouble(429, headers) ?? {}
  const remedy = 'GitHub asks for a pause: run this again later.'
  return trouble('limited', `limits how often this token asks (${status}, rate limit)`, remedy, {
    wait: wait ?? untilReset(headers),
    status,
  })
}

/** Milliseconds until a used-up limit is filled again, by the server's own clock; null where it is not used up. */
function untilReset(headers: ReplyHeaders): number | null {
  const reset = Number(headers.get('x-ratelimit-reset') ?? Number.NaN) * 1000
  if (headers.get('x-ratelimit-remaining') !== '0' || Number.isNaN(reset)) return null
  const now = Date.parse(headers.get('date') ?? '') || Date.now()
  // A second more, for its clock has no smaller parts.
  return Math.max(0, reset - now) + 1000
}

/** Trouble that GraphQL tells with status 200, where it has no data at all. */
function queryTrouble(data: unknown, headers: ReplyHeaders): Trouble | null {
  const { data: found, errors } = (data ?? {}) as { readonly data?: unknown; readonly errors?: unknown }
  if (!Array.isArray(errors) || (found !== null && found !== undefined)) return null
  const first = errors[0] as { readonly type?: unknown; readonly message?: unknown } | undefined
  if (errors.some((one) => (one as { readonly type?: unknown }).type === 'RATE_LIMITED')) return rateLimit(headers, 200)
  if (!/^Something went wrong while executing your query/.test(String(first?.message))) return null
  return trouble('failing', 'went wrong while executing our query', 'Run this again later.', { status: 500 })
}

function parse(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString('utf8')) as unknown
  } catch {
    return undefined
  }
}
