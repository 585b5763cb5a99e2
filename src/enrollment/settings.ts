import type * as z from 'zod'
import { by, byKey, jsonMap, parseJson } from '../text/index.js'
import { type Data, type DataMap, isDataMap } from '../yaml/data.js'
import { explainIssues, type SchemaProblem } from './messages.js'
import { misplacedKey } from './misshapen.js'
import { valueAt } from './places.js'
import type { EntryFault } from './problem.js'
import { exampleAt, keysAt } from './schema/keys.js'
import { settingsSchema } from './schema/settings.js'

type WrittenSettings = z.output<typeof settingsSchema>

/** The schema's result for each key, with analysis renamed as in the rest of the code. */
function settingsFrom({ analysis, webhookReceivers, ...others }: WrittenSettings) {
  return {
    ...others,
    webhookReceivers: [...webhookReceivers].sort(by(({ name }) => name)),
    analysis: analysis.enabled,
    trivyImage: analysis.image,
  }
}

/** The output of the schemas as read-only types. */
export type Immutable<T> =
  T extends ReadonlyMap<string, string> ? T : T extends object ? { readonly [K in keyof T]: Immutable<T[K]> } : T

/** Settings of the whole factory: the key `settings` with every default filled in; receivers sorted by name. */
export type Settings = Immutable<ReturnType<typeof settingsFrom>>

/** The settings of a file without any. */
export const DEFAULT_SETTINGS = settingsFrom(settingsSchema.parse({}))

/**
 * Reads the key `settings`: a problem with one key does not prevent the others from being checked.
 *
 * @returns null if any setting is invalid, with all problems; their paths are below `settings`.
 */
export function readSettings(data: Data): {
  readonly settings: Settings | null
  readonly faults: readonly SchemaProblem[]
} {
  const result = settingsSchema.safeParse(data)
  const atValue = (found: readonly EntryFault[]) => found.map((one): SchemaProblem => ({ ...one, at: 'value' }))
  if (result.success) {
    const faults = atValue(settingsFaults(result.data))
    return { settings: faults.length === 0 ? settingsFrom(result.data) : null, faults }
  }
  const faults = explainIssues(result.error.issues, {
    prefix: ['settings'],
    knownKeys: (path) => keysAt(settingsSchema, path, data),
    value: (path) => valueAt(data, path),
    example: (path) => exampleAt(settingsSchema, path, data),
    misplaced: (key, path) => misplacedKey(key, path, 'settings'),
  })
  const others = isDataMap(data) ? settingsSchema.safeParse(without(data, faults)) : result
  return { settings: null, faults: [...faults, ...(others.success ? atValue(settingsFaults(others.data)) : [])] }
}

function without(data: DataMap, faults: readonly SchemaProblem[]): DataMap {
  const wrong = new Set(faults.map(({ path: [key] }) => key))
  return Object.fromEntries(Object.entries(data).filter(([key]) => !wrong.has(key)))
}

/** Problems across the keys of settings; their paths are below `settings`. */
function settingsFaults(settings: WrittenSettings): EntryFault[] {
  return [
    ...receiverFaults(settings),
    ...retryFaults(settings),
    ...notifyFaults(settings),
    ...FLOORS.flatMap(({ key, seconds, message, remedy }): EntryFault[] => {
      if (settings[key].seconds >= seconds) return []
      return [{ code: 'value-invalid', path: [key], message: `${key} ${message}`, remedy }]
    }),
  ]
}

function retryFaults({ engine, retries }: WrittenSettings): EntryFault[] {
  if (engine !== 'kargo' || retries <= 1) return []
  const message = `Kargo restarts a failed build at most once, not ${retries} times.`
  return [{ code: 'engine-unsuitable', path: ['retries'], message, remedy: 'Write 0 or 1, or `engine: actions`.' }]
}

function notifyFaults({ dashboard: { issue, notify } }: WrittenSettings): EntryFault[] {
  if (issue || notify.length === 0) return []
  const message = 'notify works by comments on the dashboard issue, and there is none.'
  const remedy = 'Write `issue: true` beside it, or remove notify.'
  return [{ code: 'keys-conflicting', path: ['dashboard', 'notify'], message, remedy }]
}

function receiverFaults({ webhookReceivers }: WrittenSettings): EntryFault[] {
  const names = webhookReceivers.map(({ name }) => name)
  const repeated = names.flatMap((name, index): EntryFault[] => {
    if (names.indexOf(name) === index) return []
    const message = `two webhook receivers are called ${name}.`
    return [{ code: 'name-taken', path: ['webhookReceivers', index], message, remedy: 'Give each a different name.' }]
  })
  const misplaced = webhookReceivers.flatMap(({ type, virtualRepoName }, index): EntryFault[] => {
    if (virtualRepoName === null || type === 'artifactory') return []
    const message = `only receivers of the type artifactory have a virtualRepoName, not ${type}.`
    const path = ['webhookReceivers', index, 'virtualRepoName']
    return [{ code: 'keys-conflicting', path, message, remedy: 'Remove it.' }]
  })
  return [...repeated, ...misplaced]
}

const POLL_FLOOR = {
  seconds: 10,
  message: 'is shorter than 10 seconds, which is the shortest that Kargo waits.',
} as const

/** Each with the message for a shorter one, without the key's name. */
const FLOORS = [
  { key: 'retryPause', ...POLL_FLOOR, remedy: 'Write 1h, or another span of at least 10s.' },
  {
    key: 'baseInterval',
    seconds: 300,
    // The minReconciliationInterval of Kargo's chart: a shorter interval would have no effect.
    message: "is shorter than 5 minutes, and Kargo's controller checks no more often than that by default.",
    remedy: 'Write 24h, or another span of at least 5m.',
  },
  { key: 'pollInterval', ...POLL_FLOOR, remedy: 'Write 15m, or another span of at least 10s.' },
] as const

/** The key `settings` that gives these settings, with every default written out: the inverse of `settingsFrom`. */
export function writtenSettings(settings: Settings) {
  const { retryPause, baseInterval, pollInterval, stagger, retries, maxRebuildsPerRun, ...plain } = settings
  const { analysis, trivyImage, ...others } = plain
  return {
    ...others,
    retries: String(retries),
    maxRebuildsPerRun: String(maxRebuildsPerRun),
    retryPause: retryPause.text,
    baseInterval: baseInterval.text,
    pollInterval: pollInterval.text,
    stagger: stagger.text,
    analysis: { enabled: analysis, image: trivyImage },
  }
}

const RECORD = '# Settings other than the defaults: '

/**
 * Settings as a YAML comment on one line, which a later run compares with if it cannot read the original images.yaml.
 * ASCII only, since YAML 1.1 has other line breaks too.
 */
export function recordOfSettings(settings: Settings): string {
  const others = otherThan(writtenSettings(DEFAULT_SETTINGS), writtenSettings(settings)) ?? {}
  const json = JSON.stringify(others, (_, value) => value ?? undefined)
  return RECORD + json.replace(/[^\x20-\x7e]/g, (one) => `\\u${one.charCodeAt(0).toString(16).padStart(4, '0')}`)
}

/** The parts of a value that differ from the default; undefined: none. */
function otherThan(initial: unknown, value: unknown): unknown {
  const [was, is] = [jsonMap(initial), jsonMap(value)]
  if (is === null) return JSON.stringify(value) === JSON.stringify(initial) ? undefined : value
  const parts = Object.entries(is).map(([key, one]) => [key, otherThan(was?.[key], one)] as const)
  const others = parts.filter(([, one]) => one !== undefined).sort(byKey)
  return others.length === 0 ? undefined : Object.fromEntries(others)
}

/**
 * The settings that a generated file records.
 *
 * @param text of the file; it is committed, so anyone may have changed it.
 * @returns null if it records none, or invalid ones.
 */
export function recordedSettings(text: string): Settings | null {
  const line = text.split('\n', MAX_HEAD).find((one) => one.startsWith(RECORD))
  if (line === undefined) return null
  const parsed = settingsSchema.safeParse(parseJson(line.slice(RECORD.length)))
  return parsed.success ? settingsFrom(parsed.data) : null
}

/** Number of lines that are searched for the record. */
const MAX_HEAD = 5
