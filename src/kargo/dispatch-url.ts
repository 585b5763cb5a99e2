/**
 * Address of a workflow in GitHub's API. Our token is sent there, so no part of it may change where it leads: the
 * schema takes no `.` or `..`, and all else is percent-encoded.
 *
 * @param apiUrl `https://api.github.com`, or `https://HOST/api/v3`; no slash at the end.
 * @param repo OWNER/REPO.
 * @param workflow file name.
 */
export function workflowUrl(apiUrl: string, repo: string, workflow: string): string {
  const path = ['repos', ...repo.split('/'), 'actions', 'workflows', workflow].map(encodeURIComponent).join('/')
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
  return `${url}/api/v4/projects/${project.split('/').map(encodeURIComponent).join('%2F')}`
}
