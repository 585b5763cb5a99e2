import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { readFromGitLab } from '../../src/sources/gitlab.js'
import type { GitLabOptions } from '../../src/sources/gitlab-client.js'
import { type FileAnswer, type FileRequest, MAX_FILE_BYTES, requestKey } from '../../src/sources/source-file.js'
import { newClock } from '../support/clock.js'
import { FakeGitLab, type FakeProject } from '../support/fake-gitlab.js'

const TOKEN = 'glpat-CANARY-0123456789'
const NARROW = 'glpat-NARROW-0123456789'

const APP: FakeProject = {
  id: 7,
  visibility: 'public',
  defaultBranch: 'trunk',
  formerly: ['group/before'],
  branches: {
    trunk: {
      Dockerfile: 'FROM a:1\n',
      'deep/ä b/Dockerfile.prod': 'FROM b:1\n',
      empty: '',
      link: '../docker/Dockerfile',
      binary: Buffer.from([70, 0, 1]),
      latin: Buffer.from([0x23, 0xe9, 0x0a]),
      largest: Buffer.alloc(MAX_FILE_BYTES, '# \n'),
      large: Buffer.alloc(MAX_FILE_BYTES + 1, '# \n'),
    },
    'feature/x': { Dockerfile: 'FROM a:2\n' },
  },
}
const SECRET: FakeProject = { ...APP, id: 8, visibility: 'private', formerly: [] }
const EMPTY: FakeProject = { id: 9, visibility: 'public', defaultBranch: null, branches: {} }

let gitlab: FakeGitLab

async function start(root = ''): Promise<FakeGitLab> {
  const fake = await FakeGitLab.start(root)
  fake.projects.set('group/sub/app', APP)
  fake.projects.set('group/secret', SECRET)
  fake.projects.set('group/guarded', { ...SECRET, id: 10 })
  fake.projects.set('group/empty', EMPTY)
  const member = { 'group/secret': 'developer', 'group/guarded': 'guest' } as const
  fake.tokens.set(TOKEN, { scope: 'read_api', member })
  fake.tokens.set(NARROW, { scope: 'read_repository', member })
  return fake
}

beforeEach(async () => {
  gitlab = await start()
})

afterEach(async () => {
  await gitlab.close()
})

const request = (path: string, branch: string | null = null, repo = 'group/sub/app'): FileRequest => ({
  provider: 'gitlab',
  repo,
  branch,
  path,
})

const pauses: number[] = []
const said: string[] = []

beforeEach(() => {
  pauses.length = 0
  said.length = 0
})

function reader(options: Partial<GitLabOptions> = {}) {
  const log = { warning: (text: string) => said.push(text), debug: (text: string) => said.push(text) }
  return readFromGitLab({ url: gitlab.url, token: TOKEN, clock: newClock(pauses), log, ...options })
}

async function ask(requests: readonly FileRequest[], options: Partial<GitLabOptions> = {}): Promise<FileAnswer[]> {
  const answers = await reader(options).read(requests)
  expect(answers.size).toBe(new Set(requests.map(requestKey)).size)
  expect(gitlab.unknownRequests).toEqual([])
  return requests.map((one) => {
    const answer = answers.get(requestKey(one))
    if (answer === undefined) throw new Error(`no answer to ${requestKey(one)}`)
    return answer
  })
}

async function askOne(one: FileRequest, options: Partial<GitLabOptions> = {}): Promise<FileAnswer> {
  const [answer] = await ask([one], options)
  return answer!
}

describe('files of GitLab', () => {
  it.each([
    ['of the default branch', request('Dockerfile'), { text: 'FROM a:1\n', branch: 'trunk' }],
    ['of a branch', request('Dockerfile', 'feature/x'), { text: 'FROM a:2\n', branch: 'feature/x' }],
    ['in folders', request('deep/ä b/Dockerfile.prod', 'trunk'), { text: 'FROM b:1\n', branch: 'trunk' }],
    ['without anything in it', request('empty'), { text: '', branch: 'trunk' }],
    ['of a private project', request('Dockerfile', null, 'group/secret'), { text: 'FROM a:1\n', branch: 'trunk' }],
    ['in another encoding', request('latin'), { text: '#\ufffd\n', branch: 'trunk' }],
    ['at HEAD', request('Dockerfile', 'HEAD'), { text: 'FROM a:1\n', branch: 'HEAD' }],
  ])('%s', async (_, one, expected) => {
    expect(await askOne(one)).toEqual({ kind: 'found', ...expected })
  })

  it('of the largest size', async () => {
    const answer = await askOne(request('largest', 'trunk'))
    expect(answer.kind === 'found' && answer.text.length).toBe(MAX_FILE_BYTES)
  })

  it('of a public project without a token', async () => {
    expect(await askOne(request('Dockerfile'), { token: '' })).toMatchObject({ kind: 'found', branch: 'trunk' })
    expect(gitlab.requests.filter(({ headers }) => 'private-token' in headers)).toEqual([])
  })

  it('with the scope read_repository alone, which may not ask for the default branch', async () => {
    const answers = await ask([request('Dockerfile', null, 'group/secret'), request('Dockerfile', 'feature/x')], {
      token: NARROW,
    })
    expect(answers).toEqual([
      { kind: 'found', text: 'FROM a:1\n', branch: null },
      { kind: 'found', text: 'FROM a:2\n', branch: 'feature/x' },
    ])
  })

  it.each([['/'], ['/api/v4'], ['/api/v4/'], ['']])('below a path, given with %j at its end', async (end) => {
    await gitlab.close()
    gitlab = await start('/gitlab')
    expect(await askOne(request('Dockerfile'), { url: `${gitlab.url}${end}` })).toMatchObject({ kind: 'found' })
  })
})

describe('a failure says which, and what mends it', () => {
  it.each([
    [
      'repository',
      'no project',
      request('Dockerfile', 'main', 'group/none'),
      /^there is no project group\/none on 127/,
    ],
    [
      'repository',
      'none, asked for the default branch',
      request('x', null, 'group/none'),
      /404 Project Not Found\)\.$/,
    ],
    ['branch', 'no branch', request('Dockerfile', 'gone'), /^group\/sub\/app has no branch gone\.$/],
    ['branch', 'no branch of an empty project', request('x', 'main', 'group/empty'), /has no branch main\.$/],
    ['file', 'no file', request('Nope', 'feature/x'), /^there is no Nope of group\/sub\/app \(feature\/x\)\.$/],
    ['file', 'no file in the default branch', request('Nope'), /^there is no Nope of group\/sub\/app \(trunk\)\.$/],
    ['file', 'a folder', request('deep'), /^there is no deep of /],
    [
      'file',
      'an empty project',
      request('x', null, 'group/empty'),
      /^there is no x of group\/empty \(default branch\)\.$/,
    ],
    ['content', 'a link', request('link'), /^link of .* is a symbolic link to \.\.\/docker\/Dockerfile\.$/],
    ['content', 'binary', request('binary'), /^binary of group\/sub\/app \(trunk\) is binary\.$/],
    ['content', 'too large', request('large'), /^large of .* is too large \(more than 8388608 bytes\)\.$/],
    ['unreachable', 'no permission', request('Dockerfile', 'trunk', 'group/guarded'), /be read \(403 Forbidden\)\.$/],
    [
      'unreachable',
      'of GitHub',
      { ...request('x'), provider: 'github' as const },
      /is on github, and 127\S* is not contacted/,
    ],
    [
      'repository',
      'moved',
      request('Dockerfile', 'trunk', 'group/before'),
      /^group\/before has moved to the project with the number 7\.$/,
    ],
    ['repository', 'moved, without a branch', request('x', null, 'group/before'), /^group\/before has moved to/],
  ])('%s: %s', async (reason, _, one, expected) => {
    const answer = await askOne(one)
    expect(answer).toMatchObject({ kind: 'failed', reason, remedy: expect.stringMatching(/\.$/) })
    expect(answer.kind === 'failed' && answer.message).toMatch(expected)
    expect(pauses).toEqual([])
  })

  it('a token that is not known', async () => {
    expect(await askOne(request('Dockerfile'), { token: 'expired' })).toMatchObject({
      reason: 'unreachable',
      message: expect.stringMatching(/\(401 Unauthorized\)\.$/),
      remedy: expect.stringMatching(/gitlab-token with the scope read_repository or read_api/),
    })
  })

  it('a hidden project looks the same as none, with a token and without', async () => {
    const hidden = request('Dockerfile', 'trunk', 'group/secret')
    expect(await askOne(hidden, { token: '' })).toMatchObject({
      reason: 'repository',
      message: expect.stringMatching(/only a token may see it/),
      remedy: expect.stringMatching(/gitlab-token/),
    })
  })

  it('a guest is told of the permission without a branch, too', async () => {
    const guarded = request('Dockerfile', null, 'group/guarded')
    expect(await askOne(guarded)).toMatchObject({
      reason: 'unreachable',
      message: expect.stringMatching(/403 Forbidden/),
    })
  })

  it('a path that would climb is not asked for', async () => {
    const climbing = [request('..', 'trunk'), request('.', 'trunk'), request('', 'trunk'), request('\ud800', 'trunk')]
    expect(await ask([...climbing, request('x', 'trunk', '..')])).toMatchObject([
      ...climbing.map(() => ({ reason: 'file' })),
      { reason: 'repository' },
    ])
    expect(gitlab.requests).toEqual([])
    await ask([request('../../../user', 'trunk')])
    expect(gitlab.asked).toEqual(['/projects/group%2Fsub%2Fapp/repository/files/..%2F..%2F..%2Fuser?ref=trunk'])
  })

  it('one that fails does not take the others with it', async () => {
    const answers = await ask([request('x', null, 'group/none'), request('Dockerfile'), request('Nope')])
    expect(answers.map(({ kind }) => kind)).toEqual(['failed', 'found', 'failed'])
  })
})

describe('what was not found is asked about when a bare 404 does not tell', () => {
  const bare = (match: RegExp) => gitlab.faults.push({ match, times: 99, respond: { status: 404, body: '<html>' } })

  it.each([
    ['file', request('Nope', 'feature/x'), /files/],
    ['branch', request('Dockerfile', 'gone'), /files/],
    ['branch', request('Dockerfile', 'gone'), /repository/],
    ['repository', request('Dockerfile', 'gone'), /./],
    ['repository', request('Dockerfile', null), /./],
    ['file', request('Nope'), /files/],
  ])('%s', async (reason, one, match) => {
    bare(match)
    expect(await askOne(one)).toMatchObject({ kind: 'failed', reason })
  })

  it('and says both where the token may not ask', async () => {
    bare(/files/)
    expect(await askOne(request('Nope', 'trunk'), { token: NARROW })).toMatchObject({
      reason: 'file',
      message: expect.stringMatching(/, or no such branch\.$/),
    })
  })
})

describe('safety', () => {
  it('the token goes to the server that is named and to no other, and is in no message', async () => {
    const other = await start()
    const hostile = `${TOKEN}\u001b[31m\n::error::${'\u202e'}${'x'.repeat(5000)}`
    const redirect = (location: string) => ({ status: 302, headers: { location } })
    const faults: (typeof gitlab.faults)[number]['respond'][] = [
      redirect(`${other.url}/api/v4/projects/1`),
      redirect(`${gitlab.url}/api/v4/projects/group%2Fnew%0a${TOKEN}?private_token=${TOKEN}`),
      redirect(`/users/sign_in?token=${TOKEN}`),
      redirect('http://['),
      { status: 301 },
      { status: 403, body: JSON.stringify({ message: hostile }) },
      { status: 401, body: JSON.stringify({ error: hostile, message: { a: hostile } }) },
      { status: 404, body: JSON.stringify({ message: `404 Project Not Found ${hostile}` }) },
      { status: 418, body: hostile },
      {
        status: 200,
        body: JSON.stringify({ encoding: 'base64', content: Buffer.from(`${TOKEN}\u0007/x`).toString('base64') }),
      },
    ]
    const answers: FileAnswer[] = []
    for (const respond of faults) {
      gitlab.faults.push({ times: 1, respond })
      answers.push(await askOne(request('Dockerfile', 'trunk')))
    }
    expect(answers.map((answer) => answer.kind)).toEqual(faults.map(() => 'failed'))
    expect(answers.map((answer) => answer.kind === 'failed' && answer.message)).toEqual([
      `${gitlab.host} redirects to ${new URL(other.url).origin} for group/sub/app, and no token is sent after a redirect.`,
      'group/sub/app has moved to group/new ***.',
      `${gitlab.host} redirects to /users/sign_in for group/sub/app, and no token is sent after a redirect.`,
      ...[0, 1].map(() => expect.stringMatching(/ redirects to an invalid address for group\/sub\/app/)),
      ...Array.from({ length: 5 }, () => expect.stringMatching(/^.{10,510}$/u)),
    ])
    expect(JSON.stringify([answers, said])).not.toContain(TOKEN)
    expect(
      answers.map((answer) => (answer.kind === 'failed' ? answer.message + answer.remedy : '')).join(''),
    ).not.toMatch(/[\p{Cc}\u202e]/u)
    expect(other.requests).toEqual([])
    expect(gitlab.requests.every(({ headers }) => headers['private-token'] === TOKEN)).toBe(true)
    expect(gitlab.requests.every(({ url }) => !url.includes(TOKEN))).toBe(true)
    await other.close()
  })
})
