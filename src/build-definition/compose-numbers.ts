const INTEGER = /^([-+]?)(0[xX][\da-fA-F]+|0[bB][01]+|0[oO]?[0-7]+|[1-9]\d*|0)$/
const FLOAT = /^[-+]?(?:\.\d+|\d+(?:\.\d*)?)(?:[eE][-+]?\d+)?$/
const DATE = /^(\d{4})-(\d\d?)-(\d\d?)$/

/** Go's uint64; integers beyond it are floats. */
const MAX_INTEGER = 2n ** 64n

/**
 * What a plain scalar that YAML takes for a number or a date comes to as a text of a compose file: Go's YAML reader
 * (go.yaml.in/yaml, `resolve.go`) reads it, and Go prints it. `3.20` is 3.2, `017` is 15, `1_000` is 1000.
 *
 * @returns null: it is neither, and stays as it is written.
 */
export function composeNumber(written: string): string | null {
  const date = DATE.exec(written)
  if (date !== null) return dateOf(Number(date[1]), Number(date[2]), Number(date[3]))
  const text = written.replaceAll('_', '')
  if (!/\d/.test(text) || text.length > 400) return null
  const [, sign = '', digits] = INTEGER.exec(text) ?? []
  if (digits !== undefined) {
    const value = BigInt(/^0\d/.test(digits) ? `0o${digits.slice(1)}` : digits.toLowerCase())
    if (value < MAX_INTEGER) return sign === '-' && value !== 0n ? `-${value}` : String(value)
  }
  return FLOAT.test(text) ? floatOf(Number(text)) : null
}

/** A float as Go prints it. */
function floatOf(value: number): string | null {
  if (!Number.isFinite(value)) return null
  if (value === 0) return Object.is(value, -0) ? '-0' : '0'
  const [mantissa = '', exponent = ''] = value.toExponential().split('e')
  const power = Number(exponent)
  if (power >= -4 && power < 21) return String(value)
  return `${mantissa}e${power < 0 ? '-' : '+'}${String(Math.abs(power)).padStart(2, '0')}`
}

function dateOf(year: number, month: number, day: number): string | null {
  const date = new Date(Date.UTC(year, month - 1, day))
  if (year < 100 || date.getUTCMonth() !== month - 1 || date.getUTCDate() !== day) return null
  return `${date.toISOString().slice(0, 10)} 00:00:00 +0000 UTC`
}
