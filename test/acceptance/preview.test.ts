import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, afterEach, beforeEach, describe, expect, test } from 'vitest'
import { checkout } from '../support/checkout.js'
import { eventPayloads } from '../support/events.js'
import type { FakeGitHub, RecordedRequest } from '../support/fake-github.js'
import { takingTurns } from '../support/full.js'
import { runAction, WORKFLOW_TOKEN } from '../support/run-action.js'
import { removeTempFolders } from '../support/temp-folder.js'
import { exampleImages, generated, ORDER_BOOK, readTree, SOURCES, STATE, startFactory, stopFactory } from './factory.js'

/** More that a pull request may meet. */
const turn = takingTurns()

let fake: FakeGitHub

beforeEach(async () => {
  fake = await startFactory()
})
afterEach(() => stopFactory(fake))
afterAll(removeTempFolders)

async function openPullRequest(images: string, number = 1): Promise<void> {
  await fake.commitFiles(STATE, 'topic', { 'images.yaml': images }, 'Change the enrollment')
  await fake.createPullRequest(STATE, { number, head: { ref: 'topic' } })
}

async function preview(options: Partial<Parameters<typeof runAction>[0]> = {}) {
  const workspace = options.workspace ?? (await checkout({ fake, repository: STATE, ref: 'refs/pull/1/merge' }))
  return runAction({
    fake,
    repository: STATE,
    ...(await eventPayloads.pullRequest(fake, STATE, 1)),
    ...options,
    workspace,
  })
}

/** GraphQL asks and commits by POST alike. */
const isQuestion = ({ path, body }: RecordedRequest) =>
  /\/git-upload-pack$/.test(path) || (/\/graphql$/.test(path) && !JSON.stringify(body).includes('mutation'))

const writes = () => fake.requests.filter((request) => request.method !== 'GET' && !isQuestion(request))

describe('a pull request on images.yaml', () => {
  test('gets one comment; nothing else is written anywhere', async () => {
    await openPullRequest((await exampleImages()) + ORDER_BOOK)
    const heads = () => Promise.all(['main', 'topic'].map((branch) => fake.head(STATE, branch)))
    const before = await heads()
    const workspace = await checkout({ fake, repository: STATE, ref: 'refs/pull/1/merge' })
    const tree = await readTree(workspace)
    const run = await preview({ workspace })
    expect(run.code, run.stdout).toBe(0)
    expect(await heads()).toEqual(before)
    const [comment] = fake.commentsOn(STATE, 1)
    expect(fake.commentsOn(STATE, 1)).toHaveLength(1)
    expect(comment?.body).toMatch(/^<!-- image-factory:report id=default sha=[0-9a-f]{40} run=1001 attempt=1 -->\n/)
    // Nothing is generated on the base branch yet: what this pull request adds comes with everything else.
    expect(comment?.body).toContain('Could not compare with main (nothing is generated there yet)')
    expect(comment?.body).toContain('<summary>Kargo manifests: 45 added (+')
    expect(comment?.body).toContain('`order-book`')
    expect(await readTree(workspace)).toEqual(tree)
    expect(writes().map(({ method }) => method)).toEqual(['POST'])
    expect(run.summary).toContain('join the factory.**')
  })

  turn()('sets the outputs and writes report and difference', async () => {
    await openPullRequest((await exampleImages()) + ORDER_BOOK)
    const { outputs, tempFiles } = await preview()
    expect(Object.fromEntries([...outputs].filter(([name]) => !/-file$|^report-data$/.test(name)))).toEqual({
      changed: 'true',
      added: '45',
      modified: '0',
      rebuilds: '[]',
      removed: '0',
      destructive: 'false',
      images: '6',
      'base-images': '8',
      stale: '0',
      'commit-sha': '',
      'comment-url': fake.commentsOn(STATE, 1)[0]?.html_url,
    })
    expect(await readFile(outputs.get('report-file') ?? '', 'utf8')).toContain('## 🏭 Image Factory')
    expect(await readFile(outputs.get('diff-file') ?? '', 'utf8')).toContain('+  name: rebuild-trigger-order-book')
    const left = ['image-factory-report.json', 'image-factory-report.md', 'image-factory.diff']
    expect([...tempFiles.keys()].sort()).toEqual(left)
    expect(outputs.get('report-data')).toMatch(/\/image-factory-report\.json$/)
  })

  turn()('has its comment updated in place, and left alone when it says the same', async () => {
    await openPullRequest((await exampleImages()) + ORDER_BOOK)
    await preview()
    const created = fake.commentsOn(STATE, 1)
    await openPullRequest((await exampleImages()) + ORDER_BOOK.replace('order-book\n', 'ledger\n'))
    await preview({ runId: 1002 })
    const updated = fake.commentsOn(STATE, 1)
    expect(updated).toHaveLength(1)
    expect(updated[0]?.id).toBe(created[0]?.id)
    expect(updated[0]?.body).toContain('`ledger`')
    const sent = writes().length
    const third = await preview({ runId: 1003 })
    expect(third.outputs.get('comment-url')).toBe(updated[0]?.html_url)
    expect(writes()).toHaveLength(sent)
  })

  turn()('finds its comment behind two pages of others, and never takes one that is not its own', async () => {
    await openPullRequest((await exampleImages()) + ORDER_BOOK)
    const marker = '<!-- image-factory:report id=default sha=abc run=1 attempt=1 -->'
    await fake.addComment(STATE, 1, { login: 'mallory', body: `${marker}\nours, honestly` })
    for (let index = 0; index < 130; index += 1)
      await fake.addComment(STATE, 1, { login: 'somebody', body: `talk ${index}` })
    await preview()
    for (let index = 0; index < 120; index += 1)
      await fake.addComment(STATE, 1, { login: 'somebody', body: `more ${index}` })
    await openPullRequest((await exampleImages()) + ORDER_BOOK.replace('order-book\n', 'ledger\n'))
    await preview({ runId: 1002 })
    const ours = fake.commentsOn(STATE, 1).filter(({ user }) => user.login === 'github-actions[bot]')
    expect(ours).toHaveLength(1)
    expect(ours[0]?.body).toContain('`ledger`')
    expect(fake.commentsOn(STATE, 1)[0]?.body).toBe(`${marker}\nours, honestly`)
  })

  turn()('keeps the comment of a newer run, and removes doubles of its own', async () => {
    await openPullRequest((await exampleImages()) + ORDER_BOOK)
    const body = (run: number) =>
      `<!-- image-factory:report id=default sha=abc run=${run} attempt=1 -->\nwritten by ${run}`
    for (const run of [900, 901]) await fake.addComment(STATE, 1, { login: 'github-actions[bot]', body: body(run) })
    await preview()
    expect(fake.commentsOn(STATE, 1)).toHaveLength(1)
    await fake.addComment(STATE, 1, { login: 'github-actions[bot]', body: body(5000).replace('default', 'other') })
    const [first] = fake.commentsOn(STATE, 1)
    const older = await preview({ runId: 900 })
    expect(fake.commentsOn(STATE, 1)[0]).toEqual(first)
    expect(older.code).toBe(0)
    expect(older.stdout).toContain('a newer run has reported already')
  })

  test('says nothing where nothing changes, unless asked to always', async () => {
    const workspace = await checkout({ fake, repository: STATE })
    await runAction({ fake, repository: STATE, workspace, ...(await eventPayloads.push(fake, STATE)) })
    await openPullRequest(`${await exampleImages()}\n# a remark\n`)
    const quiet = await preview()
    expect(quiet.code, quiet.stdout).toBe(0)
    expect(quiet.outputs.get('changed')).toBe('false')
    expect(fake.commentsOn(STATE, 1)).toEqual([])
    await preview({ inputs: { comment: 'always' } })
    expect(fake.commentsOn(STATE, 1)[0]?.body).toContain('**Nothing changes.**')
  })

  turn()('with comment: never gets a summary alone', async () => {
    await openPullRequest((await exampleImages()) + ORDER_BOOK)
    const run = await preview({ inputs: { comment: 'never' } })
    expect(fake.commentsOn(STATE, 1)).toEqual([])
    expect(run.summary).toContain('`order-book`')
  })

  describe('when a Dockerfile has moved on since the last commit', () => {
    beforeEach(async () => {
      const workspace = await checkout({ fake, repository: STATE })
      await runAction({ fake, repository: STATE, workspace, ...(await eventPayloads.push(fake, STATE)) })
      await fake.commitFiles(
        SOURCES[1],
        'main',
        { 'metrics-service/Dockerfile': 'FROM python:3.14-slim\n' },
        'Raise it',
      )
    })

    turn()('tells what it causes from what comes anyway', async () => {
      const images = (await exampleImages()).replace('rebuildDelay: 30d', 'rebuildDelay: 45d')
      await openPullRequest(images)
      const { outputs } = await preview()
      const body = fake.commentsOn(STATE, 1)[0]?.body ?? ''
      const [input = '', later = ''] = body.split('<summary>On main already: ')
      expect(input).toMatch(/ is rebuilt less often, at most once per 45d\*\* \(`rebuildDelay` 30d → 45d\)/)
      expect(input).not.toContain('python:3.14-slim')
      expect(later).toContain('`docker.io/library/python:3.14-slim`')
      expect(later).toContain('because of `metrics-service/Dockerfile:1` FROM')
      // What the next commit changes, whoever causes it.
      expect([outputs.get('added'), outputs.get('modified'), outputs.get('removed')]).toEqual(['2', '2', '0'])
    })

    turn()('asks for no file twice', async () => {
      await openPullRequest(`${await exampleImages()}\n# a remark\n`)
      const asked = fake.requests.length
      const run = await preview()
      expect(run.code, run.stdout).toBe(0)
      const queries = fake.requests
        .slice(asked)
        .filter(({ path, body }) => path.endsWith('/graphql') && /object/.test(JSON.stringify(body)))
      expect(queries).toHaveLength(1)
      expect(fake.commentsOn(STATE, 1)[0]?.body).toContain('**Nothing changes.**')
    })
  })

  turn()('is told without its base branch when that is broken', async () => {
    await fake.commitFiles(STATE, 'main', { 'images.yaml': '- name: Broken\n' }, 'Break it')
    await openPullRequest(await exampleImages())
    const run = await preview()
    expect(run.code, run.stdout).toBe(0)
    const body = fake.commentsOn(STATE, 1)[0]?.body ?? ''
    expect(body).toContain('Could not compare with main (it has errors itself: ')
    expect(body).not.toContain('On main already')
  })
})

describe('a token that may only read', () => {
  test('leaves the run green, with summary and notice', async () => {
    await openPullRequest((await exampleImages()) + ORDER_BOOK)
    const readable = Object.fromEntries([STATE, ...SOURCES].map((repository) => [repository, 'read' as const]))
    fake.addToken(WORKFLOW_TOKEN, readable)
    const run = await preview()
    expect(run.code, run.stdout).toBe(0)
    expect(fake.commentsOn(STATE, 1)).toEqual([])
    expect(run.summary).toContain('`order-book`')
    expect(run.annotations.filter(({ level }) => level === 'notice').map(({ message }) => message)).toEqual([
      expect.stringContaining('may not comment on this pull request'),
    ])
  })

  turn()('does so for a pull request from a fork', async () => {
    await fake.createRepository('mallory/factory-state', { forkOf: STATE })
    await fake.commitFiles(
      'mallory/factory-state',
      'topic',
      { 'images.yaml': (await exampleImages()) + ORDER_BOOK },
      'x',
    )
    await fake.createPullRequest(STATE, { number: 1, head: { ref: 'topic', repo: 'mallory/factory-state' } })
    const readable = Object.fromEntries([STATE, ...SOURCES].map((repository) => [repository, 'read' as const]))
    fake.addToken(WORKFLOW_TOKEN, readable)
    const run = await preview()
    expect(run.code, run.stdout).toBe(0)
    expect(run.summary).toContain('`order-book`')
    const asked = await preview({ inputs: { mode: 'commit' } })
    expect(asked.code).toBe(1)
    expect(asked.stdout).toContain('mallory/factory-state')
  })
})

describe('an images.yaml with mistakes', () => {
  test('fails at their lines and writes nothing', async () => {
    const broken = (await exampleImages()).replace('rebuildDelay: 30d', 'rebuildDelai: 30 days')
    await openPullRequest(broken)
    const run = await preview()
    const line = broken.split('\n').findIndex((text) => text.includes('rebuildDelai')) + 1
    expect(run.code).toBe(1)
    const errors = run.annotations.filter(({ level, file }) => level === 'error' && file !== null)
    expect(errors).toEqual([
      expect.objectContaining({
        file: 'images.yaml',
        line,
        col: 3,
        message: 'unknown key "rebuildDelai". Did you mean rebuildDelay?',
      }),
    ])
    expect(fake.commentsOn(STATE, 1)[0]?.body).toContain('rebuildDelai')
    expect(run.outputs.get('changed')).toBe('false')
    expect(run.outputs.get('images')).toBe('0')
  })

  turn()('fail a push too: nothing is committed', async () => {
    await fake.commitFiles(STATE, 'main', { 'images.yaml': '- name: Backstage\n' }, 'Break it')
    const before = await fake.head(STATE, 'main')
    const workspace = await checkout({ fake, repository: STATE })
    const run = await runAction({ fake, repository: STATE, workspace, ...(await eventPayloads.push(fake, STATE)) })
    expect(run.code).toBe(1)
    expect(await fake.head(STATE, 'main')).toBe(before)
    expect(generated(await fake.readFiles(STATE, 'main'))).toEqual([])
    expect(run.outputs.get('commit-sha')).toBe('')
    expect(Object.keys(await readTree(workspace))).toEqual(['images.yaml'])
  })
})

turn()('a merge group is only looked at', async () => {
  await openPullRequest((await exampleImages()) + ORDER_BOOK)
  const event = await eventPayloads.mergeGroup(fake, STATE, 1)
  const queue = event.ref.replace('refs/heads/', '')
  await fake.commitFiles(STATE, queue, { 'images.yaml': (await exampleImages()) + ORDER_BOOK }, 'Merge #1')
  const before = await fake.head(STATE, 'main')
  const run = await runAction({ fake, repository: STATE, ...event })
  expect(run.code, run.stdout).toBe(0)
  expect(run.outputs.get('images')).toBe('6')
  expect(await fake.head(STATE, 'main')).toBe(before)
  expect(join(run.runnerTemp, 'image-factory.diff')).toBe(run.outputs.get('diff-file'))
})
