import { type Forge, urlPath } from './forge.js'

/** GROUP/…/PROJECT on GitLab. */
export const GITLAB_PROJECT = /^[A-Za-z0-9_][A-Za-z0-9_.-]{0,254}(?:\/[A-Za-z0-9_][A-Za-z0-9_.-]{0,254}){1,20}$/

const DEFAULT_BUILD = '.gitlab-ci.yml'

/** GitLab, its own or anybody's: the pipelines of a branch build. */
export const gitlab: Forge = {
  provider: 'gitlab',
  name: 'GitLab',
  defaultUrl: 'https://gitlab.com',
  urlVariable: 'GITLAB_URL',
  host: /(?:^|\.)gitlab\./,
  repository: GITLAB_PROJECT,
  tokenInput: 'gitlab-token',
  buildKey: 'source.pipeline',
  defaultBuild: DEFAULT_BUILD,
  buildOf: ({ pipeline = null }) => pipeline,
  buildFile: ({ pipeline }) => pipeline ?? DEFAULT_BUILD,
  hasRunsPerFile: false,
  runs: 'pipelines',
  runTitle: 'workflow name',
  runTitleLine: (inputs) => `\`name: Build ${inputs.map((name) => `$${name}`).join(' ')}\` under \`workflow:\``,
  filePage: (url, { repo, branch }, path) =>
    `${url}/${urlPath(repo)}/-/blob/${urlPath(branch ?? 'HEAD')}/${urlPath(path)}`,
  runPage: (url, repo, id) => `${url}/${urlPath(repo)}/-/pipelines/${id}`,
  startPage: (url, { repo }, branch) => {
    const ref = branch === null ? '' : `?ref=${encodeURIComponent(branch)}`
    return `${url}/${urlPath(repo)}/-/pipelines/new${ref}`
  },
  startCommand: () => null,
}

/**
 * Address of a project in GitLab's API, which our token is sent to, as to a workflow's. The whole path is one part of it,
 * its slashes encoded (docs.gitlab.com/api/rest, "Namespaced paths").
 *
 * @param url `https://gitlab.com`, or that of another GitLab; no slash at the end.
 * @param project GROUP/…/PROJECT.
 */
export function projectUrl(url: string, project: string): string {
  return `${url}/api/v4/projects/${encodeURIComponent(project)}`
}
