import { posix } from 'node:path'
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
  readonly unclear: readonly { readonly key: string; readonly written: string; readonly place?: string }[]
}

/** Whether a value is known. */
export function isKnown(value: BuildValue): value is KnownValue {
  return 'text' in value
}

export function known(text: string): KnownValue {
  return { text }
}

export function unknown(written: string): UnknownValue {
  return { unknown: true, written }
}

/** What a name without value gets. */
export const FROM_ENVIRONMENT: UnknownValue = unknown("taken from the build's environment")

/** The text of a known value that is not empty, else null: an empty setting is the same as none. */
export function filled(value: BuildValue): BuildValue | null {
  return isKnown(value) && value.text === '' ? null : value
}

/** A path below a folder, both as far as they are known; an absolute one stays. */
export function joined(folder: BuildValue, path: BuildValue): BuildValue {
  if (isKnown(path) && path.text.startsWith('/')) return path
  if (!isKnown(folder)) return unknown(`${folder.written}/${isKnown(path) ? path.text : path.written}`)
  if (!isKnown(path)) return folder.text === '' ? path : { ...path, written: `${folder.text}/${path.written}` }
  return { ...path, text: posix.join(folder.text === '' ? '.' : folder.text, path.text) }
}

const MAX_QUOTE_LENGTH = 80

/** What somebody wrote, for a message: one line, without what cannot be seen, short. */
export function oneLine(text: string): string {
  const seen = text
    .slice(0, 4 * MAX_QUOTE_LENGTH)
    .replace(/[\p{C}\p{Z}\s]+/gu, ' ')
    .trim()
  const characters = [...seen]
  return characters.length <= MAX_QUOTE_LENGTH && text.length <= 4 * MAX_QUOTE_LENGTH
    ? seen
    : `${characters.slice(0, MAX_QUOTE_LENGTH).join('')}…`
}

/** How much text may come out of filling in values: variables that repeat each other grow without end. */
export class Budget {
  #left: number

  constructor(characters: number) {
    this.#left = characters
  }

  /** Takes that much, or says that there is no more. */
  spend(characters: number): boolean {
    this.#left -= characters + 1
    return this.#left >= 0
  }
}

/** A file comes to more than anybody writes: all reading of it ends. */
export class TooMuch extends Error {}
