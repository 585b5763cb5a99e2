import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { readFromGitLab } from '../../../src/sources/gitlab.js'
import { type FileAnswer, type FileRequest, requestKey } from '../../../src/sources/source-file.js'
import { BAD, BadServer } from '../../support/bad-server.js'
import { newClock } from '../../support/clock.js'
import { type FakeFault, FakeGitLab } from '../../support/fake-gitlab.js'

const TOKEN = 'glpat-CANARY-0123456789'

const pauses: number[] = []
const warnings: string[] = []
let gitlab: FakeGitLab

async function start(): Promise<FakeGitLab> {
  const fake = await FakeGitLab.start()
  const trunk = { Dockerfile: 'FROM a:1\n', empty: '', other: '# \n' }
  fake.projects.set('group/sub/app', { id: 7, visibility: 'public', defaultBranch: 'trunk', branches: { trunk } })
  fake.tokens.set(TOKEN, { scope: 'read_api', member: {} })
  return fake
}

beforeEach(async () => {
  pauses.length = 0
  warnings.length = 0
  gitlab = await start()
})

afterEach(async () => {
  vi.unstubAllEnvs()
  await gitlab.close()
})

const request = (path: string, branch: string | null = null): FileRequest => ({
  provider: 'gitlab',
  repo: 'group/sub/app',
  branch,
  path,
})

function reader(url = gitlab.url) {
  const log = { warning: (text: string) => warnings.push(text), debug: () => undefined }
  return readFromGitLab({ url, token: TOKEN, clock: newClock(pauses), log })
}

async function ask(requests: readonly FileRequest[], url?: string): Promise<FileAnswer[]> {
  const answers = await reader(url).read(requests)
  expect(gitlab.unknownRequests).toEqual([])
  expect([...answers.keys()].sort()).toEqual([...new Set(requests.map(requestKey))].sort())
  return [...answers.values()]
}

async function askOne(one: FileRequest, url?: string): Promise<FileAnswer> {
  const [answer] = await ask([one], url)
  return answer!
}

describe('requests', () => {
  it('one a file, one a project, nothing twice', async () => {
    const app = '/projects/group%2Fsub%2Fapp'
    const all = [request('Dockerfile'), request('Dockerfile'), request('empty'), request('Dockerfile', 'trunk')]
    const gitlabReader = reader()
    await gitlabReader.read(all)
    expect([...gitlab.asked].sort()).toEqual([
      app,
      `${app}/repository/files/Dockerfile?ref=trunk`,
      `${app}/repository/files/empty?ref=trunk`,
    ])
    await gitlabReader.read([request('other')])
    expect(gitlab.asked.slice(3)).toEqual([`${app}/repository/files/other?ref=trunk`])
  })

  it('a missing branch is told without another question', async () => {
    await ask([request('a', 'gone'), request('b', 'gone')])
    expect(gitlab.requests).toHaveLength(2)
  })

  it('eight at the same time, not more', async () => {
    await ask(Array.from({ length: 60 }, (_, n) => request(`missing-${n}`, 'trunk')))
    expect(gitlab.busiest).toBeGreaterThan(1)
    expect(gitlab.busiest).toBeLessThanOrEqual(8)
  })

  it('none when there is nothing to read', async () => {
    expect((await reader().read([])).size).toBe(0)
    expect(gitlab.requests).toEqual([])
  })
})

describe('trouble', () => {
  const fault = (respond: FakeFault['respond'], times = 1) => gitlab.faults.push({ respond, times })
  const one = request('Dockerfile', 'trunk')

  it.each([
    ['a server error', { status: 500 }],
    ['a bad gateway', { status: 502, body: '<html>' }],
    ['a connection that is reset', 'reset'],
    ['an answer that is cut off', 'truncate'],
  ] as const)('%s passes', async (_, respond) => {
    fault(respond, 2)
    expect(await askOne(one)).toMatchObject({ kind: 'found' })
    expect(gitlab.requests).toHaveLength(3)
    expect(pauses).toHaveLength(2)
    expect(pauses[0]).toBeGreaterThanOrEqual(1000)
    expect(pauses[1]).toBeGreaterThanOrEqual(2000)
    expect(pauses[1]).toBeLessThanOrEqual(4000)
    expect(warnings).toEqual([])
  })

  it.each([
    ['a server error', { status: 503 }, /returned a server error \(503\), so group\/sub\/app could not be read\.$/],
    ['a connection that is reset', 'reset', /closed the connection \(ECONNRESET\)/],
    ['too many requests', { status: 429 }, /is rate-limiting requests \(429\)/],
  ] as const)('%s that stays ends after four tries', async (_, respond, expected) => {
    fault(respond, 99)
    const answer = await askOne(one)
    expect(answer).toMatchObject({ reason: 'unreachable', message: expect.stringMatching(expected) })
    expect(gitlab.requests).toHaveLength(4)
  })

  it('waits as long as it is asked to', async () => {
    fault({ status: 429, headers: { 'retry-after': '7' } })
    expect(await askOne(one)).toMatchObject({ kind: 'found' })
    expect(pauses).toHaveLength(1)
    expect(pauses[0]).toBeGreaterThanOrEqual(7000)
    expect(pauses[0]).toBeLessThanOrEqual(8000)
    expect(warnings).toEqual([expect.stringMatching(/is rate-limiting requests \(429\): retrying .* in 7 s/)])
  })

  it('waits until the date it is given', async () => {
    fault({ status: 429, headers: { 'retry-after': new Date(Date.now() + 3_600_000).toUTCString() } })
    expect(await askOne(one)).toMatchObject({ reason: 'unreachable', remedy: 'Run this again later.' })
    gitlab.faults.length = 0
    fault({ status: 429, headers: { 'retry-after': 'Thu, 01 Jan 1970 00:00:00 GMT' } })
    expect(await askOne(one)).toMatchObject({ kind: 'found' })
  })

  it('a body without end is left', async () => {
    fault('endless')
    expect(await askOne(one)).toMatchObject({ reason: 'content', message: expect.stringMatching(/is too large/) })
    await gitlab.close()
    expect(gitlab.endlessBytes).toBeLessThan(64 * 1024 * 1024)
    gitlab = await start()
  })

  it.each([
    ['no JSON', '<html>log in</html>', /did not answer with JSON/],
    ['another shape', '{"content":7}', /sent Dockerfile of group\/sub\/app \(trunk\) incomplete/],
    ['a list', '[]', /incomplete/],
    ['less than its size', '{"content":"Rg==","encoding":"base64","size":2}', /incomplete/],
    ['deep nesting', `${'['.repeat(200_000)}${']'.repeat(200_000)}`, /no JSON|incomplete/],
  ])('an answer that is %s', async (_, body, expected) => {
    fault({ status: 200, body })
    expect(await askOne(one)).toMatchObject({ reason: 'unreachable', message: expect.stringMatching(expected) })
  })

  it('a server that does not answer at all is given up after a few', async () => {
    fault('reset', 9999)
    const many = Array.from({ length: 100 }, (_, n) => request(`f${n}`, 'trunk'))
    const answers = await ask(many)
    expect(new Set(answers.map((answer) => answer.kind === 'failed' && answer.reason))).toEqual(
      new Set(['unreachable']),
    )
    expect(gitlab.requests.length).toBeLessThanOrEqual(16 * 4)
  })

  it.each(['silent', 'drips', 'dripsHeaders'] as const)(
    'an answer that never ends (%s) is given up in time',
    async (kind) => {
      vi.stubEnv('IMAGE_FACTORY_TIMEOUT', '0.2')
      const server = await BadServer.start(BAD[kind])
      const answer = await askOne(one, server.url)
      expect(answer).toEqual({
        kind: 'failed',
        reason: 'unreachable',
        message: `${server.host} did not answer within 0.2 s, so group/sub/app could not be read.`,
        remedy: expect.stringMatching(/IMAGE_FACTORY_TIMEOUT/),
      })
      expect(server.seen).toHaveLength(4)
      await server.close()
    },
  )

  it('a server that is not there', async () => {
    const { url } = gitlab
    await gitlab.close()
    expect(await askOne(one, url)).toMatchObject({
      reason: 'unreachable',
      message: expect.stringMatching(/could not be reached \(ECONNREFUSED\)/),
      remedy: expect.stringMatching(/^Check its address/),
    })
    gitlab = await start()
  })
})
