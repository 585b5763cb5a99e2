/** The forges where images are built and promoted, by the `provider` in images.yaml. */
import type { Source } from '../../enrollment/images-file.js'
import type { Factory } from '../factory.js'
import type { Forge } from './forge.js'
import { GITHUB } from './github.js'
import { GITLAB } from './gitlab.js'

export const FORGES: Readonly<Record<Source['provider'], Forge>> = { github: GITHUB, gitlab: GITLAB }

/** URL of a repository without Git's `.git`: `https://github.com/OWNER/REPO`, or on the factory's GitHub or GitLab. */
export function repositoryUrl({ provider, repo }: Pick<Source, 'provider' | 'repo'>, factory: Factory): string {
  return `${FORGES[provider].repositories(factory)}/${repo}`
}
