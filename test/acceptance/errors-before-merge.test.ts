/** What would fail later fails before it is merged: for new and changed entries, on pull requests and with --sources. */
import { mkdir, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { afterAll, afterEach, beforeEach, describe, expect, test } from 'vitest'
import { checkout } from '../support/checkout.js'
import { eventPayloads } from '../support/events.js'
import type { FakeGitHub } from '../support/fake-github.js'
import { eachDue, takingTurns } from '../support/full.js'
import { type ActionRun, runAction, runCli, WORKFLOW_TOKEN } from '../support/run-action.js'
import { removeTempFolders, tempFolder } from '../support/temp-folder.js'
import { pushRun, STATE, startFactory, stopFactory } from './factory.js'

afterAll(removeTempFolders)

/** More that a pull request may meet. */
const turn = takingTurns()

const BUILD = '.github/workflows/build.yml'
const WORKFLOW = `on: {workflow_dispatch: {inputs: {level: {type: choice, options: [debug, info]}}}}
jobs:
  build:
    runs-on: ubuntu-latest
    steps:
      - uses: docker/build-push-action@v6
        with: {push: true, tags: ghcr.io/acme/web:1.0.0}
`
const GOOD = { Dockerfile: 'FROM node:22\n', [BUILD]: WORKFLOW }

const entry = (more = '', place = 'repo: acme/web, branch: main, workflow: build.yml') => `- name: web
  registry: ghcr.io
  repository: acme/web
  source: {${place}${more}}
`

const CASES: readonly (readonly [string, Readonly<Record<string, string>>, string, string])[] = [
  [
    'no workflow',
    { Dockerfile: 'FROM node:22\n', '.github/workflows/other.yml': WORKFLOW },
    entry(),
    'workflow build.yml not found in acme/web',
  ],
  ['no YAML', { ...GOOD, [BUILD]: 'on: [\n' }, entry(), BUILD],
  [
    'no workflow_dispatch',
    { ...GOOD, [BUILD]: WORKFLOW.replace('workflow_dispatch', 'workflow_call') },
    entry(),
    'has no workflow_dispatch trigger',
  ],
  ['an input that is not declared', GOOD, entry(', inputs: {lvel: info}'), 'declares no input "lvel"'],
  ['a choice that is not offered', GOOD, entry(', inputs: {level: loud}'), 'does not offer "loud"'],
  ['no Dockerfile', { [BUILD]: WORKFLOW }, entry(), 'Dockerfile'],
]

describe('on a pull request', () => {
  let fake: FakeGitHub

  beforeEach(async () => {
    fake = await startFactory({ 'images.yaml': '- {name: other, repoURL: ghcr.io/acme/other}\n' })
    fake.addToken(WORKFLOW_TOKEN, { [STATE]: 'write', 'acme/web': 'read' })
  })
  afterEach(() => stopFactory(fake))

  async function preview(text: string): Promise<{ readonly run: ActionRun; readonly body: string }> {
    await fake.commitFiles(STATE, 'topic', { 'images.yaml': text }, 'Change')
    await fake.createPullRequest(STATE, { number: 1, head: { ref: 'topic' } })
    const workspace = await checkout({ fake, repository: STATE, ref: 'refs/pull/1/merge' })
    const run = await runAction({
      fake,
      repository: STATE,
      workspace,
      ...(await eventPayloads.pullRequest(fake, STATE, 1)),
    })
    return { run, body: fake.commentsOn(STATE, 1)[0]?.body ?? '' }
  }

  eachDue(CASES)('%s: an error', async (_, files, text, said) => {
    await fake.createRepository('acme/web', { files })
    const { run, body } = await preview(text)
    expect(run.code, run.stdout).toBe(1)
    expect(body).toContain('**Blocked by 1 error:**')
    expect(body.replaceAll('\\_', '_')).toContain(said)
  })

  turn()('a branch that is not there: an error', async () => {
    await fake.createRepository('acme/web', { files: GOOD })
    const { run, body } = await preview(entry('', 'repo: acme/web, branch: mian, workflow: build.yml'))
    expect(run.code, run.stdout).toBe(1)
    expect(body).toContain('has no branch')
  })

  turn()('an entry that stays as it is: a warning, and the factory goes on', async () => {
    await fake.createRepository('acme/web', { files: GOOD })
    await fake.commitFiles(STATE, 'main', { 'images.yaml': entry() }, 'Enroll')
    expect((await pushRun(fake)).code).toBe(0)
    await fake.commitFiles('acme/web', 'main', { Dockerfile: null, [BUILD]: null, x: '' }, 'Remove all')
    const { run } = await preview(`${entry()}- {name: other, repoURL: ghcr.io/acme/other}\n`)
    expect(run.code, run.stdout).toBe(0)
  })

  turn()('a source that cannot be read: nothing is known of it, which is said first', async () => {
    await fake.createRepository('acme/web', { files: GOOD, private: true })
    fake.addToken(WORKFLOW_TOKEN, { [STATE]: 'write' })
    const { run, body } = await preview(entry())
    expect(run.code, run.stdout).toBe(0)
    expect(body).toContain('nothing is known about web yet')
    expect(body).not.toContain('not found in acme/web')
    expect(body.indexOf('nothing is known about web yet')).toBeLessThan(body.indexOf('joins the factory'))
    expect(body.split('nothing is known about web yet')).toHaveLength(2)
  })

  eachDue<readonly [string, string, string | RegExp]>([
    [
      'a workflow of which no job runs on dispatch',
      WORKFLOW.replace('runs-on', "if: github.event_name == 'push'\n    runs-on").replace(
        /steps:[\s\S]*$/,
        'steps: [{run: make}]\n',
      ),
      /no job of \[`build\.yml`\]\(http[^)]*\/acme\/web\/blob\/main\/\.github\/workflows\/build\.yml\) runs when it is dispatched/,
    ],
    ['a workflow that pushes nothing', WORKFLOW.replace('push: true', 'push: false'), 'publishes nothing'],
  ])('%s: a warning of this pull request', async (_, workflow, said) => {
    await fake.createRepository('acme/web', { files: { ...GOOD, [BUILD]: workflow } })
    const { run, body } = await preview(entry())
    expect(run.code, run.stdout).toBe(0)
    expect(body.replaceAll('\\_', '_')).toMatch(said)
    expect(body).toContain('[!WARNING]')
  })
})

describe('diff --sources', () => {
  async function diff(files: Readonly<Record<string, string>>, text: string) {
    const { path } = await tempFolder('merge')
    for (const [name, content] of Object.entries(files)) {
      const file = join(path, 'sources/acme/web', name)
      await mkdir(dirname(file), { recursive: true })
      await writeFile(file, content)
    }
    await writeFile(join(path, 'images.yaml'), text)
    return runCli(['diff', '--stat', '--sources', 'sources'], { cwd: path })
  }

  eachDue(CASES, 2)('%s: an error', async (_, files, text, said) => {
    const run = await diff(files, text)
    expect(run.code, run.stdout + run.stderr).toBe(1)
    expect(run.stderr).toContain(said)
    expect(run.stderr).toContain('error:')
  })

  test('all is there: none', async () => {
    const run = await diff(GOOD, entry())
    expect(run.code, run.stdout + run.stderr).toBe(0)
  })

  test('a checkout of the Dockerfile alone says nothing about workflows', async () => {
    const run = await diff({ Dockerfile: 'FROM node:22\n' }, entry())
    expect(run.code, run.stdout + run.stderr).toBe(0)
    expect(run.stderr).not.toContain('not found')
  })
})
