/** Workspaces as people check them out: what is committed is made from what was committed, whatever became of it on disk. */
import { appendFile, mkdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, afterEach, beforeEach, describe, expect } from 'vitest'
import { checkout } from '../support/checkout.js'
import { eventPayloads } from '../support/events.js'
import type { FakeGitHub } from '../support/fake-github.js'
import { inTurn, takingTurns } from '../support/full.js'
import { git, tokenEnvironment } from '../support/git.js'
import { type ActionRun, runAction, WORKFLOW_TOKEN } from '../support/run-action.js'
import { removeTempFolders, tempFolder } from '../support/temp-folder.js'
import {
  EXAMPLES,
  exampleImages,
  generated,
  ORDER_BOOK,
  pushRun,
  type RunOptions,
  SOURCES,
  STATE,
  startFactory,
  stopFactory,
} from './factory.js'

/** More that a repository may be. */
const turn = takingTurns()

let fake: FakeGitHub

beforeEach(async () => {
  fake = await startFactory()
})
afterEach(() => stopFactory(fake))
afterAll(removeTempFolders)

async function push(options: RunOptions = {}): Promise<ActionRun> {
  const run = await pushRun(fake, options)
  expect(run.code, run.stdout).toBe(0)
  return run
}

const env = () => tokenEnvironment(fake.url, WORKFLOW_TOKEN)
const commits = async () => (await fake.log(STATE, 'main')).length
const method = (name: string) => ({ 'commit-method': name })

/** A clone made with options of git's own. */
async function clone(...args: readonly string[]): Promise<string> {
  const { path } = await tempFolder('clone')
  await git(path, ['clone', '--quiet', ...args, `${fake.url}/${STATE}`, '.'], { env: env() })
  return path
}

/** Runs once as it is and once more with an image more, each time in a new workspace made by `make`. */
async function runTwice(name: string, make: () => Promise<string>): Promise<void> {
  await push({ inputs: method(name), workspace: await make() })
  const before = await fake.readFiles(STATE, 'main')
  expect(generated(before)).toHaveLength(23)
  const made = await commits()
  await push({ inputs: method(name), workspace: await make(), runId: 1002 })
  expect(await commits()).toBe(made)
  await fake.commitFiles(STATE, 'main', { 'images.yaml': (await exampleImages()) + ORDER_BOOK }, 'Enroll')
  await push({ inputs: method(name), workspace: await make(), runId: 1003 })
  const after = await fake.readFiles(STATE, 'main')
  expect(after.has('dist/image-order-book.k8s.yaml')).toBe(true)
  // Who was enrolled stays so since then: the state was read, not invented again.
  for (const path of generated(before).filter((one) => one.startsWith('images/'))) {
    expect(after.get(path), path).toBe(before.get(path))
  }
  expect([...after.values()].join('')).not.toContain('\r')
}

describe.each([
  ['api', 0],
  ['push', 1],
] as const)('commit-method: %s', (name, index) => {
  /** One kind of checkout by each of the two methods: each takes several runs. */
  const kind = inTurn(index, 4)
  const half = inTurn(index, 2)

  kind(0)('a sparse checkout of images.yaml alone', async () => {
    await runTwice(name, async () => {
      const path = await clone('--no-checkout', '--depth=1')
      await git(path, ['sparse-checkout', 'set', '--no-cone', '/images.yaml'], { env: env() })
      await git(path, ['checkout', '--quiet', 'main'], { env: env() })
      return path
    })
  })

  kind(1)('a sparse, partial clone', async () => {
    await runTwice(name, async () => {
      const path = await clone('--no-checkout', '--filter=blob:none', '--depth=1')
      await git(path, ['sparse-checkout', 'set', '--no-cone', '/images.yaml'], { env: env() })
      await git(path, ['checkout', '--quiet', 'main'], { env: env() })
      return path
    })
  })

  kind(2)('a partial clone that holds the state and lacks the rest', async () => {
    await fake.commitFiles(STATE, 'main', { 'other/large.txt': 'large\n', 'other/more/large.txt': 'larger\n' })
    await runTwice(name, async () => {
      const path = await clone('--filter=blob:none', '--depth=1', '--sparse')
      await git(path, ['sparse-checkout', 'set', 'images', 'base-images', 'dist', '_archive'], { env: env() })
      return path
    })
    expect((await fake.readFiles(STATE, 'main')).get('other/more/large.txt')).toBe('larger\n')
  })

  kind(3)('line ends turned by .gitattributes, beside LFS and a submodule', async () => {
    const attributes = '* text=auto eol=crlf\n*.bin filter=lfs diff=lfs merge=lfs -text\n'
    const modules = `[submodule "other"]\n\tpath = other\n\turl = ${fake.url}/acme/other\n`
    await fake.commitFiles(
      STATE,
      'main',
      {
        '.gitattributes': attributes,
        'big.bin': 'version https://git-lfs.github.com/spec/v1\n',
        '.gitmodules': modules,
      },
      'Attributes',
    )
    const folder = await clone()
    await git(folder, ['update-index', '--add', '--cacheinfo', `160000,${'1'.repeat(40)},other`])
    await git(folder, ['commit', '--quiet', '--message', 'A submodule'])
    await git(folder, ['push', '--quiet', 'origin', 'HEAD:refs/heads/main'], { env: env() })
    await runTwice(name, () => clone('--depth=1'))
  })

  half(0)('what lies in the workspace without being committed gets into no commit', async () => {
    const workspace = await checkout({ fake, repository: STATE })
    await appendFile(join(workspace, 'images.yaml'), ORDER_BOOK)
    await mkdir(join(workspace, 'images'))
    await writeFile(join(workspace, 'images/stray.yaml'), 'name: stray\n')
    const run = await push({ inputs: method(name), workspace })
    expect(run.stdout).toContain('the committed files are used')
    const files = await fake.readFiles(STATE, 'main')
    expect(generated(files)).toHaveLength(23)
    expect(files.has('dist/image-order-book.k8s.yaml')).toBe(false)
  })

  half(1)('a commit starts no second one, though its token starts workflows', async () => {
    fake.addToken('app-token', { [STATE]: 'write', [SOURCES[0]]: 'read', [SOURCES[1]]: 'read' }, 'factory-app[bot]')
    const inputs = { ...method(name), 'state-token': 'app-token', 'commit-message': 'build: refresh the factory' }
    const first = await push({ inputs })
    const [commit] = await fake.log(STATE, 'main')
    expect(commit?.message).toMatch(
      /^build: refresh the factory\n\nGenerated from images\.yaml at [0-9a-f]{40}\.\n\nImage-Factory-Run: http\S+\/actions\/runs\/1001$/,
    )
    expect(commit?.sha).toBe(first.outputs.get('commit-sha'))
    const second = await push({ inputs, runId: 1002, actor: 'factory-app[bot]' })
    expect(second.stdout).toContain('nothing to commit')
    expect(second.outputs.get('commit-sha')).toBe('')
    expect(await commits()).toBe(2)
  })
})

describe('who commits by push', () => {
  const author = async () => (await fake.log(STATE, 'main'))[0]?.author

  turn()('is the workflow when nobody is set up', async () => {
    await push({ inputs: method('push') })
    expect(await author()).toEqual({
      name: 'github-actions[bot]',
      email: '41898282+github-actions[bot]@users.noreply.github.com',
    })
  })

  turn()('is who was set up in the workspace, after a lost race too', async () => {
    const workspace = await checkout({ fake, repository: STATE })
    await git(workspace, ['config', 'user.name', 'Factory'])
    await git(workspace, ['config', 'user.email', 'factory@example.com'])
    fake.loseRace(STATE, 'main', { files: { 'notes.md': 'x' } })
    await push({ inputs: method('push'), workspace })
    expect(await author()).toEqual({ name: 'Factory', email: 'factory@example.com' })
  })
})

turn()('attributes that turn what is checked out have no say in a checkout of our own', async () => {
  const attributes = '* text eol=crlf\nimages.yaml working-tree-encoding=UTF-16\n'
  await fake.commitFiles(STATE, 'main', { '.gitattributes': attributes })
  await push({ workspace: (await tempFolder('empty')).path })
  expect(generated(await fake.readFiles(STATE, 'main'))).toHaveLength(23)
})

turn()('an images.yaml in Git LFS is refused with the way out', async () => {
  await fake.commitFiles(
    STATE,
    'main',
    { 'images.yaml': 'version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 12\n' },
    'LFS',
  )
  const workspace = await checkout({ fake, repository: STATE })
  const run = await runAction({ fake, repository: STATE, ...(await eventPayloads.push(fake, STATE)), workspace })
  expect(run.code).toBe(1)
  expect(run.stdout).toMatch(/images\.yaml is stored with Git LFS.*git lfs migrate export --include=images\.yaml/)
})

turn()('a repository that uses SHA-256 takes commits by push, after a lost race too', async () => {
  const { path: remote } = await tempFolder('sha256')
  const { path: workspace } = await tempFolder('workspace')
  await git(remote, ['init', '--quiet', '--bare', '--object-format=sha256', '--initial-branch=main', '.'])
  await git(workspace, ['init', '--quiet', '--object-format=sha256', '--initial-branch=main', '.'])
  await git(workspace, ['remote', 'add', 'origin', remote])
  const commit = async (file: string, text: string) => {
    await writeFile(join(workspace, file), text)
    await git(workspace, ['add', '--all'])
    await git(workspace, ['commit', '--quiet', '--message', file])
    await git(workspace, ['push', '--quiet', 'origin', 'HEAD:refs/heads/main'])
  }
  await commit('images.yaml', await exampleImages())
  await commit('notes.md', 'x')
  // The workspace is one commit behind: the run has to fetch, and make its commit again.
  await git(workspace, ['reset', '--quiet', '--hard', 'HEAD^'])
  const inputs = { ...method('push'), 'sources-dir': join(EXAMPLES, 'sources'), comment: 'never' }
  const run = await push({ inputs, workspace })
  expect(run.outputs.get('commit-sha')).toMatch(/^[0-9a-f]{64}$/)
  const log = await git(remote, ['log', '--format=%H', 'main'])
  expect(log.split('\n')[0]).toBe(run.outputs.get('commit-sha'))
  expect(log.split('\n')).toHaveLength(3)
  await rm(workspace, { recursive: true })
  await mkdir(workspace)
  await git(workspace, ['clone', '--quiet', remote, '.'])
  const again = await push({ inputs, workspace, runId: 1002 })
  expect(again.stdout).toContain('nothing to commit')
})
