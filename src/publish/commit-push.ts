import { homedir } from 'node:os'
import { join } from 'node:path'
import { fromTop } from '../state/index.js'
import { type GitOutput, type GitRemote, git, gitOrRefuse, gitOverNetwork, withoutToken } from './git.js'
import { refusedCommit } from './refusals.js'
import { blobId, checkedRef, listBlobs, startScratchClone, type WorkTree } from './work-tree.js'

export interface CommitRequest {
  readonly tree: WorkTree
  readonly branch: string
  /** The state folder in the repository. */
  readonly statePath: string
  /** Every generated file that should exist, by path relative to the state folder. */
  readonly files: ReadonlyMap<string, string>
  /** Generated files to delete, by path relative to the state folder. */
  readonly removals: readonly string[]
  readonly message: { readonly headline: string; readonly body: string }
}

/** Changes of a commit: text by path relative to the top of the repository. */
export interface FileSet {
  readonly additions: ReadonlyMap<string, string>
  readonly deletions: readonly string[]
}

/** Result of a commit attempt. Stale: the branch has moved, so the files must be regenerated. */
export type CommitResult =
  /** `note`: why the requested method was not used. */
  | { readonly kind: 'committed'; readonly sha: string; readonly note?: string }
  | { readonly kind: 'nothing' }
  | { readonly kind: 'stale' }

/** Compares with the commit instead of the disk: an existing but uncommitted file is still an addition. */
export async function changesAgainstHead(request: CommitRequest): Promise<FileSet> {
  const { files, removals, statePath, tree } = request
  const paths = [...files.keys(), ...removals].map((path) => fromTop(statePath, path))
  const folders = [...new Set(paths.map((path) => path.slice(0, path.lastIndexOf('/') + 1)))]
  const blobs = folders.length === 0 ? new Map<string, string>() : await listBlobs(tree, folders)
  const additions = new Map<string, string>()
  for (const [path, text] of files) {
    const full = fromTop(statePath, path)
    const known = blobs.get(full)
    if (known === undefined || known !== blobId(text, known.length)) additions.set(full, text)
  }
  return {
    additions,
    deletions: removals
      .map((path) => fromTop(statePath, path))
      .filter((path) => blobs.has(path))
      .sort(),
  }
}

/** Default committer: GitHub shows it as the workflow. */
const BOT = { name: 'github-actions[bot]', email: '41898282+github-actions[bot]@users.noreply.github.com' }

/** Where commits are pushed to, and their committer. */
export interface PushTarget {
  readonly remote: GitRemote
  /** Provides an empty folder, which the caller removes: commits are made and pushed there, not in the checkout. */
  readonly newFolder: () => Promise<string>
  /** Folder whose git configuration defines the committer; the work tree itself by default. */
  readonly identityFrom?: string
  readonly tooBigForApi?: boolean
}

/**
 * Commits with git: the commit is made outside of the checkout (no index, work tree, hooks or foreign configuration),
 * then pushed on top of the commit it was made from, or not at all. The checkout stays unchanged.
 *
 * @throws Refusal when the server rejects it.
 */
export async function commitByPush(request: CommitRequest, changes: FileSet, to: PushTarget): Promise<CommitResult> {
  const { remote } = to
  const { root, head } = request.tree
  const ref = checkedRef(`refs/heads/${request.branch}`)
  const author = await identity(to.identityFrom ?? root)
  const scratchClone = await to.newFolder()
  await startScratchClone(request.tree, scratchClone)
  const sha = await makeCommit(request, changes, author, scratchClone)
  // The lease forces nothing, since our commit is based on `head`. It adds "and the branch still exists": a branch that
  // was deleted or reset in the meantime is not restored.
  const lease = `--force-with-lease=${ref}:${head}`
  const args = ['push', '--porcelain', '--no-verify', lease, '--', remote.url, `${sha}:${ref}`]
  const push = await gitOverNetwork(args, { cwd: scratchClone, remote })
  if (push.exitCode === 0) return { kind: 'committed', sha }
  if (isStale(push)) return { kind: 'stale' }
  const refused = { method: 'push', repository: remote.url, branch: request.branch } as const
  throw refusedCommit({ ...refused, message: messageOfPush(push, remote), tooBigForApi: to.tooBigForApi === true })
}

const MADE = 'refs/heads/made'

/** @param folder the repository that the commit is made in. */
async function makeCommit(
  request: CommitRequest,
  changes: FileSet,
  author: typeof BOT,
  folder: string,
): Promise<string> {
  const input = Buffer.concat([
    Buffer.from(`commit ${MADE}\ncommitter ${author.name} <${author.email}> now\n`),
    data(`${request.message.headline}\n\n${request.message.body}\n`),
    Buffer.from(`from ${request.tree.head}\n`),
    ...[...changes.additions].flatMap(([path, text]) => [
      Buffer.from(`M 100644 inline ${quotePath(path)}\n`),
      data(text),
    ]),
    ...changes.deletions.map((path) => Buffer.from(`D ${quotePath(path)}\n`)),
    Buffer.from('done\n'),
  ])
  const args = ['fast-import', '--quiet', '--done', '--date-format=now']
  await gitOrRefuse(args, { cwd: folder, input }, 'making the commit')
  return gitOrRefuse(['rev-parse', '--verify', MADE], { cwd: folder }, 'reading the commit')
}

function data(text: string): Buffer {
  const bytes = Buffer.from(text)
  return Buffer.concat([Buffer.from(`data ${bytes.length}\n`), bytes, Buffer.from('\n')])
}

/** fast-import reads quoted paths as C strings. */
function quotePath(path: string): string {
  return `"${path.replace(/["\\]/g, '\\$&').replaceAll('\n', '\\n')}"`
}

/** The configured identity of this checkout or user, otherwise that of the workflow bot. */
async function identity(folder: string): Promise<typeof BOT> {
  // All other configuration of the user is ignored; see `git`.
  const env = { HOME: homedir(), GIT_CONFIG_GLOBAL: join(homedir(), '.gitconfig') }
  const read = async (key: string) =>
    (await git(['config', '--get', key], { cwd: folder, env })).stdout.trim().replace(/[<>\n]/g, '')
  const [name, email] = [await read('user.name'), await read('user.email')]
  return name !== '' && email !== '' ? { name, email } : BOT
}

/** Another push came first: according to `git push --porcelain`, also if the server noticed it only when locking. */
function isStale(push: GitOutput): boolean {
  return rejections(push).some(
    (line) =>
      /\[rejected\] \((?:fetch first|non-fast-forward|stale info)\)/.test(line) ||
      /\[remote rejected\] \((?:cannot lock ref|incorrect old value provided|failed to update ref|fetch first|reference already exists)/.test(
        line,
      ),
  )
}

function rejections({ stdout }: GitOutput): string[] {
  return stdout.split('\n').filter((line) => line.startsWith('!'))
}

/** Noise around the server's message: git's own lines, and ids of commits that exist on no server. */
const NOISE =
  /^(?:error: failed to push some refs|To |hint:|Enumerating|Counting|Compressing|Writing|Delta|Total|Resolving deltas|error: Trace|[0-9a-f]{40,64}$)/

/** The server's whole message on one line; otherwise the reason that git prints at the end. */
function messageOfPush(push: GitOutput, remote: GitRemote): string {
  const reasons = rejections(push).map((line) => /\(([^)]*)\)\s*$/.exec(line)?.[1] ?? line)
  const lines = push.stderr
    .split('\n')
    .map((line) => line.replace(/^remote: ?/, '').trim())
    .filter((line) => line !== '' && !NOISE.test(line))
  return withoutToken([...lines, ...reasons].join(' / ').slice(0, 1500), remote)
}
