import { readBakeJson } from './bake.js'
import { readCompose } from './compose.js'
import type { Unreadable } from './data.js'
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

/**
 * Reads a file that defines builds, by its name as bake does: JSON, compose. HCL is a language of its own with
 * functions and conditions; it is not read.
 *
 * @param environment variables of the step that builds.
 */
export function readBuildFile(
  text: string,
  file: string,
  environment: ReadonlyMap<string, BuildValue> = new Map(),
): { readonly ok: true; readonly definition: BuildFile } | Unreadable {
  const name = file.toLowerCase()
  if (name.endsWith('.hcl')) return { ok: false, message: HCL_MESSAGE, line: null }
  return name.endsWith('.json') ? readBakeJson(text, environment) : readCompose(text, file, environment)
}

const HCL_MESSAGE = 'HCL is not read; say build.args in images.yaml.'
