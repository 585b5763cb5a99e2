/** What the client of GitHub sends, and to whom; what it makes of answers that octokit would take as they come. */
import { afterEach, beforeEach, describe, expect, it, test, vi } from 'vitest'
import { FailedRequest } from '../../../src/network/index.js'
import { connectGitHub, type GitHubClient } from '../../../src/sources/index.js'
import { type Answer, BAD, type BadServer, BadServers, json } from '../../support/bad-server.js'

const TOKEN = 'ghs_CANARY0123456789'
const warnings: string[] = []
const servers = new BadServers()
const serve = (answer: Answer) => servers.start(answer)

beforeEach(() => {
  warnings.length = 0
  vi.stubEnv('IMAGE_FACTORY_PAUSE', '0.01')
})
afterEach(async () => {
  vi.unstubAllEnvs()
  await servers.close()
})

function connect(server: BadServer): Promise<GitHubClient> {
  const log = { warning: (text: string) => void warnings.push(text), debug: () => undefined }
  return connectGitHub({ apiUrl: `${server.url}/api/v3`, token: TOKEN, log })
}

const PULL = { owner: 'acme', repo: 'state', pull_number: 1 }
const COMMENT = { owner: 'acme', repo: 'state', issue_number: 1, body: 'x' }
const readPull = async (server: BadServer) => (await connect(server)).rest.pulls.get(PULL)
const comment = async (server: BadServer) => (await connect(server)).rest.issues.createComment(COMMENT)
const query = async (server: BadServer) => (await connect(server)).graphql('query { viewer { login } }')

/** The first time this, then a good answer. */
const once =
  (bad: Answer, good: Answer = json({ number: 1 })): Answer =>
  (request, response, count) =>
    (count === 1 ? bad : good)(request, response, count)

async function messageOf(asking: Promise<unknown>): Promise<string> {
  const error = await asking.then(
    () => expect.fail('there was an answer'),
    (reason: unknown) => reason,
  )
  if (!(error instanceof FailedRequest)) throw error
  return error.sentence
}

describe('an answer', () => {
  it.each([
    ['that is cut off', BAD.cutOff],
    ['that is reset', BAD.reset],
    ['with a 500', json({ message: 'no' }, 500)],
    ['with a 502 of a gateway', (_, response) => void response.writeHead(502).end('<html>')],
  ] as readonly [string, Answer][])('%s is asked for again', async (_, bad) => {
    const server = await serve(once(bad))
    expect((await readPull(server)).data.number).toBe(1)
    expect(server.seen).toHaveLength(2)
    expect(warnings).toEqual([])
  })

  it.each([
    [
      'of a page to log in',
      (_, response) => void response.writeHead(200, { 'content-type': 'text/html' }).end('<html>'),
    ],
    ['with nothing in it', (_, response) => void response.writeHead(200, { 'content-type': 'application/json' }).end()],
  ] as readonly [string, Answer][])('%s is none', async (_, bad) => {
    const server = await serve(bad)
    expect(await messageOf(readPull(server))).toBe(
      `${server.host} did not answer with JSON: GET /api/v3/repos/acme/state/pulls/1.`,
    )
    expect(server.seen).toHaveLength(1)
  })

  it('that never ends is none', async () => {
    const server = await serve(BAD.endless)
    expect(await messageOf(readPull(server))).toContain('sent more than 67108864 bytes')
  })

  it('that does not come is none after four tries, with what was asked and for how long', async () => {
    vi.stubEnv('IMAGE_FACTORY_TIMEOUT', '0.2')
    const server = await serve(BAD.drips)
    expect(await messageOf(query(server))).toBe(`${server.host} did not answer within 0.2 s: POST /api/graphql.`)
    expect(server.seen).toHaveLength(4)
  })
})

test('a proxy that speaks something else is told before anything is loaded or asked', async () => {
  vi.stubEnv('HTTPS_PROXY', 'socks5://127.0.0.1:1080')
  vi.stubEnv('https_proxy', '')
  const log = { warning: () => undefined, debug: () => undefined }
  const connecting = connectGitHub({ apiUrl: 'https://api.github.test', token: TOKEN, log })
  expect(await messageOf(connecting)).toContain('the proxy 127.0.0.1:1080 speaks socks5:')
})

describe('what may have had its effect', () => {
  it.each([
    ['reset', BAD.reset],
    ['cutOff', BAD.cutOff],
    ['500', json({}, 500)],
  ] as readonly [string, Answer][])('a comment is not sent a second time: %s', async (_, bad) => {
    const server = await serve(once(bad, json({ id: 1 }, 201)))
    await expect(comment(server)).rejects.toThrow(FailedRequest)
    expect(server.seen).toHaveLength(1)
  })

  it.each([
    ['a limit', json({ message: 'You have exceeded a secondary rate limit.' }, 403, { 'retry-after': '0' })],
    ['429', json({}, 429, { 'retry-after': '0' })],
  ] as readonly [string, Answer][])('what was turned away by %s is', async (_, bad) => {
    const server = await serve(once(bad, json({ id: 1 }, 201)))
    expect((await comment(server)).data.id).toBe(1)
  })
})

describe('a rate limit', () => {
  const soon = () => String(Math.ceil(Date.now() / 1000))
  const usedUp = (reset: string) => ({ 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': reset })

  it.each([
    ['used up, by REST', 403, { message: 'API rate limit exceeded' }, () => usedUp('1000000000')],
    ['used up, 429', 429, { message: 'API rate limit exceeded' }, () => usedUp('1000000000')],
    ['of writing', 403, { message: 'You have exceeded a secondary rate limit' }, () => ({ 'retry-after': '0' })],
    ['used up, by GraphQL', 200, { errors: [{ type: 'RATE_LIMITED', message: 'x' }] }, () => usedUp('1000000000')],
  ] as const)('%s is waited for', async (_, status, body, headers) => {
    const good = json({ data: { viewer: { login: 'x' } }, number: 1 })
    const server = await serve(once(json(body, status, headers()), good))
    await (status === 200 ? query(server) : readPull(server))
    expect(server.seen).toHaveLength(2)
  })

  it('that is over in an hour is not, and nothing else is asked of that API', async () => {
    const server = await serve(json({ message: 'API rate limit exceeded' }, 403, usedUp(String(Number(soon()) + 3600))))
    const client = await connect(server)
    const said = `${server.host} is rate-limiting this token: GET /api/v3/repos/acme/state/pulls/1.`
    expect(await messageOf(client.rest.pulls.get(PULL))).toBe(said)
    expect(await messageOf(client.rest.pulls.get(PULL))).toBe(said)
    expect(server.seen).toHaveLength(1)
    await expect(client.graphql('query { viewer { login } }')).rejects.toThrow(FailedRequest)
    expect(server.seen).toHaveLength(2)
  })

  it('is told from a plain no', async () => {
    const server = await serve(
      json(
        { message: 'Resource not accessible by integration', documentation_url: 'https://docs.github.com/rest' },
        403,
        { 'x-ratelimit-remaining': '4999' },
      ),
    )
    await expect(readPull(server)).rejects.toMatchObject({
      status: 403,
      message: 'Resource not accessible by integration',
    })
    expect(server.seen).toHaveLength(1)
  })
})

describe('GraphQL', () => {
  const WRONG = 'Something went wrong while executing your query. This may be the result of a timeout.'

  it('that went wrong is asked again, and says so in the end', async () => {
    const wrong = json({ errors: [{ message: WRONG }] })
    const first = await serve(once(wrong, json({ data: { viewer: { login: 'x' } } })))
    expect(await query(first)).toEqual({ viewer: { login: 'x' } })
    const server = await serve(wrong)
    expect(await messageOf(query(server))).toBe(`${server.host} returned a server error (500): POST /api/graphql.`)
  })

  it('that goes wrong in part is asked again, and taken for what it is in the end', async () => {
    const server = await serve(json({ data: { viewer: null, a: 1 }, errors: [{ message: WRONG, path: ['viewer'] }] }))
    await expect(query(server)).rejects.toMatchObject({ data: { viewer: null, a: 1 } })
    expect(server.seen).toHaveLength(4)
  })
})

describe('the token', () => {
  const to =
    (location: string, status = 301): Answer =>
    (_, response) =>
      void response.writeHead(status, { location }).end()

  it('goes where the API is, also when something was renamed there', async () => {
    const server = await serve(once(to('/api/v3/repositories/7/pulls/1')))
    expect((await readPull(server)).data.number).toBe(1)
    expect(server.seen.map(({ url, headers }) => [url, headers.authorization])).toEqual([
      ['/api/v3/repos/acme/state/pulls/1', `token ${TOKEN}`],
      ['/api/v3/repositories/7/pulls/1', `token ${TOKEN}`],
    ])
  })

  it('goes nowhere else, and neither does a request without it', async () => {
    const thief = await serve(json({ number: 1 }))
    const server = await serve(to(`${thief.url}/api/v3/repos/acme/state/pulls/1`, 302))
    expect(await messageOf(readPull(server))).toContain(`redirects to ${thief.host}, and no token is sent there`)
    expect(thief.seen).toEqual([])
  })

  it.each(['http://[', 'ftp://127.0.0.1/', '//other.example/x'])('is not sent to %s', async (location) => {
    const server = await serve(to(location))
    expect(await messageOf(readPull(server))).toMatch(/redirects to /)
    expect(server.seen).toHaveLength(1)
  })

  it('does not follow the next page of a list to another host', async () => {
    const thief = await serve(json([]))
    const link = `<${thief.url}/api/v3/repos/acme/state/issues/1/comments?page=2>; rel="next"`
    const server = await serve(json([{ id: 1 }], 200, { link }))
    const client = await connect(server)
    const { issue_number, ...repository } = { owner: 'acme', repo: 'state', issue_number: 1 }
    const pages = client.paginate(client.rest.issues.listComments, { ...repository, issue_number })
    expect(await messageOf(pages)).toContain('no token is sent there')
    expect(thief.seen).toEqual([])
  })

  it.each([301, 302, 303, 307, 308])('what is written is not sent on (%i)', async (status) => {
    const server = await serve(to('/api/v3/repositories/7/issues/1/comments', status))
    expect(await messageOf(comment(server))).toContain('redirects a write to another address')
    expect(server.seen).toHaveLength(1)
  })

  it('does not go in circles', async () => {
    const server = await serve(to('/api/v3/repos/acme/state/pulls/1'))
    expect(await messageOf(readPull(server))).toContain('redirects in a loop')
    expect(server.seen).toHaveLength(4)
  })
})
