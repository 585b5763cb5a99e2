import {
  followRedirects,
  type HttpRequest,
  type HttpResponse,
  isFailure,
  type RequestFailure,
  statusFailure,
} from '../network/index.js'
import { type Authorization, notAllowed, type RegistryConnection, sendGuarded, shown } from './connection.js'
import { apiUrl, isAskable } from './hosts.js'
import { authorize } from './tokens.js'

/** One request to a registry's API. */
export interface RegistryRequest {
  readonly registry: string
  /** Repository below it: what a token is asked for. */
  readonly repository: string
  readonly method: 'HEAD' | 'GET'
  /** Path and query below the API's address, beginning with `/v2/`. */
  readonly path: string
  readonly accept: string
  /** A larger response body is a failure. */
  readonly maxBytes: number
}

/**
 * Sends a request, with the token flow where the registry asks for it.
 *
 * Credentials go to the registry's own host or its known token host and nowhere else; no redirect to another host
 * carries anything.
 */
export async function sendToRegistry(
  request: RegistryRequest,
  to: RegistryConnection,
): Promise<HttpResponse | RequestFailure> {
  const { authorizations } = to
  const known = authorizations.get(request.repository)
  const response = await sendWith(await known, request, to)
  if (isFailure(response) || response.status !== 401) return response
  // Others may have asked for a new one while this request was on its way.
  let newer = authorizations.get(request.repository)
  if (newer === undefined || newer === known) {
    newer = authorize(request.repository, response, to)
    authorizations.set(request.repository, newer)
  }
  const authorization = await newer
  if (isFailure(authorization)) authorizations.delete(request.repository)
  if (authorization.kind === 'header') return sendWith(authorization, request, to)
  return isFailure(authorization) ? authorization : response
}

async function sendWith(
  authorization: Authorization | undefined,
  { registry, path, method, accept, maxBytes }: RegistryRequest,
  to: RegistryConnection,
): Promise<HttpResponse | RequestFailure> {
  const home = new URL(apiUrl(registry) + path)
  const headers = { accept, 'user-agent': 'image-factory-action' }
  const own = authorization?.kind === 'header' ? { ...headers, authorization: authorization.value } : headers
  const redirected = (url: URL | null): HttpRequest | RequestFailure => {
    if (url === null) return notAllowed(registry, 'redirects to something that is no address')
    if (!isAskable(url)) return notAllowed(registry, `redirects to ${shown(url)}, where no registry may be`)
    // Storage behind a registry is another host: it gets no header of ours.
    const isHome = url.host === home.host && url.protocol === home.protocol
    return { url, method, headers: isHome ? own : headers, maxBytes }
  }
  const first = { url: home, method, headers: own, maxBytes }
  const response = await followRedirects(first, (one) => sendGuarded(one, to), redirected)
  if (isFailure(response)) return response
  return statusFailure(home.host, response.status, response.headers) ?? response
}
