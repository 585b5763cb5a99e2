import { describe, expect, it } from 'vitest'
import {
  assumptionText,
  type BuildFile,
  type BuildValue,
  type DefinitionReading,
  readBuildFiles,
  resolveBuild,
} from '../../../src/build-definition/index.js'
import { targetDockerfile } from '../../../src/build-definition/paths.js'
import { contextTargets, selectTargets } from '../../../src/build-definition/targets.js'
import { NO_SETTINGS, NOTHING, readBuildFile, shown } from './examples.js'

function definition(read: DefinitionReading): BuildFile {
  return read.ok ? read.definition : expect.fail(`${read.line}: ${read.message}`)
}

/** The targets behind names that build a Dockerfile. */
function building(file: BuildFile, dockerfile: string, names: readonly string[], folder = ''): string[] {
  return selectTargets(file, names)
    .filter(({ context, dockerfile: named, inline }) => {
      const path = targetDockerfile(context, named, folder)
      return inline === null && 'text' in path && path.text === dockerfile
    })
    .map(({ name }) => name)
}

function passes(file: BuildFile): Record<string, unknown> {
  return Object.fromEntries([...file.targets].map(([name, target]) => [name, shown(target.inputs)]))
}

const bake = (data: unknown, environment?: ReadonlyMap<string, BuildValue>) =>
  definition(readBuildFile(JSON.stringify(data), 'docker-bake.json', environment))

describe('docker-bake.json', () => {
  const app = (body: Record<string, unknown>, more: Record<string, unknown> = {}) => ({
    target: { app: body },
    ...more,
  })
  const variable = { TAG: { default: '3.19' } }
  const CASES: [string, unknown, Record<string, unknown>][] = [
    ['args', app({ args: { V: '3.20' } }), { app: { args: { V: '3.20' } } }],
    ['null: the Dockerfile decides', app({ args: { V: null } }), { app: {} }],
    ['a number', app({ args: { V: 22 } }), { app: { args: { V: '22' } } }],
    [
      'a variable is its default',
      app({ args: { V: '${TAG}-a' } }, { variable }),
      { app: { args: { V: '3.19-a (${TAG}-a)' } } },
    ],
    [
      'a variable without default',
      app({ args: { V: '${T}' } }, { variable: { T: {} } }),
      { app: { args: { V: ' (${T})' } } },
    ],
    ['a variable nobody knows', app({ args: { V: '${T}' } }), { app: { args: { V: '?${T}' } } }],
    [
      'a variable of variables',
      app({ args: { V: '${A}' } }, { variable: { A: { default: '${B}!' }, B: { default: 'b' } } }),
      { app: { args: { V: 'b! (${A})' } } },
    ],
    [
      'variables in a cycle',
      app({ args: { V: '${A}' } }, { variable: { A: { default: '${B}' }, B: { default: '${A}' } } }),
      { app: { args: { V: '?${A}' } } },
    ],
    ['an attribute', app({ args: { V: '${A}' } }, { A: 'x' }), { app: { args: { V: 'x' } } }],
    ['a call', app({ args: { V: '${upper("x}")}' } }), { app: { args: { V: 'X}' } } }],
    ['a call of what nobody knows', app({ args: { V: '${f("x")}' } }), { app: { args: { V: '?${f("x")}' } } }],
    ['a condition', app({ args: { V: '%{ if A }x%{ endif }' } }), { app: { args: { V: '?%{ if A }x%{ endif }' } } }],
    ['an escaped dollar', app({ args: { V: '$${A}' } }), { app: { args: { V: '${A}' } } }],
    [
      'target and platforms',
      app({ target: 'dev', platforms: ['linux/amd64', 'linux/arm64'] }),
      { app: { target: 'dev', platforms: ['linux/amd64', 'linux/arm64'] } },
    ],
    [
      'contexts',
      app({ contexts: { base: 'docker-image://alpine:3.20', src: './dir' } }),
      { app: { contexts: { base: 'docker-image://alpine:3.20', src: './dir' } } },
    ],
    ['an empty context is none', app({ contexts: { base: '' } }), { app: {} }],
    [
      'inherits: parents in order, then itself',
      {
        target: {
          a: { args: { A: '1', B: '1' }, target: 'a' },
          b: { args: { B: '2' } },
          app: { inherits: ['a', 'b'], args: { C: '3' } },
        },
      },
      {
        a: { args: { A: '1', B: '1' }, target: 'a' },
        b: { args: { B: '2' } },
        app: { args: { A: '1', B: '2', C: '3' }, target: 'a' },
      },
    ],
    ['inherits of nobody', app({ inherits: ['x'], target: 't' }), { app: { target: 't', unclear: ['inherits: x'] } }],
    [
      'inherits in a cycle',
      { target: { a: { inherits: ['b'], target: 'a' }, b: { inherits: ['a'] } } },
      { a: { target: 'a' }, b: {} },
    ],
    [
      'a matrix',
      app({ name: 'app-${v}', matrix: { v: ['20', '22'] }, args: { NODE: '${v}' } }),
      { 'app-20': { args: { NODE: '20' } }, 'app-22': { args: { NODE: '22' } } },
    ],
    [
      'a matrix of maps',
      app({
        name: 'app-${i.n}',
        matrix: {
          i: [
            { n: 'a', t: 'x' },
            { n: 'b', t: 'y' },
          ],
        },
        target: '${i.t}',
      }),
      { 'app-a': { target: 'x' }, 'app-b': { target: 'y' } },
    ],
    [
      'blocks as lists',
      { target: [{ app: [{ args: { A: '1' } }, { target: 'x' }] }], variable: [{ T: { default: 'y' } }] },
      { app: { args: { A: '1' }, target: 'x' } },
    ],
  ]
  it.each(CASES)('%s', (_title, data, expected) => expect(passes(bake(data))).toEqual(expected))

  it('the environment of the step decides a variable', () => {
    const data = app({ args: { V: '${TAG}' } }, { variable })
    expect(passes(bake(data, new Map([['TAG', { text: '4' }]])))).toEqual({ app: { args: { V: '4' } } })
    expect(passes(bake(data, new Map([['TAG', { unknown: true, written: 'x' }]])))).toEqual({
      app: { args: { V: '?${TAG}' } },
    })
  })
  it('a Dockerfile in the definition', () => {
    const { targets } = bake(app({ 'dockerfile-inline': 'FROM alpine:$${V}\n' }))
    expect(targets.get('app')?.inline).toEqual({ text: 'FROM alpine:${V}\n' })
  })
  it('a default that is assumed is said', () => {
    const { targets } = bake(app({ args: { V: '${TAG}' } }, { variable }))
    const settled = resolveBuild(targets.get('app')?.inputs ?? null, NOTHING)
    expect(settled.args).toEqual(new Map([['V', '3.19']]))
    expect(settled.assumed.map(assumptionText)).toEqual(['build-arg V is ${TAG} (docker-bake.json:1): 3.19 is assumed'])
  })
})

const COMPOSE = `
x-args: &args { NODE: 22, ALPINE: 3.20 }
services:
  web:
    build: ./web
    image: ghcr.io/org/web
  api:
    build:
      context: api
      dockerfile: Dockerfile.prod
      target: prod
      platforms: [linux/amd64, linux/arm64]
      args: { <<: *args, TOKEN: null, TAG: "\${TAG:-latest}", SHA: $SHA }
      additional_contexts: { base: "docker-image://alpine:3.20", web: "service:web" }
  worker:
    extends: { service: api }
    build:
      target: worker
      args: [ NODE=24, SECRET, COST=$$5 ]
      additional_contexts: [ base=service:web ]
  db:
    image: postgres:16
`

describe('compose.yaml', () => {
  const file = definition(readBuildFile(COMPOSE, 'compose.yaml'))
  it('holds the services that are built', () => {
    expect(passes(file)).toEqual({
      web: {},
      api: {
        args: {
          NODE: '22',
          ALPINE: '3.2',
          TOKEN: "?taken from the build's environment",
          TAG: 'latest (${TAG:-latest})',
          SHA: '?$SHA',
        },
        target: 'prod',
        platforms: ['linux/amd64', 'linux/arm64'],
        contexts: { base: 'docker-image://alpine:3.20', web: 'service:web' },
      },
      worker: {
        args: {
          NODE: '24',
          ALPINE: '3.2',
          TOKEN: "?taken from the build's environment",
          TAG: 'latest (${TAG:-latest})',
          SHA: '?$SHA',
          SECRET: "?taken from the build's environment",
          COST: '$5',
        },
        target: 'worker',
        platforms: ['linux/amd64', 'linux/arm64'],
        contexts: { base: 'service:web', web: 'service:web' },
      },
    })
  })
  it.each([
    ['api/Dockerfile.prod', ['api'], '', ['api']],
    ['api/Dockerfile.prod', [], '', ['api', 'worker']],
    ['web/Dockerfile', [], '', ['web']],
    ['web/Dockerfile', ['api'], '', []],
    ['deploy/web/Dockerfile', [], 'deploy', ['web']],
    ['deploy/web/Dockerfile', [], '', []],
  ])('%s of %j in %j is built by %j', (dockerfile, names, folder, expected) => {
    expect(building(file, dockerfile, names, folder)).toEqual(expected)
  })

  const VARIABLES: [string, string][] = [
    ['a', 'a'],
    ['$$a', '$a'],
    ['${A}', '?${A}'],
    ['x$A', '?x$A'],
    ['${A:-b}c', 'bc (${A:-b}c)'],
    ['${A-b}', 'b (${A-b})'],
    ['${A:-${B:-c}}', 'c (${A:-${B:-c}})'],
    ['${A:-${B}}', '?${A:-${B}}'],
    ['${A:?no}', '?${A:?no}'],
    ['${A:+b}', ' (${A:+b})'],
    ['${SET}', 'yes'],
    ['${SET:-${B}}', 'yes'],
    ['${SET:+b}', 'b'],
    ['${EMPTY:-b}', 'b'],
    ['${EMPTY-b}', ''],
    ['${HIDDEN:-b}', '?${HIDDEN:-b}'],
    ['${A:-b', '?${A:-b'],
    ['$', '$'],
    ['$1', '$1'],
    ['a$ b', 'a$ b'],
    ['${1}', '?${1}'],
    ['${A b}', '?${A b}'],
    ['${A:-{"x":{}}}', '{"x":{}} (${A:-{"x":{}}})'],
    ['${A:-x}y}', 'xy} (${A:-x}y})'],
    ['${A-b:-c}', 'b:-c (${A-b:-c})'],
    ['$A{b}', '?$A{b}'],
    ['$SET{b}', 'yes{b}'],
    ['${SET:+a{b}c}', 'a{b}c'],
    ['$$${SET}$$', '$yes$'],
    ['${COMPOSE_PROJECT_NAME}', 'bake'],
    ['${A:-'.repeat(100), `?${'${A:-'.repeat(100)}`],
  ]
  const environment = new Map<string, BuildValue>([
    ['SET', { text: 'yes' }],
    ['EMPTY', { text: '' }],
    ['HIDDEN', { unknown: true, written: 'x' }],
  ])
  it.each(VARIABLES)('%s', (written, expected) => {
    const text = `services: { a: { build: { args: { V: ${JSON.stringify(written)} } } } }`
    expect(passes(definition(readBuildFile(text, 'compose.yaml', environment)))).toEqual({
      a: { args: { V: expected } },
    })
  })
  it('what is extended in another file is said', () => {
    const text = 'services: { a: { extends: { file: base.yaml, service: b }, build: { target: x } } }'
    expect(passes(definition(readBuildFile(text, 'compose.yaml')))).toEqual({
      a: { target: 'x', unclear: ['extends: base.yaml'] },
    })
  })
  it('x-bake adds platforms and contexts', () => {
    const text =
      'services: { a: { build: { context: ., x-bake: { platforms: linux/arm64, contexts: { b: "docker-image://c" } } } } }'
    expect(passes(definition(readBuildFile(text, 'compose.yaml')))).toEqual({
      a: { platforms: ['linux/arm64'], contexts: { b: 'docker-image://c' } },
    })
  })
})

describe('targets built on targets', () => {
  const linked = (links: Record<string, string[]>) =>
    bake({
      target: Object.fromEntries(
        Object.entries(links).map(([name, on]) => [
          name,
          { contexts: Object.fromEntries(on.map((to, n) => [`c${n}`, `target:${to}`])) },
        ]),
      ),
    })
  const CASES: [string, Record<string, string[]>, string[] | string][] = [
    ['none', { app: [] }, []],
    ['one', { app: ['base'], base: [] }, ['base']],
    ['all the way down, each once', { app: ['a', 'b'], a: ['c'], b: ['c'], c: [] }, ['a', 'c', 'b']],
    ['itself', { app: ['app'] }, 'the targets are built on each other: app → app.'],
    ['a circle', { app: ['a'], a: ['b'], b: ['a'] }, 'the targets are built on each other: a → b → a.'],
    ['nobody', { app: ['x'] }, 'the target x does not exist.'],
  ]
  it.each(CASES)('%s', (_title, links, expected) => {
    const found = contextTargets(linked(links), 'app')
    expect(found.ok ? found.targets.map(({ name }) => name) : found.message).toEqual(expected)
  })
  it('a chain of ten thousand', () => {
    const names = Array.from({ length: 10_000 }, (_, n) => `t${n}`)
    const found = contextTargets(
      linked(Object.fromEntries(names.map((name, n) => [name, n < 9_999 ? [`t${n + 1}`] : []]))),
      't0',
    )
    expect(found.ok && found.targets.length).toBe(9_999)
  })
})

describe('the target that builds a Dockerfile', () => {
  const text = JSON.stringify({
    group: { default: { targets: ['web'] }, all: { targets: ['web', 'more'] }, more: { targets: ['api', 'all'] } },
    target: {
      web: { context: 'web' },
      api: { context: '.', dockerfile: 'docker/api', target: 'x' },
      inline: { 'dockerfile-inline': 'FROM a' },
    },
  })
  const file = definition(readBuildFile(text, 'docker-bake.json'))
  it.each([
    ['web/Dockerfile', [], ['web']],
    ['docker/api', [], []],
    ['docker/api', ['all'], ['api']],
    ['docker/api', ['api'], ['api']],
    ['docker/api', ['a*'], ['api']],
    ['Dockerfile', ['inline'], []],
  ])('%s of %j: %j', (dockerfile, names, expected) => expect(building(file, dockerfile, names)).toEqual(expected))
  it('is changed by --set', () => {
    const set = [
      '*.args.A=1,2',
      'api.platform=linux/amd64,linux/arm64',
      'a*i.target=y',
      'api.context=src',
      'web.args.B=1',
      '*.args.C',
      '${{ x }}',
    ].map((one) => ({ text: one }))
    const overrides = [...set, { unknown: true as const, written: '*.args.D=${{ x }}' }]
    const changed = definition(readBuildFiles([{ file: 'docker-bake.json', text }], { ...NO_SETTINGS, set: overrides }))
    const api = changed.targets.get('api')!
    expect(api.context).toEqual({ text: 'src' })
    expect(shown(api.inputs)).toEqual({
      args: { A: '1,2', C: "?taken from the build's environment", D: '?${{ x }}' },
      target: 'y',
      platforms: ['linux/amd64', 'linux/arm64'],
      unclear: ['set: ${{ x }}'],
    })
  })
})

describe('a file nobody can use', () => {
  it.each([
    ['docker-bake.hcl', 'target "a" {\n  args = {\n}\n', { message: 'a name is expected.', line: 4 }],
    ['docker-bake.hcl', `a = ${'['.repeat(300)}`, { message: 'there are more than 100 nested brackets.', line: 1 }],
    ['docker-bake.json', '{\n  "target": {,}\n}', { message: 'the file is not JSON.', line: 2 }],
    ['docker-bake.json', '[]', { message: 'the file is not a map.', line: 1 }],
    ['docker-bake.json', '', { message: 'the file is not JSON.' }],
    ['docker-bake.json', `"${'x'.repeat(1_100_000)}"`, { message: 'the file is larger than 524288 bytes.' }],
    ['compose.yaml', 'services: [', { line: 1 }],
    ['compose.yaml', 'services: !x {}', { line: 1 }],
  ])('%s', (name, text, expected) => {
    expect(readBuildFile(text, name)).toMatchObject({ ok: false, ...expected })
  })
})
