import { resolve } from 'node:path'
import { refuse } from '../enrollment/index.js'
import { type DeletionLimit, parseDeletionLimit } from '../manifests/index.js'
import { type RunOptions, serversIn } from '../run-options.js'
import { connectGitHub, type SourceReader, sourceReader } from '../sources/index.js'
import { isFolder } from '../state/index.js'
import { type CommandContext, ownRepository } from './options.js'
import { forgeTokens, logOn, type Progress, progressOn, tokensIn } from './terminal.js'

/** Pipeline options of a command: shows progress on a terminal, and writes nothing. */
export function commandRunOptions(
  mode: RunOptions['mode'],
  context: CommandContext,
  registries: RunOptions['registries'] = null,
  progress: Progress = progressOn(context.terminal),
): RunOptions {
  const { options, env, now } = context
  const servers = serversIn(env)
  return {
    mode,
    read: sourcesOf(context, progress.count),
    maxDeletions: deletionLimit(options.maxDeletions ?? '25%'),
    servers,
    ownRepository: ownRepository(env),
    registries,
    builds: null,
    secrets: tokensIn(env),
    now,
    writes: false,
    log: () => undefined,
    step: progress.step,
  }
}

/**
 * The same run, refused if its first lookups (all Dockerfiles and workflows of images.yaml) find no server or folder
 * that can be asked: each image would only be recorded as failed. Some that cannot be asked do not stop it.
 *
 * @param consequence last sentence of the error, for example `Nothing was compared.`
 */
export function needingSources(run: RunOptions, { options, env }: CommandContext, consequence: string): RunOptions {
  let isFirst = true
  const hasToken = Object.values(forgeTokens(env)).some((token) => token !== '')
  const read: SourceReader['read'] = async (requests) => {
    const answers = await run.read.read(requests)
    const unreached = [...answers.values()].flatMap((one) =>
      one.kind === 'failed' && one.reason === 'unreachable' ? [one] : [],
    )
    const [failure] = unreached
    if (!isFirst || failure === undefined || unreached.length < answers.size) {
      isFirst = false
      return answers
    }
    const sources = new Set(requests.map(({ provider, repo }) => `${provider} ${repo}`)).size
    const none = sources === 1 ? 'the only source cannot be read' : `none of the ${sources} sources could be read`
    if (hasToken || options.sources !== undefined) {
      const remedy = `${failure.remedy} ${consequence}`
      throw refuse('request-failed', `${none}: ${failure.message}`, { remedy })
    }
    const remedy = `Set GITHUB_TOKEN, or pass --sources DIR. ${consequence}`
    throw refuse('token-missing', `${none}: there is neither a token nor --sources.`, { remedy })
  }
  return { ...run, read: { ...run.read, read } }
}

function deletionLimit(text: string): DeletionLimit {
  const limit = parseDeletionLimit(text)
  if (limit !== null) return limit
  throw refuse('option-invalid', `--max-deletions must be a number or a percentage, not ${JSON.stringify(text)}.`, {
    remedy: 'Write --max-deletions 25%.',
  })
}

/** Where Dockerfiles come from: `--sources`, else the servers, with the tokens of the environment. */
export function sourcesOf(
  { options, env, terminal }: Omit<CommandContext, 'now'>,
  count: Progress['count'] = () => undefined,
): SourceReader {
  const servers = serversIn(env)
  const tokens = forgeTokens(env)
  const log = logOn(terminal)
  const reader = sourceReader({
    directory: options.sources === undefined ? null : existingFolder(options.sources),
    servers,
    connect:
      tokens.github === '' ? null : () => connectGitHub({ apiUrl: servers.githubApi, token: tokens.github, log }),
    tokens,
    log,
  })
  const read: SourceReader['read'] = (requests) =>
    reader.read(requests).finally(() => count('files read', requests.length))
  return { ...reader, read }
}

function existingFolder(path: string): string {
  const root = resolve(path)
  if (isFolder(root)) return root
  throw refuse('file-missing', `there is no folder ${root}.`, {
    remedy: 'Set --sources to a folder with checkouts as OWNER/REPO.',
  })
}
