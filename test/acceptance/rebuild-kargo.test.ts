/** Builds that Kargo and people start: runs that commit write them down from the forge's runs, and start none. */
import { afterAll, afterEach, describe, expect, test } from 'vitest'
import { FULL, takingTurns } from '../support/full.js'
import { runCli, WORKFLOW_TOKEN } from '../support/run-action.js'
import { removeTempFolders } from '../support/temp-folder.js'
import { STATE } from './factory.js'
import { RebuildFactory, SOURCE } from './rebuild-factory.js'

const KARGO = '{engine: kargo, retryPause: 1h}'
/** What may become of a build. */
const turn = takingTurns()
let factory: RebuildFactory
afterEach(async () => {
  expect(factory.fake.actionsRequests.filter((one) => !one.startsWith('GET '))).toEqual([])
  await factory.stop()
})
afterAll(removeTempFolders)

/** A run; without a change, what is committed stays. */
async function run(hours: number, { changes = true } = {}) {
  const before = factory.fake.actionsRequests.length
  const done = await factory.run(hours)
  expect(done.code, done.stdout).toBe(0)
  expect(done.outputs.get('changed')).toBe(String(changes))
  const warnings = done.annotations.filter(({ level }) => level === 'warning').map(({ message }) => message)
  return { summary: done.summary, warnings, asked: factory.fake.actionsRequests.slice(before) }
}

async function explained(hours: number, name = 'web'): Promise<string> {
  const state = await factory.stateFolder()
  const env = { SOURCE_DATE_EPOCH: String(Date.parse(factory.at(hours)) / 1000) }
  return (await runCli(['explain', name, '--state', state], { cwd: state, env })).stdout
}

const LIST = `GET ${SOURCE}/actions/workflows/build.yml/runs`

describe('engine: kargo', () => {
  test('a build of Kargo’s is on record from its start to what it published, with few requests and no second commit', async () => {
    factory = await RebuildFactory.start(['web'], { settings: KARGO })
    expect((await run(0)).asked).toEqual([])
    factory.moveBase('two')
    expect((await run(1)).asked).toEqual([LIST])
    expect(await factory.rebuilds()).toEqual([])
    const build = factory.startBuild(1.5)
    expect((await run(2)).asked).toEqual([LIST])
    const started = { reason: 'base', result: 'started', attempts: 1, run: { id: String(build.id) } }
    expect(await factory.rebuilds()).toMatchObject([
      { ...started, bases: [{ ref: `${factory.registry.host}/acme/base:1` }] },
    ])
    expect(await explained(2)).toMatch(/Being built for .*acme\/base:1 since 2026-02-01 01:30 UTC/)
    expect((await run(3, { changes: false })).asked).toEqual([`GET ${SOURCE}/actions/runs/${build.id}`])
    factory.finish(build, 3)
    factory.registry.push('acme/web', '1.0.1', { created: factory.at(2.5), content: 'new' })
    const ended = await run(4)
    expect(ended.asked).toEqual([`GET ${SOURCE}/actions/runs/${build.id}`])
    expect(ended.summary).toContain('built')
    expect(await factory.rebuilds()).toMatchObject([{ result: 'succeeded', attempts: 1, evidence: 'unknown' }])
    expect((await run(5, { changes: false })).asked).toEqual([])
  }, 120_000)

  turn()(
    'a build that was over before anybody looked is found by what it published, a push too',
    async () => {
      factory = await RebuildFactory.start(['web'], { settings: KARGO })
      await run(0)
      for (const [at, event] of ['push', 'workflow_dispatch'].entries()) {
        const hours = 2 * at + 1
        factory.finish(factory.startBuild(hours, { event }), hours + 0.5)
        factory.registry.push('acme/web', `1.0.${at + 1}`, { created: factory.at(hours + 0.2), content: event })
        expect((await run(hours + 1)).asked).toEqual([LIST])
        expect((await run(hours + 1.5, { changes: false })).asked).toEqual([])
      }
      expect(await factory.rebuilds()).toMatchObject([
        { reason: 'manual', result: 'succeeded', bases: [], run: { id: '9002' } },
        { reason: 'manual', result: 'succeeded', bases: [], run: { id: '9001' } },
      ])
    },
    120_000,
  )

  turn()(
    'a build that fails has failed, for people too, and so has the second try',
    async () => {
      factory = await RebuildFactory.start(['web'], { settings: KARGO })
      await run(0)
      factory.moveBase('two')
      factory.finish(factory.startBuild(1.2), 1.5, 'failure')
      await run(1)
      const failed = await run(2, { changes: false })
      expect(await factory.rebuilds()).toMatchObject([{ reason: 'base', result: 'failed', attempts: 1 }])
      expect(failed.asked).toEqual([])
      expect(failed.summary).toContain('is started again after')
      expect(await explained(2)).toMatch(
        /Failed: 1 build for .* failed, the last .*\. The next attempt is after 2026-02-01 02:30/,
      )
      factory.finish(factory.startBuild(2.6), 2.8, 'failure')
      const last = await run(3)
      expect(last.asked).toEqual([LIST])
      expect(last.warnings.join()).toContain('web: the build failed')
      expect(await factory.rebuilds()).toMatchObject([{ result: 'failed', attempts: 2 }])
      expect(await explained(3)).toContain('It is not retried until a base image changes')
      expect((await run(30, { changes: false })).asked).toEqual([])
    },
    120_000,
  )

  turn()(
    'a token that may not see runs is one warning, and all else is committed',
    async () => {
      factory = await RebuildFactory.start(['web', 'api', 'cli'], {
        settings: KARGO,
        runName: 'Build ${{ inputs.base }}',
      })
      await run(0)
      factory.moveBase('two')
      const rights = { contents: 'read', pulls: 'read', actions: 'none' } as const
      factory.fake.addToken(WORKFLOW_TOKEN, { [STATE]: 'write', [SOURCE]: rights })
      const { warnings } = await run(1)
      expect(warnings.filter((one) => one.includes('run-unanswered'))).toEqual([
        expect.stringMatching(
          /^api: the runs of build\.yml of acme\/web could not be read: .* The same goes for 2 other images\./,
        ),
      ])
      factory.fake.addToken(WORKFLOW_TOKEN, { [STATE]: 'write', [SOURCE]: 'write' })
      factory.startBuild(1.5, { title: 'Build api' })
      expect((await run(2)).warnings.join()).not.toContain('run-unanswered')
      expect([await factory.rebuilds('api'), await factory.rebuilds()]).toMatchObject([[{ reason: 'base' }], []])
    },
    120_000,
  )

  turn()(
    'images that share a workflow ask for its runs once, and nobody asks where nothing is pending',
    async () => {
      const names = Array.from({ length: FULL ? 300 : 12 }, (_, at) => `image-${at}`)
      factory = await RebuildFactory.start(names, { settings: KARGO, runName: 'Build ${{ inputs.base }}' })
      await run(0)
      expect((await run(1, { changes: false })).asked).toEqual([])
      factory.moveBase('two')
      expect((await run(1.2)).asked).toEqual([LIST])
      for (const [at, name] of names.entries()) if (at % 3 === 0) factory.startBuild(1.5, { title: `Build ${name}` })
      expect((await run(2)).asked).toEqual([LIST])
      const built = await Promise.all(names.map((name) => factory.rebuilds(name)))
      expect(built.map((one) => one.length)).toEqual(names.map((_, at) => (at % 3 === 0 ? 1 : 0)))
    },
    240_000,
  )
})
