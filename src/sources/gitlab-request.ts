import {
  type Exchange,
  exchange,
  isTrouble,
  type Line,
  type ReplyHeaders,
  statusTrouble,
  type Trouble,
  trouble,
} from '../network/index.js'
import { LARGEST_FILE_BYTES } from './source-file.js'

/** What came of a question. */
export type Reply =
  | { readonly kind: 'answer'; readonly status: number; readonly data: unknown }
  | { readonly kind: 'redirect'; readonly from: URL; readonly to: URL | null }
  | { readonly kind: 'too-large' }
  | Trouble

/** The largest file in base64, and what GitLab says about it. */
const LARGEST_ANSWER_BYTES = Math.ceil(LARGEST_FILE_BYTES / 3) * 4 + 64 * 1024

/** Asks once. A redirect is not followed: the token is for this server alone. */
export async function attempt(url: URL, headers: Exchange['headers'], line: Line): Promise<Reply> {
  const reply = await exchange({ url, method: 'GET', headers, bytes: LARGEST_ANSWER_BYTES }, line)
  if (isTrouble(reply) && reply.reason !== 'too-large') return reply
  const status = reply.status ?? 0
  if (isTrouble(reply)) return status === 200 ? { kind: 'too-large' } : { kind: 'answer', status, data: undefined }
  if (status >= 300 && status < 400) return { kind: 'redirect', from: url, to: locationOf(reply.headers, url) }
  const known = statusTrouble(status, reply.headers)
  if (known !== null) return known
  const data = parseJson(reply.body.toString('utf8'))
  if (status !== 200 || data !== undefined) return { kind: 'answer', status, data }
  const remedy = 'Check that the address is one of a GitLab, and that nothing before it asks to log in.'
  return trouble('unreadable', 'answers what is no JSON', remedy, { status })
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

function locationOf(headers: ReplyHeaders, url: URL): URL | null {
  const location = headers.get('location') ?? ''
  return location !== '' && URL.canParse(location, url.href) ? new URL(location, url) : null
}
