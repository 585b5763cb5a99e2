// The settings as recorded in the generated files.
import { byKey, jsonMap, parseJson } from '../text/index.js'
import type { Settings } from './images-file.js'
import { settingsSchema } from './schema/settings.js'
import { DEFAULT_SETTINGS, settingsFrom } from './settings.js'

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
