import { oneLine } from '../text/index.js'

/**
 * What a build passes for one setting. `assumedFrom` is what is written where a default decided that the real build's
 * environment may replace; an unknown value is only known by how it is written.
 */
export type BuildValue = KnownValue | UnknownValue

export interface KnownValue {
  readonly text: string
  /** As written, where the text is a default that the environment of the real build may replace. */
  readonly assumedFrom?: string
  /** Where that is written, `docker-bake.hcl:12`, if it is known. */
  readonly place?: string
}

export interface UnknownValue {
  readonly unknown: true
  /** As written, with the parts that are known already filled in. */
  readonly written: string
  /** Where that is written, `docker-bake.hcl:12`, if it is known. */
  readonly place?: string
}

/** Values of one build, as far as they can be known without running it: what goes to BuildKit. */
export interface BuildInputs {
  readonly args: ReadonlyMap<string, BuildValue>
  /** null: none is passed, the last stage is built. */
  readonly target: BuildValue | null
  /** Empty: none is passed, the platform of the builder is built. */
  readonly platforms: readonly BuildValue[]
  readonly contexts: ReadonlyMap<string, BuildValue>
  /** Entries of lists of which not even the name is known (`${{ inputs.build-args }}`). */
  readonly unclear: readonly Unclear[]
}

/** A list, or an option, of which nothing is known but how it is written, and where. */
export interface Unclear {
  readonly key: string
  readonly written: string
  readonly place?: string
}

/** Variables of the environment that a build runs in, as far as they are known. */
export type BuildEnvironment = ReadonlyMap<string, BuildValue>

/** A variable of the environment; null: nobody sets it, as far as is known. */
export type EnvironmentLookup = (name: string) => BuildValue | null

/** Whether a value is known. */
export function isKnown(value: BuildValue): value is KnownValue {
  return 'text' in value
}

export function known(text: string): KnownValue {
  return { text }
}

export function unknown(written: string, place?: string): UnknownValue {
  return { unknown: true, written, ...(place !== undefined && { place }) }
}

/** A value as it is written: its text, where it is known. */
export function writtenText(value: BuildValue): string {
  return isKnown(value) ? value.text : value.written
}

/** What a name without value gets. */
export const FROM_ENVIRONMENT: UnknownValue = unknown("taken from the build's environment")

/** The text of a known value that is not empty, else null: an empty setting is the same as none. */
export function nonEmpty(value: BuildValue): BuildValue | null {
  return isKnown(value) && value.text === '' ? null : value
}

/** `NAME=VALUE`, cut at its first sign; null where there is none. */
export function splitPair(text: string): readonly [name: string, value: string | null] {
  const equals = text.indexOf('=')
  return equals < 0 ? [text, null] : [text.slice(0, equals), text.slice(equals + 1)]
}

/** One text for each content, that of maps included. */
export function contentKey(value: unknown): string {
  return JSON.stringify(value, (_key, part: unknown) => (part instanceof Map ? [...part] : part))
}

/** What is written in a definition, for a message: one short line. */
export function shortText(text: string): string {
  return oneLine(text, 80)
}
