import { parseDuration } from './grammar.js'
import { repo } from './repairs.js'

/** `7 days`, `24hours`, `weekly`, `P7D`, `7`: converted to the form of images.yaml. */
export function durationRemedy(text: string): string {
  const plain = text.trim().toLowerCase().replace(/^-/, '')
  if (/^\d{1,4}$/.test(plain)) return `Write ${plain}d for days, or ${plain}h for hours.`
  const said = SPANS[plain] ?? sumOf(plain.replace(/^p(?=.*\d)/, '').replace(/(\d[a-z]*)t(?=\d)|^t/g, '$1'))
  return said !== null && parseDuration(said) !== null
    ? `Write ${said}.`
    : 'Write 90s, 30m, 24h, 7d, 2w, a sum like 1d12h, or 0.'
}

const SPANS: Readonly<Record<string, string>> = {
  hourly: '1h',
  daily: '1d',
  weekly: '7d',
  monthly: '30d',
  none: '0',
  never: '0',
  immediately: '0',
  now: '0',
}

const UNITS: readonly (readonly [RegExp, string])[] = [
  [/^(?:s|secs?|seconds?)$/, 's'],
  [/^(?:m|mins?|minutes?)$/, 'm'],
  [/^(?:h|hrs?|hours?)$/, 'h'],
  [/^(?:d|days?)$/, 'd'],
  [/^(?:w|wks?|weeks?)$/, 'w'],
]

function sumOf(text: string): string | null {
  const parts = [...text.matchAll(/\s*(\d{1,6})\s*([a-z]+)\s*,?\s*(?:and\s+)?/gy)]
  if (parts.length === 0 || parts.reduce((length, [part]) => length + part.length, 0) !== text.length) return null
  const sum = parts.map(([, amount, word = '']) => {
    if (/^(?:mo|months?)$/.test(word)) return `${Number(amount) * 30}d`
    const unit = UNITS.find(([pattern]) => pattern.test(word))?.[1]
    return unit === undefined ? null : `${amount}${unit}`
  })
  return sum.includes(null) ? null : sum.join('')
}

/**
 * The text to write for a value of the wrong type: `yes` for true, a word for a list, a list for a map.
 *
 * @param expected zod's name of the type.
 */
export function remedyForType(
  expected: string,
  path: readonly (string | number)[],
  found: unknown,
  { example, keys }: { readonly example: string | null; readonly keys: readonly string[] },
): string | null {
  const key = path.at(-1)
  const before = typeof key === 'string' && /^[A-Za-z][\w-]{0,63}$/.test(key) ? `${key}: ` : ''
  if (found === null && before !== '') {
    if (example !== null) return `Write ${before}${example}${REQUIRED.has(String(key)) ? '' : ', or remove the line'}.`
    if (expected === 'boolean') return `Write ${before}true or ${before}false, or remove the line.`
    return 'Write its value, or remove the line.'
  }
  if (expected === 'boolean') {
    const meant = booleanMeant(found)
    return meant === null ? `Write ${before}true or ${before}false.` : `Write ${before}${meant}.`
  }
  if (expected === 'array') return listRemedy(typeof key === 'string' ? key : '', found)
  if (expected === 'string') return textRemedy(before, found, example)
  if (expected !== 'object' && expected !== 'record') return null
  return (keys.includes('repo') ? null : firstKeyRemedy(path, found)) ?? mapRemedy(before, found, keys)
}

/** Keys that are required wherever they exist: without the line, they would be missing. */
const REQUIRED: ReadonlySet<string> = new Set([
  'name',
  'repo',
  'base',
  'digest',
  'reason',
  'expires',
  'code',
  'path',
  'type',
])

/** Lists of maps, and the key that a single word would be the value of. */
const FIRST_KEYS: Readonly<Record<string, string>> = {
  accept: 'code',
  environments: 'name',
  updates: 'repo',
  webhookReceivers: 'type',
}

function listRemedy(key: string, found: unknown): string {
  if (typeof found !== 'boolean' && typeof found !== 'string') return 'Begin each of its items with "- ".'
  const first = Object.hasOwn(FIRST_KEYS, key) ? FIRST_KEYS[key] : undefined
  const text = String(found)
  // Buildx and Docker take lists as `linux/amd64,linux/arm64`.
  const isList = text.length <= 300 && /^[\w./:-]+(?:, *[\w./:-]+)+$/.test(text)
  const shown = (isList ? text.split(/, */) : [text]).map(plain)
  return `Write ${key}: [${shown.map((item) => (first === undefined ? item : `{${first}: ${item}, …}`)).join(', ')}].`
}

/** A word where a map belongs in such a list: `environments: [staging]`. */
function firstKeyRemedy(path: readonly (string | number)[], found: unknown): string | null {
  const [list, index] = path.slice(-2)
  if (typeof list !== 'string' || typeof index !== 'number' || typeof found !== 'string') return null
  return Object.hasOwn(FIRST_KEYS, list) ? `Write - ${FIRST_KEYS[list]}: ${plain(found)}.` : null
}

function textRemedy(before: string, found: unknown, example: string | null): string {
  if (typeof found === 'boolean') return `Write ${before}${example ?? `"${found}"`}.`
  const only = Array.isArray(found) && found.length === 1 ? (found[0] as unknown) : null
  return typeof only === 'string' ? `Write ${before}${plain(only)}.` : 'Write one value.'
}

function mapRemedy(before: string, found: unknown, keys: readonly string[]): string | null {
  const pairs = keys.length > 0 && !Array.isArray(found) ? [] : pairsIn(found)
  if (pairs.length > 0) {
    const items = pairs.map(([key, value]) => `${key}: ${plain(value)}`)
    return `Write ${before}{${items.slice(0, 5).join(', ')}}.`
  }
  const meant = typeof found === 'string' && keys.includes('repo') ? repo(found) : null
  if (meant !== null) return `Write ${before}{repo: ${meant}}.`
  return keys.length === 0 ? 'Write its keys below it.' : `Write its keys below it: ${keys.join(', ')}.`
}

/** `A=1`, or a list of `A=1`, `A: 1` or maps; empty if anything else is in it. */
function pairsIn(found: unknown): (readonly [key: string, value: string])[] {
  const items = (Array.isArray(found) ? found : [found]).map((item: unknown) => {
    const one = typeof item === 'object' && item !== null ? Object.entries(item) : []
    if (one.length === 1 && typeof one[0]?.[1] === 'string') return [one[0][0], one[0][1]] as const
    const [, key, value = ''] = (typeof item === 'string' && /^([\w-]+)[=:] *(.*)$/.exec(item)) || []
    return key === undefined ? null : ([key, value] as const)
  })
  return items.includes(null) ? [] : items.flatMap((pair) => (pair === null ? [] : [pair]))
}

/** A value as YAML, quoted if it would have another meaning without quotes. */
function plain(text: string): string {
  const short = text.length > 100 ? `${text.slice(0, 100)}…` : text
  return /^[A-Za-z0-9][\w./@-]*(?::[\w./@-]+)*$/.test(short) ? short : JSON.stringify(short)
}

/** `yes`, `"true"`, `off`, `1`: other spellings of true and false; null if it is neither. */
function booleanMeant(value: unknown): boolean | null {
  const text = typeof value === 'string' ? value.trim().toLowerCase() : ''
  if (['true', 'yes', 'y', 'on', '1', 'enabled'].includes(text)) return true
  return ['false', 'no', 'n', 'off', '0', 'disabled', 'never'].includes(text) ? false : null
}
