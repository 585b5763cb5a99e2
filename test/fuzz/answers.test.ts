/** What servers answer, at random: every question gets an answer or a reason, in few requests, and nothing else happens. */
import { createHash } from 'node:crypto'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { Refusal } from '../../src/enrollment/index.js'
import { connectRegistries } from '../../src/registry/index.js'
import { fromData, parseMarker, renderComment, toData } from '../../src/report/index.js'
import { readFromGitLab } from '../../src/sources/gitlab.js'
import { type FileAnswer, type FileRequest, readFromGitHub, requestKey } from '../../src/sources/index.js'
import { newClock } from '../support/clock.js'
import { change, report } from '../unit/report/examples.js'
import { mutated, mutatedData, RUNS } from './support/mutate.js'
import { withinSteps, withinStepsAsync } from './support/steps.js'

const STEPS = 500_000

function checkAnswers(requests: readonly FileRequest[], answers: ReadonlyMap<string, FileAnswer>): void {
  for (const request of requests) {
    const answer = answers.get(requestKey(request))
    if (answer?.kind === 'found') {
      expect(typeof answer.text).toBe('string')
      expect(answer.branch === null || typeof answer.branch === 'string').toBe(true)
    } else {
      expect(answer?.kind).toBe('failed')
      expect([typeof answer?.message, typeof answer?.remedy]).toEqual(['string', 'string'])
    }
  }
}

describe('GitHub', () => {
  const requests: FileRequest[] = ['Dockerfile', '.github/workflows/build.yml'].flatMap((path) =>
    [null, 'main'].map((branch) => ({ provider: 'github', repo: 'acme/web', branch, path })),
  )
  const blob = { __typename: 'Blob', text: 'FROM node:22\n', byteSize: 13, isBinary: false, isTruncated: false }
  const repository = {
    defaultBranchRef: { name: 'main' },
    f0: blob,
    f1: blob,
    b1: { name: 'main' },
    f2: blob,
    f3: null,
    b3: null,
  }
  const data = { r0: repository }
  const errors = [
    { type: 'NOT_FOUND', message: 'Could not resolve', path: ['r0', 'f3'], locations: [{ line: 1, column: 1 }] },
  ]
  const failure = { name: 'HttpError', status: 200, message: 'Request failed', data: { r0: null }, errors }

  test.each([
    ['that it gives', data, Promise.resolve.bind(Promise)],
    ['that it fails with', failure, Promise.reject.bind(Promise)],
  ] as const)('an answer %s', async (_, good, settle) => {
    const property = fc.asyncProperty(mutatedData([good]), async (answer) => {
      let asked = 0
      const graphql = () => {
        asked += 1
        return settle(answer) as Promise<unknown>
      }
      const read = () => readFromGitHub(graphql, 'github.com').read(requests)
      checkAnswers(requests, await withinStepsAsync(STEPS, read))
      expect(asked).toBe(1)
    })
    await fc.assert(property, { numRuns: RUNS })
  })
})

describe('GitLab', () => {
  const requests: FileRequest[] = [null, 'main'].map((branch) => ({
    provider: 'gitlab',
    repo: 'acme/tools/api',
    branch,
    path: 'Dockerfile',
  }))
  const project = JSON.stringify({ id: 7, default_branch: 'main', path_with_namespace: 'acme/tools/api' })
  const bodies = mutated(
    [project, 'FROM node:22\n', '{"message":"404 File Not Found"}', '{"name":"main"}'],
    ['{', '"', '404'],
  )
  const answer = fc.record({
    status: fc.constantFrom(200, 200, 200, 301, 302, 400, 401, 403, 404, 404, 418),
    body: bodies,
    headers: fc.dictionary(
      fc.constantFrom('x-gitlab-ref', 'content-type', 'location', 'x-gitlab-size', 'retry-after', 'content-length'),
      fc.constantFrom('main', 'text/html', 'https://elsewhere.example/x', '99999999999', '-1', ''),
    ),
  })

  let server: Server
  let answers: readonly { status: number; body: string; headers: Readonly<Record<string, string>> }[] = []
  let asked = 0

  beforeAll(async () => {
    server = createServer((_, response) => {
      const { status, body, headers } = answers[asked % answers.length] ?? { status: 404, body: '', headers: {} }
      asked += 1
      const { 'content-length': _length, ...others } = headers
      response.writeHead(status, others).end(body.replace(/\p{Surrogate}/gu, ''))
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  })
  afterAll(() => {
    vi.unstubAllEnvs()
    server.closeAllConnections()
    server.close()
  })

  test('an answer', async () => {
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
    const property = fc.asyncProperty(fc.array(answer, { minLength: 1, maxLength: 4 }), async (given) => {
      answers = given
      asked = 0
      const clock = newClock([])
      const read = () => readFromGitLab({ url, token: 'glpat-x', clock }).read(requests)
      checkAnswers(requests, await withinStepsAsync(STEPS, read))
      expect(asked).toBeLessThanOrEqual(20)
    })
    await fc.assert(property, { numRuns: RUNS })
  })
})

describe('a registry', () => {
  const digest = (text: string) => `sha256:${createHash('sha256').update(text).digest('hex')}`
  const config = JSON.stringify({ created: '2026-01-01T00:00:00Z', config: { Labels: { a: 'b' } } })
  const manifest = JSON.stringify({ schemaVersion: 2, config: { digest: digest(config) }, layers: [], annotations: {} })
  const platform = { digest: digest(manifest), platform: { os: 'linux', architecture: 'amd64' } }
  const index = JSON.stringify({ schemaVersion: 2, manifests: [platform] })
  const tags = JSON.stringify({ name: 'acme/web', tags: ['1.0', 'latest'] })
  const bearer = 'Bearer realm="http://localhost:1/token",service="x",scope="repository:a:pull"'
  const answer = fc.record({
    status: fc.constantFrom(200, 200, 200, 200, 301, 401, 403, 404, 418),
    body: mutated([index, manifest, config, tags, ''], ['{"tags":', 'null', '[', '"']),
    digest: fc.constantFrom('', digest(index), digest(manifest), 'sha256:', 'sha512:x'),
    challenge: mutated([bearer, 'Basic realm="x"'], ['Bearer ', 'realm="', ',', '"', '=']),
    link: fc.constantFrom(
      '',
      '</v2/acme/web/tags/list?last=1>; rel="next"',
      '<https://elsewhere.example/v2/>; rel="next"',
      '<',
    ),
    location: fc.constantFrom('', '/v2/', 'http://169.254.169.254/', 'https://elsewhere.example/'),
  })
  type Given = typeof answer extends fc.Arbitrary<infer T> ? T : never

  let server: Server
  let answers: readonly Given[] = []
  let asked = 0

  beforeAll(async () => {
    server = createServer((_, response) => {
      const given = answers[asked % answers.length]
      asked += 1
      if (given === undefined) throw new Error('nothing to answer with')
      const headers: Record<string, string> = {}
      const put = (name: string, value: string) => {
        const printable = value.replace(/[^\x20-\x7e]/g, '')
        if (printable !== '') headers[name] = printable
      }
      put('docker-content-digest', given.digest)
      put('www-authenticate', given.challenge)
      // A list that has a next page for ever is cut off after some: that is another test's.
      if (asked < 3) put('link', given.link)
      put('location', given.location)
      response.writeHead(given.status, headers).end(given.body.replace(/\p{Surrogate}/gu, ''))
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  })
  afterAll(() => {
    vi.unstubAllEnvs()
    server.closeAllConnections()
    server.close()
  })

  test('an answer', async () => {
    const registry = `localhost:${(server.address() as AddressInfo).port}`
    const image = { registry, repository: 'acme/web' }
    const login = { username: 'robot', password: 'secret' }
    vi.stubEnv('IMAGE_FACTORY_PAUSE', '0')
    const property = fc.asyncProperty(fc.array(answer, { minLength: 1, maxLength: 4 }), async (given) => {
      answers = given
      asked = 0
      const client = connectRegistries({ credentials: async () => login })
      const all = await Promise.all([
        client.digest({ ...image, tag: 'latest' }),
        client.tags(image),
        client.platforms({ ...image, digest: digest(index) }),
        client.created({ ...image, digest: digest(index) }),
      ])
      for (const one of all) {
        expect(['found', 'missing', 'unknown']).toContain(one.kind)
        if (one.kind === 'unknown') expect(one.message).not.toBe('')
      }
      const [found] = all
      if (found.kind === 'found') expect(found.value).toMatch(/^sha256:[0-9a-f]{64}$/)
      expect(asked).toBeLessThanOrEqual(60)
    })
    await fc.assert(property, { numRuns: RUNS })
  })
})

describe('what another run left', () => {
  const left = toData(
    report({ changes: [change('Stage', 's', { file: 'image-s.k8s.yaml', before: 'a: 1\n', after: 'a: 2\n' })] }),
  )

  test('a report is taken as it is, or refused', () => {
    const data = mutatedData([JSON.parse(left) as unknown]).map((one) => JSON.stringify(one))
    const property = fc.property(fc.oneof(data, mutated([left], ['{', '"', 'null'])), (text) => {
      try {
        const { report } = withinSteps(STEPS, () => fromData(text))
        const marker = { id: 'default', sha: 'a'.repeat(40), run: 1, attempt: 1 }
        expect(withinSteps(STEPS, () => renderComment(report, { marker })).length).toBeLessThanOrEqual(60_000)
      } catch (error) {
        if (!(error instanceof Refusal)) throw error
      }
    })
    fc.assert(property, { numRuns: RUNS })
  })

  test('a comment has a marker of ours, or none', () => {
    const good = renderComment(report({}), { marker: { id: 'default', sha: 'a'.repeat(40), run: 1, attempt: 1 } })
    const property = fc.property(mutated([good], ['<!-- image-factory:report ', 'id=', 'run=', '-->']), (body) => {
      const marker = withinSteps(STEPS, () => parseMarker(body))
      if (marker !== null) expect(marker).toMatchObject({ id: expect.any(String), run: expect.any(Number) })
    })
    fc.assert(property, { numRuns: RUNS })
  })
})
