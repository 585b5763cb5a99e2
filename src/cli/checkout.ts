import { type Dirent, existsSync, lstatSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { dirname, join, relative, resolve, sep } from 'node:path'
import { MAX_DEFINITION_BYTES } from '../build-definition/yaml-file.js'
import { refuse } from '../enrollment/index.js'
import { GITLAB_PROJECT } from '../forges/gitlab.js'
import { FORGES, type Provider } from '../forges/index.js'
import { git } from '../publish/index.js'
import type { Env } from '../run-options.js'
import { isFolder } from '../state/index.js'

/** What is read from a local clone. Nothing in it is executed: git runs without its hooks, helpers and filters. */
export interface LocalClone {
  /** URL of the remote as written, possibly with a password. Null: there is none, or several without origin. */
  readonly remote: string | null
  /** The branch that is checked out, by its name on the remote; null if there is none. */
  readonly branch: string | null
  /** The remote's default branch, null if the clone does not record it. */
  readonly defaultBranch: string | null
  /** Paths relative to the top, sorted. */
  readonly dockerfiles: readonly string[]
  /** false: the search stopped at its limit. */
  readonly isWhole: boolean
  readonly workflows: readonly { readonly name: string; readonly text: string }[]
  /** The text of a file by its path relative to the top; null: it does not exist, or is behind a symlink. */
  readonly read: (path: string) => string | null
}

/** Third-party files: dependencies contain many Dockerfiles that are not built here. */
const LEFT_OUT: ReadonlySet<string> = new Set(['.git', 'node_modules', 'vendor'])

const MAX_ENTRIES = 100_000
const MAX_WORKFLOWS = 200
const MAX_DEPTH = 16

const DOCKERFILE = /^(?:(?:Docker|Container)file(?:\..+)?|dockerfile|.+\.(?:Docker|docker|Container|container)file)$/
const NO_DOCKERFILE = /\.(?:dockerignore|containerignore|md)$/i

/**
 * Reads a local clone: its remote and branch, its Dockerfiles and workflows. Symlinks are not followed.
 *
 * @param folder its top, or a subfolder: then the Dockerfiles in that subfolder are used, if there are any.
 * @throws Refusal when the folder does not exist.
 */
export async function readLocalClone(folder: string): Promise<LocalClone> {
  const given = resolve(folder)
  if (!isFolder(given))
    throw refuse('file-missing', `there is no folder ${given}.`, { remedy: 'Give the path of a local clone.' })
  // A folder that is in no repository is read by itself.
  const root = repositoryAround(given) ?? given
  const own = dockerfilesIn(root, relative(root, given).replaceAll(sep, '/'))
  return {
    ...(await gitFacts(root)),
    ...(own.dockerfiles.length > 0 ? own : dockerfilesIn(root)),
    workflows: workflowsIn(root),
    read: (path) => readInside(root, path),
  }
}

/** The nearest folder with git's own folder, as git searches for it, including the folder itself; null: there is none. */
export function repositoryAround(folder: string): string | null {
  for (let at = folder; ; at = dirname(at)) {
    if (existsSync(join(at, '.git'))) return at
    if (dirname(at) === at) return null
  }
}

/** A folder's remote and branches, from git's configuration and local refs only: no server is contacted. */
export async function gitFacts(root: string): Promise<Pick<LocalClone, 'remote' | 'branch' | 'defaultBranch'>> {
  const unknown = { remote: null, branch: null, defaultBranch: null }
  if (!existsSync(join(root, '.git'))) return unknown
  const ask = async (...args: string[]) => {
    const { exitCode, stdout } = await git(args, { cwd: root })
    return exitCode === 0 ? stdout : ''
  }
  const branchAt = async (symbolic: string, prefix: string) => {
    const target = (await ask('symbolic-ref', '--quiet', symbolic)).trim()
    return target.startsWith(prefix) ? target.slice(prefix.length) : null
  }
  const config = firstValues(await ask('config', '--local', '--null', '--get-regexp', '^(remote|branch)[.]'))
  const remotes = [...config.keys()].flatMap((key) => /^remote\.(.+)\.url$/.exec(key)?.[1] ?? [])
  const name = remotes.includes('origin') ? 'origin' : remotes[0]
  if (name === undefined || (remotes.length > 1 && name !== 'origin')) return unknown
  const local = await branchAt('HEAD', 'refs/heads/')
  const upstream = /^refs\/heads\/(.+)$/.exec(config.get(`branch.${local}.merge`) ?? '')?.[1]
  return {
    remote: config.get(`remote.${name}.url`) ?? null,
    branch: upstream !== undefined && config.get(`branch.${local}.remote`) === name ? upstream : local,
    defaultBranch: await branchAt(`refs/remotes/${name}/HEAD`, `refs/remotes/${name}/`),
  }
}

/** The first value of each key in the output of `git config --null`. */
function firstValues(output: string): ReadonlyMap<string, string> {
  const pairs = output.split('\0').flatMap((pair): [string, string][] => {
    const at = pair.indexOf('\n')
    return at < 0 ? [] : [[pair.slice(0, at), pair.slice(at + 1)]]
  })
  return new Map(pairs.reverse())
}

function readSmall(path: string): string | null {
  const found = statSync(path, { throwIfNoEntry: false })
  if (found === undefined || !found.isFile() || found.size > MAX_DEFINITION_BYTES) return null
  return readFileSync(path, 'utf8')
}

function readInside(root: string, path: string): string | null {
  const parts = path.split('/')
  if (parts.some((part) => part === '' || part === '.' || part === '..')) return null
  const folders = parts.slice(0, -1).map((_, index) => join(root, ...parts.slice(0, index + 1)))
  const isLink = (one: string) => lstatSync(one, { throwIfNoEntry: false })?.isSymbolicLink() ?? true
  return [...folders, join(root, path)].some(isLink) ? null : readSmall(join(root, path))
}

/** @param from path of the folder to start in, relative to the top. */
function dockerfilesIn(root: string, from = ''): Pick<LocalClone, 'dockerfiles' | 'isWhole'> {
  const found: string[] = []
  const waiting: { readonly path: string; readonly depth: number }[] = [{ path: from, depth: 0 }]
  let seen = 0
  let isWhole = true
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    const { path, depth } = next
    const entries = entriesOf(join(root, path))
    seen += entries.length
    if (seen > MAX_ENTRIES || depth > MAX_DEPTH) {
      isWhole = false
      continue
    }
    for (const entry of entries) {
      const inside = path === '' ? entry.name : `${path}/${entry.name}`
      if (entry.isDirectory() && !LEFT_OUT.has(entry.name)) waiting.push({ path: inside, depth: depth + 1 })
      else if (entry.isFile() && isDockerfile(entry.name)) found.push(inside)
    }
  }
  return { dockerfiles: found.sort(), isWhole }
}

function isDockerfile(name: string): boolean {
  return DOCKERFILE.test(name) && !NO_DOCKERFILE.test(name)
}

/** An unreadable folder counts as empty. */
function entriesOf(folder: string): Dirent[] {
  try {
    return readdirSync(folder, { withFileTypes: true })
  } catch {
    return []
  }
}

function workflowsIn(root: string): LocalClone['workflows'] {
  const [github, workflows] = [join(root, '.github'), join(root, '.github', 'workflows')]
  if (!isOwnFolder(github) || !isOwnFolder(workflows)) return []
  return entriesOf(workflows)
    .filter((entry) => entry.isFile() && /\.ya?ml$/.test(entry.name))
    .map(({ name }) => name)
    .sort()
    .slice(0, MAX_WORKFLOWS)
    .flatMap((name) => {
      const text = readSmall(join(workflows, name))
      return text === null ? [] : [{ name, text }]
    })
}

function isOwnFolder(path: string): boolean {
  return lstatSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false
}

export interface RemoteRepository {
  readonly host: string
  /** null: the host name does not show it. */
  readonly provider: Provider | null
  readonly repo: string
}

/**
 * Host and repository of a remote's URL: https, ssh, or `git@host:path`. User and password are dropped: the result
 * never contains them.
 *
 * @param env GITHUB_SERVER_URL and GITLAB_URL name self-hosted servers.
 * @returns null for URLs that are not a repository on a server (a path on disk).
 */
export function repositoryOf(address: string, env: Env): RemoteRepository | null {
  const found = hostAndPath(address)
  if (found === null) return null
  const repo = found.path.replace(/^\/+|\/+$/g, '').replace(/\.git$/, '')
  const { host } = found
  const forge = FORGES.find((one) => one.host.test(host) || host === hostOf(env[one.urlVariable])) ?? null
  const isRepository = (forge?.repository ?? GITLAB_PROJECT).test(repo)
  return isRepository ? { host, provider: forge?.provider ?? null, repo } : null
}

function hostAndPath(address: string): { readonly host: string; readonly path: string } | null {
  if (/^[a-z][a-z0-9+.-]*:\/\//i.test(address)) {
    const url = URL.canParse(address) ? new URL(address) : null
    if (url === null || !/^(?:https?|ssh|git|git\+ssh):$/.test(url.protocol)) return null
    return { host: url.hostname.toLowerCase(), path: url.pathname }
  }
  const [, host = '', path = ''] = /^(?:[^@/\\\s]+@)?([A-Za-z0-9.-]{2,}):([^\\\s]+)$/.exec(address) ?? []
  return host === '' ? null : { host: host.toLowerCase(), path }
}

function hostOf(url: string | undefined): string | null {
  return url !== undefined && URL.canParse(url) ? new URL(url).hostname.toLowerCase() : null
}
