/** A file of a repository that a definition names. */
export interface FileReference {
  /** OWNER/REPO; null: the repository that the workflow runs in. */
  readonly repo: string | null
  /** Branch, tag or commit; null: the branch that the workflow runs on. */
  readonly ref: string | null
  readonly path: string
}

const REMOTE = /^([a-z\d][\w-]{0,99})\/(?!\.{1,2}\/)([\w.-]{1,100})\/([^@]{1,500})@([^@\s]{1,255})$/i

/** What leaves the repository, or cannot be seen where it is told. */
const HOSTILE = /\p{C}|(?:^|\/)\.\.(?:\/|$)/u

/**
 * The file behind the `uses` of a job (docs.github.com, "Reusing workflows"): `./PATH` lies beside the workflow that
 * names it, and so does `$/PATH`; `OWNER/REPO/PATH@REF` in another repository.
 *
 * @param from the file that names it.
 * @param own OWNER/REPO that the workflow runs in.
 * @returns null for what GitHub would refuse.
 */
export function workflowReference(uses: string, from: FileReference, own: string): FileReference | null {
  if (HOSTILE.test(uses)) return null
  const local = /^[.$]\/(\.github\/workflows\/[^/@]{1,255}\.ya?ml)$/.exec(uses)?.[1]
  if (local !== undefined) return { ...from, path: local }
  const remote = remoteReference(uses, own)
  return remote !== null && /^\.github\/workflows\/[^/]+\.ya?ml$/.test(remote.path) ? remote : null
}

/** `OWNER/REPO/PATH@REF`; null for other texts. */
export function remoteReference(uses: string, own: string): FileReference | null {
  const [, owner, name, path, ref] = HOSTILE.test(uses) ? [] : (REMOTE.exec(uses) ?? [])
  if (owner === undefined || name === undefined || path === undefined || ref === undefined) return null
  const repo = `${owner}/${name}`
  return { repo: repo.toLowerCase() === own.toLowerCase() ? null : repo, ref, path }
}

/** Equal references have equal keys. */
export function referenceKey({ repo, ref, path }: FileReference): string {
  return JSON.stringify([repo?.toLowerCase() ?? null, ref, path])
}

/** A file as people know it: the repository only where it is another one. */
export function displayPath({ repo, ref, path }: FileReference): string {
  if (repo === null && ref === null) return path
  return `${repo === null ? '' : `${repo}/`}${path}${ref === null ? '' : `@${ref}`}`
}
