/**
 * What a run works with. The action and the command line build its readers and clients here, from what an environment and
 * tokens say.
 */
import { type Provider, serverUrls } from './forges/index.js'
import type { DeletionLimit } from './manifests/index.js'
import type { Log } from './network/index.js'
import type { Request, RunsClient } from './rebuild/index.js'
import type { RegistryClient } from './registry/index.js'
import type { Report } from './report/index.js'
import {
  failed,
  type GitHubClient,
  readFromDirectory,
  readFromForges,
  readFromGitHub,
  readFromGitLab,
  requestKey,
  type SourceReader,
} from './sources/index.js'

/** Environment variables, as plain data. */
export type Env = Readonly<Record<string, string | undefined>>

/** What builds are started with. */
export interface BuildOptions {
  readonly client: RunsClient
  /** How this run signs what it is about to start: no two runs alike. */
  readonly me: string
  /** What a person asked to be rebuilt now; null: nobody did. */
  readonly request: Request | null
  /** Milliseconds: the run's `now`, and how long it has gone on. */
  readonly clock: () => number
}

/**
 * The clock of a run, in milliseconds: its `now`, and how long it has gone on since this was called.
 *
 * @param now ISO 8601.
 */
export function runClock(now: string): () => number {
  const began = performance.now()
  return () => Date.parse(now) + performance.now() - began
}

/** What a run works with and what it may do, whoever started it. */
export interface RunOptions {
  readonly mode: Report['mode']
  readonly read: SourceReader
  readonly maxDeletions: DeletionLimit
  /** Where Kargo dispatches GitHub workflows. */
  readonly apiUrl: string
  /** The GitLab where Kargo starts pipelines. */
  readonly gitlabUrl: string
  /** OWNER/REPO of the state repository: a source that names no repository is there; null where it is not known. */
  readonly ownRepository: string | null
  /** Asks registries, those in private networks where they are named; null: this run looks up nothing. */
  readonly registries: ((allowedRegistries: readonly string[]) => RegistryClient) | null
  /** Starts builds and follows them; null: this run starts none. */
  readonly builds: BuildOptions | null
  /** Tokens of this run: they must get into nothing that is written. */
  readonly secrets: readonly string[]
  /** ISO 8601: the time of what is found out in this run. */
  readonly now: string
  /**
   * Whether what is planned is written or committed. Where it is not, the clock has no part in the manifests: two
   * previews of the same files say the same.
   */
  readonly writes: boolean
  /** Runs one named step, showing its progress. */
  readonly step: <T>(name: string, work: () => Promise<T>) => Promise<T>
  /** Logs the result of a step in a few words. */
  readonly log: (text: string) => void
}

/** Addresses of the servers of a run, without a slash at their end. */
export interface Servers extends Readonly<Record<Provider, string>> {
  readonly githubApi: string
}

/** The servers that an environment names, as runners do; the public ones where it names none. */
export function serversIn(env: Env): Servers {
  return { ...serverUrls(env), githubApi: (env.GITHUB_API_URL || 'https://api.github.com').replace(/\/+$/, '') }
}

/** What sources are read with. */
interface SourceAccess {
  /** Folder with checkouts as OWNER/REPO: no server is asked. */
  readonly directory: string | null
  readonly servers: Servers
  /** Called once, when the first file is read from GitHub; null without a token. */
  readonly connect: (() => Promise<GitHubClient>) | null
  /** Empty: only what everybody may see. */
  readonly gitlabToken: string
  /** Retries of requests to GitLab. */
  readonly log: Log
  /** Counts answers, by where they come from. */
  readonly count?: (what: string) => void
}

/** Where Dockerfiles and workflows come from: a folder, else GitHub and GitLab. */
export function sourceReader({ directory, servers, connect, gitlabToken, log, count }: SourceAccess): SourceReader {
  if (directory !== null) return readFromDirectory(directory)
  const gitlab = readFromGitLab({ url: servers.gitlab, token: gitlabToken, log })
  if (connect === null) return readFromForges({ github: WITHOUT_TOKEN, gitlab })
  let client: Promise<GitHubClient> | null = null
  const graphql = async (query: string, variables: Readonly<Record<string, unknown>>) => {
    client ??= connect()
    return (await client).graphql(query, { ...variables }).finally(() => count?.('answers from GitHub'))
  }
  return readFromForges({ github: readFromGitHub(graphql, new URL(servers.github).host), gitlab })
}

const WITHOUT_TOKEN: SourceReader = {
  isComplete: true,
  read: async (requests) => {
    const remedy = 'Give --sources DIR, or set GITHUB_TOKEN.'
    const message = (repo: string) => `${repo} cannot be read: there is neither --sources nor a token.`
    return new Map(requests.map((one) => [requestKey(one), failed('unreachable', message(one.repo), remedy)]))
  },
}

/**
 * Clients of registries with the logins of docker, one for each list of allowed registries: when the files are made again
 * after a lost race, nothing is asked twice. Loaded on first use, with what TLS needs.
 *
 * @param warn is told of a login that cannot be used.
 * @param count counts answers, by where they come from.
 */
export async function registryAccess(
  env: Env,
  warn: (text: string) => void,
  count: (what: string) => void = () => undefined,
): Promise<NonNullable<RunOptions['registries']>> {
  const { connectRegistries, readDockerCredentials } = await import(/* webpackMode: "eager" */ './registry/index.js')
  const credentials = readDockerCredentials(env, warn)
  const known = new Map<string, RegistryClient>()
  return (allowedRegistries) => {
    const key = allowedRegistries.join(' ')
    const client = known.get(key) ?? counted(connectRegistries({ credentials, allowedRegistries }), count)
    known.set(key, client)
    return client
  }
}

function counted(client: RegistryClient, count: (what: string) => void): RegistryClient {
  const counting =
    <Q, A>(ask: (question: Q) => Promise<A>) =>
    (question: Q): Promise<A> =>
      ask(question).finally(() => count('answers from registries'))
  return {
    digest: counting(client.digest),
    tags: counting(client.tags),
    platforms: counting(client.platforms),
    created: counting(client.created),
    contents: counting(client.contents),
  }
}
