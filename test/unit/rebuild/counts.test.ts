import { describe, expect, it } from 'vitest'
import { rebuildsOf } from '../../../src/state/index.js'
import { Factory, HOUR } from './factory.js'

function factoryOf(count: number): { readonly factory: Factory; readonly names: readonly string[] } {
  const names = Array.from({ length: count }, (_, at) => `image-${at}`)
  const entries = names.map((name) => {
    const source = `{repo: acme/${name}, branch: main, workflow: build.yml}`
    return `  - {name: ${name}, registry: ghcr.io, repository: acme/${name}, rebuildDelay: 0, source: ${source}}\n`
  })
  const yaml = `settings: {engine: actions, maxRebuildsPerRun: 100}\nimages:\n${entries.join('')}`
  return { factory: new Factory(yaml, Object.fromEntries(names.map((name) => [name, ['node']]))), names }
}

describe('questions to forges', () => {
  it('are none for 1,000 images with nothing pending', async () => {
    const { factory } = factoryOf(1000)
    for (let hour = 0; hour < 3; hour += 1) {
      factory.now += HOUR
      expect(await factory.run()).toEqual([])
    }
    expect(factory.requests).toBe(0)
  })

  it('are at most 3 for each of 50 pending images over its whole life', async () => {
    const { factory, names } = factoryOf(50)
    factory.now += HOUR
    factory.moveBase('node')
    for (let hour = 0; hour < 5; hour += 1) {
      await factory.run()
      factory.now += HOUR
    }
    const results = names.map((name) => rebuildsOf(factory.images.get(name)).map(({ result }) => result))
    expect(results).toEqual(names.map(() => ['succeeded']))
    expect(factory.runs).toHaveLength(50)
    expect(factory.requests).toBeLessThanOrEqual(3 * 50)
  })
})
