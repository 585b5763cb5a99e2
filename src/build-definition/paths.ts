import { posix } from 'node:path'
import { type BuildValue, isKnown, known, unknown, writtenText } from './value.js'

/** Normalizes a path in a repository: no `./`, no `a/../`, no trailing slash; '' is the root. */
export function plainPath(path: string): string {
  const normal = posix.normalize(path).replace(/^\.\//, '')
  const trimmed = normal.endsWith('/') ? normal.slice(0, -1) : normal
  return trimmed === '.' ? '' : trimmed
}

/** A Dockerfile as an action names it. */
export interface NamedDockerfile {
  readonly path: BuildValue
  /** Where the path is: in the workspace, in the repository as fetched by BuildKit, or outside both. */
  readonly in: 'workspace' | 'repository' | 'outside'
  /** Whether a `Containerfile` next to it takes precedence, as in buildah and podman when no file is named. */
  readonly orContainerfile?: boolean
}

const DEFAULT_FILE = known('Dockerfile')

/** A context that is the repository itself or a folder in it. */
export const DEFAULT_CONTEXT = /^\{\{ {0,9}defaultContext {0,9}\}\}(?::(.*))?$/s

/**
 * The Dockerfile that build-push-action builds. By default, the context is the repository (its README, "Git context"),
 * or with `{{defaultContext}}:sub` a folder in it, and `file` is relative to that. With a folder as context, `file` is
 * relative to the workspace and defaults to the folder's Dockerfile.
 *
 * @param repo OWNER/REPO that the workflow runs in; a context may refer to it by URL.
 */
export function contextDockerfile(context: BuildValue | null, file: BuildValue | null, repo: string): NamedDockerfile {
  const inRepository = (folder: string): NamedDockerfile => ({
    in: 'repository',
    path: joinPaths(known(folder), file ?? DEFAULT_FILE),
  })
  if (context === null) return inRepository('')
  if (!isKnown(context)) {
    const fetched = isRemote(addressOf(context.written)) ? folderOfRepository(addressOf(context.written), repo) : null
    if (fetched !== null && !fetched.includes('$')) return inRepository(fetched)
    // Most likely a folder.
    return { in: 'workspace', path: file ?? unknown(`${context.written}/Dockerfile`) }
  }
  const ofRepository = DEFAULT_CONTEXT.exec(context.text)
  if (ofRepository !== null) return inRepository(ofRepository[1] ?? '')
  if (isRemote(context.text)) {
    const folder = folderOfRepository(context.text, repo)
    return folder === null ? { in: 'outside', path: context } : inRepository(folder)
  }
  if (file !== null) return isKnown(file) && isRemote(file.text) ? { in: 'outside', path: file } : inWorkspace(file)
  return inWorkspace({ ...context, text: posix.join(context.text, 'Dockerfile') })
}

/** An address with the server of the workflow's repository, which is unknown, as github.com. */
function addressOf(written: string): string {
  return written.replace(
    /^(?:\$\{\{ {0,9}github\.server_url {0,9}\}\}|\$\{?GITHUB_SERVER_URL\}?)(?=\/)/,
    'https://github.com',
  )
}

function inWorkspace(path: BuildValue): NamedDockerfile {
  return { in: 'workspace', path }
}

/** Whether BuildKit fetches a build context instead of reading a folder (docs.docker.com, "Build context"). */
export function isRemote(context: string): boolean {
  return /^(?:[a-z][a-z0-9+.-]{0,30}:\/\/|git@|github\.com\/)/i.test(context) || context === '-'
}

/** The folder that a URL names in this repository (`https://HOST/OWNER/REPO.git#REF:FOLDER`); null for other URLs. */
export function folderOfRepository(address: string, repo: string): string | null {
  const match =
    /^(?:https?:\/\/|git:\/\/)?[^/#]{1,253}\/([^/#]{1,100}\/[^/#]{1,100}?)(?:\.git)?(?:#[^:]{0,255}(?::(.*))?)?$/s.exec(
      address.slice(0, 2048),
    )
  return match?.[1]?.toLowerCase() === repo.toLowerCase() ? (match[2] ?? '') : null
}

/**
 * The Dockerfile of a bake target or compose service, relative to the repository. The context is relative to bake's
 * working directory, the Dockerfile to the context (docs.docker.com, "Bake file reference", "Compose Build").
 *
 * @param folder bake's working directory or the compose file's folder, relative to the repository.
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

/** A checkout in a job's workspace. */
export interface WorkspaceCheckout {
  /** Folder in the workspace. */
  readonly path: BuildValue
  /** Whether it is the repository that the workflow runs in; null: unknown. */
  readonly isOwn: boolean | null
}

/** Placeholder for `github.workspace`: recognizable, and not a path that people write. */
export const WORKSPACE = '/github/workspace'

/**
 * Maps a file in a job's workspace to its path in the repository.
 *
 * @param checkouts earlier ones of the job; empty: the workspace is the repository.
 * @param path relative to the workspace, or absolute inside it.
 * @returns the path in the repository; null if it is in another repository or in none.
 */
export function repositoryPath(checkouts: readonly WorkspaceCheckout[], path: BuildValue): BuildValue | null {
  if (!isKnown(path)) return path
  const inside = insideWorkspace(path.text)
  if (inside === null) return unknown(path.text, path.place)
  if (checkouts.length === 0) return { ...path, text: inside }
  const uncertain = checkouts.find((one) => !isKnown(one.path) || one.isOwn === null)
  const holding = checkouts
    .flatMap((one) => (isKnown(one.path) ? [{ folder: insideWorkspace(one.path.text) ?? '', isOwn: one.isOwn }] : []))
    .filter(({ folder }) => folder === '' || inside === folder || inside.startsWith(`${folder}/`))
    .sort((a, b) => a.folder.length - b.folder.length)
    .at(-1)
  if (holding === undefined) return uncertain === undefined ? null : unknown(path.text)
  if (holding.isOwn === null) return unknown(path.text)
  if (!holding.isOwn) return null
  return known(holding.folder === '' ? inside : inside.slice(holding.folder.length + 1))
}

/** Normalizes a path relative to the workspace; null if it leaves the workspace. */
export function insideWorkspace(path: string): string | null {
  const below = path === WORKSPACE || path.startsWith(`${WORKSPACE}/`) ? path.slice(WORKSPACE.length + 1) : path
  return below.startsWith('/') ? null : insidePath(below)
}

/** Normalizes a path relative to the repository; null if it leaves the repository or contains invisible characters. */
export function insidePath(path: string): string | null {
  const plain = plainPath(`./${path}`)
  return /\p{C}/u.test(path) || plain === '..' || plain.startsWith('../') ? null : plain
}

/** Joins a path to a folder as far as both are known; an absolute path stays. */
export function joinPaths(folder: BuildValue, path: BuildValue): BuildValue {
  if (isKnown(path) && path.text.startsWith('/')) return path
  if (!isKnown(folder)) return unknown(`${folder.written}/${writtenText(path)}`)
  if (!isKnown(path)) return folder.text === '' ? path : { ...path, written: `${folder.text}/${path.written}` }
  return { ...path, text: posix.join(folder.text === '' ? '.' : folder.text, path.text) }
}
