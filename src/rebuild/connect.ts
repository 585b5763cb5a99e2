import type { Provider, Servers } from '../forges/index.js'
import type { Log } from '../network/index.js'
import { githubRuns } from './github-runs.js'
import { gitlabRuns } from './gitlab-runs.js'
import type { BuildPlace, RunsClient } from './runs.js'
import { type ForgeRuns, ForgeRunsClient, type RunsServer } from './runs-client.js'

const RUNS: Readonly<Record<Provider, (server: RunsServer) => ForgeRuns>> = { github: githubRuns, gitlab: gitlabRuns }

/**
 * Starts builds on the forges. Each is connected on first use, when its token or URL may be refused.
 *
 * @param servers URLs without trailing slash.
 * @param tokens empty: no token, and nothing can be started there.
 * @param log receives retries.
 */
export function connectRuns({
  servers,
  tokens,
  log,
}: {
  readonly servers: Servers
  readonly tokens: Readonly<Record<Provider, string>>
  readonly log: Log
}): RunsClient {
  const connected = new Map<Provider, RunsClient>()
  const on = ({ provider }: BuildPlace): RunsClient => {
    const server = { url: servers[provider], apiUrl: servers.githubApi, token: tokens[provider], log }
    const client = connected.get(provider) ?? new ForgeRunsClient(RUNS[provider](server))
    connected.set(provider, client)
    return client
  }
  return {
    start: async (request) => on(request.source).start(request),
    find: async (search) => on(search.source).find(search),
    read: async (source, id) => on(source).read(source, id),
    builds: async (source, counted) => on(source).builds(source, counted),
  }
}
