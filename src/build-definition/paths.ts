import { posix } from 'node:path'
import { type BuildValue, isKnown, known, unknown, writtenText } from './value.js'

/** A path inside a repository, one spelling for each: no `./`, no `a/../`, no slash at the end; '' is the root. */
export function plainPath(path: string): string {
  const normal = posix.normalize(path).replace(/^\.\//, '')
  const trimmed = normal.endsWith('/') ? normal.slice(0, -1) : normal
  return trimmed === '.' ? '' : trimmed
}

/** A Dockerfile as an action names it. */
export interface NamedDockerfile {
  readonly path: BuildValue
  /** Where the path is: in the workspace, in the repository as BuildKit fetches it, or elsewhere. */
  readonly in: 'workspace' | 'repository' | 'outside'
  /** Whether a `Containerfile` beside it goes before it, as with buildah and podman where no file is named. */
  readonly orContainerfile?: boolean
}

const DEFAULT_FILE = known('Dockerfile')

/** A context that is the repository itself, or a folder of it. */
export const DEFAULT_CONTEXT = /^\{\{ {0,9}defaultContext {0,9}\}\}(?::(.*))?$/s

/**
 * The Dockerfile build-push-action builds. Without context the repository itself is the context (its README, "Git
 * context"), `{{defaultContext}}:sub` a folder of it, and `file` is relative to that; with a folder as context `file` is
 * relative to the workspace, and the default is the folder's own Dockerfile.
 *
 * @param repo OWNER/REPO that the workflow runs in, which a context may name by its address.
 */
export function contextDockerfile(context: BuildValue | null, file: BuildValue | null, repo: string): NamedDockerfile {
  const inRepository = (folder: string): NamedDockerfile => ({
    in: 'repository',
    path: joinPaths(known(folder), file ?? DEFAULT_FILE),
  })
  if (context === null) return inRepository('')
  // Whatever the context turns out to be, a folder is the rule.
  if (!isKnown(context)) return { in: 'workspace', path: file ?? unknown(`${context.written}/Dockerfile`) }
  const ofRepository = DEFAULT_CONTEXT.exec(context.text)
  if (ofRepository !== null) return inRepository(ofRepository[1] ?? '')
  if (isRemote(context.text)) {
    const folder = folderOfRepository(context.text, repo)
    return folder === null ? { in: 'outside', path: context } : inRepository(folder)
  }
  if (file !== null) return isKnown(file) && isRemote(file.text) ? { in: 'outside', path: file } : inWorkspace(file)
  return inWorkspace({ ...context, text: posix.join(context.text, 'Dockerfile') })
}

function inWorkspace(path: BuildValue): NamedDockerfile {
  return { in: 'workspace', path }
}

/** Whether a build context is fetched by BuildKit rather than read from a folder (docs.docker.com, "Build context"). */
export function isRemote(context: string): boolean {
  return /^(?:[a-z][a-z0-9+.-]{0,30}:\/\/|git@|github\.com\/)/i.test(context) || context === '-'
}

/** The folder of a repository that an address names (`https://HOST/OWNER/REPO.git#REF:FOLDER`), null for others. */
export function folderOfRepository(address: string, repo: string): string | null {
  const match =
    /^(?:https?:\/\/|git:\/\/)?[^/#]{1,253}\/([^/#]{1,100}\/[^/#]{1,100}?)(?:\.git)?(?:#[^:]{0,255}(?::(.*))?)?$/s.exec(
      address.slice(0, 2048),
    )
  return match?.[1]?.toLowerCase() === repo.toLowerCase() ? (match[2] ?? '') : null
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

/** A checkout in the workspace of a job. */
export interface WorkspaceCheckout {
  /** Folder below the workspace. */
  readonly path: BuildValue
  /** Whether it is the repository that the workflow runs in; null: that cannot be known. */
  readonly isOwn: boolean | null
}

/** What `github.workspace` is taken for: a path that nobody writes by hand, so that it is found again. */
export const WORKSPACE = '/github/workspace'

/**
 * Where a file of a job's workspace lies in the repository.
 *
 * @param checkouts those of the job before; none: the repository is the workspace.
 * @param path below the workspace, or absolute in it.
 * @returns the path inside the repository; null where it is another repository's, or no repository's.
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

/** A path below the workspace, plain; null where it leaves it. */
export function insideWorkspace(path: string): string | null {
  const below = path === WORKSPACE || path.startsWith(`${WORKSPACE}/`) ? path.slice(WORKSPACE.length + 1) : path
  return below.startsWith('/') ? null : insidePath(below)
}

/** A path below the top of a repository, plain; null where it leaves it or holds what cannot be seen. */
export function insidePath(path: string): string | null {
  const plain = plainPath(`./${path}`)
  return /\p{C}/u.test(path) || plain === '..' || plain.startsWith('../') ? null : plain
}

/** A path below a folder, both as far as they are known; an absolute one stays. */
export function joinPaths(folder: BuildValue, path: BuildValue): BuildValue {
  if (isKnown(path) && path.text.startsWith('/')) return path
  if (!isKnown(folder)) return unknown(`${folder.written}/${writtenText(path)}`)
  if (!isKnown(path)) return folder.text === '' ? path : { ...path, written: `${folder.text}/${path.written}` }
  return { ...path, text: posix.join(folder.text === '' ? '.' : folder.text, path.text) }
}
