/** `init --engine actions` as a person runs it, then the workflow that it wrote: to the first rebuild, with no more rights than it grants. */
import { spawnSync } from 'node:child_process'
import { mkdir, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { afterAll, afterEach, beforeEach, describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import { checkout } from '../support/checkout.js'
import { eventPayloads, type WorkflowEvent } from '../support/events.js'
import { FakeGitHub } from '../support/fake-github.js'
import { FakeRegistry } from '../support/fake-registry.js'
import { eachDue, takingTurns } from '../support/full.js'
import { git } from '../support/git.js'
import { type ActionRun, BUNDLE, runAction, runCli, WORKFLOW_TOKEN } from '../support/run-action.js'
import { removeTempFolders, tempFolder } from '../support/temp-folder.js'
import { inputsOf } from '../support/workflow-inputs.js'
import { readTree, stopFactory } from './factory.js'

const APPLICATION = 'acme/web'
const STATE = 'acme/factory-state'
const WORKFLOW = '.github/workflows/image-factory.yml'
/** What actions/create-github-app-token gives. */
const APP_TOKEN = 'ghs_appTokenOfTheFactory0123456789abcdef'
const FIRST = Date.parse('2026-02-01T00:00:00Z') / 1000

/** From nothing to a build that was started, in one way and another. */
const turn = takingTurns()

let registry: FakeRegistry
let fake: FakeGitHub
let folder: string

beforeEach(async () => {
  folder = (await tempFolder('init-actions')).path
  registry = await FakeRegistry.start({ images: {} })
  registry.push('acme/base', '1', { content: 'one' })
  registry.push('acme/web', '1.0.0', { created: '2026-01-05T10:00:00Z' })
  fake = await FakeGitHub.start()
})
afterEach(async () => {
  await registry.stop()
  await stopFactory(fake)
})
afterAll(removeTempFolders)

/** The application: it builds one image, on pushes and when it is asked to. */
const application = () => ({
  Dockerfile: `FROM ${registry.host}/acme/base:1\n`,
  'README.md': '# web\n',
  '.github/workflows/build.yml': `on: {push: {branches: [main]}, workflow_dispatch: {}}
jobs:
  build:
    runs-on: ubuntu-latest
    steps:
      - uses: docker/build-push-action@v6
        with: {push: true, pull: true, tags: ${registry.host}/acme/web:1}
`,
})

/** A clone of a repository on GitHub. */
async function clone(repository: string, files: Readonly<Record<string, string>>): Promise<string> {
  const root = join(folder, repository)
  for (const [path, text] of Object.entries(files)) {
    await mkdir(dirname(join(root, path)), { recursive: true })
    await writeFile(join(root, path), text)
  }
  await mkdir(root, { recursive: true })
  await git(root, ['init', '--quiet', '--initial-branch=main', '.'])
  await git(root, ['remote', 'add', 'origin', `https://github.com/${repository}.git`])
  return root
}

interface Written {
  readonly on: Readonly<Record<string, object>> & { readonly push: { readonly paths: readonly string[] } }
  readonly jobs: {
    readonly 'image-factory': {
      readonly permissions: Readonly<Record<string, 'read' | 'write'>>
    }
  }
}

/** Runs the workflow that was written: in its repository, with the permissions and inputs that it says. */
function workflowOf(repository: string, text: string) {
  const { on, jobs } = parse(text) as Written
  const { permissions } = jobs['image-factory']
  fake.addToken(WORKFLOW_TOKEN, {
    [repository]: {
      contents: permissions.contents ?? 'none',
      pulls: permissions['pull-requests'] ?? 'none',
      actions: permissions.actions ?? 'none',
      issues: permissions.issues ?? 'none',
    },
  })
  let runId = 1000
  const run = async (hours: number, event: WorkflowEvent, inputs: Readonly<Record<string, string>> = {}) => {
    expect(Object.keys(on)).toContain(event.eventName)
    const values = { ...inputs, 'steps.app.outputs.token': APP_TOKEN }
    runId += 1
    fake.onDispatch = (build) => {
      build.startedAt = new Date((FIRST + hours * 3600 + 1) * 1000).toISOString()
    }
    const env = { SOURCE_DATE_EPOCH: String(FIRST + hours * 3600) }
    const workspace = await checkout({ fake, repository, ref: event.ref })
    const done = await runAction({
      fake,
      repository,
      runId,
      workspace,
      ...event,
      env,
      inputs: { refresh: 'auto', ...inputsOf(text, values) },
    })
    expect(done.code, done.stdout).toBe(0)
    return done
  }
  return { on, run }
}

const startedBy = (run: ActionRun) =>
  (JSON.parse(run.outputs.get('rebuilds') ?? '[]') as { image: string; reason: string }[]).map(
    ({ image, reason }) => `${image}: ${reason}`,
  )

/** From the first push to a rebuild that was due, and one that was asked for. */
async function play(repository: string, files: Readonly<Record<string, string>>) {
  const { on, run } = workflowOf(repository, files[WORKFLOW] ?? '')
  expect(Object.keys(on).sort()).toEqual([
    'pull_request',
    'push',
    'registry_package',
    'repository_dispatch',
    'schedule',
    'workflow_dispatch',
  ])
  const first = await run(0, await eventPayloads.push(fake, repository))
  expect(first.annotations.filter(({ level }) => level === 'warning' || level === 'error')).toEqual([])
  expect([startedBy(first), first.outputs.get('images')]).toEqual([[], '1'])
  registry.push('acme/base', '1', { content: 'two' })
  expect(startedBy(await run(1, await eventPayloads.schedule(fake, repository)))).toEqual(['web: base'])
  expect(fake.runs).toMatchObject([{ repository: APPLICATION, workflow: 'build.yml', branch: 'main' }])
  for (const build of fake.runs) fake.finishRun(build)
  expect(startedBy(await run(2, await eventPayloads.repositoryDispatch(fake, repository)))).toEqual([])
  const rebuild = { rebuild: 'web' }
  const asked = await eventPayloads.workflowDispatch(fake, repository, { inputs: rebuild })
  expect(startedBy(await run(3, asked, rebuild))).toEqual(['web: manual'])
  const after = await fake.readFiles(repository, 'main')
  const changed = [...after].filter(([path, text]) => files[path] !== text).map(([path]) => path)
  expect(changed.length).toBeGreaterThan(1)
  expect(changed.filter((path) => on.push.paths.includes(path))).toEqual([])
  return changed
}

describe("in the application's own repository", () => {
  turn()(
    'everything is found in the clone, and github.token is enough',
    async () => {
      const root = await clone(APPLICATION, application())
      const run = await runCli(['init', '--engine', 'actions', '--in-app-repository', '--yes'], { cwd: root })
      expect(run.code, run.stderr).toBe(0)
      const files = await readTree(root)
      expect(Object.keys(files)).toEqual([
        '.github/workflows/build.yml',
        WORKFLOW,
        'Dockerfile',
        'README.md',
        'image-factory/.gitattributes',
        'image-factory/README.md',
        'image-factory/images.yaml',
      ])
      expect(files).toMatchObject(application())
      const validated = await runCli(['validate', '--state', 'image-factory'], { cwd: root })
      expect(validated).toMatchObject({ code: 0, stdout: 'images.yaml is valid: 1 image.\n' })
      await fake.createRepository(APPLICATION, { files })
      const changed = await play(APPLICATION, files)
      expect(changed.filter((path) => !/^image-factory\/(?:images|base-images)\//.test(path))).toEqual([])
    },
    120_000,
  )

  turn()(
    'a package that a push published: the run commits, takes the build over and starts none',
    async () => {
      const root = await clone(APPLICATION, application())
      await runCli(['init', '--engine', 'actions', '--in-app-repository', '--yes'], { cwd: root })
      const files = await readTree(root)
      await fake.createRepository(APPLICATION, { files })
      const { run } = workflowOf(APPLICATION, files[WORKFLOW] ?? '')
      await run(0, await eventPayloads.push(fake, APPLICATION))
      registry.push('acme/base', '1', { content: 'two' })
      expect(startedBy(await run(1, await eventPayloads.schedule(fake, APPLICATION)))).toEqual(['web: base'])
      for (const build of fake.runs) fake.finishRun(build)
      registry.push('acme/base', '1', { content: 'three' })
      expect(startedBy(await run(2, await eventPayloads.schedule(fake, APPLICATION)))).toEqual([])
      // Its delay is over, and somebody pushed to the application.
      const [hour, at] = [7 * 24 + 3, new Date((FIRST + (7 * 24 + 2) * 3600) * 1000).toISOString()]
      const build = fake.startRun({ repository: APPLICATION, workflow: 'build.yml', branch: 'main', event: 'push' })
      build.startedAt = at
      const image = { created: at, content: 'new' }
      const digest = registry.push('acme/web', 'main', image)
      const published = (tag: string) =>
        eventPayloads.registryPackage(fake, APPLICATION, { digest, tag, createdAt: at })
      const stateFile = async () =>
        parse((await fake.readFiles(APPLICATION, 'main')).get('image-factory/images/web.yaml') ?? '') as object
      // GitHub sends one for each tag, while the build that pushes them is at its last steps.
      const done = await run(hour, await published('main'))
      expect([startedBy(done), done.outputs.get('changed')]).toEqual([[], 'true'])
      expect(await stateFile()).toMatchObject({
        rebuilds: [{ reason: 'manual', result: 'started', run: { id: String(build.id) } }, { reason: 'base' }],
      })
      fake.finishRun(build)
      registry.push('acme/web', '1.0.1', image)
      expect(startedBy(await run(hour + 1, await published('1.0.1')))).toEqual([])
      expect(await stateFile()).toMatchObject({
        currentDigest: digest,
        rebuilds: [{ reason: 'manual', result: 'succeeded', evidence: 'unknown' }, { reason: 'base' }],
      })
      expect(fake.runs).toHaveLength(2)
    },
    120_000,
  )

  turn()(
    'with a dashboard: a ticked box starts the build, with no more than github.token',
    async () => {
      const root = await clone(APPLICATION, application())
      const args = ['init', '--engine', 'actions', '--in-app-repository', '--dashboard', '--yes']
      const init = await runCli(args, { cwd: root })
      expect(init.code, init.stderr).toBe(0)
      expect(init.stdout).toContain('docs/dashboard.md')
      const files = await readTree(root)
      await fake.createRepository(APPLICATION, { files })
      fake.collaborators.set('octocat', 'admin')
      const { run } = workflowOf(APPLICATION, files[WORKFLOW] ?? '')
      const first = await run(0, await eventPayloads.push(fake, APPLICATION))
      expect(first.annotations.filter(({ level }) => level === 'warning' || level === 'error')).toEqual([])
      const [issue] = fake.issues
      if (issue === undefined) throw new Error('there is not a dashboard')
      expect(issue.title).toBe('Image factory: image-factory')
      const body = issue.body.replace('- [ ] <!-- rebuild=web -->', '- [x] <!-- rebuild=web -->')
      expect(startedBy(await run(1, await eventPayloads.issueEdited(fake, issue, { body })))).toEqual(['web: manual'])
      expect(fake.runs).toMatchObject([{ repository: APPLICATION, workflow: 'build.yml', branch: 'main' }])
      expect(issue.body).toContain('### Being built (1)')
    },
    120_000,
  )

  turn()('in a folder that an option names', async () => {
    const root = await clone(APPLICATION, application())
    const args = ['--engine', 'actions', '--in-app-repository', '--state', 'deploy/factory', '--json']
    const run = await runCli(['init', ...args], { cwd: root })
    expect(run.code, run.stdout).toBe(0)
    expect(JSON.parse(run.stdout)).toMatchObject({
      state: join(root, 'deploy/factory'),
      top: root,
      engine: 'actions',
      repository: APPLICATION,
      owners: [],
      entry: { name: 'web', source: { repo: APPLICATION, dockerfile: 'Dockerfile', workflow: 'build.yml' } },
    })
    expect((await readTree(root))[WORKFLOW]).toContain('state-path: deploy/factory\n')
  })

  test.skipIf(spawnSync('script', ['--version']).status !== 0)('is asked for on a terminal', async () => {
    const root = await clone(APPLICATION, application())
    const env = { PATH: process.env.PATH, HOME: folder, TERM: 'dumb' }
    const command = `${process.execPath} ${BUNDLE} init --engine actions`
    const input = 'here\napp\n\n'
    const run = spawnSync('script', ['-qec', command, '/dev/null'], { cwd: root, env, input, encoding: 'utf8' })
    expect(run.status, run.stdout).toBe(0)
    expect(run.stdout).toContain('It must be own or app.')
    expect(Object.keys(await readTree(root))).toContain('image-factory/images.yaml')
  })

  eachDue<readonly [string[], string]>([
    [['--in-app-repository'], '--in-app-repository needs --engine actions.'],
    [['--engine', 'actions', '--in-app-repository', '--repo', 'acme/api'], 'acme/web builds itself, not acme/api.'],
    [['--engine', 'actions', '--state', 'image-factory'], 'add --in-app-repository.'],
    [['--engine', 'argo'], 'kargo, actions'],
  ])('refuses %j', async (args, expected) => {
    const root = await clone(APPLICATION, application())
    const run = await runCli(['init', ...args], { cwd: root })
    expect(run.code).toBe(1)
    expect(run.stderr).toContain(expected)
    expect(await readTree(root)).toEqual(application())
  })

  test('refuses a folder that is in no repository', async () => {
    const run = await runCli(['init', '--engine', 'actions', '--in-app-repository'], { cwd: folder })
    expect(run.code).toBe(1)
    expect(run.stderr).toContain('is not inside a git repository.')
  })
})

turn()(
  'in a repository of its own, the token of an App reads the sources and starts the builds',
  async () => {
    const [app, root] = [await clone(APPLICATION, application()), await clone(STATE, {})]
    const run = await runCli(['init', '--engine', 'actions', '--owner', '@acme/platform', app], { cwd: root })
    expect(run.code, run.stderr).toBe(0)
    expect(run.stdout).toContain('FACTORY_APP_PRIVATE_KEY')
    const files = await readTree(root)
    expect(Object.keys(files)).toEqual(['.gitattributes', WORKFLOW, 'CODEOWNERS', 'README.md', 'images.yaml'])
    expect((await runCli(['validate'], { cwd: root })).code).toBe(0)
    await fake.createRepository(STATE, { files })
    await fake.createRepository(APPLICATION, { files: application(), private: true })
    fake.addToken(APP_TOKEN, { [APPLICATION]: { contents: 'read', pulls: 'none', actions: 'write' } })
    const changed = await play(STATE, files)
    expect(changed.filter((path) => !/^(?:images|base-images)\//.test(path))).toEqual([])
  },
  120_000,
)
