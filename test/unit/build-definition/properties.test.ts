import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  assumptionText,
  checkDispatch,
  chooseBuilds,
  type DefinitionReading,
  readWorkflow,
  resolveBuild,
} from '../../../src/build-definition/index.js'
import { contextTargets, selectTargets } from '../../../src/build-definition/targets.js'
import { runs } from '../../support/full.js'
import { NOTHING, readBuildFile } from './examples.js'
import { tryFollow } from './followed.js'

const PIECES = [
  'on: ',
  'workflow_dispatch',
  'jobs:\n',
  '  a:\n',
  '    steps:\n',
  '      - uses: docker/build-push-action@v6\n',
  '        with:\n',
  '          build-args: |\n',
  '            A=${{ env.A }}\n',
  '${{ matrix.x }}',
  '${{',
  '}}',
  "'",
  '"',
  'env: { A: 1.10 }\n',
  '<<: *a\n',
  '&a ',
  '*a',
  'strategy: { matrix: { x: [1, 2] } }\n',
  'services:\n',
  'build:\n',
  'args: ',
  '${A:-',
  '${',
  '}',
  '$',
  '__proto__: x\n',
  'constructor',
  'toString: \n',
  'extends: a\n',
  '\0',
  '\ud800',
  '\u202e',
  '{',
  '}',
  '[',
  ']',
  ': ',
  ', ',
  '- ',
  '\n',
  '  ',
  '\t',
]
const text = fc
  .array(fc.oneof(fc.constantFrom(...PIECES), fc.string({ maxLength: 6, unit: 'grapheme' })), { maxLength: 50 })
  .map((parts) => parts.join(''))

const names = fc.constantFrom('a', 'b', 'c', 'default', '__proto__', 'constructor', 'toString')
const template = fc
  .array(
    fc.constantFrom(
      '${a}',
      '${b.c}',
      '${',
      '}',
      '%{',
      '$${',
      '"',
      'x',
      'target:a',
      'docker-image://x',
      '',
      '${__proto__}',
    ),
    { maxLength: 6 },
  )
  .map((parts) => parts.join(''))
const leaf = fc.oneof(template, fc.integer(), fc.constant(null), fc.boolean(), fc.array(template, { maxLength: 3 }))
const block = fc.dictionary(
  fc.constantFrom(
    'args',
    'contexts',
    'inherits',
    'matrix',
    'name',
    'platforms',
    'dockerfile',
    'dockerfile-inline',
    'context',
    'target',
    'targets',
    'default',
  ),
  fc.oneof(leaf, fc.dictionary(names, leaf, { maxKeys: 3 }), fc.array(names, { maxLength: 3 })),
  { maxKeys: 6 },
)
const bakeFile = fc.dictionary(
  fc.constantFrom('target', 'group', 'variable', 'function', 'a', 'b'),
  fc.oneof(
    leaf,
    fc.dictionary(names, fc.oneof(block, leaf), { maxKeys: 4 }),
    fc.array(fc.dictionary(names, block), { maxLength: 2 }),
  ),
)

function useBuildFile(read: DefinitionReading): unknown {
  if (!read.ok) return read
  const { definition } = read
  const targets = [...definition.targets.values()].map(({ name, inputs }) => [
    contextTargets(definition, name),
    resolveBuild(inputs, NOTHING),
  ])
  return [selectTargets(definition, []), selectTargets(definition, ['a', '*']), targets]
}

/** What is made of a workflow, all the way down. */
function useWorkflow(text: string): unknown {
  const followed = tryFollow(text)
  if ('ok' in followed) return followed
  const wanted = { dockerfile: 'Dockerfile', image: 'ghcr.io/a/b', allow: ['-x$'] }
  const choice = chooseBuilds(followed, wanted, () => ({ ok: false, reason: 'there is none.' }))
  const builds = choice.ok ? choice.builds : []
  return [followed, choice, builds.map(({ inputs }) => resolveBuild(inputs, NOTHING))]
}

describe('any text', () => {
  it('as a workflow is read or refused, the same each time', () => {
    fc.assert(
      fc.property(text, (written) => {
        const run = () => {
          const read = readWorkflow(written, { file: 'build.yml' })
          return [useWorkflow(written), read.ok && checkDispatch(read.workflow, new Map([['x', 'y']]))]
        }
        expect(run()).toEqual(run())
      }),
      { numRuns: runs(2000) },
    )
  })
  it('in a step of a workflow passes only what is written there', () => {
    fc.assert(
      fc.property(text, (written) => {
        const step = {
          uses: 'docker/build-push-action@v6',
          with: { 'build-args': written, platforms: written, context: written },
        }
        const followed = tryFollow(JSON.stringify({ on: 'workflow_dispatch', jobs: { a: { steps: [step] } } }))
        if ('ok' in followed) return
        for (const build of followed.builds) {
          const { args, assumed } = resolveBuild(build.kind === 'build' ? build.inputs : null, NOTHING)
          for (const line of assumed.map(assumptionText)) expect(line).not.toMatch(/[\n\r\u202e\ud800]/u)
          for (const value of args.values()) expect(value).not.toContain('\0')
        }
      }),
      { numRuns: runs(1000) },
    )
  })
  it('as a compose file', () => {
    fc.assert(
      fc.property(text, (written) => {
        useBuildFile(readBuildFile(written, 'compose.yaml'))
        useBuildFile(
          readBuildFile(`services: { a: { build: { args: { V: ${JSON.stringify(written)} } } } }`, 'compose.yaml'),
        )
      }),
      { numRuns: runs(1000) },
    )
  })
  it('as a bake file', () => {
    fc.assert(fc.property(text, (written) => void readBakeJson(written)))
    fc.assert(
      fc.property(bakeFile, (data) => {
        const run = () => useBuildFile(readBakeJson(JSON.stringify(data)))
        expect(run()).toEqual(run())
      }),
      { numRuns: runs(2000) },
    )
  })
})

const readBakeJson = (text: string) => readBuildFile(text, 'docker-bake.json')

/** Files that would take minutes, or all memory, if something in them were done again and again. */
describe('a file made to be slow is read or refused', () => {
  const step = 'uses: docker/build-push-action@v6, with: '
  const matrix = `strategy: { matrix: { x: [${Array.from({ length: 256 }, (_, n) => n)}] } }`
  const chain = (count: number, to: (name: string) => unknown) =>
    Object.fromEntries(Array.from({ length: count }, (_, n) => [`v${n}`, to(`v${n + 1}`)]))
  const CASES: [string, () => unknown][] = [
    [
      'expressions without end',
      () => tryFollow(`on: push\njobs: { a: { steps: [{ ${step}{ build-args: "${'${{ '.repeat(100_000)}" } }] } }`),
    ],
    [
      'quotes without end',
      () => tryFollow(`on: push\njobs: { a: { steps: [{ ${step}{ build-args: '${'"a,'.repeat(150_000)}' } }] } }`),
    ],
    [
      'a large list for each job of a matrix',
      () =>
        tryFollow(
          `on: push\njobs: { a: { ${matrix}, steps: [{ ${step}{ build-args: "${'A=${{ matrix.x }},'.repeat(25_000)}" } }] } }`,
        ),
    ],
    [
      'variables of variables',
      () =>
        tryFollow(
          `on: push\nenv: { A: "${'x'.repeat(90_000)}" }\njobs: { a: { steps: [{ env: { B: "${'${{ env.A }}'.repeat(10_000)}" }, ${step}{ build-args: "${'A=${{ env.B }} '.repeat(10_000)}" } }] } }`,
        ),
    ],
    [
      'numbers whose spelling is looked up',
      () =>
        tryFollow(
          `on: push\njobs: { a: { strategy: { matrix: { x: [${'1.10,'.repeat(80_000)}] } }, steps: [{ ${step}{ build-args: "A=${'${{ matrix.x }}'}" } }] } }`,
        ),
    ],
    [
      'a script of spaces',
      () =>
        tryFollow(`on: push\njobs: { a: { steps: [{ run: "${'docker '.repeat(40_000)}${' '.repeat(150_000)}" }] } }`),
    ],
    [
      'variables that double',
      () =>
        readBakeJson(
          JSON.stringify({
            variable: chain(200, (next) => ({ default: `\${${next}}\${${next}}` })),
            v200: 'x',
            target: { a: { args: { V: '${v0}' } } },
          }),
        ),
    ],
    [
      'a long chain of variables',
      () =>
        readBakeJson(
          JSON.stringify({
            variable: chain(12_000, (next) => ({ default: `\${${next}}` })),
            target: { a: { args: { V: '${v0}' } } },
          }),
        ),
    ],
    [
      'a long chain of parents',
      () => readBakeJson(JSON.stringify({ target: chain(12_000, (next) => ({ inherits: [next] })) })),
    ],
    [
      'parents with much to copy',
      () =>
        readBakeJson(
          JSON.stringify({
            target: { ...chain(9_000, () => ({ inherits: ['p'] })), p: { args: chain(9_000, () => '') } },
          }),
        ),
    ],
    [
      'a group of a hundred thousand',
      () =>
        useBuildFile(
          readBakeJson(JSON.stringify({ group: { default: { targets: Array.from({ length: 125_000 }, () => 'a') } } })),
        ),
    ],
    ['deep JSON', () => readBakeJson(`{"target":${'['.repeat(200_000)}${']'.repeat(200_000)}}`)],
    [
      'defaults within defaults',
      () =>
        useBuildFile(
          readBuildFile(`services: { a: { build: { args: { V: "${'${A:-'.repeat(100_000)}" } } } }`, 'compose.yaml'),
        ),
    ],
    [
      'services that extend in a row',
      () =>
        readBuildFile(
          `services:\n${Array.from({ length: 2_000 }, (_, n) => `  s${n}: { extends: s${n + 1}, build: { args: { A${n}: x } } }\n`).join('')}`,
          'compose.yaml',
        ),
    ],
  ]
  it.each(CASES)('%s', (_title, run) => expect(run()).toBeDefined(), 60_000)
})
