/** The factory without a cluster, with an image that a pipeline on GitLab builds. */
import { afterAll, afterEach, beforeEach, expect, test } from 'vitest'
import { FakeGitLab } from '../support/fake-gitlab.js'
import { removeTempFolders } from '../support/temp-folder.js'
import { RebuildFactory } from './rebuild-factory.js'

afterAll(removeTempFolders)

const PROJECT = 'group/sub/web'
const TOKEN = 'glpat-of-the-tests'
const ENTRY = `{provider: gitlab, repo: ${PROJECT}, branch: main, dockerfile: Dockerfile, inputs: {BASE: $(baseImage)}}`

let factory: RebuildFactory
let gitlab: FakeGitLab
beforeEach(async () => {
  factory = await RebuildFactory.start(['web'], { source: ENTRY })
  gitlab = await FakeGitLab.start()
  const files = {
    Dockerfile: `FROM ${factory.registry.host}/acme/base:1\n`,
    '.gitlab-ci.yml': 'build: {script: [docker build --pull .]}\n',
  }
  gitlab.projects.set(PROJECT, { id: 7, visibility: 'private', defaultBranch: 'main', branches: { main: files } })
  gitlab.tokens.set(TOKEN, { scope: 'api', member: { [PROJECT]: 'developer' } })
})
afterEach(async () => {
  await gitlab.close()
  await factory.stop()
  expect(gitlab.unknownRequests).toEqual([])
})

const run = (hours: number) =>
  factory.run(hours, { inputs: { 'gitlab-token': TOKEN }, env: { GITLAB_URL: gitlab.url } })

const pipelineRequests = () =>
  gitlab.requests.flatMap(({ method, url }) => (/\/pipelines?\b/.test(url) ? [`${method} ${url.split('?')[0]}`] : []))

test('a base image moves: the pipeline is started once with its variables, followed, and has covered the change', async () => {
  await run(0)
  expect(pipelineRequests()).toEqual([])
  factory.moveBase('two')
  const started = await run(1)
  expect(started.code, started.stdout).toBe(0)
  const base = `${factory.registry.host}/acme/base:1`
  expect(gitlab.pipelines).toMatchObject([{ project: PROJECT, ref: 'main', source: 'api', variables: { BASE: base } }])
  const url = `${gitlab.url}/${PROJECT}/-/pipelines/501`
  expect(JSON.parse(started.outputs.get('rebuilds') ?? '')).toMatchObject([{ image: 'web', run: url, reason: 'base' }])
  expect(await factory.rebuilds()).toMatchObject([{ result: 'started', run: { id: '501', url } }])
  const [pipeline] = gitlab.pipelines
  if (pipeline === undefined) throw new Error('no pipeline')
  const before = pipelineRequests().length
  const running = await run(2)
  expect(running.summary).toContain('is being built')
  expect(pipelineRequests().slice(before)).toEqual(['GET /api/v4/projects/group%2Fsub%2Fweb/pipelines/501'])
  Object.assign(pipeline, { status: 'success', startedAt: factory.at(1, 1), updatedAt: factory.at(1, 300) })
  factory.registry.push('acme/web', '1.0.1', { created: factory.at(1, 200), content: 'new' })
  await run(3)
  expect(await factory.rebuilds()).toMatchObject([{ result: 'succeeded', attempts: 1 }])
  const known = pipelineRequests().length
  await run(4)
  expect(pipelineRequests()).toHaveLength(known)
  expect(gitlab.pipelines).toHaveLength(1)
  expect(factory.fake.actionsRequests).toEqual([])
}, 240_000)

test('a token that may only read is refused in the words of GitLab, and it is no failed build', async () => {
  gitlab.tokens.set(TOKEN, { scope: 'read_api', member: { [PROJECT]: 'developer' } })
  await run(0)
  factory.moveBase('two')
  const refused = await run(1)
  expect(refused.code, refused.stdout).toBe(0)
  const said = refused.annotations.map(({ message }) => message).join('\n')
  expect(said).toContain('insufficient_scope')
  expect(said).toContain('gitlab-token needs the scope api')
  expect(await factory.rebuilds()).toMatchObject([{ result: 'refused', attempts: 0 }])
  expect(gitlab.pipelines).toEqual([])
}, 240_000)
