/** Answers in GitHub's shapes. */
import type { CannedReply, Reply } from './model.js'

export function json(status: number, body: unknown, headers: Readonly<Record<string, string>> = {}): Reply {
  return {
    status,
    headers: { 'content-type': 'application/json; charset=utf-8', 'x-ratelimit-remaining': '4999', ...headers },
    body: Buffer.from(JSON.stringify(body)),
  }
}

export function text(status: number, body: string, headers: Readonly<Record<string, string>> = {}): Reply {
  return { status, headers: { 'content-type': 'text/plain; charset=utf-8', ...headers }, body: Buffer.from(body) }
}

export function failure(status: number, message: string, more: Readonly<Record<string, unknown>> = {}): Reply {
  return json(status, { message, ...more, documentation_url: 'https://docs.github.com/rest', status: String(status) })
}

export const NOT_FOUND = failure(404, 'Not Found')
export const BAD_CREDENTIALS = failure(401, 'Bad credentials')
export const NOT_ACCESSIBLE = 'Resource not accessible by integration'
export const FORBIDDEN = failure(403, NOT_ACCESSIBLE)

export function canned(reply: CannedReply): Reply {
  const { status, headers = {}, body = '' } = reply
  return typeof body === 'string' ? text(status, body, headers) : json(status, body, headers)
}
