import { type Forge, urlPath } from './forge.js'

/** GROUP/…/PROJECT on GitLab. */
export const GITLAB_PROJECT = /^[A-Za-z0-9_][A-Za-z0-9_.-]{0,254}(?:\/[A-Za-z0-9_][A-Za-z0-9_.-]{0,254}){1,20}$/

const DEFAULT_BUILD = '.gitlab-ci.yml'

/** gitlab.com or self-hosted GitLab: the pipelines of a branch build images. */
export const gitlab: Forge<'gitlab'> = {
  provider: 'gitlab',
  name: 'GitLab',
  defaultUrl: 'https://gitlab.com',
  urlVariable: 'GITLAB_URL',
  host: /(?:^|\.)gitlab\./,
  repository: GITLAB_PROJECT,
  repositoryForm: 'GROUP/…/PROJECT',
  tokenInput: 'gitlab-token',
  tokenVariables: ['GITLAB_TOKEN'],
  tokenSecret: 'gitlab-dispatch',
  builds: 'pipelines',
  language: 'pipeline',
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
 * URL of a project in GitLab's API. The token is sent there, so the project's whole path is one segment with its
 * slashes encoded (docs.gitlab.com/api/rest, "Namespaced paths").
 *
 * @param url `https://gitlab.com`, or a self-hosted GitLab; no trailing slash.
 * @param project GROUP/…/PROJECT.
 */
export function projectUrl(url: string, project: string): string {
  return `${url}/api/v4/projects/${encodeURIComponent(project)}`
}
