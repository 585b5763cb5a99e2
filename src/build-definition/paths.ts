import { posix } from 'node:path'
import { type BuildValue, isKnown, known, unknown } from './value.js'

/** A path inside a repository, one spelling for each: no `./`, no `a/../`, no slash at the end; '' is the root. */
export function plainPath(path: string): string {
  const normal = posix.normalize(path).replace(/^\.\//, '')
  const trimmed = normal.endsWith('/') ? normal.slice(0, -1) : normal
  return trimmed === '.' ? '' : trimmed
}

/** Whether a build context is fetched by BuildKit rather than read from a folder (docs.docker.com, "Build context"). */
export function isRemote(context: string): boolean {
  return /^(?:[a-z][a-z0-9+.-]{0,30}:\/\/|git@|github\.com\/)/i.test(context) || context === '-'
}

const DEFAULT_CONTEXT = /^\{\{ {0,9}defaultContext {0,9}\}\}(?::(.*))?$/s

/**
 * The Dockerfile build-push-action builds, relative to the repository. Without context the repository itself is the
 * context (its README, "Git context"), `{{defaultContext}}:sub` a folder of it, and `file` is relative to that; with a
 * folder as context `file` is relative to the workspace, and the default is the folder's own Dockerfile.
 */
export function actionDockerfile(context: BuildValue | null, file: BuildValue | null): BuildValue {
  if (file !== null && (!isKnown(file) || isRemote(file.text) || file.text.startsWith('/'))) return asUnknown(file)
  if (context === null) return known(plainPath(file?.text ?? 'Dockerfile'))
  // Whatever the context turns out to be, a folder is the rule.
  if (!isKnown(context)) return file === null ? context : known(plainPath(file.text))
  const ofRepository = DEFAULT_CONTEXT.exec(context.text)
  if (ofRepository !== null) return known(plainPath(posix.join(ofRepository[1] ?? '', file?.text ?? 'Dockerfile')))
  if (isRemote(context.text) || context.text.startsWith('/')) return asUnknown(context)
  return known(plainPath(file?.text ?? posix.join(context.text, 'Dockerfile')))
}

/**
 * The Dockerfile of a bake target or compose service, relative to the repository: its context is relative to the
 * folder bake runs in, the Dockerfile to its context (docs.docker.com, "Bake file reference", "Compose Build").
 *
 * @param folder where bake runs or the compose file lies, relative to the repository.
 */
export function targetDockerfile(context: BuildValue | null, file: BuildValue | null, folder: string): BuildValue {
  if (context !== null && (!isKnown(context) || isRemote(context.text))) return asUnknown(context)
  if (file !== null && !isKnown(file)) return file
  const inContext = file?.text ?? 'Dockerfile'
  const place = (context?.text ?? '.').replace(/^cwd:\/\//, '')
  const beside = /^cwd:\/\/(.*)$/s.exec(inContext)?.[1]
  if (beside !== undefined) return known(plainPath(posix.join(folder, beside)))
  if (place.startsWith('/') || inContext.startsWith('/')) return unknown(inContext)
  return known(plainPath(posix.join(folder, place, inContext)))
}

function asUnknown(value: BuildValue): BuildValue {
  return isKnown(value) ? unknown(value.text) : value
}
