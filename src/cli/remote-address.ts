import { GITHUB_REPOSITORY, GITLAB_PROJECT } from '../enrollment/grammar.js'
import type { Environment } from './environment.js'

/** What a repository's configuration says about its remotes. */
export interface GitConfig {
  /** First address by the remote's name. */
  readonly remotes: ReadonlyMap<string, string>
  /** Remote and branch there, by local branch. */
  readonly upstreams: ReadonlyMap<string, { readonly remote: string; readonly branch: string }>
}

/** Reads the text of a `.git/config` (git-config, "Syntax"); included files are not. */
export function readGitConfig(text: string): GitConfig {
  const values = new Map<string, string>()
  let section = ''
  for (const line of text.split(/\r?\n/)) {
    const header = /^\s*\[\s*([\w.-]+)(?:\s+"((?:[^"\\]|\\.)*)")?\s*\]/.exec(line)
    if (header !== null) section = `${header[1]?.toLowerCase()} ${header[2]?.replace(/\\(.)/g, '$1') ?? ''}`
    const pair = /^\s*([A-Za-z][\w-]*)\s*=(.*)$/.exec(line)
    const key = `${section} ${pair?.[1]?.toLowerCase()}`
    if (pair === null || values.has(key)) continue
    values.set(key, (pair[2] ?? '').replace(/"([^"]*)"|[#;].*$/g, (_, quoted?: string) => quoted ?? '').trim())
  }
  const named = (kind: string, key: string) =>
    [...values].flatMap(([path, value]): [string, string][] =>
      path.startsWith(`${kind} `) && path.endsWith(` ${key}`)
        ? [[path.slice(kind.length + 1, -key.length - 1), value]]
        : [],
    )
  const remotes = new Map(named('branch', 'remote'))
  const upstreams = named('branch', 'merge').flatMap(([branch, ref]) => {
    const remote = remotes.get(branch)
    const there = /^refs\/heads\/(.+)$/.exec(ref)?.[1]
    return remote === undefined || there === undefined ? [] : [[branch, { remote, branch: there }] as const]
  })
  return { remotes: new Map(named('remote', 'url')), upstreams: new Map(upstreams) }
}

/** A repository on a server. */
export interface RemoteRepository {
  readonly host: string
  /** null: the host's name does not tell. */
  readonly provider: 'github' | 'gitlab' | null
  readonly repo: string
}

const GITHUB_HOSTS = ['github.com', 'www.github.com', 'ssh.github.com']
const GITLAB_HOSTS = ['gitlab.com', 'altssh.gitlab.com']

/**
 * Host and repository behind a remote's address: https, ssh, or `git@host:path`. User and password in it are left
 * behind: nothing that is given back holds them.
 *
 * @param env GITHUB_SERVER_URL and GITLAB_URL name servers of one's own.
 * @returns null for addresses that name no repository on a server (a path on disk).
 */
export function repositoryOf(address: string, env: Environment): RemoteRepository | null {
  const found = hostAndPath(address)
  if (found === null) return null
  const repo = found.path.replace(/^\/+|\/+$/g, '').replace(/\.git$/, '')
  const { host } = found
  const isGitHub = GITHUB_HOSTS.includes(host) || host === hostOf(env.GITHUB_SERVER_URL)
  const isGitLab = GITLAB_HOSTS.includes(host) || host === hostOf(env.GITLAB_URL) || /(?:^|\.)gitlab\./.test(host)
  const provider = isGitHub ? 'github' : isGitLab ? 'gitlab' : null
  const isRepository = provider === 'github' ? GITHUB_REPOSITORY.test(repo) : GITLAB_PROJECT.test(repo)
  return isRepository ? { host, provider, repo } : null
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
