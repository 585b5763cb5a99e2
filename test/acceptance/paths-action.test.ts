/** Paths in the action: links that a commit brings, folders that inputs name, what lies in the runner's own folders. */
import { mkdir, readFile, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, afterEach, beforeEach, describe, expect, test } from 'vitest'
import { checkout } from '../support/checkout.js'
import { eventPayloads } from '../support/events.js'
import type { FakeGitHub } from '../support/fake-github.js'
import { eachDue, isDue } from '../support/full.js'
import { type ActionRun, runAction } from '../support/run-action.js'
import { removeTempFolders, tempFolder } from '../support/temp-folder.js'
import { exampleImages, ORDER_BOOK, pushRun, STATE, startFactory, stopFactory } from './factory.js'

const CANARY = 'canary-7be21a'
const env = { SECRET: CANARY }
let fake: FakeGitHub

beforeEach(async () => {
  fake = await startFactory()
})
afterEach(() => stopFactory(fake))
afterAll(removeTempFolders)

const link = (target: string) => ({ mode: '120000', content: target })

function shown(run: ActionRun): string {
  return [run.stdout, run.stderr, run.summary, ...run.outputs.values(), ...run.tempFiles.values()]
    .concat(fake.comments.map(({ body }) => body))
    .join('\n')
}

const LINKS = [
  ['a manifest that is a link to the environment', { 'dist/image-uv.k8s.yaml': link('/proc/self/environ') }],
  ['a manifest more that is a link to the environment', { 'dist/more.yaml': link('/proc/self/environ') }],
  ['the output folder that is a link to the root', { dist: link('/') }],
  ['an images.yaml that never ends', { 'images.yaml': link('/dev/zero') }],
  ['overrides that are the environment', { 'overrides.yaml': link('/proc/self/environ') }],
  ['a state folder that is a link to the root', { images: link('/') }],
] as const

describe.each(LINKS.map((one, row) => [...one, row] as const))('%s', (_, files, row) => {
  const onPullRequest = async (where: string) => {
    await fake.commitFiles(STATE, 'topic', files)
    await fake.createPullRequest(STATE, { number: 1, head: { ref: 'topic' } })
    const ref = 'refs/pull/1/merge'
    const workspace = where === 'the workspace' ? { workspace: await checkout({ fake, repository: STATE, ref }) } : {}
    const event = await eventPayloads.pullRequest(fake, STATE, 1)
    const run = await runAction({ fake, repository: STATE, ...event, ...workspace, env })
    expect(run.code, run.stdout).toBe(1)
    expect(shown(run)).toContain('is a link')
    expect(shown(run)).not.toContain(CANARY)
  }
  test.skipIf(!isDue(row)).each(['the workspace'])('is refused on a pull request, in %s', onPullRequest)
  test.skipIf(!isDue(row + 1)).each(['a checkout of our own'])('is refused on a pull request, in %s', onPullRequest)

  test.skipIf(!isDue(row + 2))('is refused by a run that commits', async () => {
    const head = await fake.commitFiles(STATE, 'main', files)
    const run = await pushRun(fake, { env })
    expect(run.code, run.stdout).toBe(1)
    expect(shown(run)).toContain('is a link')
    expect(shown(run)).not.toContain(CANARY)
    expect(await fake.head(STATE, 'main')).toBe(head)
  })
})

describe('inputs', () => {
  const refused = async (inputs: Record<string, string>) => {
    const run = await pushRun(fake, { inputs, env })
    expect(run.code, run.stdout).toBe(1)
    expect(shown(run)).not.toContain(CANARY)
    return run.annotations.filter(({ level }) => level === 'error').map(({ message }) => message)
  }

  eachDue([['..'], ['a/../../x'], ['/etc'], ['C:\\x'], ['..\\x'], ['.git'], ['a/.GIT'], ['a\nb']])(
    '%j leads out',
    async (path) => {
      const errors = await refused({ 'state-path': path, 'images-file': path, 'output-dir': path })
      for (const name of ['state-path', 'images-file', 'output-dir']) {
        expect(errors.some((error) => error.includes(`the input ${name} must be a path below`))).toBe(true)
      }
    },
  )

  test('state-path may not be reached by a link', async () => {
    await fake.commitFiles(STATE, 'main', { 'real/images.yaml': await exampleImages(), linked: link('real') })
    expect(await refused({ 'state-path': 'linked' })).toEqual([expect.stringContaining('linked is a link')])
  })

  describe.each(['sources-dir', 'report-from'])('%s', (name) => {
    eachDue([
      ['a link in the workspace', 'linked', 'linked is a link'],
      ['below a link in the workspace', 'linked/inner', 'linked/inner is a link'],
      ['out of the workspace', '../elsewhere', `${name} leads out of the workspace`],
    ])('%s', async (_, path, said) => {
      const { path: outside } = await tempFolder('outside')
      await mkdir(join(outside, 'inner'))
      await writeFile(join(outside, 'inner/image-factory-report.json'), CANARY)
      await fake.commitFiles(STATE, 'topic', { 'images.yaml': (await exampleImages()) + ORDER_BOOK })
      await fake.createPullRequest(STATE, { number: 1, head: { ref: 'topic' } })
      const workspace = await checkout({ fake, repository: STATE })
      await symlink(outside, join(workspace, 'linked'))
      const event =
        name === 'report-from' ? await eventPayloads.workflowRun(fake, STATE, 1) : await eventPayloads.push(fake, STATE)
      const run = await runAction({ fake, repository: STATE, ...event, workspace, inputs: { [name]: path }, env })
      expect(run.code, run.stdout).toBe(1)
      expect(run.stdout).toContain(said)
      expect(shown(run)).not.toContain(CANARY)
    })
  })
})

test("a link in the runner's own folder is not written through", async () => {
  const { path } = await tempFolder('outside')
  await writeFile(join(path, 'theirs'), 'theirs')
  await mkdir(join(path, 'temp'))
  await symlink(join(path, 'theirs'), join(path, 'temp/image-factory-report.md'))
  const run = await pushRun(fake, { env: { RUNNER_TEMP: join(path, 'temp') } })
  expect(run.code).toBe(1)
  expect(run.stdout).toContain('image-factory-report.md is not a plain file')
  expect(await readFile(join(path, 'theirs'), 'utf8')).toBe('theirs')
})
