import { dirname } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { refuse } from '../enrollment/problem.js'
import { baseDelay, isLoopback, requestTimeout } from '../network/index.js'
import { basicCredentials, withoutValues } from '../report/redact.js'
import { gitRemedy, isTransientGitError, withoutFullStop } from './refusals.js'

/** A repository's remote and the token for it. */
export interface GitRemote {
  /** URL without credentials: https, http on loopback, or a local path. */
  readonly url: string
  /** Sent only to the server of `url`; empty for none. */
  readonly token: string
}

export interface GitOutput {
  readonly exitCode: number
  readonly stdout: string
  readonly stderr: string
}

interface GitCall {
  readonly cwd: string
  /** Server to contact: only from a repository that we created, whose configuration is ours (`startRepository`). */
  readonly remote?: GitRemote
  readonly input?: Buffer
  /** Variables added to the clean environment. */
  readonly env?: Readonly<Record<string, string>>
}

/**
 * Runs git without a shell and without foreign configuration, hooks, helpers or prompts. The token is in the
 * environment of this one process only: not in its arguments, a URL or on disk.
 *
 * @returns output and exit code; does not throw if git fails.
 */
export async function git(args: readonly string[], call: GitCall): Promise<GitOutput> {
  const { getExecOutput } = await import(/* webpackMode: "eager" */ '@actions/exec')
  const options = {
    cwd: call.cwd,
    env: { ...gitEnvironment(call), ...call.env },
    silent: true,
    ignoreReturnCode: true,
    ...(call.input === undefined ? {} : { input: call.input }),
  }
  return getExecOutput('git', [...args], options).catch((error: Error) => {
    if (!error.message.startsWith('Unable to locate executable')) throw error
    throw refuse('git-failed', 'git is not installed on this machine.', { remedy: 'Install git 2.31 or newer.' })
  })
}

/**
 * Runs git and returns its trimmed output.
 *
 * @throws Refusal with git's output when it fails.
 */
export async function gitOrRefuse(args: readonly string[], call: GitCall, doing: string): Promise<string> {
  return outputOrRefuse(await (call.remote === undefined ? git(args, call) : gitOverNetwork(args, call)), call, doing)
}

/**
 * The trimmed output of git.
 *
 * @throws Refusal with git's output when it failed.
 */
export function outputOrRefuse({ exitCode, stdout, stderr }: GitOutput, { remote }: GitCall, doing: string): string {
  if (exitCode === 0) return stdout.trim()
  throw refuse('git-failed', `${doing} failed: ${withoutFullStop(lastLines(stderr, remote))}.`, {
    remedy: gitRemedy(stderr),
  })
}

/** Pauses before the second and the third attempt, in base delays. */
const DELAYS = [1, 4]

/** Runs git against a server, with retries after transient failures. All our requests can be repeated. */
export async function gitOverNetwork(args: readonly string[], call: GitCall): Promise<GitOutput> {
  for (const delay of DELAYS) {
    const output = await git(args, call)
    if (output.exitCode === 0 || !isTransientGitError(output.stderr)) return output
    await sleep(delay * baseDelay())
  }
  return git(args, call)
}

/** The end of git's output, on one line, without the token. */
function lastLines(text: string, remote?: GitRemote): string {
  const lines = text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '')
  return withoutToken(lines.slice(-3).join(' / '), remote)
}

/** A text without the token, also in the form that git sends. */
export function withoutToken(text: string, remote: GitRemote | undefined): string {
  return withoutValues([remote?.token ?? ''])(text)
}

/** Variables that control git or its libraries, except those for the location of certificates and programs. */
const ORDERS = /^(?:GIT_(?!SSL_CA(?:INFO|PATH)$|EXEC_PATH$)|SSH_|INPUT_|ACTIONS_|XDG_CONFIG_HOME$)/i

function gitEnvironment({ remote, cwd }: GitCall): Record<string, string> {
  const inherited = Object.entries(process.env).filter(([name]) => !ORDERS.test(name)) as [string, string][]
  return {
    ...Object.fromEntries(inherited),
    LC_ALL: 'C',
    // No configuration, logins (.netrc) or attributes of the user; git before 2.32 does not support GIT_CONFIG_GLOBAL.
    HOME: '/dev/null',
    GIT_CONFIG_GLOBAL: '/dev/null',
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_ATTR_NOSYSTEM: '1',
    GIT_NO_REPLACE_OBJECTS: '1',
    // A repository in a parent folder is not the right one.
    GIT_CEILING_DIRECTORIES: dirname(cwd),
    GIT_TERMINAL_PROMPT: '0',
    GIT_ASKPASS: '',
    GCM_INTERACTIVE: 'Never',
    GIT_ALLOW_PROTOCOL: remote === undefined ? 'none' : protocolOf(remote.url),
    ...configuration(settingsFor(remote)),
  }
}

/** Later settings win, and an empty value resets a list: headers from a checkout step must not be sent with ours. */
function settingsFor(remote: GitRemote | undefined): [string, string][] {
  const settings: [string, string][] = [
    // In containers the checkout belongs to another user; the threats behind that check are disabled below.
    ['safe.directory', '*'],
    ['safe.bareRepository', 'explicit'],
    ['core.hooksPath', '/dev/null'],
    ['core.fsmonitor', 'false'],
    ['core.askPass', ''],
    ['core.attributesFile', '/dev/null'],
    ['core.excludesFile', '/dev/null'],
    ['core.quotePath', 'false'],
    ['credential.helper', ''],
    ['log.showSignature', 'false'],
    ['gc.auto', '0'],
    ['maintenance.auto', 'false'],
    ['submodule.recurse', 'false'],
    ['push.recurseSubmodules', 'no'],
    ['push.followTags', 'false'],
    ['push.gpgSign', 'false'],
    ['commit.gpgSign', 'false'],
    // git would send our header to the target of a redirect.
    ['http.followRedirects', 'false'],
  ]
  if (remote === undefined || protocolOf(remote.url) === 'file') return settings
  // Gives up on a server that sends nothing or almost nothing; one that takes long to pack sends some progress.
  settings.push(['http.lowSpeedLimit', '1000'], ['http.lowSpeedTime', String(Math.ceil(requestTimeout() / 500))])
  const key = `http.${new URL(remote.url).origin}/.extraheader`
  settings.push([key, ''], ['http.extraheader', ''])
  if (remote.token !== '') {
    settings.push([key, `AUTHORIZATION: basic ${basicCredentials(remote.token)}`])
  }
  return settings
}

function configuration(settings: readonly [string, string][]): Record<string, string> {
  const pairs = settings.flatMap(([key, value], index) => [
    [`GIT_CONFIG_KEY_${index}`, key],
    [`GIT_CONFIG_VALUE_${index}`, value],
  ])
  return { ...Object.fromEntries(pairs), GIT_CONFIG_COUNT: String(settings.length) }
}

/**
 * The only protocol that git may use for a URL.
 *
 * @throws Refusal for anything except https, http on loopback and a local path: `ext::` would run a command.
 */
export function protocolOf(url: string): 'https' | 'http' | 'file' {
  if (/^(?:\/|[A-Za-z]:[\\/])/.test(url)) return 'file'
  const parsed = URL.canParse(url) ? new URL(url) : null
  if (parsed?.protocol === 'https:') return 'https'
  if (parsed?.protocol === 'http:' && isLoopback(parsed.hostname)) return 'http'
  if (parsed?.protocol === 'file:') return 'file'
  throw refuse('git-failed', `git may not be used with ${JSON.stringify(url)}.`, { remedy: 'Use an https address.' })
}
