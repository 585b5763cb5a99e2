import type { BakeBody } from './bake/hcl-tree.js'
import { type BakeSettings, parseBake, readBake } from './bake/read.js'
import { type ComposeService, readComposeEnvironment, readComposeFiles } from './compose/read.js'
import type { BesideFiles, ComposeSettings } from './compose/services.js'
import { isComposeText } from './compose/tree.js'
import { type BuildFile, targetOf } from './targets.js'
import { type BuildEnvironment, type BuildValue, isKnown } from './value.js'
import type { Unreadable } from './yaml-file.js'

/** The files bake looks for where it is given none, in its order: all that exist (buildx, `bake/bake.go`). */
export const DEFAULT_BUILD_FILES: readonly string[] = [
  'compose.yaml',
  'compose.yml',
  'docker-compose.yml',
  'docker-compose.yaml',
  'docker-bake.json',
  'docker-bake.hcl',
  'docker-bake.override.json',
  'docker-bake.override.hcl',
]

/**
 * The files `docker compose` looks for where it is given none: of each list the first that exists, and the second over
 * the first (compose-go, `cli/options.go`). It looks in the folders above as well until it finds one of the first.
 */
export const DEFAULT_COMPOSE_FILES: readonly (readonly string[])[] = [
  ['compose.yaml', 'compose.yml', 'docker-compose.yml', 'docker-compose.yaml'],
  ['compose.override.yml', 'compose.override.yaml', 'docker-compose.override.yml', 'docker-compose.override.yaml'],
]

/**
 * The files bake reads where it is given none: those that `BUILDX_BAKE_FILE` names, else DEFAULT_BUILD_FILES (buildx,
 * `commands/bake.go` bakeEnvFiles).
 *
 * @param environment variables of the step that builds.
 */
export function bakeFileNames(environment: BuildEnvironment): readonly string[] {
  const named = listedFiles(environment, 'BUILDX_BAKE_FILE', 'BUILDX_BAKE_PATH_SEPARATOR')
  return named === null || named.length === 0 ? DEFAULT_BUILD_FILES : named
}

function listedFiles(environment: BuildEnvironment, name: string, separator: string): string[] | null {
  const [list, sign] = [environment.get(name), environment.get(separator)]
  if (list === undefined || !isKnown(list)) return null
  const parts = list.text.split(sign !== undefined && isKnown(sign) && sign.text !== '' ? sign.text : ':')
  return parts.map((part) => part.trim()).filter((part) => part !== '')
}

/** A file that defines builds. */
export interface DefinitionFile {
  /** Its path in the repository, which says what it is, and its place in messages. */
  readonly file: string
  readonly text: string
}

/** What decides beside the files. */
export interface DefinitionSettings extends Pick<BakeSettings, 'environment' | 'set'> {
  /** Where the build runs, relative to the repository. */
  readonly folder?: string
  /** What compose files refer to, by path in the repository; null: there is no such file. */
  readonly beside?: BesideFiles
}

const DEFAULTS = { environment: new Map<string, BuildValue>(), folder: '', beside: new Map<string, string | null>() }

/** A definition, or the first file nobody can use. */
export type DefinitionReading =
  | { readonly ok: true; readonly definition: BuildFile }
  | (Unreadable & { readonly file: string | null })

/**
 * Reads the files that define builds together, each by its name as bake does: JSON and HCL are one definition, in their
 * order, that lies over what compose files say.
 *
 * @returns the definition, or the first file nobody can use.
 */
export function readBuildFiles(
  files: readonly DefinitionFile[],
  { environment = new Map(), set = [], folder = '', beside = new Map() }: DefinitionSettings = {},
): DefinitionReading {
  const bodies: BakeBody[] = []
  const compose: DefinitionFile[] = []
  for (const file of files) {
    const language = languageOf(file)
    const parsed = language === 'compose' ? null : parseBake(file.text, language, file.file)
    if (parsed === null) compose.push(file)
    else if (parsed.ok) bodies.push(parsed.file)
    else return { ...parsed, file: file.file }
  }
  const { reading } = readComposeFiles(compose, { environment, folder, beside, reader: 'bake' })
  if (!reading.ok) return reading
  const services = new Map(reading.services.map(({ name, fields }) => [name.replaceAll('.', '_'), fields]))
  return readBake(bodies, { environment, set, services })
}

/**
 * The files that the compose files among these refer to and nobody has looked for yet: `.env`, what they include and
 * extend, `env_file` where an argument's value may stand in it. With their texts there may be more.
 *
 * @param settings `reader`: who reads them; bake, unless it is said.
 * @returns paths in the repository, sorted; empty when all is there.
 */
export function composeReferences(
  files: readonly DefinitionFile[],
  { reader = 'bake', ...settings }: ProjectSettings & Partial<Pick<ComposeSettings, 'reader'>> = {},
): readonly string[] {
  const compose = files.filter((file) => languageOf(file) === 'compose')
  return compose.length === 0 ? [] : readComposeFiles(compose, { ...DEFAULTS, ...settings, reader }).wanted
}

/** What decides beside the files of a compose project. */
export interface ProjectSettings extends DefinitionSettings, Pick<ComposeSettings, 'args' | 'isNamed'> {
  /** Profiles that the command enables; without, `COMPOSE_PROFILES` says which. */
  readonly profiles?: readonly string[]
}

/**
 * Reads compose files as `docker compose build` does. Unlike bake it takes every path from where the first file lies,
 * knows no `x-bake`, builds for the service's `platform`, gives no argument what is said of the container, and builds
 * services of a profile only where that is enabled, or they are named (docker/compose, `pkg/compose/build_bake.go`).
 *
 * @returns every service with a build, dots in its name as underscores; the group `default` holds those that are built
 *   where none is named.
 */
export function composeProject(
  files: readonly DefinitionFile[],
  { profiles, ...settings }: ProjectSettings = {},
): DefinitionReading {
  const { reading } = readComposeFiles(files, { ...DEFAULTS, ...settings, reader: 'compose' })
  if (!reading.ok) return reading
  const named = reading.environment.get('COMPOSE_PROFILES')
  const enabled = profiles ?? (named !== undefined && isKnown(named) ? named.text.split(',') : [])
  const isBuilt = ({ profiles: own }: ComposeService) =>
    own.length === 0 || enabled.includes('*') || own.some((one) => !isKnown(one) || enabled.includes(one.text))
  const targets = reading.services.map(({ name, fields }) => targetOf(name.replaceAll('.', '_'), fields))
  const built = reading.services.filter(isBuilt).map(({ name }) => name.replaceAll('.', '_'))
  const definition = {
    targets: new Map(targets.map((target) => [target.name, target])),
    groups: new Map([['default', built]]),
  }
  return { ok: true, definition }
}

/**
 * The files that `COMPOSE_FILE` names to `docker compose` (bake does not look at it), in the environment or in `.env`.
 *
 * @returns relative to where it runs; null: none are named, and it looks for DEFAULT_COMPOSE_FILES.
 */
export function namedComposeFiles(settings: DefinitionSettings = {}): readonly string[] | null {
  const read = readComposeEnvironment({ ...DEFAULTS, ...settings, reader: 'compose' })
  return listedFiles(read, 'COMPOSE_FILE', 'COMPOSE_PATH_SEPARATOR')
}

/** By its ending; without one that is known, by what it holds (buildx, `bake/hcl.go`, `bake/compose.go`). */
function languageOf({ file, text }: DefinitionFile): 'hcl' | 'json' | 'compose' {
  const ending = /\.(?:hcl|json|ya?ml)$/.exec(file.toLowerCase())?.[0]
  if (ending !== undefined) return ending === '.hcl' ? 'hcl' : ending === '.json' ? 'json' : 'compose'
  if (isComposeText(text, file)) return 'compose'
  return parseBake(text, 'json', file).ok ? 'json' : 'hcl'
}

/**
 * Reads one file that defines builds, by its name as bake does: JSON, HCL, compose.
 *
 * @param environment variables of the step that builds.
 */
export function readBuildFile(
  text: string,
  file: string,
  environment: BuildEnvironment = new Map(),
): { readonly ok: true; readonly definition: BuildFile } | Unreadable {
  return readBuildFiles([{ file, text }], { environment })
}
