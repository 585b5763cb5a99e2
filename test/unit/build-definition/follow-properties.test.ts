import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  displayPath,
  followBuilds,
  isKnown,
  readDefinition,
  readWorkflow,
} from '../../../src/build-definition/index.js'
import { runs } from '../../support/full.js'
import { follow, PATH, tryFollow } from './followed.js'

const CALLS = [
  './.github/workflows/a.yml',
  './.github/workflows/b.yml',
  'org/app/.github/workflows/a.yml@main',
  'org/ci/.github/workflows/c.yml@v1',
  '$/.github/workflows/c.yml',
  'docker/github-builder/.github/workflows/build.yml@v1',
  'docker/github-builder/.github/workflows/bake.yml@v1',
  '../x',
]
const USES = [
  './act',
  './act/sub',
  './src/act',
  '$/act',
  'org/ci/act@v1',
  'acme/docker@v1',
  'actions/checkout@v4',
  'docker/metadata-action@v5',
  'docker/build-push-action@v6',
  'docker/bake-action@v6',
  'redhat-actions/buildah-build@v2',
  'int128/kaniko-action@v1',
]
const NAMES = [
  '.github/workflows/a.yml',
  '.github/workflows/b.yml',
  '.github/workflows/c.yml',
  'org/ci/.github/workflows/c.yml@v1',
  'act/action.yml',
  'act/action.yaml',
  'act/sub/action.yml',
  'org/ci/act/action.yml@v1',
]
const PIECES = [
  '${{ inputs.v }}',
  '${{ env.A }}',
  '${{ matrix.x }}',
  '${{ steps.s.outputs.tags }}',
  '${{ fromJSON(inputs.v) }}',
  "${{ github.event_name == 'push' }}",
  '${{ github.workspace }}/src',
  '${{ github.sha }}',
  '${{',
  '}}',
  'A=1',
  '\n',
  ',',
  '"',
  'ghcr.io/org/app:1',
  '["1",{"x":2}]',
  '../',
  '\0',
  '__proto__',
]
const SCRIPTS = [
  'docker build .',
  'docker build --build-arg A=$A -t $B ${{ inputs.v }}',
  'echo "A=${{ inputs.v }}$A" >> $GITHUB_ENV',
  'cat x >> $GITHUB_ENV',
  'docker buildx bake $A',
  'docker compose build',
  'make image',
  'cd "$A" && podman build -f x .',
]

const value = fc.oneof(
  { weight: 4, arbitrary: fc.array(fc.constantFrom(...PIECES), { maxLength: 4 }).map((parts) => parts.join('')) },
  fc.constantFrom<unknown>(true, false, null, 1, 3.1, [], {}, ['x']),
)
const names = fc.constantFrom('A', 'a', 'v', 's', 'x', 'toString', 'constructor')
const values = fc.oneof({ weight: 6, arbitrary: fc.dictionary(names, value, { maxKeys: 3 }) }, value)
const inputs = fc.dictionary(
  fc.constantFrom(
    'v',
    'build-args',
    'tags',
    'images',
    'context',
    'file',
    'files',
    'targets',
    'path',
    'repository',
    'push',
  ),
  value,
  { maxKeys: 4 },
)
const mostly = <T>(arbitrary: fc.Arbitrary<T>) =>
  fc.oneof({ weight: 9, arbitrary: arbitrary as fc.Arbitrary<unknown> }, value)
const sometimes = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: undefined, freq: 2 })

const step = fc
  .record({
    id: sometimes(names),
    if: fc.option(value, { nil: undefined, freq: 1 }),
    env: sometimes(values),
    with: mostly(inputs),
    'working-directory': sometimes(value),
    uses: mostly(fc.constantFrom(...USES)),
    run: mostly(fc.constantFrom(...SCRIPTS)),
    isScript: fc.boolean(),
  })
  .map(({ isScript, uses, run, ...more }) => ({ ...more, ...(isScript ? { run } : { uses }) }))
const steps = mostly(fc.array(mostly(step), { minLength: 1, maxLength: 5 }))
const axes = fc.oneof(
  fc.dictionary(
    fc.constantFrom('x', 'include', 'exclude'),
    fc.oneof(fc.array(fc.oneof(value, values), { maxLength: 3 }), value),
    {
      maxKeys: 3,
    },
  ),
  value,
)
const job = fc
  .record({
    if: fc.option(value, { nil: undefined, freq: 1 }),
    env: sometimes(values),
    strategy: sometimes(fc.record({ matrix: axes })),
    uses: fc.constantFrom(...CALLS),
    with: sometimes(inputs),
    steps,
    isCall: fc.boolean(),
  })
  .map(({ isCall, uses, steps, ...more }) => ({ ...more, ...(isCall ? { uses } : { steps }) }))
const declared = fc.dictionary(
  names,
  fc.record({ type: sometimes(fc.constantFrom('string', 'boolean', 'number', 'x')), default: sometimes(value) }),
  {
    maxKeys: 3,
  },
)
const workflow = fc
  .record({
    on: fc.record({
      workflow_call: fc.record({ inputs: declared }),
      workflow_dispatch: fc.record({ inputs: declared }),
    }),
    env: sometimes(values),
    jobs: fc.dictionary(fc.constantFrom('j', 'k', 'constructor'), fc.oneof({ weight: 9, arbitrary: job }, value), {
      maxKeys: 3,
    }),
  })
  .map((data) => JSON.stringify(data))
const action = fc
  .record({
    inputs: declared,
    outputs: fc.dictionary(names, fc.record({ value }), { maxKeys: 2 }),
    runs: fc.record({ using: fc.constantFrom('composite', 'composite', 'composite', 'docker'), steps }),
  })
  .map((data) => JSON.stringify(data))
const text = fc
  .array(fc.constantFrom(...PIECES, 'on: ', 'jobs:\n', '  a: ', '- ', '{', '}', '[', ']'), { maxLength: 20 })
  .map((parts) => parts.join(''))
const either = (usual: fc.Arbitrary<string>) => fc.oneof({ weight: 9, arbitrary: usual }, text)
const files = fc
  .tuple(...NAMES.map((name) => either(name.includes('workflows') ? workflow : action)), fc.subarray(NAMES))
  .map((all) => {
    const there = all.at(-1) as string[]
    return Object.fromEntries(there.map((name) => [name, all[NAMES.indexOf(name)] as string]))
  })
const start = either(workflow)

/** Follows with what it wants as long as it wants something. */
function followed(written: string, all: Readonly<Record<string, string>>) {
  const there: Record<string, string> = {}
  const missing = new Set<string>()
  for (let round = 0; round < 100; round += 1) {
    const found = tryFollow(written, { files: there, missing, isPending: true })
    if ('ok' in found || found.wanted.length === 0) return found
    for (const name of found.wanted.map(displayPath)) {
      expect(Object.hasOwn(there, name) || missing.has(name)).toBe(false)
      if (Object.hasOwn(all, name)) there[name] = all[name] ?? ''
      else missing.add(name)
    }
  }
  return expect.fail('it wants files without end')
}

describe('whatever workflows and actions hold', () => {
  it('they are followed to an end, and in the same way each time', () => {
    fc.assert(
      fc.property(start, files, (written, all) => {
        const found = tryFollow(written, { files: all })
        expect(tryFollow(written, { files: all })).toEqual(found)
        // What marks an unknown value inside is no part of what comes out.
        expect(JSON.stringify(found)).not.toContain('\\u0000')
      }),
      { numRuns: runs(200, 40) },
    )
  })
  it('asking for what is wanted ends, and leads to what reading everything at once does', () => {
    fc.assert(
      fc.property(start, files, (written, all) => {
        expect(followed(written, all)).toEqual(tryFollow(written, { files: all }))
      }),
      { numRuns: runs(100, 30) },
    )
  })
  it('nothing is wanted where nothing is there', () => {
    fc.assert(
      fc.property(start, (written) => {
        const found = tryFollow(written)
        if ('ok' in found) return
        expect(found.wanted).toEqual([])
        const pending = tryFollow(written, { isPending: true })
        if ('ok' in pending) return expect.fail('it was read before')
        const missing = new Set(pending.wanted.map(displayPath))
        expect(tryFollow(written, { missing, isPending: true })).toEqual(found)
      }),
      { numRuns: runs(100, 30) },
    )
  })
  it('places are lines of files that were read, and files of the repository stay inside of it', () => {
    fc.assert(
      fc.property(start, files, (written, all) => {
        const found = tryFollow(written, { files: all })
        if ('ok' in found) return
        for (const one of [...found.builds, ...found.unread]) {
          const lines = one.file === PATH ? written : all[one.file]
          expect(lines).toBeDefined()
          expect(one.line).toBeGreaterThan(0)
        }
        for (const build of found.builds) {
          const path = build.kind === 'build' ? build.dockerfile : build.folder
          if (path !== null && isKnown(path)) expect(path.text).not.toMatch(/^\/|(?:^|\/)\.\.(?:\/|$)/)
        }
      }),
      { numRuns: runs(100, 30) },
    )
  })
})

describe('a definition that was read', () => {
  const text = `on: workflow_dispatch
jobs:
  a:
    strategy: { matrix: { v: [3.10, 3.20] } }
    steps:
      - uses: docker/build-push-action@v6
        with: { build-args: "V=\${{ matrix.v }}" }
`
  it('tells the same however often it is followed', () => {
    const read = readWorkflow(text, { file: PATH })
    if (!read.ok) return expect.fail(read.message)
    const reference = { repo: null, ref: null, path: PATH }
    const run = { repo: 'org/app', branch: 'main', inputs: new Map<string, string>() }
    const once = () =>
      followBuilds({ facts: read.workflow, file: read.file, reference }, run, () => readDefinition('', 'x'))
    const first = once()
    expect(first).toEqual(follow(text))
    for (let n = 0; n < 600; n += 1) once()
    expect(once()).toEqual(first)
  })
})
