import { type Factory, githubUrl, gitlabUrl } from './factory.js'

/**
 * Address that Git clones a repository from: `https://github.com/OWNER/REPO.git`, or that of the factory's own GitHub or
 * GitLab. Kargo finds credentials for it by this text.
 */
export function repositoryUrl(
  { provider, repo }: { readonly provider: 'github' | 'gitlab'; readonly repo: string },
  factory: Factory,
): string {
  return `${provider === 'github' ? githubUrl(factory) : gitlabUrl(factory)}/${repo}.git`
}
