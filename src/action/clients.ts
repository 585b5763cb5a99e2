import { randomUUID } from 'node:crypto'
import { debug, info, notice, warning } from '@actions/core'
import { refuse } from '../enrollment/index.js'
import { connectRuns } from '../rebuild/index.js'
import { type BuildOptions, type RunOptions, registryAccess, runClock } from '../run-options.js'
import { connectGitHub, type GitHubClient, sourceReader } from '../sources/index.js'
import type { Context } from './context.js'
import { type Inputs, inputFolder } from './inputs.js'
import { countProgress, knownSecrets, logLine, safe, step } from './log.js'
import type { RunTarget } from './target.js'

/** The purpose of a client decides which token it uses. */
const PURPOSES = {
  comment: { what: 'to comment with', input: 'github-token' },
  state: { what: 'to commit the state with', input: 'state-token (or github-token)' },
  source: { what: 'to read source repositories with', input: 'source-token (or state-token, or github-token)' },
} as const

/** One client per token, created on first use. */
export class Clients {
  readonly #apiUrl: string
  readonly #tokens: Readonly<Record<keyof typeof PURPOSES, string>>
  readonly #made = new Map<string, Promise<GitHubClient>>()

  constructor(inputs: Inputs, context: Context) {
    this.#apiUrl = context.servers.githubApi
    this.#tokens = { comment: inputs.githubToken, state: inputs.stateToken, source: inputs.sourceTokens.github }
  }

  /** @throws Refusal when there is no token for the purpose. */
  async for(purpose: keyof typeof PURPOSES): Promise<GitHubClient> {
    const token = this.#tokens[purpose]
    const { what, input } = PURPOSES[purpose]
    if (token === '') throw refuse('token-missing', `there is no token ${what}.`, { remedy: `Set ${input}.` })
    const log = { warning: (text: string) => warning(safe(text)), debug: (text: string) => debug(safe(text)) }
    const client = this.#made.get(token) ?? connectGitHub({ apiUrl: this.#apiUrl, token, log })
    this.#made.set(token, client)
    return client
  }
}

/** Pipeline options for this run of the action. */
export async function actionRunOptions(
  inputs: Inputs,
  context: Context,
  target: RunTarget,
  clients: Clients,
  now: string,
): Promise<RunOptions> {
  const { servers } = context
  const isCommit = target.mode === 'commit'
  return {
    mode: target.mode,
    read: sourceReader({
      directory: inputs.sourcesDir === null ? null : existingFolder(inputs.sourcesDir, context),
      servers,
      connect: () => clients.for('source'),
      tokens: inputs.sourceTokens,
      log: { warning: (text) => info(safe(text)), debug: () => countProgress('GitLab requests retried') },
      count: countProgress,
    }),
    maxDeletions: inputs.maxDeletions,
    servers,
    ownRepository: target.repository,
    secrets: knownSecrets(),
    builds: buildOptions(inputs, context, target, now),
    registries:
      isCommit && inputs.refresh !== 'false'
        ? await registryAccess(process.env, (text) => notice(safe(text)), countProgress)
        : null,
    now,
    writes: isCommit,
    step,
    log: logLine,
  }
}

/** Builds are started only from the branch that holds the state, and never for a pull request. */
function buildOptions(inputs: Inputs, context: Context, target: RunTarget, now: string): BuildOptions | null {
  if (target.mode !== 'commit' || context.pullRequest !== null) return null
  const { servers, run } = context
  const client = connectRuns({
    servers,
    tokens: { ...inputs.sourceTokens, github: inputs.dispatchToken },
    log: { warning: (text) => info(safe(text)), debug: (text) => debug(safe(text)) },
  })
  const me = `${run.url}/attempts/${run.attempt}#${randomUUID().slice(0, 8)}`
  return { client, me, request: inputs.rebuild, clock: runClock(now) }
}

function existingFolder(sourcesDir: string, context: Context): string {
  const folder = inputFolder('sources-dir', sourcesDir, context)
  if (folder !== null) return folder
  const remedy = 'Check out the source repositories there as OWNER/REPO first.'
  throw refuse('file-missing', `sources-dir names ${sourcesDir}, and there is no such folder.`, { remedy })
}
