// Sends one request to a registry, with the token flow if it asks for it.
import {
  followRedirects,
  type HttpRequest,
  type HttpResponse,
  isFailure,
  type RequestFailure,
  statusFailure,
} from '../network/index.js'
import { parseJson } from '../text/index.js'
import {
  type Authorization,
  apiUrl,
  isAllowedUrl,
  mayHaveCredentials,
  notAllowed,
  type RegistryConnection,
  sendGuarded,
  shown,
} from './connection.js'
import type { Login } from './credentials.js'

const NONE: Authorization = { kind: 'none' }
const MAX_TOKEN_BYTES = 262_144

/** Docker's user name for identity tokens. */
const IDENTITY = '<token>'

/** A request to a registry's API. */
export interface RegistryRequest {
  readonly registry: string
  /** Repository within the registry: the scope of the token. */
  readonly repository: string
  readonly method: 'HEAD' | 'GET'
  /** Path and query, beginning with `/v2/`. */
  readonly path: string
  readonly accept: string
  /** A larger response body is a failure. */
  readonly maxBytes: number
}

/**
 * Sends a request, with the token flow if the registry asks for it.
 *
 * Credentials go only to the registry's own host or its known token server; a redirect to another host carries none.
 */
export async function sendToRegistry(
  request: RegistryRequest,
  to: RegistryConnection,
): Promise<HttpResponse | RequestFailure> {
  const { authorizations } = to
  const known = authorizations.get(request.repository)
  const response = await sendWith(await known, request, to)
  if (isFailure(response) || response.status !== 401) return response
  // Another request may have started a new authorization meanwhile.
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
    if (url === null) return notAllowed(registry, 'redirects to an invalid address')
    if (!isAllowedUrl(url)) return notAllowed(registry, `redirects to ${shown(url)}, which no registry may use`)
    // Storage behind a registry is on another host: it gets none of our headers.
    const isHome = url.host === home.host && url.protocol === home.protocol
    return { url, method, headers: isHome ? own : headers, maxBytes }
  }
  const first = { url: home, method, headers: own, maxBytes }
  return withStatusFailure(home.host, await followRedirects(first, (one) => sendGuarded(one, to), redirected))
}

function withStatusFailure(host: string, response: HttpResponse | RequestFailure): HttpResponse | RequestFailure {
  return isFailure(response) ? response : (statusFailure(host, response.status, response.headers) ?? response)
}

/**
 * What to send after a 401: basic credentials, or a token from the server that the challenge names (distribution's
 * token specification; OAuth2 for identity tokens). A failure if that server is not allowed, does not answer, or would
 * need credentials it may not have.
 */
async function authorize(repository: string, response: HttpResponse, to: RegistryConnection): Promise<Authorization> {
  const { registry } = to
  const challenge = readChallenge(response.headers.get('www-authenticate') ?? null)
  if (challenge === null) return NONE
  const login = await to.credentials(registry)
  if (challenge.scheme === 'basic') return login === null || login.username === IDENTITY ? NONE : header(basic(login))
  const realm = URL.canParse(challenge.realm) ? new URL(challenge.realm) : null
  if (realm === null || !isAllowedUrl(realm))
    return notAllowed(registry, 'points to a token server that is not allowed')
  const scope = scopeOf(repository, challenge.scope)
  const trusted = login !== null && mayHaveCredentials(registry, realm) ? login : null
  const answer = await fetchToken(realm, { scope, service: challenge.service, login: trusted }, to)
  if (isFailure(answer)) return answer
  const value = answer.status === 200 ? bearer(answer.body) : null
  if (value !== null) return header(value)
  if (login === null || trusted !== null) return NONE
  return notAllowed(registry, `points to ${shown(realm)} for a token, and its credentials are not sent there`)
}

function header(value: string): Authorization {
  return { kind: 'header', value }
}

/**
 * We choose the scope, not the challenge: read access to this repository only. A single word is a registry's own name
 * for public read access (`aws` at public.ecr.aws) and is used as is.
 */
function scopeOf(repository: string, asked: string | null): string {
  return asked !== null && /^[a-z]{1,32}$/.test(asked) ? asked : `repository:${repository}:pull`
}

async function fetchToken(
  realm: URL,
  { scope, service, login }: { readonly scope: string; readonly service: string | null; readonly login: Login | null },
  to: RegistryConnection,
): Promise<HttpResponse | RequestFailure> {
  const headers = { accept: 'application/json', 'user-agent': 'image-factory-action' }
  const parameters = new URLSearchParams({ scope, ...(service === null ? {} : { service }) })
  const request = (url: URL) => ({ url, method: 'GET', headers, maxBytes: MAX_TOKEN_BYTES })
  const send = async (one: HttpRequest) => withStatusFailure(realm.host, await sendGuarded(one, to))
  if (login?.username === IDENTITY) {
    const grant = { grant_type: 'refresh_token', client_id: 'image-factory-action', refresh_token: login.password }
    const body = new URLSearchParams([...parameters, ...Object.entries(grant)]).toString()
    const type = { 'content-type': 'application/x-www-form-urlencoded' }
    return send({ ...request(realm), method: 'POST', headers: { ...headers, ...type }, body })
  }
  const url = new URL(realm)
  for (const [key, value] of parameters) url.searchParams.set(key, value)
  return send(login === null ? request(url) : { ...request(url), headers: { ...headers, authorization: basic(login) } })
}

function basic({ username, password }: Login): string {
  return `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`
}

function bearer(body: Buffer): string | null {
  const { token, access_token } = (parseJson(body) ?? {}) as { token?: unknown; access_token?: unknown }
  const value = typeof token === 'string' && token !== '' ? token : access_token
  return typeof value === 'string' && /^[\x21-\x7e]+$/.test(value) ? `Bearer ${value}` : null
}

/**
 * Parses the challenge in `WWW-Authenticate` (RFC 9110 §11, distribution's token specification). Prefers bearer among
 * several.
 *
 * @returns null if there is no challenge we can answer.
 */
export function readChallenge(header: string | null) {
  if (header === null || header.length > 8192) return null
  const bearer = /(?:^|,)\s*bearer\s+(.*)$/i.exec(header)
  if (bearer !== null) {
    const parameters = readParameters(bearer[1] ?? '')
    const [realm = null, service = null, scope = null] = ['realm', 'service', 'scope'].map((name) =>
      parameters.get(name),
    )
    return realm === null ? null : { scheme: 'bearer' as const, realm, service, scope }
  }
  return /(?:^|,)\s*basic(?:\s|$)/i.test(header) ? { scheme: 'basic' as const } : null
}

const PARAMETER = /([A-Za-z0-9_-]+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s,"]+))/g

/** Parameters of a challenge by lower-case name; the first of duplicates counts. */
function readParameters(text: string): ReadonlyMap<string, string> {
  const all = [...text.matchAll(PARAMETER)].map(([, name = '', quoted, plain]): [string, string] => [
    name.toLowerCase(),
    quoted?.replace(/\\(.)/g, '$1') ?? plain ?? '',
  ])
  return new Map(all.reverse())
}
