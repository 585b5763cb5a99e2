import { resolve } from 'node:path'
import { printable, refuse } from '../enrollment/index.js'
import { type DeletionLimit, parseDeletionLimit } from '../manifests/index.js'
import { type RunOptions, serversIn, sourceReader } from '../run-options.js'
import { connectGitHub, type SourceReader } from '../sources/index.js'
import { isFolder } from '../state/index.js'
import { type Environment, secretsIn } from './environment.js'
import type { CommonOptions } from './options.js'
import { heldVariables } from './read-images-file.js'
import type { Terminal } from './terminal.js'

/** The job a command runs: sources from a folder or from GitHub, progress on a terminal. It writes nothing. */
export function jobFor(
  mode: RunOptions['mode'],
  options: CommonOptions,
  env: Environment,
  terminal: Terminal,
  now: string,
  registries: RunOptions['registries'] = null,
): RunOptions {
  const servers = serversIn(env)
  return {
    mode,
    read: sourcesOf(options, env, terminal),
    maxDeletions: deletionLimit(options.maxDeletions ?? '25%'),
    apiUrl: servers.githubApi,
    gitlabUrl: servers.gitlab,
    ownRepository: heldVariables(env).here,
    registries,
    secrets: secretsIn(env),
    now,
    writes: false,
    log: () => undefined,
    step: async (name, work) => {
      if (!terminal.colour.err) return work()
      terminal.err(`\r\u001b[K${name} …`)
      try {
        return await work()
      } finally {
        terminal.err('\r\u001b[K')
      }
    },
  }
}

function deletionLimit(text: string): DeletionLimit {
  const limit = parseDeletionLimit(text)
  if (limit !== null) return limit
  throw refuse(`--max-deletions must be a number or a percentage like 25%, not ${JSON.stringify(text)}.`)
}

/** Where Dockerfiles come from: `--sources`, else the servers, with the tokens of the environment. */
export function sourcesOf(options: CommonOptions, env: Environment, terminal: Terminal): SourceReader {
  const servers = serversIn(env)
  const token = env.GITHUB_TOKEN || env.GH_TOKEN || ''
  const log = { warning: (text: string) => terminal.err(`${printable(text)}\n`), debug: () => undefined }
  return sourceReader({
    directory: options.sources === undefined ? null : existingFolder(options.sources),
    servers,
    connect: token === '' ? null : () => connectGitHub({ apiUrl: servers.githubApi, token, log }),
    gitlabToken: env.GITLAB_TOKEN ?? '',
    log,
  })
}

function existingFolder(path: string): string {
  const root = resolve(path)
  if (isFolder(root)) return root
  throw refuse(`there is no folder ${root}.`, { remedy: 'Name a folder with checkouts as OWNER/REPO in --sources.' })
}
