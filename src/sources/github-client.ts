import type { getOctokit } from '@actions/github'

/** An authenticated client of GitHub's REST and GraphQL API. */
export type GitHubClient = ReturnType<typeof getOctokit>

/** What a client needs to know. */
export interface GitHubServer {
  /** https://api.github.com, or https://HOST/api/v3 for a GitHub Enterprise server. */
  readonly apiUrl: string
  readonly token: string
  readonly log: { readonly warning: (text: string) => void; readonly debug: (text: string) => void }
}

/** How often a request that GitHub asks us to slow down for is tried again. */
const RATE_LIMIT_RETRIES = 3

/**
 * A client that tries again what is worth it: server errors and rate limits, each a few times with growing pauses.
 * Loaded on first use, because offline runs never need it.
 */
export async function connectGitHub(server: GitHubServer): Promise<GitHubClient> {
  const [github, retry, throttling] = await Promise.all([
    import(/* webpackMode: "eager" */ '@actions/github'),
    import(/* webpackMode: "eager" */ '@octokit/plugin-retry'),
    import(/* webpackMode: "eager" */ '@octokit/plugin-throttling'),
  ])
  const limited = (kind: string) => (seconds: number, options: object, _: unknown, count: number) => {
    const { method = '', url = '' } = options as { method?: string; url?: string }
    server.log.warning(`GitHub's ${kind} rate limit: ${method} ${url} waits ${seconds} s.`)
    return count < RATE_LIMIT_RETRIES
  }
  const quiet = { debug: server.log.debug, info: server.log.debug, warn: server.log.debug, error: server.log.debug }
  const options = {
    baseUrl: server.apiUrl,
    log: quiet,
    throttle: { onRateLimit: limited('primary'), onSecondaryRateLimit: limited('secondary') },
  }
  return github.getOctokit(server.token, options, retry.retry, throttling.throttling)
}
