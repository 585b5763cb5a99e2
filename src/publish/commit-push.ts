import { homedir } from 'node:os'
import { join } from 'node:path'
import type { CommitRequest, CommitResult, FileSet } from './commit-request.js'
import { type GitOutput, type GitRemote, git, gitOrRefuse, gitOverNetwork, withoutToken } from './git.js'
import { refusedCommit } from './refusals.js'
import { checkedRef, startScratchClone } from './work-tree.js'

/** Who commits are by where no identity is configured: GitHub shows it as the workflow. */
const BOT = { name: 'github-actions[bot]', email: '41898282+github-actions[bot]@users.noreply.github.com' }

/** Where commits are pushed to, and in whose name. */
export interface PushTarget {
  readonly remote: GitRemote
  /** Gives an empty folder, which the caller removes: the commit is made and pushed there, beside the checkout. */
  readonly newFolder: () => Promise<string>
  /** Folder whose git configuration says who commits; the work tree itself when left out. */
  readonly identityFrom?: string
  /** The API did not take this commit because of its size. */
  readonly tooBigForApi?: boolean
}

/**
 * Commits with git: the commit is made beside the checkout (no index, no work tree, no hooks, no configuration of others),
 * then pushed on top of the commit it was made from, or not at all. The checkout itself stays as it is.
 *
 * @throws Refusal when the server does not take it.
 */
export async function commitByPush(request: CommitRequest, changes: FileSet, to: PushTarget): Promise<CommitResult> {
  const { remote } = to
  const { root, head } = request.tree
  const ref = checkedRef(`refs/heads/${request.branch}`)
  const author = await identity(to.identityFrom ?? root)
  const scratchClone = await to.newFolder()
  await startScratchClone(request.tree, scratchClone)
  const sha = await makeCommit(request, changes, { author, folder: scratchClone })
  // The lease forces nothing, for our commit is made on `head`. It only adds "and the branch is there still": a branch
  // that was deleted or set back in the meantime does not come back through us.
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
  { author, folder }: { readonly author: Identity; readonly folder: string },
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

/** fast-import reads paths as C strings when they are quoted. */
function quotePath(path: string): string {
  return `"${path.replace(/["\\]/g, '\\$&').replaceAll('\n', '\\n')}"`
}

interface Identity {
  readonly name: string
  readonly email: string
}

/** The identity that this checkout or this user has configured, else the workflow bot's. */
async function identity(folder: string): Promise<Identity> {
  // Everything else of the user's configuration stays out; see `git`.
  const env = { HOME: homedir(), GIT_CONFIG_GLOBAL: join(homedir(), '.gitconfig') }
  const read = async (key: string) =>
    (await git(['config', '--get', key], { cwd: folder, env })).stdout.trim().replace(/[<>\n]/g, '')
  const [name, email] = [await read('user.name'), await read('user.email')]
  return name !== '' && email !== '' ? { name, email } : BOT
}

/** Somebody else pushed in between: by what `git push --porcelain` says, also where the server noticed only in its lock. */
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

/** What gets in the way of what the server says: git's own lines around it, and ids of commits that are on no server. */
const NOISE =
  /^(?:error: failed to push some refs|To |hint:|Enumerating|Counting|Compressing|Writing|Delta|Total|Resolving deltas|error: Trace|[0-9a-f]{40,64}$)/

/** What the server said, all of it and on one line; the reason git gives at the end. */
function messageOfPush(push: GitOutput, remote: GitRemote): string {
  const reasons = rejections(push).map((line) => /\(([^)]*)\)\s*$/.exec(line)?.[1] ?? line)
  const lines = push.stderr
    .split('\n')
    .map((line) => line.replace(/^remote: ?/, '').trim())
    .filter((line) => line !== '' && !NOISE.test(line))
  return withoutToken([...lines, ...reasons].join(' / ').slice(0, 1500), remote)
}
