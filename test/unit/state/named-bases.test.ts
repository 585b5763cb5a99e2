import { describe, expect, it } from 'vitest'
import { entry, LATER, messages, run } from './world.js'

const APP = 'images/app.yaml'
/** Without a Dockerfile (there is none in org/app), and beside one. */
const alone = (...bases: readonly string[]) => entry('app', `bases: [${bases.join(', ')}]`)
const beside = (...bases: readonly string[]) =>
  alone(...bases).replace('branch: main', 'branch: main, dockerfile: Dockerfile')

const basesOf = async (...given: Parameters<typeof run>) => (await run(...given)).images[0]?.bases

describe('base images that are named by hand', () => {
  it('are tracked like others', async () => {
    const state = await run(alone('node:22', 'ghcr.io/x/base:1'))
    expect(state.images[0]?.bases).toEqual(['ghcr.io-x-base-1', 'node-22'])
    expect(state.uses).toEqual([
      { base: 'node-22', image: 'app', file: 'images.yaml', line: 1, kind: 'named' },
      { base: 'ghcr.io-x-base-1', image: 'app', file: 'images.yaml', line: 1, kind: 'named' },
    ])
    expect(state.files.get(APP)).toMatch(/^discoveryStatus: success$/m)
    expect(state.files.get(APP)).toMatch(/^ {2}bases:\n {4}- node:22\n/m)
    expect([...state.files.keys()]).toContain('base-images/node-22.yaml')
    expect(messages(state)).toEqual([])
  })

  it('give the same files a second time', async () => {
    const first = await run(alone('node:22'))
    const second = await run(alone('node:22'), {}, first.files, LATER)
    expect([...second.files]).toEqual([...first.files])
  })

  it('go when they are no longer named', async () => {
    const first = await run(alone('a:1', 'b:2'))
    expect(await basesOf(alone('b:2'), {}, first.files)).toEqual(['b-2'])
  })

  it.each(['all', 'runtime'])('count for rebuildOn: %s', async (on) => {
    expect(await basesOf(entry('app', `bases: [a:1], rebuildOn: ${on}`))).toEqual(['a-1'])
  })

  it('are one with the same image in a Dockerfile', async () => {
    const state = await run(beside('a:1', 'b:2'), { app: 'FROM a:1\n' })
    expect(state.images[0]?.bases).toEqual(['a-1', 'b-2'])
    expect(state.uses.map(({ base, kind }) => `${base} ${kind}`)).toEqual(['a-1 named', 'b-2 named', 'a-1 from'])
  })

  it('are linked to the enrolled image that they are', async () => {
    const state = await run(`${alone('ghcr.io/org/base:1')}${entry('base')}`, { base: 'FROM a:1\n' })
    expect(state.bases.find(({ repository }) => repository === 'org/base')?.enrolledImage).toBe('base')
  })

  it('make a circle with other images', async () => {
    const state = await run(`${alone('ghcr.io/org/base:1')}${entry('base')}`, { base: 'FROM ghcr.io/org/app:1\n' })
    expect(messages(state)).toEqual(['error: images are built on each other in a circle: app → base → app.'])
  })

  it('are not watched where settings do not allow it, or Kargo cannot', async () => {
    const state = await run(alone('evil.example/a:1', 'ghcr.io/a--b/c:1'), {}, new Map(), LATER, ['ghcr.io'])
    expect(state.images[0]?.bases).toEqual([])
    expect(messages(state)).toEqual([
      'warning: app: images.yaml:1 names evil.example/a:1, which is in no allowed registry: it is not watched.',
      'warning: app: images.yaml:1 names ghcr.io/a--b/c:1, which Kargo cannot watch: its changes rebuild nothing.',
    ])
  })
})

describe('base images that are named beside a Dockerfile that cannot be read', () => {
  const broken = { app: new Error('HTTP 502.') }

  it('are tracked, and what was known of the Dockerfile stays', async () => {
    const first = await run(beside('a:1'), { app: 'FROM b:2\n' })
    const second = await run(beside('a:1', 'c:3'), broken, first.files)
    expect(second.images[0]?.bases).toEqual(['a-1', 'b-2', 'c-3'])
    expect(second.files.get(APP)).toMatch(/^discoveryStatus: failed$/m)
    const third = await run(beside('c:3'), { app: 'FROM b:2\n' }, second.files)
    expect(third.images[0]?.bases).toEqual(['b-2', 'c-3'])
  })

  it('stay when they are no longer named: the Dockerfile may pull them', async () => {
    const first = await run(beside('a:1'), { app: 'FROM b:2\n' })
    expect(await basesOf(beside('c:3'), broken, first.files)).toEqual(['a-1', 'b-2', 'c-3'])
  })

  it('are all there is where nothing was known', async () => {
    expect(await basesOf(beside('a:1'), broken)).toEqual(['a-1'])
  })
})

it('the branch stays what it was while the source cannot be seen', async () => {
  const text = alone('a:1').replace(', branch: main', '')
  const first = await run(text, { app: 'FROM b:2\n' })
  expect(first.files.get(APP)).toMatch(/^defaultBranch: main$/m)
  const second = await run(text, {}, first.files, LATER)
  expect([...second.files]).toEqual([...first.files])
})
