import type { GitHubSource } from '../enrollment/enrollment.js'

/**
 * Address of a workflow in GitHub's API. Our token is sent there, so no part of it may change where it leads.
 *
 * @param apiUrl `https://api.github.com`, or `https://HOST/api/v3`.
 * @param repo OWNER/REPO.
 * @param workflow file name.
 */
export function workflowUrl(apiUrl: string, repo: string, workflow: string): string {
  const path = ['repos', ...repo.split('/'), 'actions', 'workflows', workflow].map(urlPart).join('/')
  return `${apiUrl.replace(/\/+$/, '')}/${path}`
}

/** What is wrong with the parts of a workflow's address, by the key that holds them; empty when all is well. */
export function dispatchTargetFaults({
  repo,
  workflow,
}: GitHubSource): { readonly key: string; readonly fault: string }[] {
  const parts = repo.split('/')
  const repoIsGood = parts.length === 2 && parts.every(isUrlPart)
  const workflowIsGood = workflow === null || (isUrlPart(workflow) && !workflow.includes('/'))
  return [
    ...(repoIsGood ? [] : [{ key: 'source.repo', fault: `source.repo ${repo} is not OWNER/REPO` }]),
    ...(workflowIsGood ? [] : [{ key: 'source.workflow', fault: `source.workflow ${workflow} is no file name` }]),
  ]
}

function urlPart(text: string): string {
  return encodeURIComponent(text.replace(UNENCODABLE, '\ufffd'))
}

const UNENCODABLE = /\p{Surrogate}/gu

/** `.` and `..` stay as they are when percent-encoded, and lead elsewhere. */
function isUrlPart(text: string): boolean {
  return !/^\.{0,2}$/.test(text) && !/[\p{Cc}\p{Surrogate}]/u.test(text)
}
