import { DEFAULT_PROVIDER, forEachForge, PROVIDERS, type Provider, type Servers } from '../forges/index.js'
import type { Log } from '../network/index.js'
import { groupBy } from '../text/index.js'
import { readFromDirectory } from './directory.js'
import { readFromGitHub } from './github.js'
import type { GitHubClient } from './github-client.js'
import { readFromGitLab } from './gitlab.js'
import { failed, requestKey, type SourceReader } from './source-file.js'

/** A server that is read from with a token of its own. */
interface ServerAccess {
  readonly url: string
  readonly token: string
  readonly log: Log
}

/** The forges beside GitHub, whose client a run has for other things too. */
const READERS: Readonly<Record<Exclude<Provider, typeof DEFAULT_PROVIDER>, (server: ServerAccess) => SourceReader>> = {
  gitlab: readFromGitLab,
}

/** What sources are read with. */
interface SourceAccess {
  /** Folder with checkouts as OWNER/REPO: no server is asked. */
  readonly directory: string | null
  readonly servers: Servers
  /** Called once, when the first file is read from GitHub; null without a token. */
  readonly connect: (() => Promise<GitHubClient>) | null
  /** Of the forges beside GitHub. Empty: only what everybody may see. */
  readonly tokens: Readonly<Record<Provider, string>>
  /** Retries of requests to those. */
  readonly log: Log
  /** Counts answers, by where they come from. */
  readonly count?: (what: string) => void
}

/**
 * Where Dockerfiles and workflows come from: a folder, else the forges.
 *
 * @throws Refusal when a server has an address that no token may be sent to.
 */
export function sourceReader({ directory, servers, connect, tokens, log, count }: SourceAccess): SourceReader {
  if (directory !== null) return readFromDirectory(directory)
  return readFromForges(
    forEachForge(({ provider }) =>
      provider === DEFAULT_PROVIDER
        ? gitHubReader(servers, connect, count)
        : READERS[provider]({ url: servers[provider], token: tokens[provider], log }),
    ),
  )
}

function gitHubReader(servers: Servers, connect: SourceAccess['connect'], count: SourceAccess['count']): SourceReader {
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

/** Reads every file from its own forge, from all at the same time. */
export function readFromForges(readers: Readonly<Record<Provider, SourceReader>>): SourceReader {
  const read: SourceReader['read'] = async (requests) => {
    const own = groupBy(requests, ({ provider }) => provider)
    const asked = PROVIDERS.filter((provider) => own.has(provider))
    const parts = asked.map((provider) => readers[provider].read(own.get(provider) ?? []))
    return new Map((await Promise.all(parts)).flatMap((answers) => [...answers]))
  }
  return { read, isComplete: Object.values(readers).every(({ isComplete }) => isComplete) }
}
