/** What the factory without a cluster asks of the forge: nothing where nothing is pending, else a few requests a build. */
import { afterAll, expect } from 'vitest'
import { FULL, takingTurns } from '../support/full.js'
import { removeTempFolders } from '../support/temp-folder.js'
import { RebuildFactory } from './rebuild-factory.js'

afterAll(removeTempFolders)

const turn = takingTurns(2)

const namesOf = (count: number) => Array.from({ length: count }, (_, at) => `image-${at}`)

turn()(
  'many images with nothing pending: no request for runs at all',
  async () => {
    const factory = await RebuildFactory.start(namesOf(FULL ? 1000 : 100))
    for (const hours of [0, 1]) {
      const run = await factory.run(hours)
      expect(run.code, run.stdout).toBe(0)
    }
    expect(factory.fake.actionsRequests).toEqual([])
    await factory.stop()
  },
  240_000,
)

turn()(
  'pending images: at most 3 requests for each of them over its whole life',
  async () => {
    const names = namesOf(FULL ? 50 : 10)
    const factory = await RebuildFactory.start(names)
    const { fake, registry } = factory
    await factory.run(0)
    factory.moveBase('two')
    const started = await factory.run(1)
    expect(started.code, started.stdout).toBe(0)
    expect(fake.runs).toHaveLength(names.length)
    for (const run of fake.runs) {
      fake.finishRun(run)
      run.updatedAt = factory.at(1, 600)
    }
    for (const name of names) registry.push(`acme/${name}`, '1.0.1', { created: factory.at(1, 500), content: 'new' })
    for (const hours of [2, 3]) await factory.run(hours)
    const all = await Promise.all(names.map((name) => factory.rebuilds(name)))
    expect(all.map(([last]) => last?.result)).toEqual(names.map(() => 'succeeded'))
    expect(fake.runs).toHaveLength(names.length)
    const byRun = new Map<string, number>()
    for (const one of fake.actionsRequests) byRun.set(one, (byRun.get(one) ?? 0) + 1)
    expect(fake.actionsRequests.length, JSON.stringify([...byRun])).toBeLessThanOrEqual(3 * names.length)
    await factory.stop()
  },
  240_000,
)
