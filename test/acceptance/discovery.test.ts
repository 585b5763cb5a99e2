import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, afterEach, describe, expect, test } from 'vitest'
import { checkout } from '../support/checkout.js'
import { eventPayloads } from '../support/events.js'
import { type CannedReply, FakeGitHub } from '../support/fake-github.js'
import { FakeGitLab } from '../support/fake-gitlab.js'
import { eachDue, FULL, takingTurns } from '../support/full.js'
import { runAction, runCli, WORKFLOW_TOKEN } from '../support/run-action.js'
import { removeTempFolders, tempFolder } from '../support/temp-folder.js'
import { exampleImages, ORDER_BOOK, pushRun, SOURCES, STATE, startFactory, stopFactory } from './factory.js'

/** More that an entry may name. */
const turn = takingTurns()

let fake: FakeGitHub

afterEach(() => stopFactory(fake))
afterAll(removeTempFolders)

async function preview(images: string) {
  await fake.commitFiles(STATE, 'topic', { 'images.yaml': images }, 'Change the enrollment')
  await fake.createPullRequest(STATE, { number: 1, head: { ref: 'topic' } })
  const workspace = await checkout({ fake, repository: STATE, ref: 'refs/pull/1/merge' })
  return runAction({ fake, repository: STATE, workspace, ...(await eventPayloads.pullRequest(fake, STATE, 1)) })
}

const lookUps = () =>
  fake.requests.filter(
    ({ path, body }) => path.endsWith('/graphql') && JSON.stringify(body).includes('object(expression'),
  )

describe('the workflow', () => {
  turn()('an entry whose dispatch GitHub would refuse fails before it is merged, with the whole report', async () => {
    fake = await startFactory()
    const images =
      (await exampleImages()) + ORDER_BOOK.replace('    workflow', '    inputs: {version: "2"}\n    workflow')
    const run = await preview(images)
    expect(run.code).toBe(1)
    const line = images.split('\n').findIndex((text) => text.includes('version: "2"')) + 1
    expect(run.annotations.filter(({ file }) => file !== null)).toEqual([
      expect.objectContaining({
        level: 'error',
        file: 'images.yaml',
        line,
        message: expect.stringContaining('declares no input "version"'),
      }),
    ])
    const comment = fake.commentsOn(STATE, 1)[0]?.body
    expect(comment).toContain('declares no input')
    expect(comment).toContain('rebuild-trigger-order-book')
    expect(run.outputs.get('added')).toBe('45')
  })

  turn()('the same about an entry that is there already is a warning: it stops nobody', async () => {
    const images =
      (await exampleImages()) + ORDER_BOOK.replace('    workflow', '    inputs: {version: "2"}\n    workflow')
    fake = await startFactory({ 'images.yaml': images })
    const workspace = await checkout({ fake, repository: STATE })
    const pushed = await runAction({ fake, repository: STATE, workspace, ...(await eventPayloads.push(fake, STATE)) })
    expect(pushed.code, pushed.stdout).toBe(0)
    expect(pushed.annotations).toMatchObject([
      { level: 'warning', message: expect.stringContaining('declares no input') },
    ])
    const run = await preview(images.replace('rebuildDelay: 24h', 'rebuildDelay: 48h'))
    expect(run.code, run.stdout).toBe(0)
  })

  turn()('a workflow that is gone is told, and the bases are found all the same', async () => {
    fake = await startFactory()
    await fake.commitFiles(SOURCES[1], 'main', { '.github/workflows/metrics-service.yml': null }, 'Remove it')
    const run = await preview(await exampleImages())
    // Its entry is new on this pull request: what would fail later fails now.
    expect(run.code, run.stdout).toBe(1)
    expect(run.annotations[0]).toMatchObject({
      level: 'error',
      message: expect.stringContaining('workflow metrics-service.yml not found'),
    })
    expect(run.outputs.get('base-images')).toBe('6')
  })
})

describe('two images with one workflow', () => {
  const own = (name: string) => `
- name: ${name}
  registry: ghcr.io
  repository: craigedmunds/market-making/${name}
  source:
    repo: craigedmunds/market-making
    branch: main
    dockerfile: order-book/Dockerfile
    workflow: shared.yml
    inputs: {image: ${name}}
`
  const workflow = (runName: string) =>
    `${runName}on: {workflow_dispatch: {inputs: {image: {required: true}}}}\njobs: {}\n`
  const share = (runName: string) =>
    fake.commitFiles(SOURCES[1], 'main', { '.github/workflows/shared.yml': workflow(runName) }, 'Share it')
  const remedy = 'Add `run-name: Build ${{ inputs.image }}` to .github/workflows/shared.yml.'

  turn()('are refused while nothing tells their runs apart, and the one that was there is warned', async () => {
    const before = (await exampleImages()) + own('order-book')
    fake = await startFactory({ 'images.yaml': before })
    await share('')
    const pushed = await pushRun(fake)
    expect(pushed.code, pushed.stdout).toBe(0)
    expect(pushed.annotations).toEqual([])
    const run = await preview(before + own('quotes'))
    expect(run.code).toBe(1)
    const lineOf = (images: string) => images.trimEnd().split('\n').length - 1
    expect(run.annotations.filter(({ file }) => file !== null)).toEqual([
      expect.objectContaining({
        level: 'error',
        file: 'images.yaml',
        line: lineOf(before + own('quotes')),
        message: expect.stringContaining(remedy),
      }),
      expect.objectContaining({
        level: 'warning',
        line: lineOf(before),
        message: expect.stringContaining('also builds quotes, with different inputs, and it has no run-name'),
      }),
    ])
    expect(fake.commentsOn(STATE, 1)[0]?.body).toContain('order-book')
  })

  turn()('are told apart by the titles of their runs, which outlive a run that cannot read them', async () => {
    fake = await startFactory({ 'images.yaml': (await exampleImages()) + own('order-book') + own('quotes') })
    await share('run-name: Build ${{ inputs.image }}\n')
    const pushed = await pushRun(fake)
    expect(pushed.code, pushed.stdout).toBe(0)
    expect(pushed.annotations).toEqual([])
    const committed = async () => (await fake.readFiles(STATE, 'main')).get('images/quotes.yaml')
    expect(await committed()).toContain('\nrunTitle: Build quotes\n')
    fake.addToken(WORKFLOW_TOKEN, { [STATE]: 'write', [SOURCES[0]]: 'read' })
    const blind = await pushRun(fake)
    expect(blind.code, blind.stdout).toBe(0)
    expect(await committed()).toContain('discoveryStatus: failed\n')
    expect(await committed()).toContain('\nrunTitle: Build quotes\n')
  })

  turn()('are shown by discover, the one that is asked for with the other in mind', async () => {
    fake = await startFactory()
    const { path: folder } = await tempFolder()
    const state = join(folder, 'state')
    const sources = join(folder, 'sources', SOURCES[1])
    await mkdir(state)
    await mkdir(join(sources, '.github/workflows'), { recursive: true })
    await mkdir(join(sources, 'order-book'))
    await writeFile(join(state, 'images.yaml'), own('order-book') + own('quotes'))
    await writeFile(join(sources, 'order-book/Dockerfile'), 'FROM node:22\n')
    const discover = async (runName: string, ...options: string[]) => {
      await writeFile(join(sources, '.github/workflows/shared.yml'), workflow(runName))
      const run = await runCli(['discover', '--state', state, '--sources', join(folder, 'sources'), ...options], {
        cwd: folder,
      })
      expect(run.code, run.stderr).toBe(0)
      return run
    }
    const titled = 'run-name: Build ${{ inputs.image }}\n'
    expect((await discover(titled)).stdout).toContain(
      '\nquotes: runs with the title "Build quotes" count as its builds\n',
    )
    const json = JSON.parse((await discover(titled, 'quotes', '--json')).stdout)
    expect(json).toMatchObject({ images: [{ name: 'quotes', runs: 'title', runTitle: 'Build quotes' }], problems: [] })
    const untold = await discover('', 'quotes', '--json')
    expect(JSON.parse(untold.stdout)).toMatchObject({
      images: [{ name: 'quotes', runs: 'own', runTitle: null }],
      problems: [{ image: 'quotes', remedy }],
    })
    const text = await discover('')
    expect(text.stdout).toContain('\nquotes: only runs the factory starts for it count as its builds\n')
    expect(text.stderr + text.stdout).toContain(remedy)
    const validate = async (...options: string[]) => runCli(['validate', '--state', state, ...options], { cwd: folder })
    const offline = await validate()
    expect(offline.stderr + offline.stdout).not.toContain(remedy)
    const checked = await validate('--sources', join(folder, 'sources'))
    expect(checked.stderr).toContain(remedy)
    expect(checked.code).toBe(0)
  })
})

turn()('what the build passes is read in the same request', async () => {
  fake = await startFactory()
  const workflow = `on: workflow_dispatch
jobs:
  build:
    runs-on: ubuntu-latest
    steps:
      - uses: docker/build-push-action@v6
        with:
          file: backstage/app/packages/backend/Dockerfile
          push: true
          build-args: NODE_TAG=24-trixie-slim
`
  const inputs = '    inputs:\n      version_bump: patch\n      reason: $(baseImage) is now $(baseDigest)\n'.replaceAll(
    '    ',
    '    ',
  )
  await fake.commitFiles(SOURCES[0], 'main', { '.github/workflows/backstage.yml': workflow }, 'Raise node')
  const images = (await exampleImages()).replace(inputs, '')
  expect(images).not.toContain('version_bump')
  const run = await preview(images)
  expect(run.code, run.stdout).toBe(0)
  expect(fake.commentsOn(STATE, 1)[0]?.body).toContain('`docker.io/library/node:24-trixie-slim`')
  expect(lookUps()).toHaveLength(1)
})

const REPOSITORIES = FULL ? 250 : 25

test(`${REPOSITORIES * 4} images in ${REPOSITORIES} repositories take one request for each hundred files`, async () => {
  const images = Array.from({ length: REPOSITORIES * 4 }, (_, n) => ({
    name: `image-${n}`,
    repo: `acme/app-${Math.floor(n / 4)}`,
  }))
  const entry = ({ name, repo }: { name: string; repo: string }) =>
    `- {name: ${name}, registry: ghcr.io, repository: acme/${name}, source: {repo: ${repo}, branch: main, dockerfile: ${name}/Dockerfile, workflow: ${name}.yml}}\n`
  fake = await FakeGitHub.start()
  await fake.createRepository(STATE, { files: { 'images.yaml': images.map(entry).join('') } })
  const permissions: Record<string, 'read' | 'write'> = { [STATE]: 'write' }
  for (let index = 0; index < REPOSITORIES; index += 1) {
    const own = images.slice(index * 4, index * 4 + 4)
    const dockerfiles = own.map(({ name }) => [`${name}/Dockerfile`, 'FROM node:22\n'])
    const workflows = own.map(({ name }) => [`.github/workflows/${name}.yml`, 'on: workflow_dispatch\njobs: {}\n'])
    await fake.createRepository(`acme/app-${index}`, { files: Object.fromEntries([...dockerfiles, ...workflows]) })
    permissions[`acme/app-${index}`] = 'read'
  }
  fake.addToken(WORKFLOW_TOKEN, permissions)
  const workspace = await checkout({ fake, repository: STATE })
  const event = await eventPayloads.push(fake, STATE)
  const run = await runAction({
    fake,
    repository: STATE,
    workspace,
    ...event,
    inputs: { mode: 'preview' },
    // The server of the tests is no GitHub: a hundred files take it a while.
    env: { IMAGE_FACTORY_TIMEOUT: '240' },
    timeoutMs: 240_000,
  })
  expect(run.code, run.stderr).toBe(0)
  expect(run.outputs.get('images')).toBe(`${images.length}`)
  expect(run.outputs.get('base-images')).toBe('1')
  expect(run.annotations).toEqual([])
  expect(lookUps()).toHaveLength((2 * images.length) / 100)
  // The log stays readable; the difference is where the output says.
  expect(run.stdout.length).toBeLessThan(100_000)
  expect(run.tempFiles.get('image-factory.diff')?.length).toBeGreaterThan(1000 * images.length)
}, 300_000)

test('GitLab sources are read with their own token, which goes nowhere else', async () => {
  const gitlab = await FakeGitLab.start()
  try {
    gitlab.projects.set('acme/tools/api', {
      id: 7,
      visibility: 'private',
      defaultBranch: 'trunk',
      branches: { trunk: { 'docker/Dockerfile': 'FROM ruby:3.4-slim\n' } },
    })
    gitlab.tokens.set('glpat-canary', { scope: 'read_api', member: { 'acme/tools/api': 'developer' } })
    const images = `- name: api
  registry: registry.example.com
  repository: acme/api
  source: {provider: gitlab, repo: acme/tools/api, dockerfile: docker/Dockerfile}
`
    fake = await startFactory({ 'images.yaml': images })
    const workspace = await checkout({ fake, repository: STATE })
    const event = await eventPayloads.push(fake, STATE)
    const env = { GITLAB_URL: gitlab.url }
    const run = await runAction({
      fake,
      repository: STATE,
      workspace,
      ...event,
      env,
      inputs: { 'gitlab-token': 'glpat-canary' },
    })
    expect(run.code, run.stdout).toBe(0)
    const files = await fake.readFiles(STATE, 'main')
    expect(files.get('images/api.yaml')).toContain('defaultBranch: trunk')
    expect(files.has('dist/base-ruby-3.4-slim.k8s.yaml')).toBe(true)
    expect(JSON.stringify(fake.requests)).not.toContain('glpat-canary')
    expect(run.stdout.replaceAll(/^::add-mask::.*$/gm, '')).not.toContain('glpat-canary')

    const state = (await tempFolder('state')).path
    await writeFile(join(state, 'images.yaml'), images)
    const cli = await runCli(['discover', '--state', state, '--json'], {
      cwd: state,
      env: { GITLAB_URL: gitlab.url, GITLAB_TOKEN: 'glpat-canary' },
    })
    expect(JSON.parse(cli.stdout).images).toMatchObject([
      { name: 'api', status: 'found', branch: 'trunk', bases: [{ ref: 'docker.io/library/ruby:3.4-slim', line: 1 }] },
    ])
  } finally {
    await gitlab.close()
  }
})

turn()('GitLab gets no token that is meant for GitHub', async () => {
  const gitlab = await FakeGitLab.start()
  try {
    gitlab.projects.set('acme/tools/api', {
      id: 7,
      visibility: 'public',
      defaultBranch: 'trunk',
      branches: { trunk: { Dockerfile: 'FROM ruby:3.4-slim\n' } },
    })
    const images = `- name: api
  registry: registry.example.com
  repository: acme/api
  source: {provider: gitlab, repo: acme/tools/api}
`
    fake = await startFactory({ 'images.yaml': images })
    const workspace = await checkout({ fake, repository: STATE })
    const event = await eventPayloads.push(fake, STATE)
    const env = { GITLAB_URL: gitlab.url }
    const run = await runAction({ fake, repository: STATE, workspace, ...event, env })
    expect(run.code, run.stdout).toBe(0)
    const sent = gitlab.requests.flatMap(({ headers }) =>
      ['private-token', 'authorization'].map((name) => headers[name]),
    )
    expect(sent.filter((value) => value !== undefined)).toEqual([])
    const files = await fake.readFiles(STATE, 'main')
    expect(files.has('dist/base-ruby-3.4-slim.k8s.yaml')).toBe(true)
  } finally {
    await gitlab.close()
  }
})

describe('GitHub in trouble', () => {
  const isLookUp = (request: { path: string }) => request.path.endsWith('/graphql')

  eachDue<readonly [string, CannedReply]>([
    ['a server error', { status: 502, body: 'Bad gateway' }],
    [
      'a secondary rate limit',
      { status: 403, headers: { 'retry-after': '1' }, body: { message: 'You have exceeded a secondary rate limit.' } },
    ],
  ])('%s is asked again', async (_, respond) => {
    fake = await startFactory()
    fake.faults.push({ match: isLookUp, times: 1, respond })
    const workspace = await checkout({ fake, repository: STATE })
    const event = await eventPayloads.push(fake, STATE)
    const run = await runAction({ fake, repository: STATE, workspace, ...event, inputs: { mode: 'preview' } })
    expect(run.code, run.stdout).toBe(0)
    expect(run.outputs.get('base-images')).toBe('6')
    expect(run.annotations.filter(({ message }) => message.includes('discovery failed'))).toEqual([])
  })

  turn()('a source that is gone for good fails alone; the report says so first', async () => {
    fake = await startFactory()
    fake.addToken(WORKFLOW_TOKEN, { [STATE]: 'write', [SOURCES[1]]: 'read' })
    const run = await preview((await exampleImages()).replace('rebuildDelay: 24h', 'rebuildDelay: 2d'))
    expect(run.code, run.stdout).toBe(0)
    const warnings = run.annotations.filter(({ level }) => level === 'warning')
    expect(warnings).toHaveLength(4)
    expect(warnings[0]?.message).toContain(
      'there is no repository craigedmunds/argocd-eda, or the token may not see it',
    )
    const comment = fake.commentsOn(STATE, 1)[0]?.body ?? ''
    expect(comment.indexOf('discovery failed')).toBeLessThan(comment.indexOf('### Images'))
  })
})

describe('images without a Dockerfile', () => {
  const own = (name: string, more: string) => `
- name: ${name}
  registry: ghcr.io
  repository: craigedmunds/market-making/${name}
  source:
    repo: craigedmunds/market-making
    workflow: ko.yml
${more}`
  const NAMED = own('quotes', '  bases:\n    - gcr.io/distroless/static:nonroot\n    - node:22-bookworm-slim\n')
  const KO = own('trades', '    dockerfile: cmd/.ko.yaml\n')

  turn()('are built on what images.yaml names, or what ko is told', async () => {
    fake = await startFactory()
    const files = {
      '.github/workflows/ko.yml': 'on: workflow_dispatch\njobs: {b: {steps: [{run: ko build ./cmd/trades}]}}\n',
      'cmd/.ko.yaml': 'defaultBaseImage: gcr.io/distroless/static:nonroot\n',
    }
    await fake.commitFiles(SOURCES[1], 'main', files, 'Build with ko')
    const before = await exampleImages()
    const run = await preview(before + NAMED + KO)
    expect(run.code, run.stdout).toBe(0)
    expect(run.annotations).toEqual([])
    expect(run.outputs.get('base-images')).toBe('7')
    const comment = fake.commentsOn(STATE, 1)[0]?.body
    const line = before.split('\n').length + 8
    expect(comment).toContain(`images.yaml:${line}`)
    expect(comment).toContain('cmd/.ko.yaml:1')

    await fake.commitFiles(STATE, 'main', { 'images.yaml': before + NAMED + KO }, 'Enroll them')
    const pushed = await pushRun(fake)
    expect(pushed.code, pushed.stdout).toBe(0)
    const committed = await fake.readFiles(STATE, 'main')
    const bases = '\nbaseImages:\n  - distroless-static-nonroot\n'
    expect(committed.get('images/quotes.yaml')).toContain(`${bases}  - node-22-bookworm-slim\n`)
    expect(committed.get('images/quotes.yaml')).toContain('\ndefaultBranch: main\n')
    expect(committed.get('images/trades.yaml')).toContain(bases)
    for (const name of ['quotes', 'trades']) {
      const manifests = committed.get(`dist/image-${name}.k8s.yaml`)
      expect(manifests).toContain('check-content')
      expect(manifests).not.toContain('check-dockerfile')
    }
    expect(committed.get('dist/image-uv.k8s.yaml')).toContain('check-dockerfile')
    // Nothing is new to a second run.
    expect((await pushRun(fake)).outputs.get('changed')).toBe('false')
  })
})
