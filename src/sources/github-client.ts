import { type Log, NoAnswer } from '../network/index.js'
import type { GitHub } from './github-library.js'
import { requestsTo } from './github-request.js'

/** An authenticated client of GitHub's REST and GraphQL API. */
export type GitHubClient = InstanceType<typeof GitHub>

/** What a client needs to know. */
export interface GitHubServer {
  /** https://api.github.com, or https://HOST/api/v3 for a GitHub Enterprise server. */
  readonly apiUrl: string
  readonly token: string
  readonly log: Log
}

/**
 * A client whose calls reject with NoAnswer when GitHub gives no answer that could be used, and as octokit's do when it
 * says no. Loaded on first use, because offline runs never need it.
 */
export async function connectGitHub(server: GitHubServer): Promise<GitHubClient> {
  const { GitHub } = await import(/* webpackMode: "eager" */ './github-library.js')
  const { debug } = server.log
  const client = new GitHub({
    auth: server.token,
    baseUrl: server.apiUrl,
    log: { debug, info: debug, warn: debug, error: debug },
    request: { fetch: requestsTo(server.apiUrl, server.log) },
  })
  client.hook.error('request', (error) => {
    // Octokit wraps what its transport throws, and puts an address behind what GitHub says.
    if (error.cause instanceof NoAnswer) throw error.cause
    error.message = error.message.replace(/ - https:\/\/docs\.github\.com\/\S*$/, '')
    throw error
  })
  return client
}
