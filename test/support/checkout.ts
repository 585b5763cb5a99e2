/** What actions/checkout leaves in a workspace: a shallow clone by real git over HTTP. */
import { existsSync } from 'node:fs'
import { appendFile, cp, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { FakeGitHub } from './fake-github.js'
import { git, tokenEnvironment } from './git.js'
import { refTip } from './github/git-objects.js'
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
  const { defaultBranch, gitDir } = fake.repositories.get(repository)
  const ref = options.ref ?? (sha === undefined ? `refs/heads/${defaultBranch}` : undefined)
  const tip = ref === undefined || fake.faults.length > 0 ? null : await refTip(gitDir, ref)
  if (tip === null || sha !== undefined || options.path !== undefined) await clone({ ...options, path, token, ref })
  else await cloneOrCopy({ ...options, path, token, ref }, `${repository} ${ref} ${tip}`)
  if (options.persistCredentials === true) {
    const basic = Buffer.from(`x-access-token:${token}`).toString('base64')
    await git(path, ['config', '--local', `http.${fake.url}/.extraheader`, `AUTHORIZATION: basic ${basic}`])
  }
  return path
}

interface Clone extends Omit<CheckoutOptions, 'ref'> {
  readonly path: string
  readonly token: string
  readonly ref: string | undefined
}

async function clone({ fake, repository, ref, sha, token, path }: Clone): Promise<void> {
  const branch = /^refs\/heads\/(.+)$/.exec(ref ?? '')?.[1]
  const local = ref === undefined ? undefined : remoteTracking(ref)
  await git(path, ['init', '--quiet', '-b', 'main', path])
  // What `git remote add` and `git config` would write, without two programs more for each of hundreds of checkouts.
  const fetched = '+refs/heads/*:refs/remotes/origin/*'
  const remote = `[remote "origin"]\n\turl = ${fake.url}/${repository}\n\tfetch = ${fetched}\n`
  await appendFile(join(path, '.git/config'), `${remote}[gc]\n\tauto = 0\n`)
  const wanted = local === undefined ? `${sha}` : `+${sha ?? ref}:${local}`
  const env = tokenEnvironment(fake.url, token)
  await git(path, ['fetch', '--quiet', '--no-tags', '--prune', '--depth=1', 'origin', wanted], { env })
  const start = local ?? `${sha}`
  const how = branch === undefined ? ['--detach', start] : ['-B', branch, start]
  await git(path, ['checkout', '--quiet', '--force', ...how])
}

/** Clones as they were made, by what was cloned: a clone is some fifteen programs, and most tests begin with the same. */
const CLONES = new Map<string, { readonly folder: string; readonly url: string }>()

async function cloneOrCopy(options: Clone, key: string): Promise<void> {
  const { path, fake } = options
  const alike = CLONES.get(key)
  if (alike === undefined || !existsSync(alike.folder)) {
    await clone(options)
    const { path: folder } = await tempFolder('clone')
    await cp(path, folder, { recursive: true, verbatimSymlinks: true })
    CLONES.set(key, { folder, url: fake.url })
    return
  }
  await cp(alike.folder, path, { recursive: true, verbatimSymlinks: true })
  for (const file of ['config', 'FETCH_HEAD'].map((name) => join(path, '.git', name))) {
    await writeFile(file, (await readFile(file, 'utf8')).replaceAll(alike.url, fake.url))
  }
  // The index knows files by their times.
  await git(path, ['update-index', '-q', '--refresh'])
}

function remoteTracking(ref: string): string {
  return ref.startsWith('refs/heads/')
    ? ref.replace('refs/heads/', 'refs/remotes/origin/')
    : ref.replace('refs/', 'refs/remotes/')
}
