import type { DataMap, Path } from '../../yaml/data.js'
import { inputList } from '../input-list.js'
import { type BuildEnvironment, type BuildInputs, type BuildValue, isKnown, nonEmpty } from '../value.js'
import { mapOf, valueAt, type YamlFile } from '../yaml-file.js'
import { fillIn, pieceValue, type Scope } from './scope.js'

/** Where a build is defined, and whether a run executes it. */
export interface StepPlace {
  /** The file in the form users know, `.github/workflows/build.yml`, and the line. */
  readonly file: string
  readonly line: number
  readonly job: string
  /** It or a job or step that leads to it has an `if`: a run may succeed without it. */
  readonly isConditional: boolean
  /** false: a dispatched run skips it; null: depends on the run. */
  readonly runs: boolean | null
}

/** A step that builds one Dockerfile. */
export interface DockerfileStep extends StepPlace {
  readonly kind: 'build'
  /** The action or command, for messages. */
  readonly tool: string
  /** Path in the repository; null: in another repository, or in none. */
  readonly dockerfile: BuildValue | null
  /** Whether a `Containerfile` next to it takes precedence. */
  readonly orContainerfile: boolean
  readonly inputs: BuildInputs
  /** Whether its image is published; null: a later step may publish it. */
  readonly publishes: boolean | null
  readonly tags: readonly BuildValue[]
}

/** A step that builds what bake or compose files define. */
export interface BakeStep extends StepPlace {
  readonly kind: 'bake'
  readonly format: 'bake' | 'compose'
  readonly tool: string
  /** Empty: the tool's default files. */
  readonly files: readonly BuildValue[]
  /** Empty: the group or target `default`. */
  readonly targets: readonly BuildValue[]
  /** Overrides, `TARGET.KEY=VALUE`. */
  readonly set: readonly BuildValue[]
  /** Build arguments of the command, overriding those of the definition (compose). */
  readonly args: ReadonlyMap<string, BuildValue>
  /** Base of its paths, inside the repository. */
  readonly folder: BuildValue
  /** Base of paths in compose files, inside the repository; null: the first file's folder. */
  readonly project: string | null
  /** Whether the definition is fetched from the repository, so that only `cwd://` refers to files in the workspace. */
  readonly isFetched: boolean
  /** Variables of the step and its `vars`, used to fill in bake and compose files. */
  readonly environment: BuildEnvironment
  /** Texts of definitions written by earlier steps. */
  readonly generated: readonly string[]
  /** null: the definition may decide. */
  readonly publishes: boolean | null
}

export type BuildStep = DockerfileStep | BakeStep

/** Something that builds or may build, but is not read. */
export interface UnreadStep extends StepPlace {
  /** What it is, as part of a sentence: `make image`, `acme/builds/.github/workflows/image.yml@v1`. */
  readonly what: string
  /** Why it is not read, as the rest of a sentence about it. */
  readonly reason: string
}

/** The inputs of a step, read as actions read them; unknown values have their position. */
export interface StepInputs {
  readonly has: (name: string) => boolean
  /** null: missing or empty. */
  readonly text: (name: string) => BuildValue | null
  readonly list: (name: string, kind: Parameters<typeof inputList>[1]) => readonly BuildValue[]
  /** Whether it is given and not known to be false or empty. */
  readonly isOn: (name: string) => boolean
}

/**
 * Reads a map of inputs (`with`). Names are case-insensitive, because GitHub passes inputs as upper-case environment
 * variables.
 *
 * @param path of the map in its file.
 */
export function stepInputs(given: DataMap, path: Path, { file, scope }: { file: YamlFile; scope: Scope }): StepInputs {
  const keys = new Map(Object.keys(given).map((key) => [key.toLowerCase(), key]))
  const written = (name: string) => {
    const key = keys.get(name)
    return key === undefined ? null : (file.scalar(valueAt(given, key), [...path, key])?.trim() ?? '')
  }
  const placed = (name: string, value: BuildValue): BuildValue =>
    isKnown(value) ? value : { ...value, place: file.place([...path, keys.get(name) ?? name]) }
  const text = (name: string) => {
    const found = written(name)
    if (found === null) return null
    const expanded = fillIn(scope, found)
    return nonEmpty(placed(name, pieceValue(expanded.text.trim(), expanded)))
  }
  const list: StepInputs['list'] = (name, kind) => {
    const found = written(name) ?? ''
    if (found === '') return []
    const expanded = fillIn(scope, found)
    return inputList(expanded.text, kind).map((item) => placed(name, pieceValue(item, expanded)))
  }
  const isOn = (name: string) => {
    const value = text(name)
    return value !== null && (!isKnown(value) || value.text.toLowerCase() === 'true')
  }
  return { has: (name) => text(name) !== null, text, list, isOn }
}

/** The `with` of a step. */
export function withOf(step: DataMap): DataMap {
  return mapOf(valueAt(step, 'with'))
}
