import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import pc from 'picocolors'
import { refuse } from '../enrollment/problem.js'
import { serverUrls } from '../forges/index.js'

import { makePlan } from '../pipeline.js'
import { commitMessage, DEFAULT_HEADLINE, planAndCommit, removalsOf } from '../plan-and-commit.js'
import { commitFiles, findWorkTree, git, gitOrRefuse } from '../publish/index.js'
import { renderComment } from '../report/index.js'
import type { RunOptions } from '../run-options.js'
import { type StateFolder, writeFiles } from '../state/index.js'
import { type DemoState, demoLoop } from './demo-loop.js'
import { commandRunOptions } from './run-options.js'
import type { Terminal } from './terminal.js'

const ENROLLED = `
- name: order-book
  registry: ghcr.io
  repository: craigedmunds/market-making/order-book
  source:
    repo: craigedmunds/market-making
    branch: main
    dockerfile: order-book/Dockerfile
    workflow: order-book.yml
  rebuildDelay: 48h
`

/**
 * The whole workflow on the embedded example, with real git and no network: a copy of the state repository with a bare
 * repository as its remote, a pull request that enrolls one more image, the comment on it, and the commit after the
 * merge.
 */
export async function demo(terminal: Terminal, now: string): Promise<number> {
  const examples = join(dirname(fileURLToPath(import.meta.url)), '..', 'examples')
  const folder = await mkdtemp(join(tmpdir(), 'image-factory-demo-'))
  const { print, heading } = narrator(terminal)
  try {
    heading('1. A state repository, with five images enrolled and a bare repository as its remote')
    const { clone, remote } = await makeRepositories(join(examples, 'state-repo'), folder)
    const options = { images: '', output: '', sources: join(examples, 'sources') }
    const run = commandRunOptions('preview', { options, env: {}, terminal, now })
    const state: StateFolder = { root: clone, path: '.', imagesFile: 'images.yaml', outputDir: 'dist' }
    print(await gitText(['log', '--format=%h %an: %s', 'main'], clone))

    heading('2. A pull request enrolls one more image')
    await writeFile(join(clone, 'images.yaml'), (await readFile(join(clone, 'images.yaml'), 'utf8')) + ENROLLED)
    print(ENROLLED.trim())

    heading('3. The comment that the pull request gets')
    await commitAll(clone, 'Enroll order-book', 'Ada', now)
    const head = await gitText(['rev-parse', 'HEAD'], clone)
    const preview = await makePlan(run, state)
    const report = { ...preview.report, servers: serverUrls({}) }
    const comment = renderComment(report, { marker: { id: 'default', sha: head, run: 1, attempt: 1 } })
    print(terminal.color.out ? folded(comment) : comment)
    if (preview.refused) return 1

    heading('4. It is merged, and the factory commits state and manifests')
    await gitText(['push', '--quiet', '--', remote, 'HEAD:refs/heads/main'], clone, remote)
    const sha = await commitToRemote({ ...run, mode: 'commit', writes: true }, state, remote)
    if (sha === null) throw refuse('git-failed', 'the demo made no commit.')
    print(await gitText(['--git-dir=.', 'show', '--stat', '--format=%h %an: %s', 'refs/heads/main'], remote))

    heading('5. A second run finds nothing to do')
    const again = await makePlan({ ...run, mode: 'check' }, { ...state, root: await freshClone(remote, folder) })
    print(again.changes.size === 0 ? 'Everything is up to date: no commit.' : 'There are changes, which is a bug.')
    if (again.changes.size > 0) return 1

    const isFresh = await demoLoop({ heading, print }, await makeLoopState(folder), terminal, now)
    print(isFresh ? 'That was the whole loop.' : 'The image is not proven to be fresh, which is a bug.')
    return isFresh ? 0 : 1
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

/** The comment as it first appears: collapsed sections are one line here as well. */
function folded(comment: string): string {
  let depth = 0
  const lines = comment.split('\n').flatMap((line): string[] => {
    const [, summary] = /^<details><summary>(.*)<\/summary>$/.exec(line) ?? []
    if (summary !== undefined) depth += 1
    const isShown = depth === 0 || (depth === 1 && summary !== undefined)
    if (line === '</details>') depth -= 1
    return isShown ? [summary === undefined ? line : `▸ ${withoutTags(summary)}`] : []
  })
  return lines.join('\n').replace(/\n{3,}/g, '\n\n')
}

function withoutTags(html: string): string {
  return html
    .replace(/<[^>]*>/g, '')
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&amp;', '&')
}

function narrator(terminal: Terminal) {
  const colors = pc.createColors(terminal.color.out)
  return {
    heading: (text: string) => terminal.out(`\n${colors.bold(colors.cyan(text))}\n\n`),
    print: (text: string) => terminal.out(`${text.trimEnd()}\n`),
  }
}

async function makeRepositories(example: string, folder: string): Promise<{ clone: string; remote: string }> {
  const [clone, remote] = [join(folder, 'state'), join(folder, 'remote.git')]
  await cp(example, clone, { recursive: true })
  await mkdir(remote)
  await gitText(['init', '--quiet', '--bare', '--initial-branch=main', '.'], remote)
  await gitText(['init', '--quiet', '--initial-branch=main', '.'], clone)
  await commitAll(clone, 'A factory with five images', 'Ada', new Date(0).toISOString())
  await gitText(['push', '--quiet', '--', remote, 'HEAD:refs/heads/main'], clone, remote)
  return { clone, remote }
}

/** A separate state repository: each run works on what the previous one committed. */
async function makeLoopState(folder: string): Promise<DemoState> {
  const root = join(folder, 'loop')
  await mkdir(root)
  await gitText(['init', '--quiet', '--initial-branch=main', '.'], root)
  const commit = async (files: ReadonlyMap<string, string>, removals: readonly string[]) => {
    writeFiles(root, new Map([...files, ...removals.map((path) => [path, null] as const)]))
    await commitAll(root, DEFAULT_HEADLINE, 'Image Factory', new Date(0).toISOString())
    return gitText(['rev-parse', 'HEAD'], root)
  }
  return { folder, commit, state: { root, path: '.', imagesFile: 'images.yaml', outputDir: 'dist' } }
}

async function commitAll(clone: string, message: string, name: string, date: string): Promise<void> {
  await gitText(['add', '--all', '.'], clone)
  const who = { GIT_AUTHOR_NAME: name, GIT_AUTHOR_EMAIL: 'demo@example.com', GIT_AUTHOR_DATE: date }
  const committer = { GIT_COMMITTER_NAME: name, GIT_COMMITTER_EMAIL: 'demo@example.com', GIT_COMMITTER_DATE: date }
  const call = { cwd: clone, env: { ...who, ...committer } }
  await gitOrRefuse(['commit', '--quiet', '--message', message], call, 'git commit')
}

async function commitToRemote(run: RunOptions, state: StateFolder, url: string): Promise<string | null> {
  const tree = await findWorkTree(state.root)
  if (tree === null) throw refuse('git-failed', 'the demo has no work tree.')
  const message = commitMessage(DEFAULT_HEADLINE, state, tree.head)
  const { sha } = await planAndCommit(run, state, {
    commit: (plan) => {
      const request = { tree, branch: 'main', statePath: '.', files: plan.files, removals: removalsOf(plan), message }
      const newFolder = () => mkdtemp(join(dirname(url), 'commit-'))
      return commitFiles(request, { kind: 'push', remote: { url, token: '' }, newFolder })
    },
    refetch: async () => state,
  })
  return sha
}

async function freshClone(remote: string, folder: string): Promise<string> {
  const clone = join(folder, 'second')
  await git(['clone', '--quiet', '--', remote, clone], { cwd: folder, remote: { url: remote, token: '' } })
  return clone
}

async function gitText(args: readonly string[], cwd: string, url?: string): Promise<string> {
  const remote = url === undefined ? {} : { remote: { url, token: '' } }
  return gitOrRefuse(args, { cwd, ...remote }, `git ${args[0] ?? ''}`)
}
