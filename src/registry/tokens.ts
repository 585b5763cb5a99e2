import { type HttpResponse, isFailure, parseJson, type RequestFailure, statusFailure } from '../network/index.js'
import { readChallenge } from './challenge.js'
import { type Authorization, notAllowed, type RegistryConnection, sendGuarded, shown } from './connection.js'
import type { Login } from './credentials.js'
import { isAskable, mayHaveCredentials } from './hosts.js'

const NONE: Authorization = { kind: 'none' }
const MAX_TOKEN_BYTES = 262_144

/** Docker's name for the user of an identity token. */
const IDENTITY = '<token>'

/**
 * What to send after a registry answered 401: basic credentials, or a token fetched from the server it names
 * (distribution's token specification; OAuth2 for identity tokens). A failure when that server may not be asked, does
 * not answer, or would need credentials that are not for it.
 */
export async function authorize(
  repository: string,
  response: HttpResponse,
  to: RegistryConnection,
): Promise<Authorization> {
  const { registry } = to
  const challenge = readChallenge(response.headers.get('www-authenticate') ?? null)
  if (challenge === null) return NONE
  const login = await to.credentials(registry)
  if (challenge.scheme === 'basic') return login === null || login.username === IDENTITY ? NONE : header(basic(login))
  const realm = URL.canParse(challenge.realm) ? new URL(challenge.realm) : null
  if (realm === null || !isAskable(realm))
    return notAllowed(registry, 'sends us to a token server that may not be asked')
  const scope = scopeOf(repository, challenge.scope)
  const trusted = login !== null && mayHaveCredentials(registry, realm) ? login : null
  const answer = await fetchToken(realm, { scope, service: challenge.service, login: trusted }, to)
  if (isFailure(answer)) return answer
  const value = answer.status === 200 ? bearer(answer.body) : null
  if (value !== null) return header(value)
  if (login === null || trusted !== null) return NONE
  return notAllowed(registry, `sends us to ${shown(realm)} for a token, which its credentials are not for`)
}

function header(value: string): Authorization {
  return { kind: 'header', value }
}

/**
 * The scope is ours, not the challenge's: nothing but reading this repository. A single word is a registry's own name for
 * reading what is public (`aws` at public.ecr.aws) and is taken as it is.
 */
function scopeOf(repository: string, asked: string | null): string {
  return asked !== null && /^[a-z]{1,32}$/.test(asked) ? asked : `repository:${repository}:pull`
}

interface TokenRequest {
  readonly scope: string
  readonly service: string | null
  readonly login: Login | null
}

async function fetchToken(
  realm: URL,
  { scope, service, login }: TokenRequest,
  to: RegistryConnection,
): Promise<HttpResponse | RequestFailure> {
  const headers = { accept: 'application/json', 'user-agent': 'image-factory-action' }
  const parameters = new URLSearchParams({ scope, ...(service === null ? {} : { service }) })
  const request = (url: URL) => ({ url, method: 'GET', headers, maxBytes: MAX_TOKEN_BYTES })
  const send = async (one: Parameters<typeof sendGuarded>[0]) => {
    const response = await sendGuarded(one, to)
    return isFailure(response) ? response : (statusFailure(realm.host, response.status, response.headers) ?? response)
  }
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
