import { randomBytes } from 'node:crypto'
import { refuse } from '../enrollment/problem.js'
import type { CommitRequest, CommitResult, FileSet } from './commit.js'
import { type GitOutput, type GitRemote, git, gitOrRefuse, lastLines } from './git.js'

const BOT = { name: 'github-actions[bot]', email: '41898282+github-actions[bot]@users.noreply.github.com' }

/**
 * Commits with git: the commit is made beside the checkout (no index, no work tree, no hooks), then pushed as a
 * fast-forward or not at all.
 */
export async function commitByPush(request: CommitRequest, changes: FileSet, remote: GitRemote): Promise<CommitResult> {
  const sha = await makeCommit(request, changes)
  const target = `${sha}:refs/heads/${request.branch}`
  const push = await git(['push', '--porcelain', '--no-verify', '--', remote.url, target], {
    cwd: request.tree.root,
    remote,
  })
  if (push.exitCode === 0) return { kind: 'committed', sha }
  if (isStale(push)) return { kind: 'stale' }
  throw refusal(push, request.branch, remote)
}

async function makeCommit(request: CommitRequest, changes: FileSet): Promise<string> {
  const { root, head } = request.tree
  const ref = `refs/image-factory/${randomBytes(8).toString('hex')}`
  const author = await identity(root)
  const input = Buffer.concat([
    Buffer.from(`commit ${ref}\ncommitter ${author.name} <${author.email}> now\n`),
    data(`${request.message.headline}\n\n${request.message.body}\n`),
    Buffer.from(`from ${head}\n`),
    ...[...changes.additions].flatMap(([path, text]) => [
      Buffer.from(`M 100644 inline ${quotePath(path)}\n`),
      data(text),
    ]),
    ...changes.deletions.map((path) => Buffer.from(`D ${quotePath(path)}\n`)),
    Buffer.from('done\n'),
  ])
  try {
    const args = ['fast-import', '--quiet', '--done', '--date-format=now']
    await gitOrRefuse(args, { cwd: root, input }, 'making the commit')
    return await gitOrRefuse(['rev-parse', '--verify', ref], { cwd: root }, 'reading the commit')
  } finally {
    await git(['update-ref', '-d', ref], { cwd: root })
  }
}

function data(text: string): Buffer {
  const bytes = Buffer.from(text)
  return Buffer.concat([Buffer.from(`data ${bytes.length}\n`), bytes, Buffer.from('\n')])
}

/** fast-import reads paths as C strings when they are quoted. */
function quotePath(path: string): string {
  return `"${path.replace(/["\\]/g, '\\$&').replaceAll('\n', '\\n')}"`
}

/** The identity somebody set up in this checkout, else the workflow bot's. */
async function identity(root: string): Promise<{ readonly name: string; readonly email: string }> {
  const read = async (key: string) =>
    (await git(['config', '--get', key], { cwd: root })).stdout.trim().replace(/[<>\n]/g, '')
  const [name, email] = [await read('user.name'), await read('user.email')]
  return name !== '' && email !== '' ? { name, email } : BOT
}

/** Somebody else pushed in between: by what `git push --porcelain` says, also where the server noticed only in its lock. */
function isStale(push: GitOutput): boolean {
  const rejected = push.stdout.split('\n').filter((line) => line.startsWith('!'))
  return rejected.some(
    (line) =>
      /\[rejected\] \((?:fetch first|non-fast-forward|stale info)\)/.test(line) ||
      /\[remote rejected\] \((?:cannot lock ref|incorrect old value provided|failed to update ref|fetch first)/.test(
        line,
      ),
  )
}

function refusal(push: GitOutput, branch: string, remote: GitRemote): Error {
  const said = lastLines(
    `${push.stderr}\n${push.stdout
      .split('\n')
      .filter((line) => line.startsWith('!'))
      .join('\n')}`,
    remote,
  )
  return refuse(`the push to ${branch} of ${remote.url} was refused: ${said}.`, { remedy: remedyFor(said) })
}

function remedyFor(said: string): string {
  if (/GH013|signed|verified/i.test(said)) return 'A rule asks for signed commits: use commit-method: api.'
  if (/GH006|protected branch|pre-receive hook/i.test(said)) {
    return 'The branch is protected: let the token bypass it, or commit to another branch with state-ref.'
  }
  if (/403|denied|permission/i.test(said)) return 'The state-token needs contents: write on this repository.'
  if (/401|Authentication|Username/i.test(said)) return 'Check state-token.'
  return 'Look at what git says and run again.'
}
