import type { Provider } from '../forges/index.js'
import type { Log } from '../network/index.js'
import { githubRuns } from './github-runs.js'
import { gitlabRuns } from './gitlab-runs.js'
import type { RunsClient } from './runs.js'
import { ForgeRunsClient } from './runs-client.js'

/** What it takes to start builds wherever they are. */
export interface RunsOptions {
  /** Addresses of the servers, without a slash at their end. */
  readonly servers: Readonly<Record<Provider, string>> & { readonly githubApi: string }
  /** Empty: there is none, and nothing can be started there. */
  readonly tokens: Readonly<Record<Provider, string>>
  /** Is told of requests that are repeated. */
  readonly log: Log
}

/** Starts builds on GitHub and GitLab. A forge is connected when it is first asked, and a token or an address refused then. */
export function connectRuns({ servers, tokens, log }: RunsOptions): RunsClient {
  const github = once(
    () =>
      new ForgeRunsClient(githubRuns({ apiUrl: servers.githubApi, url: servers.github, token: tokens.github, log })),
  )
  const gitlab = once(() => new ForgeRunsClient(gitlabRuns({ url: servers.gitlab, token: tokens.gitlab, log })))
  return {
    start: async ({ source, ...request }) =>
      source.provider === 'github' ? github().start({ source, ...request }) : gitlab().start({ source, ...request }),
    find: async ({ source, ...search }) =>
      source.provider === 'github' ? github().find({ source, ...search }) : gitlab().find({ source, ...search }),
    read: async (source, id) => (source.provider === 'github' ? github().read(source, id) : gitlab().read(source, id)),
    builds: async (source, counted) =>
      source.provider === 'github' ? github().builds(source, counted) : gitlab().builds(source, counted),
  }
}

function once<T>(make: () => T): () => T {
  let made: T | undefined
  return () => {
    made ??= make()
    return made
  }
}
