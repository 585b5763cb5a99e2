/** A registry that fails, in every way: what is not known is never taken for an answer, and no other registry minds. */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { connectRegistries, type RegistryClient } from '../../../src/registry/index.js'
import { type Answer, BAD, BadServers, json } from '../../support/bad-server.js'
import { FakeRegistry } from '../../support/fake-registry.js'

const MANIFEST = '{"schemaVersion":2,"manifests":[]}'
const DIGEST = FakeRegistry.digestOf(MANIFEST)
const servers = new BadServers()
const serve = (answer: Answer) => servers.start(answer)

beforeEach(() => vi.stubEnv('IMAGE_FACTORY_PAUSE', '0.01'))
afterEach(async () => {
  vi.unstubAllEnvs()
  await servers.close()
})

const connect = () => connectRegistries({ credentials: async () => null, timeout: 1000 })
const status = (code: number, headers: Readonly<Record<string, string>> = {}): Answer =>
  json({ errors: [] }, code, headers)
const page: Answer = (_, response) =>
  void response.writeHead(200, { 'content-type': 'text/html' }).end(`<html>Log in ${Math.random()}</html>`)

const FAULTS: Readonly<Record<string, Answer>> = {
  'never answers': BAD.silent,
  'a byte at a time': BAD.drips,
  'without end': BAD.endless,
  'cut off': BAD.cutOff,
  reset: BAD.reset,
  '500': status(500),
  '502': status(502),
  '503, come back in an hour': status(503, { 'retry-after': '3600' }),
  '429': status(429),
  '429, come back in an hour': status(429, { 'retry-after': '3600' }),
  '401': status(401),
  '403': status(403),
  '404': status(404),
  '422': status(422),
  'a page to log in': page,
  'other JSON': json({ error: 'unauthorized' }),
  'redirects in a loop': (_, response) => void response.writeHead(307, { location: '/v2/again' }).end(),
}

const QUESTIONS: Readonly<Record<string, (client: RegistryClient, registry: string) => Promise<{ kind: string }>>> = {
  digest: (client, registry) => client.digest({ registry, repository: 'acme/web', tag: '1' }),
  tags: (client, registry) => client.tags({ registry, repository: 'acme/web' }),
  platforms: (client, registry) => client.platforms({ registry, repository: 'acme/web', digest: DIGEST }),
  created: (client, registry) => client.created({ registry, repository: 'acme/web', digest: DIGEST }),
}

const TABLE = `
                          | digest | tags | platforms | created
never answers             | unknown | unknown | unknown | unknown
a byte at a time          | unknown | unknown | unknown | unknown
without end               | unknown | unknown | unknown | unknown
cut off                   | unknown | unknown | unknown | unknown
reset                     | unknown | unknown | unknown | unknown
500                       | unknown | unknown | unknown | unknown
502                       | unknown | unknown | unknown | unknown
503, come back in an hour | unknown | unknown | unknown | unknown
429                       | limited | limited | limited | limited
429, come back in an hour | limited | limited | limited | limited
401                       | unknown | unknown | unknown | unknown
403                       | unknown | unknown | unknown | unknown
404                       | missing | missing | missing | missing
422                       | unknown | unknown | unknown | unknown
a page to log in          | unknown | unknown | unknown | unknown
other JSON                | unknown | unknown | unknown | unknown
redirects in a loop       | unknown | unknown | unknown | unknown
`

/** Node reads keys that are numbers first. */
const NAMES = TABLE.trim()
  .split('\n')
  .slice(1)
  .map((line) => line.split(' |')[0]?.trim() ?? '')

async function table(answerOf: (name: string) => Answer): Promise<string> {
  const lines = NAMES.map(async (name) => {
    const cells = Object.values(QUESTIONS).map(async (ask) => {
      const { host } = await serve(answerOf(name))
      return (await ask(connect(), host)).kind
    })
    return `${name.padEnd(25)} | ${(await Promise.all(cells)).join(' | ')}`
  })
  return `\n${' '.repeat(25)} | ${Object.keys(QUESTIONS).join(' | ')}\n${(await Promise.all(lines)).join('\n')}\n`
}

const faultNamed = (name: string): Answer => FAULTS[name] ?? expect.fail(name)

describe('a registry that fails', () => {
  it('every way has its row', () => expect([...NAMES].sort()).toEqual(Object.keys(FAULTS).sort()))

  it('tells nothing', async () => {
    expect(await table(faultNamed)).toBe(TABLE)
  })

  it('tells nothing by its token server either', async () => {
    const challenged =
      (name: string): Answer =>
      (request, response, count) => {
        const realm = `http://${request.headers.host}/token`
        if (request.url.startsWith('/token')) faultNamed(name)(request, response, count)
        else response.writeHead(401, { 'www-authenticate': `Bearer realm="${realm}",service="x"` }).end()
      }
    const found = await table(challenged)
    expect(found.replaceAll('limited', 'unknown')).toBe(TABLE.replaceAll(/limited|missing/g, 'unknown'))
    expect(found).toMatch(/^429 +\| limited/m)
  })

  it('does not keep others from their answers', async () => {
    const good = await FakeRegistry.start({ images: { 'acme/web': { '1': MANIFEST } } })
    const bad = await Promise.all(NAMES.map((name) => serve(faultNamed(name))))
    const client = connect()
    const ask = (registry: string) => client.digest({ registry, repository: 'acme/web', tag: '1' })
    const [found] = await Promise.all([ask(good.host), ...bad.flatMap(({ host }) => [ask(host), ask(host)])])
    expect(found).toEqual({ kind: 'found', value: DIGEST })
    await good.stop()
  })
})

describe('the time one request may take', () => {
  it('is ten seconds, or what IMAGE_FACTORY_TIMEOUT says', async () => {
    const server = await serve(BAD.silent)
    vi.stubEnv('IMAGE_FACTORY_TIMEOUT', '0.2')
    const client = connectRegistries({ credentials: async () => null })
    const answer = await client.digest({ registry: server.host, repository: 'acme/web', tag: '1' })
    expect(answer).toEqual({ kind: 'unknown', message: `${server.host} did not answer within 0.2 s` })
  })

  it.each(['soon', '-1', '0', '4000'])('%s is none', async (value) => {
    vi.stubEnv('IMAGE_FACTORY_TIMEOUT', value)
    const connecting = () =>
      connectRegistries({ credentials: async () => null }).digest({ registry: 'a', repository: 'b', tag: 'c' })
    await expect(connecting()).rejects.toThrow(/IMAGE_FACTORY_TIMEOUT must be a number of seconds/)
  })
})
