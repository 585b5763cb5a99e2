/** Real git for the tests: no configuration of the machine, fixed identity and dates, no shell. */
import { type ProcessResult, runProcess } from './processes.js'

const CONFIG: readonly (readonly [string, string])[] = [
  ['init.defaultBranch', 'main'],
  ['core.autocrlf', 'false'],
  ['gc.auto', '0'],
  ['maintenance.auto', 'false'],
  ['commit.gpgSign', 'false'],
  ['advice.detachedHead', 'false'],
  ['safe.directory', '*'],
]

export const TEST_IDENTITY = { name: 'Test Person', email: 'test.person@example.com' } as const
export const TEST_DATE = '2026-01-01T00:00:00Z'

/** The whole environment git gets: PATH is all it inherits. */
export function gitEnvironment(extra: Readonly<Record<string, string>> = {}): Record<string, string> {
  const environment: Record<string, string> = {
    PATH: process.env.PATH ?? '',
    HOME: '/nonexistent',
    LC_ALL: 'C',
    GIT_CONFIG_GLOBAL: '/dev/null',
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_TERMINAL_PROMPT: '0',
    GIT_AUTHOR_NAME: TEST_IDENTITY.name,
    GIT_AUTHOR_EMAIL: TEST_IDENTITY.email,
    GIT_AUTHOR_DATE: TEST_DATE,
    GIT_COMMITTER_NAME: TEST_IDENTITY.name,
    GIT_COMMITTER_EMAIL: TEST_IDENTITY.email,
    GIT_COMMITTER_DATE: TEST_DATE,
    ...extra,
  }
  return withConfig(environment, CONFIG)
}

/** Adds configuration the way GIT_CONFIG_COUNT does, behind what is there. */
export function withConfig(
  environment: Readonly<Record<string, string>>,
  entries: readonly (readonly [string, string])[],
): Record<string, string> {
  const result = { ...environment }
  let count = Number(result.GIT_CONFIG_COUNT ?? '0')
  for (const [key, value] of entries) {
    result[`GIT_CONFIG_KEY_${count}`] = key
    result[`GIT_CONFIG_VALUE_${count}`] = value
    count += 1
  }
  result.GIT_CONFIG_COUNT = String(count)
  return result
}

/** The environment of a git client that carries `token` as GitHub expects it, nothing on disk or argv. */
export function tokenEnvironment(serverUrl: string, token: string): Record<string, string> {
  const basic = Buffer.from(`x-access-token:${token}`).toString('base64')
  return withConfig(gitEnvironment(), [[`http.${serverUrl}/.extraheader`, `AUTHORIZATION: basic ${basic}`]])
}

export interface GitOptions {
  readonly env?: Readonly<Record<string, string>>
  readonly input?: string | Uint8Array
}

/** Runs git and says how it went. */
export function tryGit(cwd: string, args: readonly string[], options: GitOptions = {}): Promise<ProcessResult> {
  const { input } = options
  return runProcess('git', args, {
    cwd,
    env: options.env ?? gitEnvironment(),
    ...(input === undefined ? {} : { input }),
  })
}

/** Runs git and gives what it printed, without the last newline; throws when it fails. */
export async function git(cwd: string, args: readonly string[], options: GitOptions = {}): Promise<string> {
  const result = await tryGit(cwd, args, options)
  if (result.code !== 0) throw new Error(`git ${args.join(' ')} failed (${result.code}): ${result.stderr}`)
  return result.stdout.toString('utf8').replace(/\n$/, '')
}
