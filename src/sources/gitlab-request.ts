import { LARGEST_FILE_BYTES } from './source-file.js'

/** A question without an answer that could be used. */
export interface Trouble {
  readonly kind: 'trouble'
  /** Continues "HOST …". */
  readonly what: string
  readonly remedy: string
  /** Worth another try. */
  readonly isPassing: boolean
  /** Says something about the server as a whole, not about what was asked for. */
  readonly isSilence: boolean
  readonly retryAfterMs: number | null
}

/** What came of a question. */
export type Reply =
  | { readonly kind: 'answer'; readonly status: number; readonly data: unknown }
  | { readonly kind: 'redirect'; readonly from: URL; readonly to: URL | null }
  | { readonly kind: 'too-large' }
  | Trouble

/** How to ask. */
export interface RequestSetting {
  readonly fetch: typeof fetch
  readonly headers: Readonly<Record<string, string>>
}

const TIMEOUT_MS = 30_000

/** The largest file in base64, and what GitLab says about it. */
const LARGEST_ANSWER_BYTES = Math.ceil(LARGEST_FILE_BYTES / 3) * 4 + 64 * 1024

/** Of an answer that holds no file, so much is read as a reason takes. */
const LARGEST_REASON_BYTES = 64 * 1024

const TRY_AGAIN = 'Try again later.'

/** Asks once. A redirect is not followed: the token is for this server alone. */
export async function attempt(url: string, setting: RequestSetting): Promise<Reply> {
  try {
    const signal = AbortSignal.timeout(TIMEOUT_MS)
    const response = await setting.fetch(url, { headers: setting.headers, redirect: 'manual', signal })
    return await readReply(response, url)
  } catch (error) {
    return broken(error)
  }
}

async function readReply(response: Response, url: string): Promise<Reply> {
  const { status } = response
  if (status >= 300 && status < 400) {
    await response.body?.cancel()
    return { kind: 'redirect', from: new URL(url), to: locationOf(response, url) }
  }
  if (status === 429 || status >= 500) {
    await response.body?.cancel()
    const what = status === 429 ? 'asks to be asked more slowly (429)' : `has trouble of its own (${status})`
    const retryAfterMs = retryAfter(response.headers.get('retry-after'))
    const isSilence = status === 429
    return { kind: 'trouble', what, remedy: TRY_AGAIN, isPassing: true, isSilence, retryAfterMs }
  }
  const bytes = await readBounded(response, status === 200 ? LARGEST_ANSWER_BYTES : LARGEST_REASON_BYTES)
  if (bytes === null && status === 200) return { kind: 'too-large' }
  const data = parseJson(bytes?.toString('utf8') ?? '')
  if (status === 200 && data === undefined) {
    const remedy = 'Check that the address is one of a GitLab, and that nothing before it asks to log in.'
    return {
      kind: 'trouble',
      what: 'answers what is no JSON',
      remedy,
      isPassing: false,
      isSilence: false,
      retryAfterMs: null,
    }
  }
  return { kind: 'answer', status, data }
}

/** The body, or null when it is larger; then the rest is not read. */
async function readBounded(response: Response, most: number): Promise<Buffer | null> {
  const chunks: Uint8Array[] = []
  let size = 0
  if (response.body === null) return Buffer.alloc(0)
  // Leaving the loop early cancels the body and closes the connection.
  for await (const chunk of response.body) {
    size += chunk.length
    if (size > most) return null
    chunks.push(chunk)
  }
  return Buffer.concat(chunks)
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

function locationOf(response: Response, url: string): URL | null {
  const location = response.headers.get('location') ?? ''
  return location !== '' && URL.canParse(location, url) ? new URL(location, url) : null
}

/** Seconds, or a date. */
function retryAfter(text: string | null): number | null {
  if (text === null) return null
  if (/^\d+$/.test(text.trim())) return Number(text) * 1000
  const at = Date.parse(text)
  return Number.isNaN(at) ? null : Math.max(0, at - Date.now())
}

/** Node's and OpenSSL's names for certificates that are not trusted. */
const CERTIFICATE = /CERT|SELF_SIGNED|UNABLE_TO_VERIFY|^ERR_TLS/

/** Only codes are told of errors: their texts may quote what was sent. */
function broken(error: unknown): Trouble {
  const isTimeout = error instanceof Error && error.name === 'TimeoutError'
  const code = codeOf(error)
  const isCertificate = code !== null && CERTIFICATE.test(code)
  const what = isTimeout
    ? `did not answer within ${TIMEOUT_MS / 1000} s`
    : `could not be reached${code === null ? '' : ` (${code})`}`
  const remedy = isCertificate
    ? 'Name a file with the certificates of its authority in the environment variable NODE_EXTRA_CA_CERTS.'
    : 'Check the address of GitLab and the network, and try again.'
  return { kind: 'trouble', what, remedy, isPassing: !isCertificate, isSilence: true, retryAfterMs: null }
}

function codeOf(error: unknown): string | null {
  for (let at: unknown = error, depth = 0; at instanceof Error && depth < 5; at = at.cause, depth += 1) {
    const { code } = at as NodeJS.ErrnoException
    if (typeof code === 'string' && /^[A-Z][A-Z0-9_]{1,60}$/.test(code)) return code
  }
  return null
}
