/** Killed while a start hangs: the build that was not accepted is started once, whoever comes next, and whenever. */
import { afterAll, afterEach, beforeEach, expect } from 'vitest'
import { takingTurns } from '../support/full.js'
import { removeTempFolders } from '../support/temp-folder.js'
import { RebuildFactory, SOURCE } from './rebuild-factory.js'

afterAll(removeTempFolders)

/** Whoever comes next. */
const turn = takingTurns()

let factory: RebuildFactory
beforeEach(async () => {
  factory = await RebuildFactory.start()
})
afterEach(() => factory.stop())

const isStart = ({ method, path }: { readonly method: string; readonly path: string }) =>
  method === 'POST' && path.endsWith('/dispatches')

/** Enrolls, moves the base, and kills a run with SIGKILL while its start is not answered. */
async function killed(): Promise<void> {
  const { fake } = factory
  await factory.run(0)
  factory.moveBase('two')
  fake.faults.push({ match: isStart, times: 1, respond: 'timeout' })
  const run = factory.run(1, { timeoutMs: 20_000, env: { IMAGE_FACTORY_TIMEOUT: '600' } })
  await expect(run).rejects.toThrow('took too long')
  expect(fake.requests.filter(isStart)).toHaveLength(1)
  expect(fake.runs).toEqual([])
  const claim = { by: expect.any(String) }
  expect(await factory.rebuilds()).toMatchObject([{ result: 'intended', attempts: 0, claim }])
}

turn()(
  'the next run looks for the build and starts it once',
  async () => {
    await killed()
    const { fake } = factory
    const before = fake.actionsRequests.length
    const run = await factory.run(2)
    expect(run.code, run.stdout).toBe(0)
    expect(fake.runs).toHaveLength(1)
    const asked = fake.actionsRequests.slice(before)
    expect(asked.at(0)).toBe(`GET ${SOURCE}/actions/workflows/build.yml/runs`)
    expect(asked.filter((one) => one.startsWith('POST'))).toHaveLength(1)
    expect(await factory.rebuilds()).toMatchObject([{ result: 'started', attempts: 1, run: { id: '9001' } }])
    await factory.run(3)
    expect(fake.runs).toHaveLength(1)
  },
  240_000,
)

turn()(
  'a run at the same moment waits for the claim to end, then starts it once',
  async () => {
    await killed()
    const began = Date.now()
    const [one, other] = await Promise.all([factory.run(1), factory.run(1)])
    expect([one.code, other.code], `${one.stdout}\n${other.stdout}`).toEqual([0, 0])
    expect(`${one.stdout}${other.stdout}`).toContain('Another run is about to start builds')
    expect(factory.fake.runs).toHaveLength(1)
    expect(Date.now() - began).toBeLessThan(150_000)
    expect(await factory.rebuilds()).toMatchObject([{ result: 'started', attempts: 1, run: { id: '9001' } }])
    const started = [one, other].flatMap((run) => JSON.parse(run.outputs.get('rebuilds') || '[]') as unknown[])
    expect(started).toHaveLength(1)
  },
  300_000,
)
