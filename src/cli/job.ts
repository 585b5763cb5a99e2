import { resolve } from 'node:path'
import { printable, refuse } from '../enrollment/index.js'
import { type DeletionLimit, parseDeletionLimit } from '../manifests/index.js'
import type { RunOptions } from '../run-options.js'
import {
  connectGitHub,
  failed,
  type GraphQL,
  readFromBoth,
  readFromDirectory,
  readFromGitHub,
  readFromGitLab,
  requestKey,
  type SourceReader,
} from '../sources/index.js'
import { isFolder } from '../state/index.js'
import { type Environment, secretsIn } from './environment.js'
import type { CommonOptions } from './options.js'
import { heldVariables } from './read-images-file.js'
import type { Terminal } from './terminal.js'

const GITHUB_API = 'https://api.github.com'
const GITLAB = 'https://gitlab.com'

/** The job a command runs: sources from a folder or from GitHub, progress on a terminal. It writes nothing. */
export function jobFor(
  mode: RunOptions['mode'],
  options: CommonOptions,
  env: Environment,
  terminal: Terminal,
  now: string,
  registries: RunOptions['registries'] = null,
): RunOptions {
  return {
    mode,
    read: sourceReader(options, env, terminal),
    maxDeletions: deletionLimit(options.maxDeletions ?? '25%'),
    apiUrl: (env.GITHUB_API_URL || GITHUB_API).replace(/\/+$/, ''),
    gitlabUrl: env.GITLAB_URL || GITLAB,
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

/** Where Dockerfiles come from: `--sources`, else GitHub with the token of GITHUB_TOKEN or GH_TOKEN. */
export function sourceReader(options: CommonOptions, env: Environment, terminal: Terminal): SourceReader {
  if (options.sources !== undefined) {
    const root = resolve(options.sources)
    if (!isFolder(root)) {
      throw refuse(`there is no folder ${root}.`, {
        remedy: 'Name a folder with checkouts as OWNER/REPO in --sources.',
      })
    }
    return readFromDirectory(root)
  }
  const token = env.GITHUB_TOKEN || env.GH_TOKEN || ''
  const log = { warning: (text: string) => terminal.err(`${printable(text)}\n`), debug: () => undefined }
  const gitlab = readFromGitLab({ url: env.GITLAB_URL || GITLAB, token: env.GITLAB_TOKEN ?? '', log })
  if (token === '') return readFromBoth({ github: withoutToken, gitlab })
  const apiUrl = (env.GITHUB_API_URL || GITHUB_API).replace(/\/+$/, '')
  const host = new URL(env.GITHUB_SERVER_URL || 'https://github.com').host
  let client: ReturnType<typeof connectGitHub> | null = null
  const graphql: GraphQL = async (query, variables) => {
    client ??= connectGitHub({ apiUrl, token, log })
    return (await client).graphql(query, { ...variables })
  }
  return readFromBoth({ github: readFromGitHub(graphql, host), gitlab })
}

const withoutToken: SourceReader = {
  isComplete: true,
  read: async (requests) => {
    const remedy = 'Give --sources DIR, or set GITHUB_TOKEN.'
    const message = (repo: string) => `${repo} cannot be read: there is neither --sources nor a token.`
    return new Map(requests.map((one) => [requestKey(one), failed('unreachable', message(one.repo), remedy)]))
  },
}
