import { plainPath } from './paths.js'
import { type BuildValue, isKnown, known, unknown } from './value.js'

/** A checkout in the workspace of a job. */
export interface Checkout {
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
export function repositoryPath(checkouts: readonly Checkout[], path: BuildValue): BuildValue | null {
  if (!isKnown(path)) return path
  const inside = insideWorkspace(path.text)
  if (inside === null) return { ...unknown(path.text), ...(path.place !== undefined && { place: path.place }) }
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
  if (below.startsWith('/') || /\p{C}/u.test(below)) return null
  const plain = plainPath(below)
  return plain === '..' || plain.startsWith('../') ? null : plain
}
