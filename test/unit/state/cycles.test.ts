import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { buildOrder, findCycles } from '../../../src/state/links.js'
import { enrolled, entry, messages, run } from './world.js'

const graph = (edges: Readonly<Record<string, readonly string[]>>) => new Map(Object.entries(edges))

describe('circles', () => {
  it.each([
    ['none', { a: ['b'], b: ['c'], c: [] }, []],
    ['a diamond is none', { a: ['b', 'c'], b: ['d'], c: ['d'], d: [] }, []],
    ['itself', { a: ['a'] }, [['a']]],
    ['two', { a: ['b'], b: ['a'] }, [['a', 'b']]],
    ['beginning with the smallest', { z: ['b'], b: ['c'], c: ['z'] }, [['b', 'c', 'z']]],
    ['reached from outside', { a: ['c'], c: ['b'], b: ['c'] }, [['b', 'c']]],
    [
      'two apart',
      { a: ['b'], b: ['a'], c: ['d'], d: ['c'] },
      [
        ['a', 'b'],
        ['c', 'd'],
      ],
    ],
    ['names nobody has', { a: ['ghost'] }, []],
  ])('%s', (_, edges, expected) => {
    expect(findCycles(graph(edges as Record<string, string[]>)).sort()).toEqual(expected)
  })

  const chain = (length: number, last: readonly string[]) =>
    new Map(Array.from({ length }, (_, n) => [`n${n}`, n + 1 < length ? [`n${n + 1}`] : last] as const))

  it('a chain of 50,000 has none, and does not overflow', () => {
    expect(findCycles(chain(50_000, []))).toEqual([])
  })

  it('a circle of 50,000 is one', () => {
    expect(findCycles(chain(50_000, ['n0'])).map((cycle) => cycle.length)).toEqual([50_000])
  })

  it('50,000 ways back into one chain are told in part', () => {
    const edges = new Map(Array.from({ length: 50_000 }, (_, n) => [`n${n}`, ['n0', `n${n + 1}`]] as const))
    expect(findCycles(edges)).toHaveLength(20)
  })

  it('are found exactly where a graph has them, each a way along its edges', () => {
    const names = ['a', 'b', 'c', 'd', 'e', 'f']
    const edges = fc.array(fc.tuple(fc.constantFrom(...names), fc.constantFrom(...names)), { maxLength: 12 })
    fc.assert(
      fc.property(edges, (pairs) => {
        const of = new Map(names.map((name) => [name, pairs.filter(([from]) => from === name).map(([, to]) => to)]))
        const cycles = findCycles(of)
        for (const cycle of cycles) {
          cycle.forEach((name, at) => {
            expect(of.get(name)).toContain(cycle[(at + 1) % cycle.length])
          })
        }
        // Taking away what nothing leads out of, again and again, leaves something exactly where there is a circle.
        let left = names
        for (;;) {
          const next = left.filter((name) => of.get(name)?.some((to) => left.includes(to)))
          if (next.length === left.length) break
          left = next
        }
        expect(cycles.length > 0).toBe(left.length > 0)
      }),
    )
  })
})

describe('images built on each other', () => {
  const on = (...names: string[]) => names.map((name) => `FROM ghcr.io/org/${name}:1\n`).join('')

  it('are an error that shows the circle, at its first image', async () => {
    const images = entry('x') + entry('web') + entry('app') + entry('lib')
    const state = await run(images, { x: on('app'), web: on('lib'), app: on('web'), lib: on('app') })
    expect(state.problems).toMatchObject([
      {
        severity: 'error',
        message: 'images are built on each other in a cycle: app → web → lib → app.',
        file: 'images.yaml',
        line: 3,
        column: 3,
        image: 'app',
      },
    ])
  })

  it('are said once however many tags lead around', async () => {
    const dockerfile = 'FROM ghcr.io/org/a:1\nCOPY --from=ghcr.io/org/a:2 / /\n'
    const state = await run(entry('a') + entry('b'), { a: on('b'), b: dockerfile })
    expect(messages(state)).toEqual(['error: images are built on each other in a cycle: a → b → a.'])
  })

  it('are seen through the spelling of Docker Hub and of hosts', async () => {
    const place = 'source: {repo: org/app}'
    const hub = `- {name: app, registry: docker.io, repository: app, ${place}}\n`
    expect(messages(await run(hub, { app: 'FROM app:1\n' }))).toHaveLength(1)
    const host = `- {name: app, registry: GHCR.io, repository: org/app, ${place}}\n`
    expect(messages(await run(host, { app: 'FROM ghcr.io/org/app:1\n' }))).toHaveLength(1)
  })

  it('are fine when one of them is switched off', async () => {
    const first = await run(entry('a') + entry('b'), { a: on('b'), b: 'FROM x:1\n' })
    const off = await run(entry('a', 'enabled: false') + entry('b'), { b: on('a') }, first.files)
    expect(messages(off)).toEqual([])
    const both = await run(entry('a') + entry('b'), { a: on('b'), b: on('a') }, off.files)
    expect(messages(both)).toHaveLength(1)
  })

  it('a long circle is shown in part', async () => {
    const names = Array.from({ length: 60 }, (_, n) => `n${String(n).padStart(2, '0')}`)
    const sources = Object.fromEntries(names.map((name, n) => [name, on(names[(n + 1) % names.length] ?? '')]))
    const [message] = messages(await run(names.map((name) => entry(name)).join(''), sources))
    expect(message).toMatch(/: n00 → n01 → .* → n49 → 10 more → n00\.$/)
  })
})

describe('the order of builds', () => {
  const place = (name: string) => ({ registry: 'ghcr.io', repository: `org/${name}` })
  const order = (pulled: Readonly<Record<string, readonly string[]>>) =>
    Object.fromEntries(
      buildOrder(
        enrolled(
          Object.keys(pulled)
            .map((name) => entry(name))
            .join(''),
        ),
        new Map(Object.entries(pulled).map(([name, bases]) => [name, bases.map(place)])),
      ),
    )

  it('puts an image above all it is built on', () => {
    expect(order({ app: ['lib', 'base', 'elsewhere'], base: [], lib: ['base', 'base'] })).toEqual({
      app: { builtOn: ['base', 'lib'], order: 2 },
      base: { builtOn: [], order: 0 },
      lib: { builtOn: ['base'], order: 1 },
    })
  })

  it('has no place for a circle and what hangs on it', () => {
    expect(order({ a: ['b'], b: ['a'], c: ['a'], d: [] })).toEqual({
      a: { builtOn: ['b'], order: null },
      b: { builtOn: ['a'], order: null },
      c: { builtOn: ['a'], order: null },
      d: { builtOn: [], order: 0 },
    })
  })
})
