import { refuse } from '../enrollment/problem.js'

/** A repository on disk and how its remote is reached. */
export interface GitRemote {
  /** Address without credentials: https, http on loopback, or a local path. */
  readonly url: string
  /** Sent only to `url`'s own server; empty for none. */
  readonly token: string
}

/** What git printed, and how it ended. */
export interface GitOutput {
  readonly exitCode: number
  readonly stdout: string
  readonly stderr: string
}

/** How git is called. */
export interface GitCall {
  readonly cwd: string
  readonly remote?: GitRemote
  readonly input?: Buffer
  /** Variables on top of the clean environment. */
  readonly env?: Readonly<Record<string, string>>
}

/**
 * Runs git without a shell and without anybody's configuration, hooks, helpers or prompts. The token is in the
 * environment of this one process only: not in its arguments, not in a URL, not on disk.
 *
 * @returns output and exit code; a failing git is no exception.
 */
export async function git(args: readonly string[], call: GitCall): Promise<GitOutput> {
  const { getExecOutput } = await import(/* webpackMode: "eager" */ '@actions/exec')
  const options = {
    cwd: call.cwd,
    env: { ...gitEnvironment(call.remote), ...call.env },
    silent: true,
    ignoreReturnCode: true,
    ...(call.input === undefined ? {} : { input: call.input }),
  }
  return getExecOutput('git', [...args], options).catch((error: Error) => {
    if (!error.message.startsWith('Unable to locate executable')) throw error
    throw refuse('there is no git on this machine.', { remedy: 'Install git 2.31 or newer.' })
  })
}

/** Runs git and gives its output, trimmed; throws with what git said when it fails. */
export async function gitOrRefuse(args: readonly string[], call: GitCall, doing: string): Promise<string> {
  const { exitCode, stdout, stderr } = await git(args, call)
  if (exitCode === 0) return stdout.trim()
  throw refuse(`${doing} failed: ${lastLines(stderr, call.remote)}`, { remedy: remedyFor(stderr) })
}

/** The end of what git printed, on one line, without the token. */
export function lastLines(text: string, remote?: GitRemote): string {
  const lines = text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '')
  const short = lines.slice(-3).join(' / ')
  return remote === undefined || remote.token === '' ? short : short.replaceAll(remote.token, '***')
}

function remedyFor(stderr: string): string {
  if (/could not read Username|Authentication failed|403|401|not found/i.test(stderr)) {
    return 'Check that the repository exists and that state-token may read it (and write it, to commit).'
  }
  return 'Look at what git says and try again.'
}

function gitEnvironment(remote: GitRemote | undefined): Record<string, string> {
  const inherited = Object.entries(process.env).filter(
    ([name, value]) => value !== undefined && (!/^GIT_/i.test(name) || /^GIT_(SSL|EXEC_PATH)/i.test(name)),
  ) as [string, string][]
  return {
    ...Object.fromEntries(inherited.filter(([name]) => !/^(INPUT_|ACTIONS_)/i.test(name))),
    LC_ALL: 'C',
    GIT_CONFIG_GLOBAL: '/dev/null',
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_TERMINAL_PROMPT: '0',
    GCM_INTERACTIVE: 'Never',
    GIT_ALLOW_PROTOCOL: remote === undefined ? 'none' : protocolOf(remote.url),
    ...configuration(settingsFor(remote)),
  }
}

/** Later settings win, and an empty value resets a list: what a checkout step left behind must not go out beside ours. */
function settingsFor(remote: GitRemote | undefined): [string, string][] {
  const settings: [string, string][] = [
    // In containers the checkout belongs to somebody else; what that check guards against is switched off below.
    ['safe.directory', '*'],
    ['core.hooksPath', '/dev/null'],
    ['core.fsmonitor', 'false'],
    ['core.quotePath', 'false'],
    ['credential.helper', ''],
    ['gc.auto', '0'],
    ['maintenance.auto', 'false'],
    ['submodule.recurse', 'false'],
    ['push.recurseSubmodules', 'no'],
    ['push.gpgSign', 'false'],
    ['commit.gpgSign', 'false'],
  ]
  if (remote === undefined || protocolOf(remote.url) === 'file') return settings
  const key = `http.${new URL(remote.url).origin}/.extraheader`
  settings.push([key, ''], ['http.extraheader', ''])
  if (remote.token !== '') {
    const basic = Buffer.from(`x-access-token:${remote.token}`).toString('base64')
    settings.push([key, `AUTHORIZATION: basic ${basic}`])
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

const LOOPBACK = /^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])$/

/**
 * The one protocol git may speak to an address.
 *
 * @throws Refusal for anything but https, http on loopback and a local path: `ext::` would run a command.
 */
export function protocolOf(url: string): 'https' | 'http' | 'file' {
  if (/^(?:\/|[A-Za-z]:[\\/])/.test(url)) return 'file'
  const parsed = URL.canParse(url) ? new URL(url) : null
  if (parsed?.protocol === 'https:') return 'https'
  if (parsed?.protocol === 'http:' && LOOPBACK.test(parsed.hostname)) return 'http'
  if (parsed?.protocol === 'file:') return 'file'
  throw refuse(`git may not be used with ${JSON.stringify(url)}.`, { remedy: 'Use an https address.' })
}
