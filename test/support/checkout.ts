/** What actions/checkout leaves in a workspace: a shallow clone by real git over HTTP. */
import { appendFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { FakeGitHub } from './fake-github.js'
import { git, tokenEnvironment } from './git.js'
import { WORKFLOW_TOKEN } from './run-action.js'
import { tempFolder } from './temp-folder.js'

export interface CheckoutOptions {
  readonly fake: FakeGitHub
  readonly repository: string
  /** refs/heads/x (left on branch x) or refs/pull/N/merge (left detached); default: the default branch. */
  readonly ref?: string
  /** A commit: the ref is taken at this commit; without `ref` HEAD is left detached on it. */
  readonly sha?: string
  readonly token?: string
  /** Leaves the Authorization header in .git/config, as actions/checkout before version 6 does. */
  readonly persistCredentials?: boolean
  /** Default: a fresh folder. */
  readonly path?: string
}

/** Gives the workspace. */
export async function checkout(options: CheckoutOptions): Promise<string> {
  const { fake, repository, sha } = options
  const path = options.path ?? (await tempFolder('workspace')).path
  const token = options.token ?? WORKFLOW_TOKEN
  const env = tokenEnvironment(fake.url, token)
  const { defaultBranch } = fake.repositories.get(repository)
  const ref = options.ref ?? (sha === undefined ? `refs/heads/${defaultBranch}` : undefined)
  const branch = /^refs\/heads\/(.+)$/.exec(ref ?? '')?.[1]
  const local = ref === undefined ? undefined : remoteTracking(ref)
  await git(path, ['init', '--quiet', '-b', 'main', path])
  // What `git remote add` and `git config` would write, without two programs more for each of hundreds of checkouts.
  const fetched = '+refs/heads/*:refs/remotes/origin/*'
  const remote = `[remote "origin"]\n\turl = ${fake.url}/${repository}\n\tfetch = ${fetched}\n`
  await appendFile(join(path, '.git/config'), `${remote}[gc]\n\tauto = 0\n`)
  const wanted = local === undefined ? `${sha}` : `+${sha ?? ref}:${local}`
  await git(path, ['fetch', '--quiet', '--no-tags', '--prune', '--depth=1', 'origin', wanted], { env })
  const start = local ?? `${sha}`
  const how = branch === undefined ? ['--detach', start] : ['-B', branch, start]
  await git(path, ['checkout', '--quiet', '--force', ...how])
  if (options.persistCredentials === true) {
    const basic = Buffer.from(`x-access-token:${token}`).toString('base64')
    await git(path, ['config', '--local', `http.${fake.url}/.extraheader`, `AUTHORIZATION: basic ${basic}`])
  }
  return path
}

function remoteTracking(ref: string): string {
  return ref.startsWith('refs/heads/')
    ? ref.replace('refs/heads/', 'refs/remotes/origin/')
    : ref.replace('refs/', 'refs/remotes/')
}
