/**
 * Options of a run. The action and the command line build its readers and clients here, from environment and tokens.
 */
import { type Servers, serverUrls } from './forges/index.js'
import type { DeletionLimit } from './manifests/index.js'
import type { Request, RunsClient } from './rebuild/index.js'
import type { RegistryClient } from './registry/index.js'
import type { Report } from './report/index.js'
import type { SourceReader } from './sources/index.js'

/** Environment variables, as plain data. */
export type Env = Readonly<Record<string, string | undefined>>

export interface BuildOptions {
  readonly client: RunsClient
  /** Identifies this run in what it claims; unique per run. */
  readonly me: string
  /** What a person asked to rebuild now; null: nothing. */
  readonly request: Request | null
  /** Milliseconds since the epoch: the run's `now` plus the time elapsed. */
  readonly clock: () => number
}

/**
 * The clock of a run, in milliseconds since the epoch: its `now` plus the time elapsed since this call.
 *
 * @param now ISO 8601.
 */
export function runClock(now: string): () => number {
  const began = performance.now()
  return () => Date.parse(now) + performance.now() - began
}

/** What a run works with and what it is allowed to do, for the action and the command line. */
export interface RunOptions {
  readonly mode: Report['mode']
  readonly read: SourceReader
  readonly maxDeletions: DeletionLimit
  /** Servers with the sources, where Kargo also starts builds. */
  readonly servers: Servers
  /** OWNER/REPO of the state repository, the default for a source without a repository; null where unknown. */
  readonly ownRepository: string | null
  /** Creates the registry client, given the registries allowed in private networks; null: this run looks up nothing. */
  readonly registries: ((allowedRegistries: readonly string[]) => RegistryClient) | null
  /** Starts builds and follows them; null: this run starts none. */
  readonly builds: BuildOptions | null
  /** Tokens of this run: they must not appear in anything that is written. */
  readonly secrets: readonly string[]
  /** ISO 8601: the timestamp of everything discovered in this run. */
  readonly now: string
  /** Whether the plan is written or committed. If not, manifests ignore the clock: two previews give the same files. */
  readonly writes: boolean
  readonly step: <T>(name: string, work: () => Promise<T>) => Promise<T>
  /** Logs the result of a step in a few words. */
  readonly log: (text: string) => void
}

/** Server URLs from the environment variables that runners set; the public servers by default. */
export function serversIn(env: Env): Servers {
  return { ...serverUrls(env), githubApi: (env.GITHUB_API_URL || 'https://api.github.com').replace(/\/+$/, '') }
}

/**
 * Creates registry clients that use Docker's logins, one per list of allowed registries, so that regenerating files
 * after a lost race repeats no request. Loaded on first use, together with its TLS dependencies.
 *
 * @param warn receives logins that cannot be used.
 * @param count counts answers by their origin.
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
