const UNITS: ReadonlyMap<string, number> = new Map([
  ['ns', 1e-6],
  ['us', 1e-3],
  ['µs', 1e-3],
  ['μs', 1e-3],
  ['ms', 1],
  ['s', 1000],
  ['m', 60_000],
  ['h', 3_600_000],
])
const MAX_MILLISECONDS = 2 ** 63 / 1e6

/** Milliseconds of a duration as Go writes it (`1h30m`, `1.5s`, `0`); null when it is none. */
export function goDuration(text: string): number | null {
  const unsigned = text.replace(/^[+-]/, '')
  const sign = text.startsWith('-') ? -1 : 1
  if (unsigned === '0') return 0
  const part = /(\d+\.?\d*|\.\d+)(ns|us|µs|μs|ms|s|m|h)/y
  let total = 0
  let at = 0
  while (at < unsigned.length) {
    part.lastIndex = at
    const match = part.exec(unsigned)
    if (match === null) return null
    total += Number(match[1]) * (UNITS.get(match[2] ?? '') ?? 0)
    at = part.lastIndex
  }
  return at === 0 || total >= MAX_MILLISECONDS ? null : sign * total
}
