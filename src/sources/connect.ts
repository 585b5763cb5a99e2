import { DEFAULT_PROVIDER, forEachForge, PROVIDERS, type Provider, type Servers } from '../forges/index.js'
import type { Log } from '../network/index.js'
import { groupBy } from '../text/index.js'
import { readFromDirectory } from './directory.js'
import { readFromGitHub } from './github.js'
import type { GitHubClient } from './github-client.js'
import { readFromGitLab } from './gitlab.js'
import { failed, requestKey, type SourceReader } from './source-file.js'

/** Readers of the forges other than GitHub, whose client a run shares with other steps. */
const READERS: Readonly<Record<Exclude<Provider, typeof DEFAULT_PROVIDER>, typeof readFromGitLab>> = {
  gitlab: readFromGitLab,
}

/**
 * Reads Dockerfiles and workflows from a folder if one is set, otherwise from the forges.
 *
 * @throws Refusal when a token must not be sent to a server's URL.
 */
export function sourceReader(access: {
  /** Folder with checkouts as OWNER/REPO; if set, no server is contacted. */
  readonly directory: string | null
  readonly servers: Servers
  /** Called once, when the first file is read from GitHub; null without a token. */
  readonly connect: (() => Promise<GitHubClient>) | null
  /** For the forges other than GitHub. Empty: only public projects can be read. */
  readonly tokens: Readonly<Record<Provider, string>>
  /** Receives retries of requests to those. */
  readonly log: Log
  /** Counts answers by their origin. */
  readonly count?: (what: string) => void
}): SourceReader {
  const { directory, servers, tokens, log } = access
  if (directory !== null) return readFromDirectory(directory)
  return readFromForges(
    forEachForge(({ provider }) =>
      provider === DEFAULT_PROVIDER
        ? gitHubReader(access)
        : READERS[provider]({ url: servers[provider], token: tokens[provider], log }),
    ),
  )
}

function gitHubReader({ servers, connect, count }: Parameters<typeof sourceReader>[0]): SourceReader {
  if (connect === null) return WITHOUT_TOKEN
  let client: Promise<GitHubClient> | null = null
  const graphql = async (query: string, variables: Readonly<Record<string, unknown>>) => {
    client ??= connect()
    return (await client).graphql(query, { ...variables }).finally(() => count?.('answers from GitHub'))
  }
  return readFromGitHub(graphql, new URL(servers.github).host)
}

const WITHOUT_TOKEN: SourceReader = {
  isComplete: true,
  read: async (requests) => {
    const remedy = 'Give --sources DIR, or set GITHUB_TOKEN.'
    const message = (repo: string) => `${repo} cannot be read: there is neither --sources nor a token.`
    return new Map(requests.map((one) => [requestKey(one), failed('unreachable', message(one.repo), remedy)]))
  },
}

/** Reads every file from its own forge, all forges concurrently. */
export function readFromForges(readers: Readonly<Record<Provider, SourceReader>>): SourceReader {
  const read: SourceReader['read'] = async (requests) => {
    const own = groupBy(requests, ({ provider }) => provider)
    const asked = PROVIDERS.filter((provider) => own.has(provider))
    const parts = asked.map((provider) => readers[provider].read(own.get(provider) ?? []))
    return new Map((await Promise.all(parts)).flatMap((answers) => [...answers]))
  }
  return { read, isComplete: Object.values(readers).every(({ isComplete }) => isComplete) }
}
