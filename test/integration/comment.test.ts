import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { type CommentRequest, findOpenPullRequest, type PullRequest, upsertComment } from '../../src/publish/index.js'
import { connectGitHub } from '../../src/sources/index.js'
import { FakeGitHub } from '../support/fake-github.js'

const STATE = 'acme/factory-state'
let fake: FakeGitHub
let pull: PullRequest
let head: string

beforeEach(async () => {
  vi.stubEnv('IMAGE_FACTORY_PAUSE', '0.01')
  fake = await FakeGitHub.start()
  await fake.createRepository(STATE, { files: { 'images.yaml': '' } })
  fake.addToken('t', { [STATE]: 'write' })
  head = await fake.commitFiles(STATE, 'topic', { 'images.yaml': 'x' })
  await fake.createPullRequest(STATE, { number: 1, head: { ref: 'topic' } })
  const log = { warning: () => undefined, debug: () => undefined }
  const client = await connectGitHub({ apiUrl: fake.apiUrl, token: 't', log })
  pull = { client, owner: 'acme', repo: 'factory-state', number: 1 }
})
afterEach(async () => {
  vi.unstubAllEnvs()
  await fake.close()
})

const line = (run: number, id = 'default') => `<!-- image-factory:report id=${id} sha=abc run=${run} attempt=1 -->`

function request(run: number, text = `told by ${run}`, more: Partial<CommentRequest> = {}): CommentRequest {
  return {
    render: (budget) => `${line(run)}\n${text.slice(0, budget)}`,
    marker: { id: 'default', sha: 'abc', run, attempt: 1 },
    isReportable: true,
    head: null,
    ...more,
  }
}

const bodies = () => fake.commentsOn(STATE, 1).map(({ body }) => body)
const ours = { login: 'github-actions[bot]' }

describe('the first comment', () => {
  test('is made when there is news', async () => {
    expect(await upsertComment(pull, request(5))).toMatchObject({ kind: 'created' })
    expect(bodies()).toEqual([`${line(5)}\ntold by 5`])
  })

  test('is not made when there is none', async () => {
    expect(await upsertComment(pull, request(5, 'x', { isReportable: false }))).toMatchObject({ kind: 'skipped' })
    expect(bodies()).toEqual([])
  })

  test.each([
    ['older', 4, `${line(5)}\ntold by 5`, 'created'],
    ['newer', 6, `${line(6)}\ntheirs`, 'skipped'],
  ])('heals itself when an %s run makes one in the same moment', async (_, run, left, kind) => {
    const before = async () => void fake.addComment(STATE, 1, { ...ours, body: `${line(run)}\ntheirs` })
    fake.faults.push({ match: ({ method }) => method === 'POST', times: 1, before })
    expect(await upsertComment(pull, request(5))).toMatchObject({ kind })
    expect(bodies()).toEqual([left])
  })
})

describe('an existing comment', () => {
  test('is updated in place, and not written when it says the same', async () => {
    await upsertComment(pull, request(5))
    expect(await upsertComment(pull, request(6))).toMatchObject({ kind: 'updated' })
    const [comment] = fake.commentsOn(STATE, 1)
    expect(await upsertComment(pull, request(7, 'told by 6'))).toMatchObject({
      kind: 'unchanged',
      url: comment?.html_url,
    })
    expect(fake.commentsOn(STATE, 1)).toEqual([comment])
  })

  test('is brought up to date even when there is no news', async () => {
    await upsertComment(pull, request(5))
    expect(await upsertComment(pull, request(6, 'nothing', { isReportable: false }))).toMatchObject({ kind: 'updated' })
  })

  test('of a newer run stays, also when it is a double', async () => {
    fake.addComment(STATE, 1, { ...ours, body: `${line(3)}\nold` })
    fake.addComment(STATE, 1, { ...ours, body: `${line(9)}\nnew` })
    expect(await upsertComment(pull, request(5))).toMatchObject({ kind: 'skipped' })
    expect(bodies()).toEqual([`${line(3)}\nold`, `${line(9)}\nnew`])
  })

  test('has its doubles removed, even when somebody else removes them too', async () => {
    for (const run of [1, 2, 3]) fake.addComment(STATE, 1, { ...ours, body: `${line(run)}\nold` })
    fake.faults.push({ match: ({ method }) => method === 'DELETE', times: 1, respond: { status: 404, body: {} } })
    expect(await upsertComment(pull, request(5))).toMatchObject({ kind: 'updated' })
    expect(bodies()).toHaveLength(2)
  })

  test('is left alone when it is somebody else’s, or another report', async () => {
    fake.addComment(STATE, 1, { login: 'mallory', body: `${line(3)}\nours, honestly` })
    fake.addComment(STATE, 1, { ...ours, body: `${line(3, 'other')}\nother` })
    fake.addComment(STATE, 1, { ...ours, body: `quoted:\n${line(3)}` })
    const before = bodies()
    await upsertComment(pull, request(5))
    expect(bodies().slice(0, 3)).toEqual(before)
    expect(bodies()).toHaveLength(4)
  })

  test('is not written by a run that looked at an older head', async () => {
    await upsertComment(pull, request(5))
    const moved = { match: ({ path }: { path: string }) => /\/pulls\/1$/.test(path), times: 1 }
    const before = async () => {
      await fake.commitFiles(STATE, 'topic', { 'images.yaml': 'y' })
      await fake.createPullRequest(STATE, { number: 1, head: { ref: 'topic' } })
    }
    fake.faults.push({ ...moved, before })
    expect(await upsertComment(pull, request(6, 'stale', { head }))).toMatchObject({ kind: 'skipped' })
    expect(bodies()).toEqual([`${line(5)}\ntold by 5`])
  })
})

test('what is too long is written shorter', async () => {
  const tooLong = {
    status: 422,
    body: { message: 'Validation Failed: Body is too long (maximum is 65536 characters)' },
  }
  fake.faults.push({ match: ({ method }) => method === 'POST', times: 2, respond: tooLong })
  expect(await upsertComment(pull, request(5, 'x'.repeat(100_000)))).toMatchObject({ kind: 'created' })
  expect(bodies()[0]?.length).toBeLessThan(11_000)
})

test('a token that may not comment is said', async () => {
  fake.addToken('t', { [STATE]: 'read' })
  expect(await upsertComment(pull, request(5))).toEqual({ kind: 'forbidden' })
})

describe('GitHub in trouble', () => {
  const isPost = ({ method, path }: { method: string; path: string }) => method === 'POST' && /comments$/.test(path)

  test.each([
    ['was made', 'truncate', 1],
    ['was not made', 'reset', 2],
  ] as const)('a comment whose answer is lost and that %s is there once', async (_, respond, posts) => {
    fake.faults.push({ match: isPost, times: 1, respond })
    const result = await upsertComment(pull, request(5))
    expect(result).toEqual({ kind: 'created', url: fake.commentsOn(STATE, 1)[0]?.html_url })
    expect(bodies()).toEqual([`${line(5)}\ntold by 5`])
    expect(fake.requests.filter(isPost)).toHaveLength(posts)
  })

  test('an answer that is lost is not taken for the comment of an older run', async () => {
    const before = async () => void fake.addComment(STATE, 1, { ...ours, body: `${line(4)}\ntheirs` })
    fake.faults.push({ match: isPost, times: 1, before, respond: 'reset' })
    expect(await upsertComment(pull, request(5))).toMatchObject({ kind: 'created' })
    expect(bodies()).toEqual([`${line(5)}\ntold by 5`])
  })

  test('who does not know its own comment makes no second one', async () => {
    fake.addToken('t', { [STATE]: 'write' }, 'factory-app[bot]')
    await upsertComment(pull, request(5))
    fake.faults.push({ match: ({ path }) => path === '/api/graphql', times: 99, respond: { status: 502 } })
    await expect(upsertComment(pull, request(6))).rejects.toThrow(/502/)
    expect(bodies()).toEqual([`${line(5)}\ntold by 5`])
  })

  test('a limit is no missing permission', async () => {
    const limited = { status: 403, headers: { 'retry-after': '3600' }, body: { message: 'secondary rate limit' } }
    fake.faults.push({ match: isPost, times: 99, respond: limited })
    await expect(upsertComment(pull, request(5))).rejects.toThrow(/is rate-limiting this token/)
  })
})

describe('the open pull request of a head', () => {
  const find = (branch: string, sha: string) => findOpenPullRequest(pull.client, pull, { branch, sha })

  test('is found, in a fork too', async () => {
    await fake.createRepository('mallory/factory-state', { forkOf: STATE })
    const sha = await fake.commitFiles('mallory/factory-state', 'topic', { 'images.yaml': 'z' })
    await fake.createPullRequest(STATE, { number: 2, head: { ref: 'topic', repo: 'mallory/factory-state' } })
    expect(await find('mallory:topic', sha)).toBe(2)
    expect(await find('acme:topic', head)).toBe(1)
  })

  test('is none when it has moved on, is closed, or is of another branch', async () => {
    expect(await find('acme:topic', 'f'.repeat(40))).toBeNull()
    expect(await find('mallory:topic', head)).toBeNull()
    await fake.createPullRequest(STATE, { number: 1, head: { ref: 'topic' }, state: 'closed' })
    expect(await find('acme:topic', head)).toBeNull()
  })
})
