import * as z from 'zod'
import { parseReference } from '../reference/index.js'
import { moment, quote } from '../text/index.js'
import { type Data, isDataMap } from '../yaml/data.js'
import { explainIssues, type SchemaProblem } from './messages.js'
import { byPlace } from './places.js'
import { type Problem, problem } from './problem.js'
import { exampleAt, keysAt } from './schema/keys.js'
import { line } from './schema/values.js'
import { readYaml } from './yaml-data.js'

/** The file of emergency overrides, beside images.yaml. */
export const OVERRIDES_FILE = 'overrides.yaml'

/** An override: rebuilds for this digest of a base image skip their delay. */
export interface Override {
  /** The base image as written: `node:22`, `docker.io/library/node:22`. */
  readonly base: string
  /** `sha256:` and 64 hexadecimal digits. */
  readonly digest: string
  readonly reason: string
  /** When it expires (inclusive), ISO 8601 in UTC. */
  readonly expires: string
  /** 1-based line of its entry. */
  readonly line: number
}

const DAY = /^\d{4}-\d{2}-\d{2}$/
const MOMENT = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(?::\d{2})?(?:\.\d{1,3})?Z$/

export const overrideSchema = z.strictObject({
  base: line.refine((text) => parseReference(text).ok, 'is not an image reference').meta({ examples: ['node:22'] }),
  digest: line.regex(/^sha256:[0-9a-f]{64}$/, 'is not a digest (sha256: and 64 hexadecimal digits)'),
  reason: line.meta({ examples: ['CVE-2026-1234'] }),
  expires: line.refine((text) => expiryOf(text) !== null, 'is not a date').meta({ examples: ['2026-03-31'] }),
})

/** Common wrong names of its keys. */
const SYNONYMS: Readonly<Record<string, string>> = {
  image: 'base',
  name: 'base',
  sha: 'digest',
  sha256: 'digest',
  comment: 'reason',
  why: 'reason',
  until: 'expires',
  expiry: 'expires',
  date: 'expires',
}

/**
 * Reads overrides.yaml: a list of `{base, digest, reason, expires}`.
 *
 * @param now ISO 8601: overrides that expired before have no effect, and are reported.
 * @returns those that have not expired, in the order of the file; must not be used if a problem is an error.
 */
export function parseOverrides(
  text: string,
  file: string,
  now: string,
): { readonly active: readonly Override[]; readonly problems: readonly Problem[] } {
  const { placed, problems: unreadable } = readYaml(text, file)
  if (placed === null || unreadable.length > 0) return { active: [], problems: unreadable }
  const { data } = placed
  if (data === null) return { active: [], problems: [] }
  const add = ({ code, path, at: which, message, remedy }: SchemaProblem) => {
    const exact = which === 'key' ? placed.position(path) : placed.valuePosition(path)
    const place = exact ?? placed.valuePosition(path.slice(0, 1)) ?? { line: 1, column: 1 }
    return problem(code, message, { file, ...place, remedy })
  }
  if (!Array.isArray(data)) {
    const [wrapper, ...others] = isDataMap(data) ? Object.keys(data) : []
    const isWrapped = wrapper !== undefined && others.length === 0 && isDataMap(data) && Array.isArray(data[wrapper])
    const remedy = isWrapped ? `Remove the line ${quote(`${wrapper}:`)}.` : 'Begin each entry with "- base:".'
    const message = 'the file must be a list of overrides.'
    return { active: [], problems: [add({ code: 'value-invalid', path: [], at: 'value', message, remedy })] }
  }
  const read = data.map((entry: Data, index) => {
    const result = overrideSchema.safeParse(entry)
    const at = placed.position([index])?.line ?? 1
    if (result.success)
      return { override: { ...result.data, expires: expiryOf(result.data.expires) ?? '', line: at }, problems: [] }
    const found = explainIssues(result.error.issues, {
      prefix: [],
      knownKeys: (path) => keysAt(overrideSchema, path),
      example: (path) => exampleOf(path.at(-1), entry, now) ?? exampleAt(overrideSchema, path),
      misplaced: (key) => (Object.hasOwn(SYNONYMS, key) ? `Write ${SYNONYMS[key]}.` : null),
      value: (path) => path.reduce<unknown>((value, step) => (value as Record<string, unknown> | null)?.[step], entry),
    })
    const problems = found.map((one) => add({ ...one, path: [index, ...one.path] })).sort(byPlace)
    return { override: null, problems }
  })
  const all = read.flatMap(({ override }) => override ?? [])
  return {
    active: all.filter(({ expires }) => expires >= now),
    problems: [
      ...read.flatMap(({ problems }) => problems),
      ...all
        .filter(({ expires }) => expires < now)
        .map(({ base, expires, line: at }) => {
          const message = `the override of ${base} expired at ${moment(expires)} and no longer has any effect.`
          return problem('override-expired', message, { file, line: at, remedy: 'Remove it.' })
        }),
    ],
  }
}

/** What the schema has no constant example for: a day that is ahead, and a digest of this very image. */
function exampleOf(key: string | number | undefined, entry: Data, now: string): string | null {
  const written = isDataMap(entry) ? entry : {}
  // For a misspelt date only the form matters.
  if (key === 'expires' && written.expires === undefined) {
    return new Date(Date.parse(now) + EXAMPLE_DAYS * 86_400_000).toISOString().slice(0, 10)
  }
  if (key !== 'digest') return null
  const base = typeof written.base === 'string' && parseReference(written.base).ok ? written.base : 'node:22'
  return `sha256:…, as docker buildx imagetools inspect ${base} shows it`
}

const EXAMPLE_DAYS = 14

/** When the written value expires; null if it is not a date. */
function expiryOf(text: string): string | null {
  if (!DAY.test(text) && !MOMENT.test(text)) return null
  const time = Date.parse(DAY.test(text) ? `${text}T23:59:59.999Z` : text)
  // Date parses 2026-02-31 as March 3.
  if (Number.isNaN(time) || !new Date(time).toISOString().startsWith(text.slice(0, 10))) return null
  return new Date(time).toISOString()
}
