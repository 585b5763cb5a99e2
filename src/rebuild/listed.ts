/** An id in a forge's response: an integer that JSON represents exactly. null: invalid. */
export function idIn(value: unknown): string | null {
  return typeof value === 'number' && Number.isSafeInteger(value) && value > 0 ? String(value) : null
}

/** A time in milliseconds since the epoch; null if invalid. */
export function momentIn(value: unknown): number | null {
  const moment = typeof value === 'string' && /^\d{4}-\d\d-\d\dT/.test(value) ? Date.parse(value) : Number.NaN
  return Number.isNaN(moment) ? null : moment
}

/** A time as ISO 8601; null if invalid. */
export function isoIn(value: unknown): string | null {
  const moment = momentIn(value)
  return moment === null ? null : new Date(moment).toISOString()
}

/** A string; null for any other type. */
export function textIn(value: unknown): string | null {
  return typeof value === 'string' ? value : null
}
