import type { Source } from '../enrollment/images-file.js'

/**
 * Address of a workflow in GitHub's API. Our token is sent there, so no part of it may change where it leads.
 *
 * @param apiUrl `https://api.github.com`, or `https://HOST/api/v3`; no slash at the end.
 * @param repo OWNER/REPO.
 * @param workflow file name.
 */
export function workflowUrl(apiUrl: string, repo: string, workflow: string): string {
  const path = ['repos', ...repo.split('/'), 'actions', 'workflows', workflow].map(urlPart).join('/')
  return `${apiUrl}/${path}`
}

/**
 * Address of a project in GitLab's API, for which the same holds. The whole path is one part of it, its slashes encoded
 * (docs.gitlab.com/api/rest, "Namespaced paths").
 *
 * @param url `https://gitlab.com`, or that of another GitLab; no slash at the end.
 * @param project GROUP/…/PROJECT.
 */
export function projectUrl(url: string, project: string): string {
  return `${url}/api/v4/projects/${project.split('/').map(urlPart).join('%2F')}`
}

/** What is wrong with a part of an address, and the key that holds it. */
export interface TargetFault {
  readonly key: string
  readonly fault: string
}

/** What is wrong with the parts of the address a source's builds are started at; empty when all is well. */
export function dispatchTargetFaults(source: Source): TargetFault[] {
  if (source.provider === 'github') return workflowFaults('source', source)
  const parts = source.repo.split('/')
  if (parts.length >= 2 && parts.every(isUrlPart)) return []
  return [{ key: 'source.repo', fault: `source.repo ${source.repo} is not GROUP/PROJECT` }]
}

/** The same of a workflow's address, whose keys stand below `parent`. */
export function workflowFaults(
  parent: string,
  { repo, workflow }: { readonly repo: string; readonly workflow: string | null },
): TargetFault[] {
  const parts = repo.split('/')
  const repoIsGood = parts.length === 2 && parts.every(isUrlPart)
  const workflowIsGood = workflow === null || (isUrlPart(workflow) && !workflow.includes('/'))
  const found: TargetFault[] = []
  if (!repoIsGood) found.push({ key: `${parent}.repo`, fault: `${parent}.repo ${repo} is not OWNER/REPO` })
  if (!workflowIsGood)
    found.push({ key: `${parent}.workflow`, fault: `${parent}.workflow ${workflow} is no file name` })
  return found
}

function urlPart(text: string): string {
  return encodeURIComponent(text.replace(UNENCODABLE, '\ufffd'))
}

const UNENCODABLE = /\p{Surrogate}/gu

/** `.` and `..` stay as they are when percent-encoded, and lead elsewhere. */
function isUrlPart(text: string): boolean {
  return !/^\.{0,2}$/.test(text) && !/[\p{Cc}\p{Surrogate}]/u.test(text)
}
