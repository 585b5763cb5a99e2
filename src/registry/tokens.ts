import type { Reply } from '../network/index.js'
import { readChallenge } from './challenge.js'
import type { Credentials, Login } from './credentials.js'
import { isAskable, mayHaveCredentials } from './hosts.js'
import { exchange, type Line, refusal, shown } from './transport.js'

/** What a challenge came to: a header, nothing that we could send, or the token server's own trouble. */
export type Authorization =
  | { readonly kind: 'header'; readonly value: string }
  | { readonly kind: 'none' }
  | { readonly kind: 'trouble'; readonly reply: Reply }

const NONE: Authorization = { kind: 'none' }
const TOKEN_BYTES = 262_144

/** Docker's name for the user of an identity token. */
const IDENTITY = '<token>'

/**
 * What to send after a registry answered 401: basic credentials, or a token fetched from the server it names
 * (distribution's token specification; OAuth2 for identity tokens).
 *
 * @throws Error when the token server may not be asked, does not answer, or would need credentials that are not for it.
 */
export async function authorize(
  repository: string,
  reply: Reply,
  line: Line,
  credentials: Credentials,
): Promise<Authorization> {
  const challenge = readChallenge(reply.headers.get('www-authenticate') ?? null)
  if (challenge === null) return NONE
  const login = await credentials(line.registry)
  if (challenge.scheme === 'basic') return login === null || login.username === IDENTITY ? NONE : header(basic(login))
  const realm = URL.canParse(challenge.realm) ? new URL(challenge.realm) : null
  if (realm === null || !isAskable(realm)) {
    throw refusal(`${line.registry} sends us to a token server that may not be asked`)
  }
  const scope = scopeOf(repository, challenge.scope)
  const trusted = login !== null && mayHaveCredentials(line.registry, realm) ? login : null
  const answer = await fetchToken(realm, { scope, service: challenge.service, login: trusted }, line)
  if (answer.status === 429 || answer.status >= 500) return { kind: 'trouble', reply: answer }
  const value = answer.status === 200 ? bearer(answer.body.toString('utf8')) : null
  if (value !== null) return header(value)
  if (login !== null && trusted === null) {
    throw refusal(`${line.registry} sends us to ${shown(realm)} for a token, which its credentials are not for`)
  }
  return NONE
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

function fetchToken(realm: URL, { scope, service, login }: TokenRequest, line: Line): Promise<Reply> {
  const headers: Record<string, string> = { accept: 'application/json', 'user-agent': 'image-factory-action' }
  const asked = { scope, ...(service === null ? {} : { service }) }
  if (login?.username === IDENTITY) {
    const grant = { grant_type: 'refresh_token', client_id: 'image-factory-action', refresh_token: login.password }
    const form = new URLSearchParams({ ...asked, ...grant })
    return exchange({ url: realm, method: 'POST', headers, form, bytes: TOKEN_BYTES }, line)
  }
  const url = new URL(realm)
  for (const [key, value] of Object.entries(asked)) url.searchParams.set(key, value)
  if (login !== null) headers.authorization = basic(login)
  return exchange({ url, method: 'GET', headers, bytes: TOKEN_BYTES }, line)
}

function basic({ username, password }: Login): string {
  return `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`
}

function bearer(body: string): string | null {
  try {
    const { token, access_token } = JSON.parse(body) as { token?: unknown; access_token?: unknown }
    const value = typeof token === 'string' && token !== '' ? token : access_token
    return typeof value === 'string' && /^[\x21-\x7e]+$/.test(value) ? `Bearer ${value}` : null
  } catch {
    return null
  }
}
