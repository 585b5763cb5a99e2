/** The factory without a cluster: what is due is started by the run itself, once, and followed to its end. */
import { afterAll, afterEach, beforeEach, describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import { checkout } from '../support/checkout.js'
import { eventPayloads } from '../support/events.js'
import type { FakeGitHub } from '../support/fake-github.js'
import { FakeRegistry } from '../support/fake-registry.js'
import { FULL } from '../support/full.js'
import { type ActionRun, runAction, WORKFLOW_TOKEN } from '../support/run-action.js'
import { removeTempFolders } from '../support/temp-folder.js'
import { STATE, startFactory, stopFactory } from './factory.js'

afterAll(removeTempFolders)

const SOURCE = 'acme/web'
const WORKFLOW = `on: {workflow_dispatch: {inputs: {base: {type: string}}}}
jobs:
  build:
    runs-on: ubuntu-latest
    steps:
      - uses: docker/build-push-action@v6
        with: {push: true, tags: ghcr.io/acme/web:1}
`
const BUILT = '2026-01-05T10:00:00Z'
const FIRST = Date.parse('2026-02-01T00:00:00Z') / 1000
const HOUR = 3600

let registry: FakeRegistry
let fake: FakeGitHub
let runId = 1000

beforeEach(async () => {
  registry = await FakeRegistry.start({ images: {} })
  registry.push('acme/base', '1', { content: 'one' })
  registry.push('acme/web', '1.0.0', { created: BUILT })
  fake = await startFactory({ 'images.yaml': images() })
  await fake.createRepository(SOURCE, {
    files: { Dockerfile: `FROM ${registry.host}/acme/base:1\n`, '.github/workflows/build.yml': WORKFLOW },
  })
  fake.addToken(WORKFLOW_TOKEN, { [STATE]: 'write', [SOURCE]: 'write' })
})

afterEach(async () => {
  await registry.stop()
  await stopFactory(fake)
})

function images(settings = '', entry = ''): string {
  return `settings:
  engine: actions
  retryPause: 1h
${settings}images:
  - name: web
    registry: ${registry.host}
    repository: acme/web
    rebuildDelay: 7d
${entry}    source:
      repo: ${SOURCE}
      branch: main
      dockerfile: Dockerfile
      workflow: build.yml
      inputs: {base: $(baseImage)}
`
}

/** One scheduled run, so many hours after the first. */
async function scheduled(hours: number, options: Partial<Parameters<typeof runAction>[0]> = {}): Promise<ActionRun> {
  runId += 1
  const event = await eventPayloads.schedule(fake, STATE)
  const env = { SOURCE_DATE_EPOCH: String(FIRST + hours * HOUR), ...options.env }
  const inputs = { refresh: 'auto', ...options.inputs }
  const run = await runAction({ fake, repository: STATE, runId, ...event, ...options, env, inputs })
  return run
}

interface Rebuild {
  readonly reason: string
  readonly result: string
  readonly attempts: number
  readonly run: { readonly id: string; readonly url: string } | null
}

async function rebuilds(): Promise<Rebuild[]> {
  const files = await fake.readFiles(STATE, 'main')
  return ((parse(files.get('images/web.yaml') ?? '') as { rebuilds?: Rebuild[] } | null)?.rebuilds ?? []) as Rebuild[]
}

async function moveBase(content = 'two'): Promise<void> {
  registry.push('acme/base', '1', { content })
}

/** What is started starts then. */
function startAt(hours: number): void {
  fake.onDispatch = (run) => {
    run.startedAt = new Date((FIRST + hours * HOUR) * 1000 + 1000).toISOString()
  }
}

describe('engine: actions', () => {
  test('enrolls without a manifest, asks the forge for no run and starts nothing', async () => {
    const run = await scheduled(0)
    expect(run.code, run.stdout).toBe(0)
    const files = [...(await fake.readFiles(STATE, 'main')).keys()]
    expect(files.filter((path) => path.startsWith('dist/'))).toEqual([])
    expect(files).toContain('images/web.yaml')
    expect(fake.actionsRequests).toEqual([])
    expect(run.outputs.get('rebuilds')).toBe('[]')
  })

  test('a base image moves: the build is started with its inputs, followed, and covers the change', async () => {
    await scheduled(0)
    await moveBase()
    startAt(1)
    const run = await scheduled(1)
    expect(run.code, run.stdout).toBe(0)
    expect(fake.runs).toMatchObject([{ repository: SOURCE, inputs: { base: `${registry.host}/acme/base:1` } }])
    expect(JSON.parse(run.outputs.get('rebuilds') ?? '')).toEqual([
      {
        image: 'web',
        run: `${fake.url}/${SOURCE}/actions/runs/9001`,
        reason: 'base',
        bases: [`${registry.host}/acme/base:1`],
      },
    ])
    expect(run.summary).toContain('**1 build started**')
    expect(await rebuilds()).toMatchObject([{ reason: 'base', result: 'started', attempts: 1, run: { id: '9001' } }])
    const before = fake.actionsRequests.length
    const second = await scheduled(2)
    expect(second.summary).toContain('is being built')
    expect(fake.actionsRequests.slice(before)).toEqual([`GET ${SOURCE}/actions/runs/9001`])
    const [first] = fake.runs
    if (first !== undefined) fake.finishRun(first)
    registry.push('acme/web', '1.0.1', { created: '2026-02-01T01:10:00Z', content: 'new' })
    await scheduled(3)
    expect(await rebuilds()).toMatchObject([{ result: 'succeeded' }])
    const known = fake.actionsRequests.length
    const last = await scheduled(4)
    expect(last.outputs.get('changed')).toBe('false')
    expect(fake.actionsRequests.length).toBe(known)
    expect(fake.runs).toHaveLength(1)
  }, 120_000)

  test('a build that fails is started again after the pause, then no more until the base moves', async () => {
    await scheduled(0)
    await moveBase()
    for (const hours of [1, 2, 3, 4, 5]) {
      startAt(hours)
      await scheduled(hours)
      for (const run of fake.runs) {
        if (run.status === 'completed') continue
        fake.finishRun(run, 'failure')
        run.updatedAt = run.startedAt
      }
    }
    expect(fake.runs).toHaveLength(2)
    expect(await rebuilds()).toMatchObject([{ result: 'failed', attempts: 2 }])
    const run = await scheduled(6)
    expect(run.code).toBe(0)
    expect(run.annotations.map(({ message }) => message).join('\n')).toContain('the build failed')
    await moveBase('three')
    await scheduled(7)
    expect(fake.runs).toHaveLength(3)
  }, 120_000)

  test('rebuildDelay holds after a build by hand, which covers the change', async () => {
    await scheduled(0)
    await moveBase()
    const hand = fake.startRun({ repository: SOURCE, workflow: 'build.yml', branch: 'main', event: 'push' })
    hand.startedAt = new Date((FIRST + 2 * HOUR) * 1000).toISOString()
    fake.finishRun(hand)
    fake.faults.push({ match: ({ path }) => path.includes('/actions/'), times: 1, respond: { status: 404 } })
    const unanswered = await scheduled(1)
    expect(unanswered.code, unanswered.stdout).toBe(0)
    expect(unanswered.annotations.map(({ message }) => message).join('\n')).toContain('could not be read')
    expect(await rebuilds()).toEqual([])
    const run = await scheduled(3)
    expect(run.code, run.stdout).toBe(0)
    expect(await rebuilds()).toContainEqual(expect.objectContaining({ reason: 'manual', result: 'succeeded' }))
    expect(fake.runs).toHaveLength(1)
    await moveBase('three')
    await scheduled(4)
    expect(fake.runs).toHaveLength(1)
    await scheduled(24 * 7 + 3)
    expect(fake.runs).toHaveLength(2)
  }, 120_000)

  test('a refused start is told in the words of the forge, and is no failed build', async () => {
    await scheduled(0)
    await moveBase()
    fake.addToken(WORKFLOW_TOKEN, { [STATE]: 'write', [SOURCE]: { contents: 'read', pulls: 'read' } })
    const run = await scheduled(1)
    expect(run.code, run.stdout).toBe(0)
    const said = run.annotations.map(({ message }) => message).join('\n')
    expect(said).toContain('Resource not accessible by integration')
    expect(said).toContain('Actions: write')
    expect(await rebuilds()).toMatchObject([{ result: 'refused', attempts: 0 }])
    fake.addToken(WORKFLOW_TOKEN, { [STATE]: 'write', [SOURCE]: 'write' })
    startAt(3)
    await scheduled(3)
    expect(await rebuilds()).toMatchObject([{ result: 'started', attempts: 1 }])
  }, 120_000)

  test('killed between the intent and its outcome, the next run finds the build', async () => {
    await scheduled(0)
    await moveBase()
    fake.faults.push({
      match: ({ method, path }) => method === 'POST' && path.endsWith('/dispatches'),
      times: 1,
      respond: 'truncate',
    })
    startAt(1)
    await scheduled(1)
    expect(fake.runs).toHaveLength(1)
    await scheduled(2)
    expect(fake.runs).toHaveLength(1)
    expect(await rebuilds()).toMatchObject([{ result: 'started', run: { id: '9001' } }])
  }, 120_000)

  test('a person asks: the build starts whatever the delay, in a name that is wrong nothing does', async () => {
    await scheduled(0)
    const wrong = await scheduled(1, { inputs: { rebuild: 'wed' } })
    expect(wrong.code).toBe(1)
    expect(wrong.stdout).toContain('Did you mean web?')
    expect(fake.runs).toEqual([])
    startAt(2)
    const run = await scheduled(2, { inputs: { rebuild: 'web' } })
    expect(run.code, run.stdout).toBe(0)
    expect(await rebuilds()).toMatchObject([{ reason: 'manual', result: 'started' }])
  }, 120_000)

  test('a pull request starts nothing', async () => {
    await scheduled(0)
    await moveBase()
    await fake.commitFiles(STATE, 'topic', { 'images.yaml': images('', '    rebuildOn: runtime\n') }, 'Change')
    await fake.createPullRequest(STATE, { number: 1, head: { ref: 'topic' } })
    const workspace = await checkout({ fake, repository: STATE, ref: 'refs/pull/1/merge' })
    const event = await eventPayloads.pullRequest(fake, STATE, 1)
    for (const mode of ['auto', 'commit']) {
      const inputs = { refresh: 'auto', rebuild: 'web', mode }
      const run = await runAction({ fake, repository: STATE, workspace, ...event, inputs })
      expect(run.code, run.stdout).toBe(0)
    }
    expect(fake.actionsRequests).toEqual([])
  }, 120_000)

  test('many runs at once start it once', async () => {
    await scheduled(0)
    await moveBase()
    const runs = await Promise.all(Array.from({ length: FULL ? 20 : 6 }, () => scheduled(1, { timeoutMs: 200_000 })))
    expect(fake.runs).toHaveLength(1)
    const started = runs.flatMap((run) => JSON.parse(run.outputs.get('rebuilds') || '[]') as unknown[])
    expect(started).toHaveLength(1)
    expect(await rebuilds()).toMatchObject([{ result: 'started', attempts: 1 }])
  }, 300_000)
})
