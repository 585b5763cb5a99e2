/** What is made of the answers of forges to starts and to questions for runs, over real connections. */
import { afterAll, afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { latestBuild } from '../../../src/rebuild/adopt.js'
import type { RunsClient } from '../../../src/rebuild/runs.js'
import { type Answer, BAD, type BadServer, BadServers, json, type Seen } from '../../support/bad-server.js'
import { GITHUB, GITLAB, type Shown, TOKEN } from './forges.js'

const servers = new BadServers()
beforeEach(() => {
  vi.stubEnv('IMAGE_FACTORY_PAUSE', '0.001')
  vi.stubEnv('IMAGE_FACTORY_TIMEOUT', '10')
})
afterEach(async () => {
  vi.unstubAllEnvs()
  await servers.close()
})
afterAll(() => servers.close())

const START = '2026-03-01T09:59:50Z'
const html: Answer = (_, response) =>
  void response.writeHead(200, { 'content-type': 'text/html' }).end('<html><body>Log in</body></html>')
const status =
  (code: number, headers: Readonly<Record<string, string>> = {}): Answer =>
  (_, response) =>
    void response.writeHead(code, headers).end()

const posts = (server: BadServer) => server.seen.filter(({ method }) => method === 'POST')

describe.each([GITHUB, GITLAB])('$forge', (forge) => {
  const { place } = forge
  const request = {
    source: place,
    title: null,
    createdAfter: START,
    taken: new Set<string>(),
    inputs: new Map([
      ['b', '2'],
      ['a', '1'],
    ]),
  }
  const pageOf = (server: BadServer, id: number | string) => `${server.url}${forge.runPage}${id}`

  async function connected(answer: Answer): Promise<{ server: BadServer; client: RunsClient }> {
    const server = await servers.start(answer)
    return { server, client: forge.connect(server.url) }
  }

  /** Starts are answered so, lists with these runs. */
  const startsAndLists =
    (start: Answer, runs: readonly Shown[]): Answer =>
    (seen, response, count) =>
      (seen.method === 'POST' ? start : json(forge.list(runs.map(forge.shown))))(seen, response, count)

  describe('a start', () => {
    it('sends branch and inputs once, with the token where it belongs, and names the run of the answer', async () => {
      const { server, client } = await connected(json(forge.accepted(42), 201))
      expect(await client.start(request)).toEqual({ kind: 'started', run: { id: '42', url: pageOf(server, 42) } })
      const [seen] = server.seen
      const [header, value] = forge.tokenHeader
      expect(server.seen).toHaveLength(1)
      expect(seen).toMatchObject({ method: 'POST', url: forge.startPath, headers: { [header]: value } })
      const inputs = { inputs: { a: '1', b: '2' }, return_run_details: true }
      const variables = {
        variables: [
          { key: 'a', value: '1' },
          { key: 'b', value: '2' },
        ],
      }
      expect(JSON.parse(seen?.body ?? '')).toEqual({ ref: 'main', ...(forge === GITHUB ? inputs : variables) })
    })

    it.each([
      ['a number as text', '42'],
      ['a number that JSON does not hold', 2 ** 60],
      ['less than nothing', -1],
      ['a path', '../../../user'],
      ['null', null],
    ])('takes no id that is %s, and looks for the run', async (_, id) => {
      const { server, client } = await connected(startsAndLists(json(forge.accepted(id)), [{ id: 8 }]))
      expect(await client.start(request)).toEqual({ kind: 'started', run: { id: '8', url: pageOf(server, 8) } })
      expect(posts(server)).toHaveLength(1)
    })

    it('that is answered with nothing looks for its run', async () => {
      const { server, client } = await connected(startsAndLists(status(204), [{ id: 8 }]))
      expect(await client.start(request)).toMatchObject({ kind: 'started', run: { id: '8' } })
      expect(posts(server)).toHaveLength(1)
    })

    it('whose run is not there yet is started all the same, and not sent again', async () => {
      const { server, client } = await connected(startsAndLists(status(204), []))
      expect(await client.start(request)).toEqual({ kind: 'started', run: null })
      expect(posts(server)).toHaveLength(1)
      expect(server.seen.length).toBeGreaterThan(1)
    })

    it('whose run cannot be looked for is started all the same', async () => {
      const answer: Answer = (seen, ...rest) => (seen.method === 'POST' ? status(204) : status(500))(seen, ...rest)
      const { server, client } = await connected(answer)
      expect(await client.start(request)).toEqual({ kind: 'started', run: null })
      expect(posts(server)).toHaveLength(1)
    })

    it('of the same workflow finds another run than the one before', async () => {
      const { client } = await connected(startsAndLists(status(204), [{ id: 8 }, { id: 9 }]))
      expect(await client.start(request)).toMatchObject({ run: { id: '8' } })
      expect(await client.start(request)).toMatchObject({ run: { id: '9' } })
      expect(await client.start(request)).toEqual({ kind: 'started', run: null })
    })

    it.each([
      ['400', 400, 'Problems parsing JSON', ''],
      ['401', 401, 'Bad credentials', forge.tokenInput],
      ['403', 403, 'Resource not accessible', forge.tokenInput],
      ['404', 404, 'Not Found', 'source.repo'],
      ['422', 422, 'Unexpected words', `Check ${forge.forge}'s message.`],
      ['a redirect', 301, 'Moved Permanently', 'source.repo'],
    ])('that is refused (%s) says so in the words of the forge, with a remedy', async (_, code, said, remedy) => {
      const { server, client } = await connected(json({ message: said }, code))
      const answer = await client.start(request)
      expect(answer).toMatchObject({ kind: 'refused', status: code })
      const { message, remedy: told } = answer as Extract<typeof answer, { kind: 'refused' }>
      expect(message).toContain(`(${code}): ${said}.`)
      expect(message).toContain('on main')
      expect(told).toContain(remedy)
      expect(told).not.toBe('')
      expect(server.seen).toHaveLength(1)
    })

    it('that is refused with the token in it does not repeat it, nor a command or a page', async () => {
      const { client } = await connected(json({ message: `no ${TOKEN}\n::error::x\u001b[31m${'x'.repeat(5000)}` }, 422))
      const { message } = (await client.start(request)) as { message: string }
      expect(message).not.toContain(TOKEN)
      expect([...message].filter((one) => one < ' ')).toEqual([])
      expect(message.length).toBeLessThan(600)
    })

    it.each<[string, Answer, string | null]>([
      ['429', json({ message: 'slow down' }, 429), null],
      ['429 with a time', json({ message: 'slow down' }, 429, { 'retry-after': '60' }), 'later'],
      ['403 and retry-after', json({ message: 'abuse' }, 403, { 'retry-after': '60' }), 'later'],
      [
        '403 and nothing left',
        json({ message: 'x' }, 403, {
          'x-ratelimit-remaining': '0',
          'x-ratelimit-reset': String(Math.ceil(Date.now() / 1000) + 600),
        }),
        'later',
      ],
      ['403 that says so', json({ message: 'You have exceeded a secondary rate limit.' }, 403), null],
      [
        'a reset that is far away',
        json({ message: 'x' }, 403, { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': '99999999999' }),
        null,
      ],
    ])('that comes too often (%s) is limited, no refusal, and not sent again', async (_, answer, retryAt) => {
      const { server, client } = await connected(answer)
      const before = Date.now()
      const limited = await client.start(request)
      expect(limited).toMatchObject({
        kind: 'limited',
        message: expect.stringContaining('is rate-limiting this token'),
      })
      const at = (limited as { retryAt: string | null }).retryAt
      if (retryAt === null) expect(at).toBeNull()
      else expect(Date.parse(at ?? '')).toBeGreaterThan(before + 50_000)
      expect(server.seen).toHaveLength(1)
    })

    it.each<[string, Answer]>([
      ['500', status(500)],
      ['502 with a page', (_, response) => void response.writeHead(502).end('<html>Bad Gateway</html>')],
      ['503 that asks for a second try', status(503, { 'retry-after': '0' })],
      ['408', status(408)],
      ['reset', BAD.reset],
      ['cut off', BAD.cutOff],
      ['never', BAD.silent],
      ['a byte at a time', BAD.drips],
      ['without an end', BAD.endless],
    ])('whose answer is lost (%s) may have been started, and is sent exactly once', async (_, answer) => {
      vi.stubEnv('IMAGE_FACTORY_TIMEOUT', '0.2')
      const { server, client } = await connected(answer)
      const unknown = await client.start(request)
      expect(unknown).toMatchObject({ kind: 'unknown', remedy: expect.stringContaining('looks for it') })
      expect((unknown as { message: string }).message).toContain('it is unclear whether')
      expect(server.seen).toHaveLength(1)
    })

    it('that reaches nobody was not made', async () => {
      const server = await servers.start(BAD.silent)
      const { url } = server
      await server.close()
      const unknown = await forge.connect(url).start(request)
      expect(unknown).toMatchObject({ kind: 'unknown', message: expect.stringContaining('was not started') })
    })

    it('without a token is refused before anything is sent', async () => {
      const server = await servers.start(BAD.silent)
      const refused = await forge.connect(server.url, '').start(request)
      expect(refused).toMatchObject({ kind: 'refused', remedy: `Set ${forge.tokenInput}.`, status: null })
      expect(server.seen).toEqual([])
    })

    it('with what can be no token is refused, and the message does not show it', async () => {
      const server = await servers.start(BAD.silent)
      expect(() => forge.connect(server.url, 'secret\nvalue')).toThrow(forge.tokenInput)
      expect(() => forge.connect(server.url, 'secret\nvalue')).not.toThrow('secret')
    })

    it('of many keeps to one after the other', async () => {
      let [busy, busiest] = [0, 0]
      const { server, client } = await connected((seen, response, count) => {
        busy += 1
        busiest = Math.max(busiest, busy)
        setTimeout(() => {
          busy -= 1
          json(forge.accepted(count))(seen, response, count)
        }, 5)
      })
      await Promise.all(Array.from({ length: 5 }, () => client.start(request)))
      expect(server.seen).toHaveLength(5)
      expect(busiest).toBe(1)
    })
  })

  describe('looking for the run of a start', () => {
    const search = { source: place, title: 'web', createdAfter: START, taken: new Set(['5']) }
    const find = async (...runs: readonly Shown[]) => {
      const { client } = await connected(json(forge.list(runs.map(forge.shown))))
      return (await client.find(search))?.id ?? null
    }

    it.each<[string, Shown, string | null]>([
      ['is it', {}, '7'],
      ['is of another branch', { branch: 'topic' }, null],
      ['has another title', { title: 'api' }, null],
      ['was not dispatched', { isDispatched: false }, null],
      ['builds a proposal', { isProposal: true }, null],
      ['is older than the start', { at: '2026-03-01T09:59:00Z' }, null],
      ['is a little older, for clocks differ', { at: '2026-03-01T09:59:40Z' }, '7'],
      ['is known to be of another start', { id: 5 }, null],
      ['has come to its end', { status: 'failed' }, '7'],
      ['has no number', { id: 'seven' }, null],
      ['has no time', { at: 'yesterday' }, null],
    ])('a run that %s', async (_, run, id) => {
      expect(await find(run)).toBe(id)
    })

    it('takes the oldest', async () => {
      const at = (minute: number) => `2026-03-01T10:0${minute}:00Z`
      expect(await find({ id: 9, at: at(2) }, { id: 8, at: at(1) }, { id: 7, at: at(1) }, { id: 6, at: at(3) })).toBe(
        '7',
      )
    })

    it('takes whatever title where titles tell nothing', async () => {
      const { client } = await connected(json(forge.list([forge.shown({ title: 'whatever' })])))
      expect(await client.find({ ...search, title: null })).toMatchObject({ id: '7' })
    })

    it('asks for what was dispatched on the branch since, page by page, and not for ever', async () => {
      const others = Array.from({ length: 100 }, (_, at) => forge.shown({ id: 1000 + at, title: 'api' }))
      const { server, client } = await connected(json(forge.list(others)))
      expect(await client.find(search)).toBeNull()
      const queries = server.seen.map(({ url }) => Object.fromEntries(new URL(url, server.url).searchParams))
      expect(queries.map(({ page }) => page)).toEqual(['1', '2', '3'])
      const since =
        forge === GITHUB
          ? { branch: 'main', event: 'workflow_dispatch', created: '>=2026-03-01T09:59:35Z' }
          : { ref: 'main', source: 'api', updated_after: '2026-03-01T09:59:35.000Z' }
      expect(queries[0]).toMatchObject({ ...since, per_page: '100' })
    })
  })

  describe('how far a run is', () => {
    it.each(['queued', 'running', 'succeeded', 'failed', 'canceled'] as const)('%s', async (is) => {
      const endedAt = '2026-03-01T10:05:00.000Z'
      const { server, client } = await connected(json(forge.shown({ id: 42, status: is, endedAt })))
      expect(await client.read(place, '42')).toEqual({
        status: is,
        url: pageOf(server, 42),
        startedAt: '2026-03-01T10:00:00.000Z',
        endedAt: is === 'queued' || is === 'running' ? null : endedAt,
      })
      expect(server.seen.map(({ method, url }) => `${method} ${url}`)).toEqual([`GET ${forge.runPath}42`])
    })

    it('is unknown of one that is gone', async () => {
      const { client } = await connected(json({ message: 'Not Found' }, 404))
      expect(await client.read(place, '42')).toMatchObject({ status: 'not-found', startedAt: null, endedAt: null })
    })

    it('is asked of no id that a state file may not hold', async () => {
      const { server, client } = await connected(json(forge.shown({})))
      for (const id of ['', '0', '-1', '1e3', '../../user', '7?x=1', '1'.repeat(30)]) {
        await expect(client.read(place, id)).rejects.toThrow('is not the ID of a run')
      }
      expect(server.seen).toEqual([])
    })

    it('is asked again after a failure', async () => {
      const { server, client } = await connected((seen, response, count) =>
        (count === 1 ? status(502) : json(forge.shown({ status: 'succeeded' })))(seen, response, count),
      )
      expect(await client.read(place, '7')).toMatchObject({ status: 'succeeded' })
      expect(server.seen).toHaveLength(2)
    })
  })

  describe('the latest build', () => {
    const latest = async (
      counted: { title: string | null; builds: 'any' | 'dispatched' },
      ...runs: readonly Shown[]
    ) => {
      const { client } = await connected(json(forge.list(runs.map(forge.shown))))
      const found = latestBuild(await client.builds(place, counted))
      return found === null ? null : `${found.id} ${found.status}`
    }
    const any = { title: null, builds: 'any' } as const
    const own = { title: 'web', builds: 'any' } as const
    const dispatched = { title: 'web', builds: 'dispatched' } as const

    it.each<[string, typeof any | typeof own | typeof dispatched, Shown, string | null]>([
      ['running', any, {}, '7 running'],
      ['queued', any, { status: 'queued' }, '7 queued'],
      ['succeeded', any, { status: 'succeeded' }, '7 succeeded'],
      ['failed', any, { status: 'failed' }, null],
      ['canceled', any, { status: 'canceled' }, null],
      ['of another branch', any, { branch: 'topic' }, null],
      ['of a proposal', any, { isProposal: true }, null],
      ['a push', any, { isDispatched: false }, '7 running'],
      ['of another title', own, { title: 'api' }, null],
      ['of its title', own, {}, '7 running'],
      ['a push, where only dispatches count', dispatched, { isDispatched: false }, null],
      ['dispatched, where only dispatches count', dispatched, {}, '7 running'],
      ['another image’s dispatch', dispatched, { title: 'api' }, null],
    ])('%s', async (_, counted, run, found) => {
      expect(await latest(counted, run)).toBe(found)
    })

    it('a push that has no title of its own counts on GitHub; a pipeline of another name does not', async () => {
      const push = await latest(own, { title: 'Fix a typo', isDispatched: false })
      expect(push).toBe(forge === GITHUB ? '7 running' : null)
    })

    it('passes over newer ones that failed, whatever the order', async () => {
      const runs: Shown[] = [
        { id: 6, status: 'succeeded', at: '2026-03-01T08:00:00Z' },
        { id: 9, status: 'failed', at: '2026-03-01T11:00:00Z' },
        { id: 7, status: 'succeeded', at: '2026-03-01T10:00:00Z' },
      ]
      expect(await latest(any, ...runs)).toBe('7 succeeded')
      expect(await latest(any, ...runs.reverse())).toBe('7 succeeded')
    })

    it('is asked for with one request', async () => {
      const runs = Array.from({ length: 100 }, (_, at) => forge.shown({ id: at + 1, branch: 'topic' }))
      const { server, client } = await connected(json(forge.list(runs)))
      expect(await client.builds(place, any)).toEqual([])
      expect(server.seen).toHaveLength(1)
    })
  })

  describe('the builds of an image', () => {
    const any = { title: null, builds: 'any' } as const

    it('are all there are, newest first, with their ends', async () => {
      const ended = { at: '2026-03-01T08:00:00Z', endedAt: '2026-03-01T08:30:00Z' }
      const runs = [forge.shown({ id: 6, status: 'failed', ...ended }), forge.shown({ id: 7, isDispatched: false })]
      const { server, client } = await connected(json(forge.list(runs)))
      expect(await client.builds(place, any)).toEqual([
        {
          ...{ id: '7', url: `${server.url}${forge.runPage}7`, status: 'running', isDispatched: false },
          ...{ startedAt: '2026-03-01T10:00:00.000Z', endedAt: null },
        },
        {
          ...{ id: '6', url: `${server.url}${forge.runPage}6`, status: 'failed', isDispatched: true },
          ...{ startedAt: '2026-03-01T08:00:00.000Z', endedAt: '2026-03-01T08:30:00.000Z' },
        },
      ])
    })

    it('of a shared workflow are asked for once, whatever the titles, and a run of several images too', async () => {
      const run = forge.shown({ title: 'web' })
      const { server, client } = await connected(({ url }, response) => {
        const isRun = url.startsWith(forge.runPath)
        response.writeHead(200, { 'content-type': 'application/json' })
        response.end(JSON.stringify(isRun ? run : forge.list([run])))
      })
      const titles = ['web', 'api', 'web']
      const found = await Promise.all(titles.map((title) => client.builds(place, { title, builds: 'any' })))
      expect(found.map((runs) => runs.length)).toEqual([1, 0, 1])
      await Promise.all([client.read(place, '7'), client.read(place, '7')])
      expect(server.seen).toHaveLength(2)
    })

    it('are asked for anew after something was started, or looked for', async () => {
      const { server, client } = await connected(({ method, ...seen }, response, count) =>
        json(method === 'POST' ? forge.accepted(9) : forge.list([]))({ method, ...seen }, response, count),
      )
      const lists = () => server.seen.filter(({ method }) => method === 'GET').length
      await client.builds(place, any)
      await client.find(request)
      expect(lists()).toBe(2)
      await client.builds(place, any)
      expect(lists()).toBe(3)
      await client.start(request)
      const before = lists()
      await client.builds(place, any)
      await client.builds(place, any)
      expect(lists()).toBe(before + 1)
    })
  })

  describe('questions whose answer', () => {
    const questions: readonly (readonly [string, (client: RunsClient) => Promise<unknown>])[] = [
      ['find', (client) => client.find(request)],
      ['read', (client) => client.read(place, '7')],
      ['builds', (client) => client.builds(place, { title: null, builds: 'any' })],
    ]
    const elsewhere: Answer = (_, response) => void response.writeHead(302, { location: 'https://example.com/x' }).end()

    it.each<[string, Answer]>([
      ['is a page', html],
      ['is something else', json({ runs: 'none' })],
      ['is a text', json('x')],
      ['is null', json(null)],
      ['is a 403', json({ message: 'Forbidden' }, 403)],
      ['is a 500', status(500)],
      ['asks for a pause of a day', json({ message: 'x' }, 429, { 'retry-after': '86400' })],
      ['leads elsewhere', elsewhere],
      ['leads to a program', (_, response) => void response.writeHead(302, { location: 'file:///etc/passwd' }).end()],
      ['has no end', BAD.endless],
      ['never comes', BAD.silent],
    ])(
      '%s are refused with a remedy, without the token',
      async (_, answer) => {
        vi.stubEnv('IMAGE_FACTORY_TIMEOUT', '0.2')
        for (const [name, ask] of questions) {
          const { client } = await connected(answer)
          const error = await ask(client).then(
            () => null,
            (thrown: unknown) => thrown as { problems?: readonly { message: string; remedy: string }[] },
          )
          const [problem] = error?.problems ?? []
          expect(problem?.message, name).toContain('could not be read')
          expect(problem?.remedy, name).not.toBe('')
          expect(JSON.stringify(error?.problems), name).not.toContain(TOKEN)
        }
      },
      60_000,
    )

    it('leads elsewhere are not asked for there: the token would go along', async () => {
      const other = await servers.start(json(forge.shown({})))
      for (const to of [other.url, other.url.replace('127.0.0.1', 'localhost')]) {
        const { client } = await connected((_, response) => void response.writeHead(302, { location: to }).end())
        await expect(client.read(place, '7')).rejects.toThrow('no token is sent there')
        expect(await client.start(request)).toMatchObject({ kind: 'refused' })
      }
      expect(other.seen).toEqual([])
    })

    it('leads to a new name of the repository are followed there', async () => {
      const { server, client } = await connected((seen: Seen, response, count) => {
        if (count > 1) json(forge.shown({}))(seen, response, count)
        else response.writeHead(301, { location: `${server.url}/moved` }).end()
      })
      expect(await client.read(place, '7')).toMatchObject({ status: 'running' })
      expect(server.seen.map(({ url }) => url)).toEqual([`${forge.runPath}7`, '/moved'])
    })

    it('holds entries that are none leaves them out', async () => {
      const { client } = await connected(json(forge.list([null, 7, 'x', [], { id: 1 }, forge.shown({})] as object[])))
      expect(await client.builds(place, { title: null, builds: 'any' })).toMatchObject([{ id: '7' }])
    })
  })
})

describe('GitHub', () => {
  const request = {
    source: GITHUB.place,
    title: null,
    createdAfter: START,
    taken: new Set<string>(),
    inputs: new Map(),
  }

  it.each([
    ["Unexpected inputs provided: ['base']", 'source.inputs'],
    ['No ref found for: main', 'source.branch'],
    ["Workflow does not have 'workflow_dispatch' trigger", 'workflow_dispatch:'],
    ['Cannot trigger a disabled workflow', 'Enable build.yml'],
  ])('refuses with 422, %s', async (said, remedy) => {
    const server = await servers.start(json({ message: said }, 422))
    expect(await GITHUB.connect(server.url).start(request)).toMatchObject({ remedy: expect.stringContaining(remedy) })
  })
})

describe('GitLab', () => {
  const request = {
    source: GITLAB.place,
    title: null,
    createdAfter: START,
    taken: new Set<string>(),
    inputs: new Map(),
  }

  it.each([
    [{ message: { base: ['Reference not found'] } }, 'Reference not found', 'source.branch'],
    [{ message: { base: ['Pipeline filtered out by workflow rules.'] } }, 'workflow rules', 'CI_PIPELINE_SOURCE'],
    [{ error: 'insufficient_scope' }, 'insufficient_scope', 'Check '],
  ])('refuses with 400, %j', async (body, said, remedy) => {
    const server = await servers.start(json(body, 400))
    const answer = await GITLAB.connect(server.url).start(request)
    expect(answer).toMatchObject({
      kind: 'refused',
      message: expect.stringContaining(said),
      remedy: expect.stringContaining(remedy),
    })
  })

  it('a pipeline that waits for a person has done its work', async () => {
    const server = await servers.start(json(GITLAB.shown({ status: 'manual' })))
    expect(await GITLAB.connect(server.url).read(GITLAB.place, '7')).toMatchObject({ status: 'succeeded' })
  })
})
