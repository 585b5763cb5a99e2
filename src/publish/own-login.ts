import type { GitHubClient } from '../sources/index.js'
import { isClientError } from './refusals.js'

/**
 * Who the token is. The workflow's own token may be refused an answer; it is the workflow bot's. No answer at all is
 * another thing: who does not know its own comment makes a second one.
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

/** GraphQL and REST disagree about the `[bot]` behind an App's name. */
export function sameLogin(a: string, b: string): boolean {
  const plain = (login: string) => login.toLowerCase().replace(/\[bot\]$/, '')
  return plain(a) === plain(b) && a !== ''
}
