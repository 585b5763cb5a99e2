import { cp, mkdir, readFile, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, afterEach, beforeEach, describe, expect, test } from 'vitest'
import { checkout } from '../support/checkout.js'
import { eventPayloads } from '../support/events.js'
import type { FakeGitHub } from '../support/fake-github.js'
import { eachDue, takingTurns } from '../support/full.js'
import { runAction, WORKFLOW_TOKEN } from '../support/run-action.js'
import { removeTempFolders, tempFolder } from '../support/temp-folder.js'
import { exampleImages, ORDER_BOOK, SOURCES, STATE, startFactory, stopFactory } from './factory.js'

const FORK = 'mallory/factory-state'
const DATA = 'image-factory-report.json'
/** More that may have come in between. */
const turn = takingTurns()

let fake: FakeGitHub

beforeEach(async () => {
  fake = await startFactory()
  await fake.createRepository(FORK, { forkOf: STATE })
  await push((await exampleImages()) + ORDER_BOOK)
})
afterEach(() => stopFactory(fake))
afterAll(removeTempFolders)

async function push(images: string): Promise<void> {
  await fake.commitFiles(FORK, 'topic', { 'images.yaml': images }, 'Change the enrollment')
  await fake.createPullRequest(STATE, { number: 7, head: { ref: 'topic', repo: FORK } })
}

const permissions = (access: 'read' | 'write') => ({
  [STATE]: access,
  ...Object.fromEntries(SOURCES.map((repository) => [repository, 'read' as const])),
})

/** The first workflow: its token may only read. Gives the folder that becomes the artifact. */
async function firstRun(): Promise<string> {
  fake.addToken(WORKFLOW_TOKEN, permissions('read'))
  const workspace = await checkout({ fake, repository: STATE, ref: 'refs/pull/7/merge' })
  const run = await runAction({
    fake,
    repository: STATE,
    workspace,
    ...(await eventPayloads.pullRequest(fake, STATE, 7)),
  })
  expect(run.code, run.stdout).toBe(0)
  expect(fake.commentsOn(STATE, 7)).toEqual([])
  const { path } = await tempFolder('artifact')
  await cp(run.outputs.get('report-data') ?? '', join(path, DATA))
  return path
}

/** The second workflow, after the first. */
async function secondRun(folder: string, options: { readonly event?: string } = {}) {
  fake.addToken(WORKFLOW_TOKEN, permissions('write'))
  const event = await eventPayloads.workflowRun(fake, STATE, 7, options)
  return runAction({ fake, repository: STATE, runId: 2001, ...event, inputs: { 'report-from': folder } })
}

async function edit(folder: string, change: (text: string) => string): Promise<void> {
  const file = join(folder, DATA)
  await writeFile(file, change(await readFile(file, 'utf8')))
}

const body = () => fake.commentsOn(STATE, 7)[0]?.body ?? ''

describe('a pull request from a fork', () => {
  test('gets its comment from a second workflow, which says that nobody has checked it', async () => {
    const run = await secondRun(await firstRun())
    expect(run.code, run.stdout).toBe(0)
    expect(body()).toMatch(/^<!-- image-factory:report id=default sha=[0-9a-f]{40} run=1001 attempt=1 -->\n/)
    expect(body()).toContain("This report comes from the pull request's own run")
    expect(body()).toMatch(/\*\*.*`order-book`.* join the factory\.\*\*/)
    expect(run.outputs.get('comment-url')).toBe(fake.commentsOn(STATE, 7)[0]?.html_url)
    expect(run.summary).toContain('`order-book`')
  })

  turn()('gets none when it has moved on, and none of a pull request that is closed', async () => {
    const folder = await firstRun()
    const event = await eventPayloads.workflowRun(fake, STATE, 7)
    await push(`${await exampleImages()}\n# later\n`)
    fake.addToken(WORKFLOW_TOKEN, permissions('write'))
    const run = await runAction({ fake, repository: STATE, runId: 2001, ...event, inputs: { 'report-from': folder } })
    expect(run.code, run.stdout).toBe(0)
    expect(run.stdout).toContain('nothing is posted')
    expect(fake.commentsOn(STATE, 7)).toEqual([])
  })
})

describe('a poisoned artifact', () => {
  test('is shown as text, whatever it holds', async () => {
    const folder = await firstRun()
    const evil = '</summary><img src=x> @everyone #1 [click](https://evil.example) ## Approved'
    await edit(folder, (text) => text.replaceAll('"order-book"', JSON.stringify(evil)))
    const run = await secondRun(folder)
    expect(run.code, run.stdout).toBe(0)
    const alive = body()
      .replace(/(?<!`)(`+)(?!`)(.*?)(?<!`)\1(?!`)/g, '')
      .replace(/<code>[^<]*<\/code>/g, '')
    expect(alive).not.toMatch(/<img|@everyone|\]\(https:\/\/evil/)
    expect(body()).toContain('`</summary><img')
  })

  eachDue<readonly [string, (text: string) => string, string]>([
    [
      'for another commit',
      (text: string) => text.replace(/"headSha":"[0-9a-f]{4}/, '"headSha":"ffff'),
      'a different commit',
    ],
    ['with a pull request of its own choice', (text: string) => text.replace('{', '{"number":1,'), 'cannot be used'],
    ['with markdown in place of data', () => '## ✅ Approved\n', 'not JSON'],
    ['with the wrong types', (text: string) => text.replace(/"totals":\{/, '"totals":{"x":1,'), 'cannot be used'],
    ['that is huge', () => ' '.repeat(33 * 1024 * 1024), 'bytes'],
  ])('%s is refused', async (_, change, said) => {
    const folder = await firstRun()
    await edit(folder, change)
    const run = await secondRun(folder)
    expect(run.code).toBe(1)
    expect(run.stdout).toContain(said)
    expect(fake.comments).toEqual([])
  })

  turn()('that is a link is refused, and its target shown to nobody', async () => {
    const { path } = await tempFolder('artifact')
    await writeFile(join(path, 'secret'), 'CANARY')
    await mkdir(join(path, 'inner'))
    await symlink(join(path, 'secret'), join(path, 'inner', DATA))
    const run = await secondRun(join(path, 'inner'))
    expect(run.code).toBe(1)
    expect(run.stdout).toContain('is a link')
    expect(run.stdout + run.summary).not.toContain('CANARY')
  })
})

turn()('report-from is refused on every other event, and after every other run', async () => {
  const folder = await firstRun()
  const pushed = await secondRun(folder, { event: 'push' })
  expect(pushed.code).toBe(1)
  expect(pushed.stdout).toContain('ran on push, not on pull_request')
  const event = await eventPayloads.pullRequest(fake, STATE, 7)
  const run = await runAction({ fake, repository: STATE, ...event, inputs: { 'report-from': folder } })
  expect(run.code).toBe(1)
  expect(run.stdout).toContain('report-from works on workflow_run only')
  expect(fake.comments).toEqual([])
})
