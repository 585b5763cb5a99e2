/** First commits are big: one commit or none, by API where it fits, else by push. COMMIT_FILES sets how many files. */
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { API_LIMIT, type CommitMethod, commitFiles } from '../../src/publish/commit.js'
import { checkOut } from '../../src/publish/work-tree.js'
import { connectGitHub } from '../../src/sources/index.js'
import { FakeGitHub, type Fault } from '../support/fake-github.js'
import { tempFolder } from '../support/temp-folder.js'

const STATE = 'acme/factory-state'
const TOKEN = 'state-token'
const FILES = Number(process.env.COMMIT_FILES ?? 300)
/** A small manifest. */
const PADDING = '# What a generated file says, line after line.\n'.repeat(20)

let fake: FakeGitHub

beforeEach(async () => {
  vi.stubEnv('IMAGE_FACTORY_PAUSE', '0.01')
  fake = await FakeGitHub.start()
  await fake.createRepository(STATE, { files: { 'images.yaml': '[]\n', 'dist/old.yaml': 'old\n' } })
  fake.addToken(TOKEN, { [STATE]: 'write' }, 'factory-app[bot]')
})
afterEach(async () => {
  vi.unstubAllEnvs()
  await fake.close()
})

const files = new Map(Array.from({ length: FILES }, (_, at) => [`dist/image-${at}.k8s.yaml`, `# ${at}\n${PADDING}`]))

async function commit(kind: 'api' | 'push', limit = API_LIMIT) {
  const remote = { url: `${fake.url}/${STATE}`, token: TOKEN }
  const { path } = await tempFolder('size')
  const tree = await checkOut(remote, 'refs/heads/main', path)
  const log = { warning: () => undefined, debug: () => undefined }
  const client = await connectGitHub({ apiUrl: fake.apiUrl, token: TOKEN, log })
  const push = { remote, newFolder: async () => (await tempFolder('commit')).path }
  const method: CommitMethod =
    kind === 'push' ? { kind, ...push } : { kind, client, repository: STATE, limit, instead: push }
  const message = { headline: 'Generate', body: 'All of it.' }
  const request = { tree, branch: 'main', statePath: '.', files, removals: ['dist/old.yaml'], message }
  return commitFiles(request, method)
}

async function expectAllInOne(): Promise<void> {
  const log = await fake.log(STATE, 'main')
  expect(log).toHaveLength(2)
  const there = await fake.readFiles(STATE, 'main')
  expect(there.size).toBe(FILES + 1)
  for (const [path, text] of files) if (there.get(path) !== text) expect.fail(`${path} is not what was to be committed`)
}

const isCommit: Fault['match'] = ({ body }) => JSON.stringify(body).includes('createCommitOnBranch')
const mutations = () => fake.requests.filter(isCommit).length

describe(`${FILES} files`, () => {
  test.each(['api', 'push'] as const)(
    'are one commit by %s',
    async (kind) => {
      const result = await commit(kind)
      expect(result).toEqual({ kind: 'committed', sha: await fake.head(STATE, 'main') })
      await expectAllInOne()
      expect(await commit(kind)).toEqual({ kind: 'nothing' })
    },
    600_000,
  )

  test('too many bytes for the API are pushed, in one commit, and said so', async () => {
    const result = await commit('api', { ...API_LIMIT, bytes: 100_000 })
    expect(mutations()).toBe(0)
    expect(result).toMatchObject({
      kind: 'committed',
      note: expect.stringMatching(/too much for one commit through the API\. It was pushed with git/),
    })
    await expectAllInOne()
  })

  test.each([
    ['a gateway', { status: 502, headers: { 'content-type': 'text/html' }, body: '<html>502 Bad Gateway</html>' }],
    ['its size limit', { status: 413, body: 'Request Entity Too Large' }],
    [
      'a time-out',
      {
        status: 200,
        body: {
          data: null,
          errors: [
            {
              message:
                'Something went wrong while executing your query. This may be the result of a timeout, or it could be a GitHub bug.',
            },
          ],
        },
      },
    ],
  ])('the API gives up with %s: they are pushed', async (_, respond) => {
    fake.faults.push({ match: isCommit, times: 99, respond })
    const result = await commit('api')
    expect(result).toMatchObject({
      kind: 'committed',
      note: expect.stringMatching(/gave up on 301 files.*pushed with git/),
    })
    await expectAllInOne()
  })

  test('the API made the commit all the same: nothing is made twice', async () => {
    fake.faults.push({ match: isCommit, times: 1, respond: 'truncate' })
    expect(await commit('api')).toEqual({ kind: 'stale' })
    await expectAllInOne()
  })

  test('a push that is refused then says both', async () => {
    await fake.refusePushes(
      STATE,
      'GH013: Repository rule violations found\n\n- Commits must have verified signatures.',
    )
    const failed = commit('api', { ...API_LIMIT, bytes: 100_000 })
    await expect(failed).rejects.toThrow(
      /too much for one commit through the API.*verified signatures.*enroll the images in several steps/,
    )
    expect(await fake.log(STATE, 'main')).toHaveLength(1)
  })
})

test('a small commit that fails is not pushed behind the back of the API', async () => {
  fake.faults.push({ match: isCommit, times: 99, respond: { status: 502, body: 'Bad Gateway' } })
  await expect(commit('api', { bytes: 30_000_000, easy: { files: 1000, bytes: 30_000_000 } })).rejects.toThrow(
    /was not made: .*\(502\).* Run this again later/,
  )
  expect(await fake.log(STATE, 'main')).toHaveLength(1)
})
