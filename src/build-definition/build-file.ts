import type { BakeBody } from './bake/hcl-tree.js'
import { type BakeSettings, parseBake, readBake } from './bake/read.js'
import { readComposeEnvironment, readComposeFiles } from './compose/read.js'
import type { ComposeSettings } from './compose/services.js'
import { isComposeText } from './compose/tree.js'
import { type DefinitionReading, targetOf } from './targets.js'
import { type BuildEnvironment, type BuildValue, isKnown } from './value.js'
import type { DefinitionFile } from './yaml-file.js'

/** Default files of bake, in order: all that exist are read (buildx, `bake/bake.go`). */
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
 * Default files of `docker compose`: the first existing file of each list, the second list overriding the first
 * (compose-go, `cli/options.go`). Compose also searches parent folders until it finds a file of the first list.
 */
export const DEFAULT_COMPOSE_FILES: readonly (readonly string[])[] = [
  ['compose.yaml', 'compose.yml', 'docker-compose.yml', 'docker-compose.yaml'],
  ['compose.override.yml', 'compose.override.yaml', 'docker-compose.override.yml', 'docker-compose.override.yaml'],
]

/**
 * The files that bake reads by default: those in `BUILDX_BAKE_FILE`, else DEFAULT_BUILD_FILES (buildx,
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

/**
 * Reads all files that define builds, each in the format its name implies as in bake: JSON and HCL files in order form
 * one definition, which overrides the compose files.
 *
 * @returns the definition, or the first unusable file.
 */
export function readBuildFiles(
  files: readonly DefinitionFile[],
  { set, ...settings }: Omit<ComposeSettings, 'reader' | 'args'> & Pick<BakeSettings, 'set'>,
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
  const { reading } = readComposeFiles(compose, { ...settings, reader: 'bake' })
  if (!reading.ok) return reading
  const services = new Map(reading.services.map(({ name, fields }) => [name.replaceAll('.', '_'), fields]))
  return readBake(bodies, { environment: settings.environment, set, services })
}

/**
 * Files that these compose files refer to and that were not looked up yet: `.env`, includes and extended files, and
 * `env_file` if it may contain an argument's value. Once their texts are given, there may be more.
 *
 * @returns paths in the repository, sorted; empty when complete.
 */
export function composeReferences(files: readonly DefinitionFile[], settings: ComposeSettings): readonly string[] {
  const compose = files.filter((file) => languageOf(file) === 'compose')
  return compose.length === 0 ? [] : readComposeFiles(compose, settings).wanted
}

/**
 * Reads compose files as `docker compose build` does. Unlike bake, it resolves every path from the first file's folder,
 * has no `x-bake`, builds for the service's `platform`, passes no container variables to build arguments, and builds
 * services with a profile only if `COMPOSE_PROFILES` enables it or they are named (docker/compose,
 * `pkg/compose/build_bake.go`).
 *
 * @returns every service with a build, dots in its name replaced by underscores; the group `default` has those built
 * when none is named.
 */
export function composeProject(
  files: readonly DefinitionFile[],
  settings: Omit<ComposeSettings, 'reader'>,
): DefinitionReading {
  const { reading } = readComposeFiles(files, { ...settings, reader: 'compose' })
  if (!reading.ok) return reading
  const named = reading.environment.get('COMPOSE_PROFILES')
  const enabled = named !== undefined && isKnown(named) ? named.text.split(',') : []
  const isEnabled = (profile: BuildValue) => !isKnown(profile) || enabled.includes(profile.text)
  const built = reading.services.filter(
    ({ profiles }) => profiles.length === 0 || enabled.includes('*') || profiles.some(isEnabled),
  )
  const targets = reading.services.map(({ name, fields }) => targetOf(name.replaceAll('.', '_'), fields))
  const definition = {
    targets: new Map(targets.map((target) => [target.name, target])),
    groups: new Map([['default', built.map(({ name }) => name.replaceAll('.', '_'))]]),
  }
  return { ok: true, definition }
}

/**
 * The files that `COMPOSE_FILE` names for `docker compose` (bake ignores it), from the environment or `.env`.
 *
 * @returns relative to the working directory; null: none are named, and DEFAULT_COMPOSE_FILES apply.
 */
export function namedComposeFiles(settings: Omit<ComposeSettings, 'reader'>): readonly string[] | null {
  const read = readComposeEnvironment({ ...settings, reader: 'compose' })
  return listedFiles(read, 'COMPOSE_FILE', 'COMPOSE_PATH_SEPARATOR')
}

/** Format by extension; for an unknown one, by content (buildx, `bake/hcl.go`, `bake/compose.go`). */
function languageOf({ file, text }: DefinitionFile): 'hcl' | 'json' | 'compose' {
  const ending = /\.(?:hcl|json|ya?ml)$/.exec(file.toLowerCase())?.[0]
  if (ending !== undefined) return ending === '.hcl' ? 'hcl' : ending === '.json' ? 'json' : 'compose'
  if (isComposeText(text, file)) return 'compose'
  return parseBake(text, 'json', file).ok ? 'json' : 'hcl'
}
