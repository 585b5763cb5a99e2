/** The fake GitHub must refuse what GitHub refuses; else the tests that lean on it prove nothing. */
import { existsSync } from 'node:fs'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, afterEach, beforeEach, describe, expect, test } from 'vitest'
import { checkout } from '../../support/checkout.js'
import { FakeGitHub } from '../../support/fake-github.js'
import { FULL } from '../../support/full.js'
import { git, gitEnvironment, tokenEnvironment, tryGit } from '../../support/git.js'
import { removeTempFolders, tempFolder } from '../../support/temp-folder.js'
import { graphql, rest } from './ask.js'

const STATE = 'acme/state'
let fake: FakeGitHub

beforeEach(async () => {
  fake = await FakeGitHub.start()
  await fake.createRepository(STATE, { files: { 'images.yaml': '- name: one\n', 'dir/a.txt': 'a\n' } })
  await fake.createRepository('acme/hidden', { files: { Dockerfile: 'FROM scratch\n' } })
  fake.addToken('writer', { [STATE]: 'write' })
  fake.addToken('reader', { [STATE]: 'read' })
})

afterEach(async () => {
  await fake.close()
  expect(fake.internalErrors).toEqual([])
})

afterAll(removeTempFolders)

describe.skipIf(!FULL)('git over HTTP', () => {
  test('clones and pushes with a token that may', async () => {
    const { path } = await tempFolder()
    const env = tokenEnvironment(fake.url, 'writer')
    await git(path, ['clone', '--quiet', `${fake.url}/${STATE}.git`, 'c'], { env })
    const clone = join(path, 'c')
    expect(await readFile(join(clone, 'images.yaml'), 'utf8')).toBe('- name: one\n')
    await writeFile(join(clone, 'new.txt'), 'x'.repeat(3_000_000))
    await git(clone, ['add', '.'])
    await git(clone, ['commit', '--quiet', '-m', 'more'])
    await git(clone, ['push', '--quiet', 'origin', 'HEAD:main'], { env })
    expect((await fake.log(STATE, 'main'))[0]?.message).toBe('more')
    expect(await fake.head(STATE, 'main')).toBe(await git(clone, ['rev-parse', 'HEAD']))
  })

  test.each([
    ['no token', null, /could not read Username/],
    // git answers a refused extraheader by asking for a name, as it does with GitHub.
    ['an unknown token', 'nobody', /could not read Username/],
    ['a token for another repository', 'other', /Repository not found/],
  ])('refuses to clone with %s', async (_name, token, message) => {
    fake.addToken('other', { 'acme/hidden': 'write' })
    const { path } = await tempFolder()
    const env = token === null ? gitEnvironment() : tokenEnvironment(fake.url, token)
    const result = await tryGit(path, ['clone', `${fake.url}/${STATE}`, 'c'], { env })
    expect(result.code).toBe(128)
    expect(result.stderr.toString()).toMatch(message)
  })

  test('a public repository is cloned without a token', async () => {
    await fake.createRepository('acme/public', { files: { a: 'a' }, private: false })
    const { path } = await tempFolder()
    await git(path, ['clone', '--quiet', `${fake.url}/acme/public`, 'c'])
    expect(existsSync(join(path, 'c', 'a'))).toBe(true)
  })

  test('refuses a push with a read-only token, and one by a ruleset', async () => {
    const clone = await checkout({ fake, repository: STATE, token: 'reader' })
    await git(clone, ['commit', '--quiet', '--allow-empty', '-m', 'mine'])
    const push = (token: string) =>
      tryGit(clone, ['push', '--porcelain', 'origin', 'HEAD:main'], { env: tokenEnvironment(fake.url, token) })
    const denied = await push('reader')
    expect(denied.code).not.toBe(0)
    expect(denied.stderr.toString()).toContain('Permission to acme/state.git denied to github-actions[bot].')
    await fake.refusePushes(STATE, 'error: GH013: Repository rule violations found')
    const declined = await push('writer')
    expect(declined.stdout.toString()).toContain('[remote rejected] (pre-receive hook declined)')
    expect(declined.stderr.toString()).toContain('GH013')
    await fake.refusePushes(STATE, null)
    expect((await push('writer')).code).toBe(0)
  })

  test('two Authorization headers are a bad request', async () => {
    const clone = await checkout({ fake, repository: STATE, token: 'writer', persistCredentials: true })
    const result = await tryGit(clone, ['fetch', 'origin'], { env: tokenEnvironment(fake.url, 'writer') })
    expect(result.stderr.toString()).toMatch(/400/)
  })

  test.each([
    ['commit-lands', /^!\t.*\[remote rejected\] \(failed to update ref\)/m],
    ['push-starts', /^!\t.*\[rejected\] \(fetch first\)/m],
  ] as const)('a push that loses the race is refused: %s', async (when, message) => {
    const clone = await checkout({ fake, repository: STATE, token: 'writer' })
    const env = tokenEnvironment(fake.url, 'writer')
    await git(clone, ['commit', '--quiet', '--allow-empty', '-m', 'mine'])
    fake.loseRace(STATE, 'main', { files: { 'other.txt': '1' }, when })
    const push = () => tryGit(clone, ['push', '--porcelain', 'origin', 'HEAD:main'], { env })
    expect((await push()).stdout.toString()).toMatch(message)
    expect((await fake.log(STATE, 'main')).map((entry) => entry.message)).toEqual([
      'Somebody was faster',
      'Initial commit',
    ])
    await git(clone, ['fetch', '--quiet', 'origin', '+refs/heads/main:refs/remotes/origin/main'], { env })
    await git(clone, ['reset', '--quiet', '--hard', 'origin/main'])
    await git(clone, ['commit', '--quiet', '--allow-empty', '-m', 'mine'])
    expect((await push()).code).toBe(0)
  })
})

describe.skipIf(!FULL)('checkout', () => {
  test('leaves a branch, shallow, without credentials', async () => {
    await fake.commitFiles(STATE, 'main', { 'b.txt': 'b' }, 'second')
    const path = await checkout({ fake, repository: STATE, token: 'reader' })
    expect(await git(path, ['rev-parse', '--abbrev-ref', 'HEAD'])).toBe('main')
    expect(await git(path, ['rev-list', '--count', 'HEAD'])).toBe('1')
    expect(await readFile(join(path, '.git/config'), 'utf8')).not.toMatch(/extraheader|@127/)
  })

  test('leaves a pull request detached on its merge, also from a fork', async () => {
    await fake.createRepository('friend/state', { forkOf: STATE })
    await fake.commitFiles('friend/state', 'topic', { 'b.txt': 'b' }, 'theirs')
    await fake.commitFiles(STATE, 'main', { 'c.txt': 'c' }, 'ours')
    const { mergeSha } = await fake.createPullRequest(STATE, {
      number: 7,
      head: { repo: 'friend/state', ref: 'topic' },
    })
    const path = await checkout({ fake, repository: STATE, ref: 'refs/pull/7/merge', token: 'reader' })
    expect(await git(path, ['rev-parse', 'HEAD'])).toBe(mergeSha)
    expect((await tryGit(path, ['symbolic-ref', 'HEAD'])).code).not.toBe(0)
    expect(existsSync(join(path, 'b.txt')) && existsSync(join(path, 'c.txt'))).toBe(true)
  })

  test('a pull request in conflict has no merge', async () => {
    await fake.commitFiles(STATE, 'topic', { 'images.yaml': 'x\n' }, 'theirs')
    await fake.commitFiles(STATE, 'main', { 'images.yaml': 'y\n' }, 'ours')
    const pullRequest = await fake.createPullRequest(STATE, { number: 8, head: { ref: 'topic' } })
    expect(pullRequest).toMatchObject({ mergeable: false, mergeSha: null })
  })
})

describe.skipIf(!FULL)('REST', () => {
  test('knows tokens and permissions', async () => {
    expect((await rest(fake, 'GET', `/repos/${STATE}`, { token: 'nobody' })).body).toMatchObject({
      message: 'Bad credentials',
    })
    expect((await rest(fake, 'GET', '/repos/acme/hidden')).status).toBe(404)
    expect((await rest(fake, 'GET', `/repos/${STATE}`)).body).toMatchObject({
      default_branch: 'main',
      full_name: STATE,
    })
    expect(fake.unknownRequests).toEqual([])
    expect((await rest(fake, 'GET', '/rate_limits')).status).toBe(404)
    expect(fake.unknownRequests.map((request) => request.path)).toEqual(['/api/v3/rate_limits'])
  })

  test('reads branches, refs, commits, contents and blobs', async () => {
    const sha = await fake.head(STATE, 'main')
    expect((await rest(fake, 'GET', `/repos/${STATE}/branches/main`)).body).toMatchObject({ commit: { sha } })
    expect((await rest(fake, 'GET', `/repos/${STATE}/branches/gone`)).body).toMatchObject({
      message: 'Branch not found',
    })
    expect((await rest(fake, 'GET', `/repos/${STATE}/git/ref/heads/main`)).body).toMatchObject({ object: { sha } })
    expect((await rest(fake, 'GET', `/repos/${STATE}/commits/main`)).body).toMatchObject({
      sha,
      commit: { message: 'Initial commit' },
    })
    const file = (await rest(fake, 'GET', `/repos/${STATE}/contents/dir/a.txt?ref=main`)).body
    expect(file).toMatchObject({ type: 'file', path: 'dir/a.txt', content: Buffer.from('a\n').toString('base64') })
    expect((await rest(fake, 'GET', `/repos/${STATE}/contents/dir`)).body).toMatchObject([
      { path: 'dir/a.txt', type: 'file' },
    ])
    expect((await rest(fake, 'GET', `/repos/${STATE}/contents/nothing`)).status).toBe(404)
    const blob = (file as { sha: string }).sha
    expect((await rest(fake, 'GET', `/repos/${STATE}/git/blobs/${blob}`)).body).toMatchObject({
      size: 2,
      encoding: 'base64',
    })
    const raw = await fetch(`${fake.apiUrl}/repos/${STATE}/contents/images.yaml`, {
      headers: { authorization: 'Bearer reader', accept: 'application/vnd.github.raw+json' },
    })
    expect(await raw.text()).toBe('- name: one\n')
  })

  test('comments: create, update, delete, pages, limits, permissions', async () => {
    await fake.commitFiles(STATE, 'topic', { 'b.txt': 'b' }, 'b')
    await fake.createPullRequest(STATE, { number: 3, head: { ref: 'topic' } })
    const path = `/repos/${STATE}/issues/3/comments`
    for (let at = 0; at < 120; at += 1) fake.addComment(STATE, 3, { login: 'octocat', body: `No. ${at}` })
    const made = await rest(fake, 'POST', path, { body: { body: 'hello' } })
    expect(made).toMatchObject({
      status: 201,
      body: { body: 'hello', user: { login: 'github-actions[bot]', type: 'Bot' } },
    })
    const first = await rest(fake, 'GET', `${path}?per_page=500`)
    expect(first.body).toHaveLength(100)
    const next = /<([^>]+)>; rel="next"/.exec(first.headers.get('link') ?? '')?.[1] ?? ''
    expect(next).toMatch(/^http:.*page=2/)
    const second = await fetch(next, { headers: { authorization: 'token reader' } })
    expect(await second.json()).toHaveLength(21)
    const { id } = made.body as { id: number }
    const one = `/repos/${STATE}/issues/comments/${id}`
    expect((await rest(fake, 'PATCH', one, { body: { body: 'bye' } })).body).toMatchObject({ id, body: 'bye' })
    const long = await rest(fake, 'PATCH', one, { body: { body: 'x'.repeat(65_537) } })
    expect(long.status).toBe(422)
    expect(JSON.stringify(long.body)).toContain('Body is too long (maximum is 65536 characters)')
    const denied = await rest(fake, 'POST', path, { body: { body: 'x' }, token: 'reader' })
    expect(denied).toMatchObject({ status: 403, body: { message: 'Resource not accessible by integration' } })
    expect((await rest(fake, 'DELETE', one)).status).toBe(204)
    expect(fake.commentsOn(STATE, 3)).toHaveLength(120)
    expect((await rest(fake, 'POST', `/repos/${STATE}/issues/4/comments`, { body: { body: 'x' } })).status).toBe(404)
  })

  test('finds the pull request a merged commit came from', async () => {
    await fake.commitFiles(STATE, 'topic', { 'b.txt': 'b' }, 'b')
    await fake.createPullRequest(STATE, { number: 5, head: { ref: 'topic' } })
    const sha = await fake.mergePullRequest(STATE, 5)
    expect(sha).toBe(await fake.head(STATE, 'main'))
    expect((await rest(fake, 'GET', `/repos/${STATE}/commits/${sha}/pulls`)).body).toMatchObject([
      { number: 5, merged: true },
    ])
    expect((await rest(fake, 'GET', `/repos/${STATE}/pulls/5`)).body).toMatchObject({
      head: { repo: { full_name: STATE } },
    })
  })
})

describe.skipIf(!FULL)('faults', () => {
  test('hit the requests they name, as often as they say', async () => {
    let called = 0
    fake.faults.push({
      match: (request) => request.path === '/api/graphql',
      times: 2,
      respond: { status: 502, headers: { 'retry-after': '1' }, body: { message: 'Bad gateway' } },
      before: async () => {
        called += 1
      },
    })
    expect((await graphql(fake, '{ viewer { login } }')).status).toBe(502)
    expect((await graphql(fake, '{ viewer { login } }')).headers.get('retry-after')).toBe('1')
    expect((await graphql(fake, '{ viewer { login } }')).status).toBe(200)
    expect(called).toBe(2)
    expect(fake.requests.map((request) => request.status)).toEqual([502, 502, 200])
  })

  test('cut connections; a truncated answer means the work was done', async () => {
    await fake.commitFiles(STATE, 'topic', { 'b.txt': 'b' }, 'b')
    await fake.createPullRequest(STATE, { number: 1, head: { ref: 'topic' } })
    const post = () => rest(fake, 'POST', `/repos/${STATE}/issues/1/comments`, { body: { body: 'x' } })
    fake.faults.push({ match: (request) => request.method === 'POST', times: 1, respond: 'reset' })
    await expect(post()).rejects.toThrow()
    expect(fake.comments).toHaveLength(0)
    fake.faults.push({ match: (request) => request.method === 'POST', times: 1, respond: 'truncate' })
    await expect(post()).rejects.toThrow()
    expect(fake.comments).toHaveLength(1)
    expect(fake.requests.map((request) => request.status)).toEqual([0, 0])
  })

  test('a timeout is never answered', async () => {
    fake.faults.push({ match: () => true, times: 1, respond: 'timeout' })
    const asked = fetch(`${fake.apiUrl}/repos/${STATE}`, { signal: AbortSignal.timeout(200) })
    await expect(asked).rejects.toThrow()
  })
})
