/** An id as forges give it: a number that JSON holds exactly. null: it is none. */
export function idIn(value: unknown): string | null {
  return typeof value === 'number' && Number.isSafeInteger(value) && value > 0 ? String(value) : null
}

/** A moment in milliseconds; null where it is none. */
export function momentIn(value: unknown): number | null {
  const moment = typeof value === 'string' && /^\d{4}-\d\d-\d\dT/.test(value) ? Date.parse(value) : Number.NaN
  return Number.isNaN(moment) ? null : moment
}

/** A moment as ISO 8601; null where it is none. */
export function isoIn(value: unknown): string | null {
  const moment = momentIn(value)
  return moment === null ? null : new Date(moment).toISOString()
}

/** A text; null where it is something else. */
export function textIn(value: unknown): string | null {
  return typeof value === 'string' ? value : null
}
