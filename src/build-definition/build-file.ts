import { type BakeSettings, parseBake, readBake } from './bake.js'
import type { BakeBody } from './bake-blocks.js'
import { composeFields } from './compose.js'
import type { Unreadable } from './data.js'
import { type Fields, mergeFields } from './fields.js'
import type { BuildFile } from './targets.js'
import type { BuildValue } from './value.js'

/** The files bake looks for where it is given none, in its order (buildx, `bake/bake.go`). */
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

/** A file that defines builds. */
export interface DefinitionFile {
  /** Its name, which says what it is, and its place in messages. */
  readonly file: string
  readonly text: string
}

/**
 * Reads the files that define builds together, each by its name as bake does: JSON and HCL are one definition, in their
 * order, that lies over what compose files say.
 *
 * @returns the definition, or the first file nobody can use.
 */
export function readBuildFiles(
  files: readonly DefinitionFile[],
  { environment = new Map(), set = [] }: Pick<BakeSettings, 'environment' | 'set'> = {},
): { readonly ok: true; readonly definition: BuildFile } | (Unreadable & { readonly file: string | null }) {
  const bodies: BakeBody[] = []
  const services = new Map<string, Fields>()
  for (const { file, text } of files) {
    const language = /\.(hcl|json)$/.exec(file.toLowerCase())?.[1]
    if (language === 'hcl' || language === 'json') {
      const parsed = parseBake(text, language, file)
      if (!parsed.ok) return { ...parsed, file }
      bodies.push(parsed.file)
    } else {
      const read = composeFields(text, file, environment)
      if (!read.ok) return { ...read, file }
      for (const [name, fields] of read.services) {
        const before = services.get(name)
        services.set(name, before === undefined ? fields : mergeFields(before, fields))
      }
    }
  }
  const read = readBake(bodies, { environment, set, services })
  return read.ok ? read : { ...read, file: null }
}

/**
 * Reads one file that defines builds, by its name as bake does: JSON, HCL, compose.
 *
 * @param environment variables of the step that builds.
 */
export function readBuildFile(
  text: string,
  file: string,
  environment: ReadonlyMap<string, BuildValue> = new Map(),
): { readonly ok: true; readonly definition: BuildFile } | Unreadable {
  return readBuildFiles([{ file, text }], { environment })
}
