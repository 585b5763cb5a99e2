import type { Reply } from '../network/index.js'
import type { Credentials } from './credentials.js'
import { apiUrl, isAskable } from './hosts.js'
import { type Authorization, authorize } from './tokens.js'
import { exchange, type Line, refusal, shown } from './transport.js'

/** One request to a registry's API. */
export interface Ask {
  readonly registry: string
  /** Repository below it: what a token is asked for. */
  readonly repository: string
  readonly method: 'HEAD' | 'GET'
  /** Path and query below the API's address, beginning with `/v2/`. */
  readonly path: string
  readonly accept: string
  /** Most bytes of a body that are read. */
  readonly bytes: number
}

/** How requests to one registry are sent. */
export interface Sending {
  readonly line: Line
  readonly credentials: Credentials
  /** What each repository is read with: asked for once, by whoever needs it first. */
  readonly authorizations: Map<string, Promise<Authorization>>
}

const REDIRECTS = 3

/**
 * Sends a request, with the token flow where the registry asks for it.
 *
 * Credentials go to the registry's own host or its known token host and nowhere else; no redirect to another host
 * carries anything.
 *
 * @throws Error with a sentence for people when there is no answer.
 */
export async function send(ask: Ask, sending: Sending): Promise<Reply> {
  const { authorizations, line, credentials } = sending
  const known = authorizations.get(ask.repository)
  const reply = await follow(ask, await known, line)
  if (reply.status !== 401) return reply
  // Others may have asked for a new one while this request was on its way.
  let newer = authorizations.get(ask.repository)
  if (newer === undefined || newer === known) {
    newer = authorize(ask.repository, reply, line, credentials)
    authorizations.set(ask.repository, newer)
    newer.catch(() => authorizations.delete(ask.repository))
  }
  const authorization = await newer
  if (authorization.kind === 'trouble') {
    authorizations.delete(ask.repository)
    return authorization.reply
  }
  return authorization.kind === 'none' ? reply : follow(ask, authorization, line)
}

async function follow(ask: Ask, authorization: Authorization | undefined, line: Line): Promise<Reply> {
  const first = new URL(apiUrl(ask.registry) + ask.path)
  const { method, accept, bytes } = ask
  let url = first
  for (let turn = 0; turn <= REDIRECTS; turn += 1) {
    const headers: Record<string, string> = { accept, 'user-agent': 'image-factory-action' }
    // Storage behind a registry is another host: it gets no header of ours.
    const isHome = url.host === first.host && url.protocol === first.protocol
    if (isHome && authorization?.kind === 'header') headers.authorization = authorization.value
    const reply = await exchange({ url, method, headers, bytes }, line)
    const location = reply.headers.get('location')
    if (![301, 302, 303, 307, 308].includes(reply.status) || location === undefined) return reply
    url = targetOf(location, url, ask.registry)
  }
  throw refusal(`${ask.registry} redirects without end`)
}

function targetOf(location: string, from: URL, registry: string): URL {
  const url = URL.canParse(location, from.href) ? new URL(location, from) : null
  if (url === null) throw refusal(`${registry} redirects to something that is no address`)
  if (!isAskable(url)) throw refusal(`${registry} redirects to ${shown(url)}, where no registry may be`)
  return url
}
