/** What an answer says about itself, by names in small letters; what is said twice is joined by a comma. */
export type ReplyHeaders = ReadonlyMap<string, string>

/** What `Retry-After` says, in milliseconds from now: seconds or a date (RFC 9110 §10.2.3). Null where it says nothing. */
export function retryAfter(headers: ReplyHeaders): number | null {
  const text = headers.get('retry-after')?.trim() ?? ''
  if (/^\d+$/.test(text)) return Number(text) * 1000
  const date = Date.parse(text)
  return Number.isNaN(date) ? null : Math.max(0, date - Date.now())
}
