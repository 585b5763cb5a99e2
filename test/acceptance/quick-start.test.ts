/**
 * The quick starts of the README, and the state repository of docs/try-kargo.md, word for word, with git and Node and
 * nothing else; then the run that its push starts.
 */

import { existsSync } from 'node:fs'
import { cp, mkdir, symlink, writeFile } from 'node:fs/promises'
import { delimiter, dirname, join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { checkout } from '../support/checkout.js'
import { codeBlocks, readDocument } from '../support/documents.js'
import { eventPayloads } from '../support/events.js'
import { git, gitEnvironment, withConfig } from '../support/git.js'
import { runProcess } from '../support/processes.js'
import { BUNDLE, runAction, WORKFLOW_TOKEN } from '../support/run-action.js'
import { removeTempFolders, tempFolder } from '../support/temp-folder.js'
import { inputsOf } from '../support/workflow-inputs.js'
import { EXAMPLES, readTree, startFactory, stopFactory } from './factory.js'

afterAll(removeTempFolders)

const STATE = 'acme/image-factory-state'

/** The blocks of shell between the markers of a quick start. */
function quickStart(name: string, count: number, page = 'README.md'): string {
  const text = readDocument(page)
  const from = text.slice(0, text.indexOf(`<!-- ${name} -->`)).split('\n').length
  const to = text.slice(0, text.indexOf(`<!-- end of ${name} -->`)).split('\n').length
  const blocks = codeBlocks(page).filter(({ language, line }) => language === 'sh' && line > from && line < to)
  expect(blocks).toHaveLength(count)
  return `set -eu\n${blocks.map(({ text: block }) => block).join('\n')}`
}

/** A folder with git and node in it, and no other program. */
async function onlyGitAndNode(root: string): Promise<string> {
  const bin = join(root, 'bin')
  await mkdir(bin)
  const folder = (process.env.PATH ?? '').split(delimiter).find((one) => existsSync(join(one, 'git'))) ?? ''
  await symlink(join(folder, 'git'), join(bin, 'git'))
  await symlink(process.env.BUNDLE_NODE ?? process.execPath, join(bin, 'node'))
  return bin
}

/** What `git clone` of this repository gives, as far as the commands need it; committed on main. */
async function thisRepository(root: string): Promise<string> {
  const path = join(root, 'image-factory-action.git')
  await mkdir(join(path, 'dist'), { recursive: true })
  await cp(dirname(BUNDLE), join(path, 'dist'), { recursive: true })
  await writeFile(join(path, 'package.json'), '{"type":"module"}\n')
  await git(path, ['init', '--quiet', '--initial-branch=main', '.'])
  await git(path, ['add', '--all'])
  await git(path, ['commit', '--quiet', '--message', 'The action'])
  return path
}

test.skipIf(process.platform === 'win32')('ends with manifests in the state repository', async () => {
  const root = (await tempFolder('quick-start')).path
  const [action, remote] = [await thisRepository(root), join(root, 'state.git')]
  await git(root, ['init', '--quiet', '--bare', '--initial-branch=main', remote])
  const base = { ...gitEnvironment(), PATH: await onlyGitAndNode(root), HOME: join(root, 'home') }
  const env = withConfig(base, [
    [`url.${action}.insteadOf`, 'https://github.com/craigedmunds/image-factory-action.git'],
    [`url.${remote}.insteadOf`, `https://github.com/${STATE}.git`],
    ['protocol.file.allow', 'always'],
  ])
  const work = join(root, 'work')
  await mkdir(work)
  const shell = await runProcess('/bin/bash', ['--noprofile', '--norc', '-c', quickStart('quick start', 2)], {
    cwd: work,
    env,
  })
  expect(shell.code, `${shell.stdout}${shell.stderr}`).toBe(0)

  const clone = join(root, 'clone')
  await git(root, ['clone', '--quiet', remote, clone])
  const files = await readTree(clone)
  expect(Object.keys(files)).toEqual([
    '.gitattributes',
    '.github/workflows/synth.yml',
    'CODEOWNERS',
    'README.md',
    'images.yaml',
  ])

  const fake = await startFactory()
  try {
    await fake.createRepository(STATE, { files })
    await fake.createRepository('acme/web', { files: await readTree(join(EXAMPLES, 'app-repo')) })
    fake.addToken(WORKFLOW_TOKEN, { [STATE]: 'write', 'acme/web': 'read' })
    const push = {
      repository: STATE,
      ...(await eventPayloads.push(fake, STATE)),
      inputs: inputsOf(files['.github/workflows/synth.yml'] ?? ''),
    }
    const run = await runAction({ fake, workspace: await checkout({ fake, repository: STATE }), ...push })
    expect(run.code, run.stdout).toBe(0)
    expect(run.annotations.filter(({ level }) => level === 'warning' || level === 'error')).toEqual([])
    const committed = [...(await fake.readFiles(STATE, 'main')).keys()]
    expect(committed).toEqual(expect.arrayContaining(['dist/image-factory.k8s.yaml', 'dist/image-web.k8s.yaml']))
    expect(committed.filter((path) => path.startsWith('base-images/'))).toHaveLength(2)
  } finally {
    await stopFactory(fake)
  }
})

test.skipIf(process.platform === 'win32')(
  'without a cluster, ends with a factory whose first run starts a rebuild',
  async () => {
    const root = (await tempFolder('quick-start-actions')).path
    const [action, remote, work] = [await thisRepository(root), join(root, 'web.git'), join(root, 'web')]
    await cp(join(EXAMPLES, 'app-repo'), work, { recursive: true })
    await git(root, ['init', '--quiet', '--bare', '--initial-branch=main', remote])
    await git(work, ['init', '--quiet', '--initial-branch=main', '.'])
    await git(work, ['remote', 'add', 'origin', 'https://github.com/acme/web.git'])
    await git(work, ['add', '--all'])
    await git(work, ['commit', '--quiet', '--message', 'An application'])
    const base = { ...gitEnvironment(), PATH: await onlyGitAndNode(root), HOME: join(root, 'home') }
    const env = withConfig(base, [
      [`url.${action}.insteadOf`, 'https://github.com/craigedmunds/image-factory-action.git'],
      [`url.${remote}.insteadOf`, 'https://github.com/acme/web.git'],
      ['protocol.file.allow', 'always'],
      ['push.autoSetupRemote', 'true'],
    ])
    const commands = quickStart('quick start without a cluster', 1)
    const shell = await runProcess('/bin/bash', ['--noprofile', '--norc', '-c', commands], { cwd: work, env })
    expect(shell.code, `${shell.stdout}${shell.stderr}`).toBe(0)

    const clone = join(root, 'clone')
    await git(root, ['clone', '--quiet', remote, clone])
    const files = await readTree(clone)
    const fake = await startFactory()
    try {
      await fake.createRepository('acme/web', { files })
      fake.addToken(WORKFLOW_TOKEN, { 'acme/web': 'write' })
      const workflow = inputsOf(files['.github/workflows/image-factory.yml'] ?? '')
      const event = await eventPayloads.push(fake, 'acme/web')
      const run = async (inputs: Readonly<Record<string, string>> = {}) => {
        const workspace = await checkout({ fake, repository: 'acme/web' })
        return runAction({ fake, workspace, repository: 'acme/web', ...event, inputs: { ...workflow, ...inputs } })
      }
      const first = await run()
      expect(first.code, first.stdout).toBe(0)
      expect(fake.runs).toEqual([])
      const second = await run({ rebuild: 'web' })
      expect(second.code, second.stdout).toBe(0)
      expect(fake.runs).toHaveLength(1)
    } finally {
      await stopFactory(fake)
    }
  },
)

test.skipIf(process.platform === 'win32')('the state repository to try a cluster with rebuilds at once', async () => {
  const root = (await tempFolder('try-kargo')).path
  const action = await thisRepository(root)
  await git(root, ['clone', '--quiet', action, join(root, 'image-factory-action')])
  const env = { ...gitEnvironment(), PATH: await onlyGitAndNode(root), HOME: join(root, 'home'), OWNER: 'acme' }
  const commands = quickStart('state repository', 1, 'docs/try-kargo.md')
  const shell = await runProcess('/bin/bash', ['--noprofile', '--norc', '-c', commands], { cwd: root, env })
  expect(shell.code, `${shell.stdout}${shell.stderr}`).toBe(0)
  expect(`${shell.stdout}`).toContain('images.yaml is valid: 1 image.')

  const [state, source] = ['acme/factory-demo-state', 'acme/factory-demo']
  const files = await readTree(join(root, 'factory-demo-state'))
  const build = await readTree(join(EXAMPLES, 'app-repo'))
  const fake = await startFactory()
  try {
    await fake.createRepository(state, { files })
    await fake.createRepository(source, {
      files: { ...build, Dockerfile: 'FROM ghcr.io/acme/factory-demo-base:1\nCMD ["cat", "/built"]\n' },
    })
    fake.addToken(WORKFLOW_TOKEN, { [state]: 'write', [source]: 'read' })
    const push = {
      repository: state,
      ...(await eventPayloads.push(fake, state)),
      inputs: inputsOf(files['.github/workflows/synth.yml'] ?? ''),
    }
    const run = await runAction({ fake, workspace: await checkout({ fake, repository: state }), ...push })
    expect(run.code, run.stdout).toBe(0)
    const committed = await fake.readFiles(state, 'main')
    const base = 'dist/base-ghcr.io-acme-factory-demo-base-1.k8s.yaml'
    expect([...committed.keys()]).toEqual(expect.arrayContaining([base, 'dist/image-factory.k8s.yaml']))
    expect(committed.get('dist/image-factory-demo.k8s.yaml')).toContain(`- name: rebuildDelay\n    value: "0"\n`)
  } finally {
    await stopFactory(fake)
  }
})
