import { byKey } from '../text/index.js'
import { type Forge, urlPath } from './forge.js'

/** OWNER/REPO on GitHub: letters, digits and dashes in the owner; dots and underscores too in the repository. */
export const GITHUB_REPOSITORY = /^[A-Za-z0-9](?:[A-Za-z0-9-]{0,38})\/(?!\.{1,2}$)[A-Za-z0-9._-]{1,100}$/

const DEFAULT_URL = 'https://github.com'

/** GitHub and GitHub Enterprise Server: workflows build images. */
export const github: Forge<'github'> = {
  provider: 'github',
  name: 'GitHub',
  defaultUrl: DEFAULT_URL,
  urlVariable: 'GITHUB_SERVER_URL',
  host: /^(?:(?:www|ssh)\.)?github\.com$/,
  repository: GITHUB_REPOSITORY,
  repositoryForm: 'OWNER/REPO',
  tokenInput: 'source-token',
  tokenVariables: ['GITHUB_TOKEN', 'GH_TOKEN'],
  tokenSecret: 'github-dispatch',
  builds: 'workflows',
  language: 'workflow',
  buildKey: 'source.workflow',
  defaultBuild: null,
  buildOf: ({ workflow = null }) => workflow,
  buildFile: ({ workflow = null }) => (workflow === null ? null : `.github/workflows/${workflow}`),
  hasRunsPerFile: true,
  runs: 'runs',
  runTitle: 'run-name',
  runTitleLine: (inputs) => `\`run-name: Build ${inputs.map((name) => `\${{ inputs.${name} }}`).join(' ')}\``,
  filePage: (url, { repo, branch }, path) =>
    `${url}/${urlPath(repo)}/blob/${urlPath(branch ?? 'HEAD')}/${urlPath(path)}`,
  runPage: (url, repo, id) => `${url}/${urlPath(repo)}/actions/runs/${id}`,
  startPage: (url, { repo, workflow = null }) =>
    workflow === null ? null : `${url}/${urlPath(repo)}/actions/workflows/${urlPath(workflow)}`,
  startCommand: (url, { repo, workflow = null, inputs }, branch, fill) => {
    if (workflow === null) return null
    const host = url === DEFAULT_URL ? '' : `${url.replace(/^https?:\/\//, '')}/`
    const fields = [...inputs].sort(byKey).flatMap(([key, value]) => ['-f', `${key}=${fill(value)}`])
    const ref = branch === null ? [] : ['--ref', branch]
    return ['gh', 'workflow', 'run', workflow, '--repo', `${host}${repo}`, ...ref, ...fields]
  },
}

/**
 * URL of a workflow in GitHub's API. The token is sent there, so no part may change where it leads: the schema rejects
 * `.` and `..`, and everything else is percent-encoded.
 *
 * @param apiUrl `https://api.github.com`, or `https://HOST/api/v3`; no trailing slash.
 * @param repo OWNER/REPO.
 * @param workflow file name.
 */
export function workflowUrl(apiUrl: string, repo: string, workflow: string): string {
  const path = ['repos', ...repo.split('/'), 'actions', 'workflows', workflow].map(encodeURIComponent).join('/')
  return `${apiUrl}/${path}`
}

/** Since 2026-02-19, github.com and ghe.com return the run that a dispatch starts; older servers reject this. */
export function givesRunDetails(apiUrl: string): boolean {
  return /^https:\/\/api\.(?:github\.com|[\w-]+\.ghe\.com)$/.test(apiUrl)
}
