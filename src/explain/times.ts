import { count } from '../text/index.js'

const UNITS = [
  ['day', 86_400_000],
  ['hour', 3_600_000],
  ['minute', 60_000],
] as const

/** `in 2 days`, `3 hours ago`: whole units, the largest that fits at least twice, which limits rounding. */
export function relative(iso: string, now: string): string {
  const left = Date.parse(iso) - Date.parse(now)
  const [unit, size] = UNITS.find(([, milliseconds]) => Math.abs(left) >= 2 * milliseconds) ?? UNITS[2]
  const many = Math.floor(Math.abs(left) / size)
  if (many === 0) return 'now'
  const span = count(many, unit)
  return left > 0 ? `in ${span}` : `${span} ago`
}
