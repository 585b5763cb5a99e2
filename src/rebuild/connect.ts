import type { Provider } from '../forges/index.js'
import type { Log } from '../network/index.js'
import { githubRuns } from './github-runs.js'
import { gitlabRuns } from './gitlab-runs.js'
import type { RunsClient } from './runs.js'
import { ForgeRunsClient } from './runs-client.js'

export interface RunsOptions {
  /** Server URLs without trailing slash. */
  readonly servers: Readonly<Record<Provider, string>> & { readonly githubApi: string }
  /** Empty: no token, and nothing can be started there. */
  readonly tokens: Readonly<Record<Provider, string>>
  /** Receives retries. */
  readonly log: Log
}

/** Starts builds on GitHub and GitLab. A forge is connected on first use, when its token or URL may be refused. */
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
