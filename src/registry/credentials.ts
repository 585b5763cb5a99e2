import { spawn } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { homedir } from 'node:os'
import { join } from 'node:path'

/** A user name and password; an identity token has the user name `<token>`. */
export interface Login {
  readonly username: string
  readonly password: string
}

/** Returns a registry's login; null if there is none. Never throws. */
export type Credentials = (registry: string) => Promise<Login | null>

interface DockerConfig {
  readonly auths?: Readonly<Record<string, { readonly auth?: string; readonly identitytoken?: string }>>
  readonly credHelpers?: Readonly<Record<string, string>>
  readonly credsStore?: string
}

/**
 * Reads the logins that `docker login` stored: `config.json` in `DOCKER_CONFIG` or `~/.docker`, and the credential
 * helpers it names. Each registry is looked up once.
 *
 * @param warn called for an unusable file or helper; the text contains no secrets.
 */
export function readDockerCredentials(
  env: Readonly<Record<string, string | undefined>>,
  warn: (text: string) => void,
): Credentials {
  const path = join(env.DOCKER_CONFIG || join(homedir(), '.docker'), 'config.json')
  let config: Promise<DockerConfig> | null = null
  const known = new Map<string, Promise<Login | null>>()
  const look = async (registry: string): Promise<Login | null> => {
    config ??= readConfig(path, warn)
    return loginFor(registry, await config, env, warn)
  }
  return (registry) => {
    const login = known.get(registry) ?? look(registry)
    known.set(registry, login)
    return login
  }
}

async function readConfig(path: string, warn: (text: string) => void): Promise<DockerConfig> {
  try {
    const parsed: unknown = JSON.parse(await readFile(path, 'utf8'))
    return typeof parsed === 'object' && parsed !== null ? (parsed as DockerConfig) : {}
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') {
      // The parser's own message may quote the file's content.
      warn(`docker's configuration ${path} cannot be read; registries are read without credentials.`)
    }
    return {}
  }
}

async function loginFor(
  registry: string,
  config: DockerConfig,
  env: Readonly<Record<string, string | undefined>>,
  warn: (text: string) => void,
): Promise<Login | null> {
  const keys = keysOf(registry)
  const helper = own(config.credHelpers, keys) ?? (typeof config.credsStore === 'string' ? config.credsStore : null)
  if (helper !== null) {
    for (const key of keys) {
      const answer = await askHelper(helper, key, env)
      if (answer === 'unusable') {
        warn(`docker-credential-${helper} cannot be run; ${registry} is read without its credentials.`)
        break
      }
      if (answer !== null) return answer
    }
  }
  const entry = own(config.auths, keys)
  return entry === null ? null : decode(entry)
}

/** Docker Hub's login is stored under the URL of its first API; others may be stored with a scheme. */
function keysOf(registry: string): string[] {
  if (registry === 'docker.io')
    return ['https://index.docker.io/v1/', 'index.docker.io', 'docker.io', 'registry-1.docker.io']
  return [registry, `https://${registry}`, `https://${registry}/`, `https://${registry}/v2/`]
}

function own<T>(map: Readonly<Record<string, T>> | undefined, keys: readonly string[]): T | null {
  if (typeof map !== 'object' || map === null) return null
  for (const key of keys) if (Object.hasOwn(map, key)) return map[key] ?? null
  return null
}

function decode({ auth, identitytoken }: { readonly auth?: string; readonly identitytoken?: string }): Login | null {
  if (typeof identitytoken === 'string' && identitytoken !== '') return { username: '<token>', password: identitytoken }
  if (typeof auth !== 'string') return null
  const text = Buffer.from(auth, 'base64').toString('utf8')
  const colon = text.indexOf(':')
  return colon < 0 ? null : { username: text.slice(0, colon), password: text.slice(colon + 1).replace(/\0+$/, '') }
}

const MAX_HELPER_MILLISECONDS = 10_000
const MAX_HELPER_BYTES = 65_536

/**
 * Runs `docker-credential-NAME get` (docker's credential helper protocol): the registry on standard input, JSON on
 * standard output. The name comes from the user's own docker configuration, never from a repository.
 */
async function askHelper(
  name: string,
  registry: string,
  env: Readonly<Record<string, string | undefined>>,
): Promise<Login | null | 'unusable'> {
  if (!/^[A-Za-z0-9_.-]{1,64}$/.test(name)) return 'unusable'
  const output = await runHelper(`docker-credential-${name}`, registry, env)
  if (output === null) return 'unusable'
  try {
    const { Username: username, Secret: password } = JSON.parse(output) as { Username?: string; Secret?: string }
    return typeof username === 'string' && typeof password === 'string' && password !== ''
      ? { username, password }
      : null
  } catch {
    // A helper without that login prints a sentence instead of JSON.
    return null
  }
}

/** @returns the helper's output, empty if it failed; null if it could not be run. */
function runHelper(
  command: string,
  input: string,
  env: Readonly<Record<string, string | undefined>>,
): Promise<string | null> {
  return new Promise((resolve) => {
    const child = spawn(command, ['get'], { stdio: ['pipe', 'pipe', 'ignore'], env, timeout: MAX_HELPER_MILLISECONDS })
    const chunks: Buffer[] = []
    let bytes = 0
    child.stdout.on('data', (chunk: Buffer) => {
      bytes += chunk.length
      if (bytes > MAX_HELPER_BYTES) child.kill()
      else chunks.push(chunk)
    })
    child.on('error', () => resolve(null))
    child.on('close', (code) => resolve(code === 0 ? Buffer.concat(chunks).toString('utf8') : ''))
    child.stdin.on('error', () => undefined)
    child.stdin.end(`${input}\n`)
  })
}
