import { describe, expect, it } from 'vitest'
import { decideRebuilds } from '../../../src/rebuild/index.js'
import { rebuildsOf } from '../../../src/state/index.js'
import { Factory, HOUR } from './factory.js'

const entry = (name: string, inputs = '') =>
  `  - {name: ${name}, registry: ghcr.io, repository: acme/${name}, source: {repo: acme/api, branch: main, workflow: build.yml${inputs}}}\n`
const BASES = { api: ['node'], web: ['node'] }

/** Two images with one workflow, whose builds a person asks for in a run that is killed once they are started. */
async function killed(images: string): Promise<Factory> {
  const factory = new Factory(`settings: {engine: actions}\nimages:\n${images}`, BASES)
  factory.now += HOUR
  await factory.run('after-start', { kind: 'names', names: ['api', 'web'] })
  factory.now += 10 * 60_000
  return factory
}

const runsOf = (factory: Factory) =>
  ['api', 'web'].map((name) => rebuildsOf(factory.images.get(name)).map(({ run, result }) => `${result} #${run?.id}`))

describe('the search for builds that were started', () => {
  it('finds one build for the images that it was started for together', async () => {
    const factory = await killed(`${entry('api')}${entry('web')}`)
    expect(factory.runs).toHaveLength(1)
    expect(await factory.run()).toEqual([])
    expect(runsOf(factory)).toEqual([['started #1'], ['started #1']])
    expect(factory.runs).toHaveLength(1)
  })

  it('finds a build of its own for each image with inputs of its own', async () => {
    const factory = await killed(`${entry('api', ', inputs: {image: api}')}${entry('web', ', inputs: {image: web}')}`)
    expect(factory.runs).toHaveLength(2)
    expect(await factory.run()).toEqual([])
    expect(runsOf(factory).flat().sort()).toEqual(['started #1', 'started #2'])
  })

  // A server that names no run is asked for the first one since the start was decided, give or take its clock.
  it('knows the runs of images that a decision leaves alone', async () => {
    const factory = new Factory(`settings: {engine: actions}\nimages:\n${entry('api')}${entry('web')}`, BASES)
    await factory.run('never', { kind: 'names', names: ['api'] })
    const all = factory.circumstances('me', { kind: 'names', names: ['web'] })
    const followed = { ended: [], problems: [] }
    const decision = await decideRebuilds(factory.tracked, all, { client: factory.client, followed, awaited: [] })
    expect([...decision.records.keys()]).toEqual(['web'])
    expect([...decision.taken]).toEqual(['1'])
  })
})
