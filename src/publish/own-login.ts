import type { GitHubClient } from '../sources/index.js'
import { isClientError } from './refusals.js'

/**
 * The token's login. If GitHub refuses to answer, as for the workflow's own token, it is the workflow bot's. Without
 * any response it throws: not recognizing our own comment would create a second one.
 */
export async function ownLogin(client: GitHubClient): Promise<string> {
  try {
    const { viewer } = await client.graphql<{ viewer: { login: string } }>('query { viewer { login } }')
    return viewer.login
  } catch (error) {
    if (!isClientError(error)) throw error
    return 'github-actions[bot]'
  }
}

/** GraphQL and REST disagree about the `[bot]` suffix of an App's name. */
export function sameLogin(a: string, b: string): boolean {
  const plain = (login: string) => login.toLowerCase().replace(/\[bot\]$/, '')
  return plain(a) === plain(b) && a !== ''
}
