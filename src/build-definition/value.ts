import { oneLine } from '../text/index.js'

/**
 * The value of one setting of a build. `assumedFrom` is the source text of a default that the real build's environment
 * may replace; for an unknown value only its source text is known.
 */
export type BuildValue = KnownValue | UnknownValue

export interface KnownValue {
  readonly text: string
  /** Source text, if the text is a default that the real build's environment may replace. */
  readonly assumedFrom?: string
  /** Position, `docker-bake.hcl:12`, if known. */
  readonly place?: string
}

export interface UnknownValue {
  readonly unknown: true
  /** Source text, with known parts filled in. */
  readonly written: string
  /** Position, `docker-bake.hcl:12`, if known. */
  readonly place?: string
}

/** What one build passes to BuildKit, as far as it is known without running the build. */
export interface BuildInputs {
  readonly args: ReadonlyMap<string, BuildValue>
  /** null: not set, so the last stage is built. */
  readonly target: BuildValue | null
  /** Empty: not set, so the builder's platform is built. */
  readonly platforms: readonly BuildValue[]
  readonly contexts: ReadonlyMap<string, BuildValue>
  /** List entries whose name is unknown too (`${{ inputs.build-args }}`). */
  readonly unclear: readonly Unclear[]
}

/** A list or option known only by its source text and position. */
export interface Unclear {
  readonly key: string
  readonly written: string
  readonly place?: string
}

/** Environment variables of a build, as far as they are known. */
export type BuildEnvironment = ReadonlyMap<string, BuildValue>

/** Returns an environment variable; null: not set, as far as is known. */
export type EnvironmentLookup = (name: string) => BuildValue | null

/** Whether a value is known; narrows its type. */
export function isKnown(value: BuildValue): value is KnownValue {
  return 'text' in value
}

export function known(text: string): KnownValue {
  return { text }
}

export function unknown(written: string, place?: string): UnknownValue {
  return { unknown: true, written, ...(place !== undefined && { place }) }
}

/** The text of a known value, else the source text. */
export function writtenText(value: BuildValue): string {
  return isKnown(value) ? value.text : value.written
}

/** The value of a name without one. */
export const FROM_ENVIRONMENT: UnknownValue = unknown("taken from the build's environment")

/** The value, or null if it is known and empty: an empty setting counts as not set. */
export function nonEmpty(value: BuildValue): BuildValue | null {
  return isKnown(value) && value.text === '' ? null : value
}

/** Splits `NAME=VALUE` at the first equals sign; the value is null without one. */
export function splitPair(text: string): readonly [name: string, value: string | null] {
  const equals = text.indexOf('=')
  return equals < 0 ? [text, null] : [text.slice(0, equals), text.slice(equals + 1)]
}

/** A string key for equal contents, including maps. */
export function contentKey(value: unknown): string {
  return JSON.stringify(value, (_key, part: unknown) => (part instanceof Map ? [...part] : part))
}

/** Source text for a message: truncated, on one line. */
export function shortText(text: string): string {
  return oneLine(text, 80)
}
