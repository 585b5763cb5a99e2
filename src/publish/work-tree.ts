// Checkouts of the state repository: found, fetched, compared with their commit, and copied.
import { createHash } from 'node:crypto'
import { copyFile, mkdir, readdir, readFile, realpath, rm, writeFile } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import { refuse } from '../enrollment/problem.js'
import { isSafeFolder, lookAt } from '../state/read.js'
import { type GitRemote, git, gitOrRefuse, gitOverNetwork, outputOrRefuse } from './git.js'

export interface WorkTree {
  /** Top folder of the repository, absolute. */
  readonly root: string
  readonly head: string
  /** Current branch, null for a detached head. */
  readonly branch: string | null
}

/** The checkout with a folder as its top; null if there is none, or its configuration points to another folder. */
export async function findWorkTree(folder: string): Promise<WorkTree | null> {
  const { stdout } = await git(['rev-parse', '--show-toplevel', 'HEAD^{commit}', '--symbolic-full-name', 'HEAD'], {
    cwd: folder,
  })
  const [, top, head, ref] = /^(.+?)\r?\n([0-9a-f]{40,})\r?\n(\S+)\s*$/s.exec(stdout) ?? []
  if (top === undefined || head === undefined || ref === undefined) return null
  const root = resolve(top)
  return root === (await realpath(folder)) ? { root, head, branch: branchIn(ref) } : null
}

/**
 * Checks out one commit of a remote branch or ref into an empty folder: no history, tags, submodules or stored
 * credentials, every file byte for byte as committed.
 *
 * @param ref full name (refs/heads/main, refs/pull/3/merge), or null for the remote's default branch.
 */
export async function checkOut(remote: GitRemote, ref: string | null, folder: string): Promise<WorkTree> {
  await startRepository(folder, 'sha1')
  const wanted = checkedRef(ref ?? (await defaultBranch(remote, folder)))
  await fetchOne(remote, wanted, folder)
  await gitOrRefuse(
    ['checkout', '--quiet', '--force', '--detach', 'FETCH_HEAD'],
    { cwd: folder },
    `checking out ${wanted}`,
  )
  const head = await gitOrRefuse(['rev-parse', 'HEAD'], { cwd: folder }, 'reading the head')
  return { root: resolve(folder), head, branch: branchIn(wanted) }
}

function branchIn(ref: string): string | null {
  return ref.startsWith('refs/heads/') ? ref.slice('refs/heads/'.length) : null
}

/** Invalid in a ref (git check-ref-format): git would read a pattern, two refs or an option. */
const NO_REF = /[\p{Cc} ~^:?*[\\]|\.\.|@\{|\/\/|^[-/]|[/.]$/u

/** A ref that git cannot read as anything else. @throws Refusal */
export function checkedRef(ref: string): string {
  if (ref !== '' && !NO_REF.test(ref)) return ref
  throw refuse('input-invalid', `${JSON.stringify(ref)} is not a valid branch name.`, {
    remedy: 'Write it in state-ref as git has it.',
  })
}

/** Only the server knows the hash algorithm of its repository: SHA-1, the most common, is tried first. */
async function fetchOne(remote: GitRemote, wanted: string, folder: string): Promise<void> {
  const call = { cwd: folder, remote }
  const args = ['fetch', '--quiet', '--depth=1', '--no-tags', '--no-recurse-submodules', '--', remote.url, wanted]
  const doing = `fetching ${wanted} of ${remote.url}`
  const first = await gitOverNetwork(args, call)
  if (!/mismatched algorithms|unsupported object format/i.test(first.stderr))
    return void outputOrRefuse(first, call, doing)
  await rm(join(folder, '.git'), { recursive: true })
  await startRepository(folder, 'sha256')
  await gitOrRefuse(args, call, doing)
}

/** Overrides .gitattributes: no line ending conversion, filters or re-encoding. */
const RAW_FILES = '* -text !eol !ident !filter !working-tree-encoding\n'

/** Creates an empty repository with git's default configuration, which checks files out exactly as committed. */
export async function startRepository(folder: string, hash: 'sha1' | 'sha256'): Promise<void> {
  const init = ['init', '--quiet', '--template=', '--initial-branch=image-factory', `--object-format=${hash}`, '.']
  await gitOrRefuse(init, { cwd: folder }, 'git init')
  await mkdir(join(folder, '.git/info'), { recursive: true })
  await writeFile(join(folder, '.git/info/attributes'), RAW_FILES)
}

/** Full name of the remote's default branch. */
async function defaultBranch(remote: GitRemote, folder: string): Promise<string> {
  const call = { cwd: folder, remote }
  const listed = await gitOrRefuse(
    ['ls-remote', '--symref', '--', remote.url, 'HEAD'],
    call,
    `asking ${remote.url} for its branches`,
  )
  const match = /^ref: (refs\/heads\/\S+)\tHEAD$/m.exec(listed)
  if (match?.[1] !== undefined) return match[1]
  throw refuse('git-failed', `${remote.url} has no default branch.`, {
    remedy: 'Push a first commit, or set state-ref to a branch.',
  })
}

/**
 * The remote of a checkout for fetch and push: our server, or the local path that it was cloned from, which gets no
 * token. All other configuration is ignored.
 */
export async function remoteOf(tree: WorkTree, ours: GitRemote): Promise<GitRemote> {
  const url = (await originOf(tree)) ?? ''
  return isLocal(url) ? { url, token: '' } : ours
}

async function originOf(tree: WorkTree): Promise<string | null> {
  const origin = await git(['config', '--get', 'remote.origin.url'], { cwd: tree.root })
  return origin.exitCode === 0 ? origin.stdout.trim() : null
}

function isLocal(url: string): boolean {
  return /^(?:\/|[A-Za-z]:[\\/]|file:)/i.test(url)
}

/** The message of the current commit. */
export function commitMessageOf(tree: WorkTree): Promise<string> {
  return gitOrRefuse(['log', '-1', '--format=%B', tree.head], { cwd: tree.root }, 'reading the commit')
}

/** Blob ids of the files in some folders of a commit, by path relative to the top of the repository. */
export async function listBlobs(tree: WorkTree, folders: readonly string[]): Promise<Map<string, string>> {
  const args = ['ls-tree', '-r', '-z', '--full-tree', tree.head, '--', ...folders]
  const listed = await gitOrRefuse(args, { cwd: tree.root }, 'reading the commit')
  const blobs = new Map<string, string>()
  for (const entry of listed.split('\0')) {
    const match = /^\d+ blob ([0-9a-f]+)\t(.+)$/s.exec(entry)
    if (match?.[1] !== undefined && match[2] !== undefined) blobs.set(match[2], match[1])
  }
  return blobs
}

/** The state folder on disk. */
export function stateRoot(tree: WorkTree, statePath: string): string {
  return join(tree.root, ...statePath.split('/'))
}

/** Whether a checkout's remote is OWNER/REPO, according to its URL: a local path is accepted. */
export async function isCheckoutOf(tree: WorkTree, repository: string): Promise<boolean> {
  const origin = await originOf(tree)
  if (origin === null || isLocal(origin)) return true
  const address = /^(?:[a-z+]+:\/\/[^/]+|[^/@]+@[^/:]+:)(.+?)(?:\.git)?\/?$/i.exec(origin)?.[1]
  return address === undefined || `/${address}`.toLowerCase().endsWith(`/${repository.toLowerCase()}`)
}

/**
 * Whether the files below some paths on disk match the commit exactly. Line endings may differ: readers of the state
 * accept both.
 *
 * @param paths files and folders relative to the top of the repository; paths that exist in neither place match.
 * @returns false also if the commit cannot be read, as in a treeless clone.
 */
export async function isAsCommitted(tree: WorkTree, paths: readonly string[]): Promise<boolean> {
  const blobs = await listBlobs(tree, paths).catch(() => null)
  if (blobs === null) return false
  const onDisk = new Set((await Promise.all(paths.map((path) => filesBelow(tree.root, path)))).flat())
  if (onDisk.size !== blobs.size) return false
  for (const path of onDisk) {
    const known = blobs.get(path)
    if (known === undefined || !(await hasBlob(join(tree.root, path), known))) return false
  }
  return true
}

async function hasBlob(file: string, id: string): Promise<boolean> {
  const bytes = await readFile(file)
  if (blobId(bytes, id.length) === id) return true
  return bytes.includes('\r\n') && blobId(bytes.toString('utf8').replaceAll('\r\n', '\n'), id.length) === id
}

/**
 * Regular files at or below a path, by path relative to the top. Symlinks are left out, so that they count as a
 * difference.
 *
 * @throws Refusal when the way to it contains a symlink, or something that is neither file nor folder.
 */
async function filesBelow(root: string, path: string): Promise<string[]> {
  if (!isSafeFolder(root, dirname(path))) return []
  const found = lookAt(join(root, path))
  if (found === null) return []
  if (!found.isDirectory()) return found.isFile() ? [path] : []
  const entries = await readdir(join(root, path), { withFileTypes: true, recursive: true })
  const files = entries.filter((entry) => entry.isFile())
  return files.map((entry) =>
    join(entry.parentPath, entry.name)
      .slice(root.length + 1)
      .replaceAll('\\', '/'),
  )
}

/** Whether a checkout is sparse. */
export async function isSparse(tree: WorkTree): Promise<boolean> {
  const read = await git(['config', '--type=bool', '--get', 'core.sparseCheckout'], { cwd: tree.root })
  return read.stdout.trim() === 'true'
}

/**
 * Copies one folder of a checkout's commit into an empty folder, byte for byte as committed, whatever happened to it on
 * disk. Nothing is fetched.
 *
 * @returns whether it succeeded; it does not if the checkout lacks some of the files (a partial clone).
 */
export async function copyCommitted(tree: WorkTree, path: string, folder: string): Promise<boolean> {
  await startScratchClone(tree, folder)
  const env = { GIT_LITERAL_PATHSPECS: '1' }
  const copied = await git(['checkout', '--quiet', tree.head, '--', path], { cwd: folder, env })
  return copied.exitCode === 0
}

/**
 * Creates a repository that shares a checkout's objects but not its configuration, hooks and refs: settings in the
 * checkout's `.git` (a proxy, another server, disabled certificate checks) have no effect there.
 */
export async function startScratchClone(tree: WorkTree, folder: string): Promise<void> {
  const paths = await git(['rev-parse', '--git-path', 'objects', '--git-path', 'shallow'], { cwd: tree.root })
  const [objects = '', shallow = ''] = paths.stdout.split(/\r?\n/).map((path) => resolve(tree.root, path))
  await startRepository(folder, tree.head.length === 64 ? 'sha256' : 'sha1')
  await mkdir(join(folder, '.git/objects/info'), { recursive: true })
  await writeFile(join(folder, '.git/objects/info/alternates'), `${objects}\n`)
  await copyFile(shallow, join(folder, '.git/shallow')).catch(() => undefined)
}

/** Git's object id of a text: SHA-1, or SHA-256 in repositories that use it (recognized by the length of their ids). */
export function blobId(content: string | Buffer, length: number): string {
  const bytes = Buffer.from(content)
  return createHash(length === 64 ? 'sha256' : 'sha1')
    .update(`blob ${bytes.length}\0`)
    .update(bytes)
    .digest('hex')
}
