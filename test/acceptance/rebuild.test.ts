/** The factory without a cluster: what is due is started by the run itself, once, and followed to its end. */
import { afterAll, afterEach, beforeEach, describe, expect, test } from 'vitest'
import { checkout } from '../support/checkout.js'
import { eventPayloads } from '../support/events.js'
import type { FakeGitHub } from '../support/fake-github.js'
import { FULL, takingTurns } from '../support/full.js'
import { runAction, WORKFLOW_TOKEN } from '../support/run-action.js'
import { removeTempFolders } from '../support/temp-folder.js'
import { STATE } from './factory.js'
import { RebuildFactory, SOURCE } from './rebuild-factory.js'

afterAll(removeTempFolders)

/** What may become of a build. */
const turn = takingTurns()

let factory: RebuildFactory
let fake: FakeGitHub

beforeEach(async () => {
  factory = await RebuildFactory.start(['web'], {
    settings: '{engine: actions, retryPause: 1h}',
    entry: 'rebuildDelay: 7d',
    source: `{repo: ${SOURCE}, branch: main, dockerfile: Dockerfile, workflow: build.yml, inputs: {base: $(baseImage)}}`,
  })
  fake = factory.fake
})
afterEach(() => factory.stop())

describe('engine: actions', () => {
  turn()('enrolls without a manifest, asks the forge for no run and starts nothing', async () => {
    const run = await factory.run(0)
    expect(run.code, run.stdout).toBe(0)
    const files = [...(await fake.readFiles(STATE, 'main')).keys()]
    expect(files.filter((path) => path.startsWith('dist/'))).toEqual([])
    expect(files).toContain('images/web.yaml')
    expect(fake.actionsRequests).toEqual([])
    expect(run.outputs.get('rebuilds')).toBe('[]')
  })

  test('a base image moves: the build is started with its inputs, followed, and covers the change', async () => {
    await factory.run(0)
    factory.moveBase('two')
    const run = await factory.run(1)
    expect(run.code, run.stdout).toBe(0)
    expect(fake.runs).toMatchObject([{ repository: SOURCE, inputs: { base: `${factory.registry.host}/acme/base:1` } }])
    expect(JSON.parse(run.outputs.get('rebuilds') ?? '')).toEqual([
      {
        image: 'web',
        run: `${fake.url}/${SOURCE}/actions/runs/9001`,
        reason: 'base',
        bases: [`${factory.registry.host}/acme/base:1`],
      },
    ])
    expect(run.summary).toContain('**1 build started**')
    expect(await factory.rebuilds()).toMatchObject([
      { reason: 'base', result: 'started', attempts: 1, run: { id: '9001' } },
    ])
    const before = fake.actionsRequests.length
    const second = await factory.run(2)
    expect(second.summary).toContain('is being built')
    expect(fake.actionsRequests.slice(before)).toEqual([`GET ${SOURCE}/actions/runs/9001`])
    const [first] = fake.runs
    if (first !== undefined) fake.finishRun(first)
    factory.registry.push('acme/web', '1.0.1', { created: '2026-02-01T01:10:00Z', content: 'new' })
    await factory.run(3)
    expect(await factory.rebuilds()).toMatchObject([{ result: 'succeeded' }])
    const known = fake.actionsRequests.length
    const last = await factory.run(4)
    expect(last.outputs.get('changed')).toBe('false')
    expect(fake.actionsRequests.length).toBe(known)
    expect(fake.runs).toHaveLength(1)
  }, 120_000)

  turn()(
    'a build that fails is started again after the pause, then no more until the base moves',
    async () => {
      await factory.run(0)
      factory.moveBase('two')
      for (const hours of [1, 2, 3, 4, 5]) {
        await factory.run(hours)
        for (const run of fake.runs) {
          if (run.status === 'completed') continue
          fake.finishRun(run, 'failure')
          run.updatedAt = run.startedAt
        }
      }
      expect(fake.runs).toHaveLength(2)
      expect(await factory.rebuilds()).toMatchObject([{ result: 'failed', attempts: 2 }])
      const run = await factory.run(6)
      expect(run.code).toBe(0)
      expect(run.annotations.map(({ message }) => message).join('\n')).toContain('the build failed')
      factory.moveBase('three')
      await factory.run(7)
      expect(fake.runs).toHaveLength(3)
    },
    120_000,
  )

  turn()(
    'rebuildDelay holds after a build by hand, which covers the change',
    async () => {
      await factory.run(0)
      factory.moveBase('two')
      factory.finish(factory.startBuild(2, { event: 'push' }), 2)
      fake.faults.push({ match: ({ path }) => path.includes('/actions/'), times: 1, respond: { status: 404 } })
      const unanswered = await factory.run(1)
      expect(unanswered.code, unanswered.stdout).toBe(0)
      expect(unanswered.annotations.map(({ message }) => message).join('\n')).toContain('could not be read')
      expect(await factory.rebuilds()).toEqual([])
      const run = await factory.run(3)
      expect(run.code, run.stdout).toBe(0)
      expect(await factory.rebuilds()).toContainEqual(
        expect.objectContaining({ reason: 'manual', result: 'succeeded' }),
      )
      expect(fake.runs).toHaveLength(1)
      factory.moveBase('three')
      await factory.run(4)
      expect(fake.runs).toHaveLength(1)
      await factory.run(24 * 7 + 3)
      expect(fake.runs).toHaveLength(2)
    },
    120_000,
  )

  turn()(
    'a refused start is told in the words of the forge, and is no failed build',
    async () => {
      await factory.run(0)
      factory.moveBase('two')
      fake.addToken(WORKFLOW_TOKEN, { [STATE]: 'write', [SOURCE]: { contents: 'read', pulls: 'read' } })
      const run = await factory.run(1)
      expect(run.code, run.stdout).toBe(0)
      const said = run.annotations.map(({ message }) => message).join('\n')
      expect(said).toContain('Resource not accessible by integration')
      expect(said).toContain('Actions: write')
      expect(await factory.rebuilds()).toMatchObject([{ result: 'refused', attempts: 0 }])
      fake.addToken(WORKFLOW_TOKEN, { [STATE]: 'write', [SOURCE]: 'write' })
      await factory.run(3)
      expect(await factory.rebuilds()).toMatchObject([{ result: 'started', attempts: 1 }])
    },
    120_000,
  )

  turn()(
    'killed between the intent and its outcome, the next run finds the build',
    async () => {
      await factory.run(0)
      factory.moveBase('two')
      fake.faults.push({
        match: ({ method, path }) => method === 'POST' && path.endsWith('/dispatches'),
        times: 1,
        respond: 'truncate',
      })
      await factory.run(1)
      expect(fake.runs).toHaveLength(1)
      await factory.run(2)
      expect(fake.runs).toHaveLength(1)
      expect(await factory.rebuilds()).toMatchObject([{ result: 'started', run: { id: '9001' } }])
    },
    120_000,
  )

  turn()(
    'a person asks: the build starts whatever the delay, in a name that is wrong nothing does',
    async () => {
      await factory.run(0)
      const wrong = await factory.run(1, { inputs: { rebuild: 'wed' } })
      expect(wrong.code).toBe(1)
      expect(wrong.stdout).toContain('Did you mean web?')
      expect(fake.runs).toEqual([])
      const run = await factory.run(2, { inputs: { rebuild: 'web' } })
      expect(run.code, run.stdout).toBe(0)
      expect(await factory.rebuilds()).toMatchObject([{ reason: 'manual', result: 'started' }])
    },
    120_000,
  )

  turn()(
    'a pull request starts nothing',
    async () => {
      await factory.run(0)
      factory.moveBase('two')
      const before = (await fake.readFiles(STATE, 'main')).get('images.yaml') ?? ''
      const images = before.replace('rebuildDelay: 7d', 'rebuildDelay: 7d, rebuildOn: runtime')
      await fake.commitFiles(STATE, 'topic', { 'images.yaml': images }, 'Change')
      await fake.createPullRequest(STATE, { number: 1, head: { ref: 'topic' } })
      const workspace = await checkout({ fake, repository: STATE, ref: 'refs/pull/1/merge' })
      const event = await eventPayloads.pullRequest(fake, STATE, 1)
      for (const mode of ['auto', 'commit']) {
        const inputs = { refresh: 'auto', rebuild: 'web', mode }
        const run = await runAction({ fake, repository: STATE, workspace, ...event, inputs })
        expect(run.code, run.stdout).toBe(0)
      }
      expect(fake.actionsRequests).toEqual([])
    },
    120_000,
  )

  test('many runs at once start it once', async () => {
    await factory.run(0)
    factory.moveBase('two')
    const runs = await Promise.all(Array.from({ length: FULL ? 20 : 4 }, () => factory.run(1, { timeoutMs: 200_000 })))
    expect(fake.runs).toHaveLength(1)
    const started = runs.flatMap((run) => JSON.parse(run.outputs.get('rebuilds') || '[]') as unknown[])
    expect(started).toHaveLength(1)
    expect(await factory.rebuilds()).toMatchObject([{ result: 'started', attempts: 1 }])
  }, 300_000)
})
