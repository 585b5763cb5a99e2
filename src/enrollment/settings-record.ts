// The settings as the generated files remember them.
import { byKey, jsonMap, parseJson } from '../text/index.js'
import type { Settings } from './images-file.js'
import { settingsSchema } from './schema/settings.js'
import { DEFAULT_SETTINGS, settingsFrom } from './settings.js'

/** The key `settings` that gives these settings, with every default written out: `settingsFrom` the other way round. */
export function writtenSettings(settings: Settings) {
  const { githubTokenSecret, gitlabTokenSecret, registrySecret, sourceTokenSecret, ...rest } = settings
  const { retryPause, baseInterval, pollInterval, stagger, retries, maxRebuildsPerRun, ...plain } = rest
  const { analysis, trivyImage, ...others } = plain
  return {
    ...others,
    secrets: {
      github: githubTokenSecret,
      gitlab: gitlabTokenSecret,
      registry: registrySecret,
      source: sourceTokenSecret,
    },
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
 * Settings as a comment of YAML, on one line: what a later run compares with where it cannot read the images.yaml they
 * come from. Plain ASCII, since other characters end a line too, by YAML 1.1.
 */
export function recordOfSettings(settings: Settings): string {
  const others = otherThan(writtenSettings(DEFAULT_SETTINGS), writtenSettings(settings)) ?? {}
  const json = JSON.stringify(others, (_, value) => value ?? undefined)
  return RECORD + json.replace(/[^\x20-\x7e]/g, (one) => `\\u${one.charCodeAt(0).toString(16).padStart(4, '0')}`)
}

/** What of a value is not as it is by default; undefined: nothing. */
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
 * @param text of the file; it is committed, so anybody may have changed it.
 * @returns null where it records none, or none that are valid.
 */
export function recordedSettings(text: string): Settings | null {
  const line = text.split('\n', MAX_HEAD).find((one) => one.startsWith(RECORD))
  if (line === undefined) return null
  const parsed = settingsSchema.safeParse(parseJson(line.slice(RECORD.length)))
  return parsed.success ? settingsFrom(parsed.data) : null
}

/** Lines of a file that may hold the record. */
const MAX_HEAD = 5
