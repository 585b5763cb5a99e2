import { describe, expect, it } from 'vitest'
import { shown } from './examples.js'
import { type Around, follow, PATH, stepsOf } from './followed.js'

const LOCAL = '.github/workflows/image.yml'

/** A workflow with one job that calls another. */
const calling = (job: string) => `on:
  workflow_dispatch:
    inputs:
      version: { default: "1" }
      push: { type: boolean, default: true }
env: { OUTER: outer }
jobs:
  call:
    ${job.replaceAll('\n', '\n    ')}
`

/** A workflow to be called, which builds with one argument. */
const called = (value: string, inputs = '{}', more = '') => `on:
  workflow_call:
    inputs: ${inputs}
${more}jobs:
  image:
    runs-on: ubuntu-latest
    steps:
      - uses: docker/build-push-action@v6
        with: { push: true, build-args: "A=${value.replaceAll('"', '\\"')}" }
`

const argument = (text: string, around: Around) =>
  stepsOf(text, around).map(({ inputs }) => (shown(inputs) as { args: { A: string } }).args.A)

describe('what a called workflow is given', () => {
  const CASES: [string, { inputs?: string; with?: string; value: string }, string][] = [
    ['what is passed', { inputs: '{ v: { type: string } }', with: '{ v: "2" }', value: '${{ inputs.v }}' }, '2'],
    [
      'instead of the default',
      { inputs: '{ v: { type: string, default: "3" } }', with: '{ v: "2" }', value: '${{ inputs.v }}' },
      '2',
    ],
    ['in either case', { inputs: '{ Ver: { type: string } }', with: '{ VER: "2" }', value: '${{ inputs.ver }}' }, '2'],
    ['the default', { inputs: '{ v: { type: string, default: "3" } }', value: '${{ inputs.v }}' }, '3'],
    [
      'a default that is a number',
      { inputs: '{ v: { type: string, default: 3.10 } }', value: '${{ inputs.v }}' },
      '3.1',
    ],
    ['nothing, for a text', { inputs: '{ v: { type: string } }', value: 'x${{ inputs.v }}' }, 'x'],
    ['nothing, for a boolean', { inputs: '{ v: { type: boolean } }', value: '${{ inputs.v }}' }, 'false'],
    ['nothing, for a number', { inputs: '{ v: { type: number } }', value: '${{ inputs.v }}' }, '0'],
    [
      'a default that only the run knows',
      { inputs: '{ v: { type: string, default: "${{ vars.V }}" } }', value: '${{ inputs.v }}' },
      '?${{ inputs.v }}',
    ],
    [
      'a boolean that is none of a text',
      { inputs: '{ v: { type: boolean } }', with: '{ v: false }', value: "${{ inputs.v && 'a' || 'b' }}" },
      'b',
    ],
    [
      'a boolean from an expression',
      {
        inputs: '{ v: { type: boolean } }',
        with: `{ v: "\${{ github.event_name == 'workflow_dispatch' }}" }`,
        value: "${{ inputs.v && 'a' || 'b' }}",
      },
      'a',
    ],
    [
      'a boolean in quotes',
      { inputs: '{ v: { type: boolean } }', with: '{ v: "false" }', value: "${{ inputs.v && 'a' || 'b' }}" },
      'b',
    ],
    [
      'a number',
      { inputs: '{ v: { type: number } }', with: '{ v: 22 }', value: "${{ inputs.v > 20 && 'a' || 'b' }}" },
      'a',
    ],
    [
      'a number as GitHub reads it',
      { inputs: '{ v: { type: string } }', with: '{ v: 3.10 }', value: '${{ inputs.v }}' },
      '3.1',
    ],
    [
      'an input of the caller',
      { inputs: '{ v: { type: string } }', with: '{ v: "${{ inputs.version }}-x" }', value: '${{ inputs.v }}' },
      '1-x',
    ],
    [
      'a boolean input of the caller',
      {
        inputs: '{ v: { type: boolean } }',
        with: '{ v: "${{ inputs.push }}" }',
        value: "${{ inputs.v == true && 'a' || 'b' }}",
      },
      'a',
    ],
    [
      'what only the run knows',
      {
        inputs: '{ v: { type: string, default: x } }',
        with: '{ v: "${{ needs.a.outputs.b }}" }',
        value: '${{ inputs.v }}',
      },
      '?${{ inputs.v }}',
    ],
    [
      'a secret',
      { inputs: '{ v: { type: string } }', with: '{ v: "${{ secrets.V }}" }', value: '${{ inputs.v }}' },
      '?${{ inputs.v }}',
    ],
    ['no secret is known', { value: '${{ secrets.V }}' }, '?${{ secrets.V }}'],
    ['no input that it does not declare', { with: '{ v: "2" }', value: '${{ inputs.v }}' }, '?${{ inputs.v }}'],
    ['no input of the caller by its name', { value: '${{ inputs.version }}' }, '?${{ inputs.version }}'],
    ['no variable of the caller', { value: '${{ env.OUTER }}' }, '?${{ env.OUTER }}'],
    [
      'the event of the caller',
      { value: '${{ github.event_name }} ${{ github.event.inputs.version }}' },
      'workflow_dispatch 1',
    ],
    ['the repository of the caller', { value: '${{ github.repository }}' }, 'org/app'],
  ]
  it.each(CASES)('%s', (_title, { inputs, with: given, value }, expected) => {
    const text = calling(`uses: ./${LOCAL}${given === undefined ? '' : `\nwith: ${given}`}`)
    expect(argument(text, { files: { [LOCAL]: called(value, inputs) } })).toEqual([expected])
  })
  it('its own variables', () => {
    const files = { [LOCAL]: called('${{ env.OUTER }}${{ env.INNER }}', '{}', 'env: { INNER: i, OUTER: own }\n') }
    expect(argument(calling(`uses: ./${LOCAL}`), { files })).toEqual(['owni'])
  })
  it('each job of a matrix', () => {
    const job = `strategy: { matrix: { v: ["1", "2"] } }\nuses: ./${LOCAL}\nwith: { v: "\${{ matrix.v }}" }`
    const files = { [LOCAL]: called('${{ inputs.v }}${{ matrix.v }}', '{ v: { type: string } }') }
    expect(argument(calling(job), { files })).toEqual(['1', '2'])
  })
  it('jobs of a matrix that differ in nothing are one', () => {
    const job = `strategy: { matrix: { v: ["1", "2"] } }\nuses: ./${LOCAL}\nwith: { v: x }`
    const files = { [LOCAL]: called('${{ inputs.v }}', '{ v: { type: string } }') }
    expect(argument(calling(job), { files })).toEqual(['x'])
  })
})

describe('where a called workflow lies', () => {
  const found = (uses: string, path: string, around: Around = {}) => {
    const { builds, unread, wanted } = follow(calling(`uses: ${uses}`), { files: { [path]: called('1') }, ...around })
    return [builds.map(({ file, line, job }) => `${file}:${line} ${job}`), unread.map(({ what }) => what), wanted]
  }
  const OTHER = 'org/ci/.github/workflows/image.yml@v1'
  it.each([
    ['beside it', `./${LOCAL}`, LOCAL],
    ['beside it, by its full name', `org/app/${LOCAL}@main`, LOCAL],
    ['beside it, in other capitals', `Org/APP/${LOCAL}@main`, LOCAL],
    ['beside it, by the sign for itself', `$/${LOCAL}`, LOCAL],
    ['on another branch', `org/app/${LOCAL}@dev`, `${LOCAL}@dev`],
    ['in another repository', OTHER, OTHER],
    ['of somebody else', 'acme/ci/.github/workflows/x.yaml@main', 'acme/ci/.github/workflows/x.yaml@main'],
  ])('%s', (_title, uses, path) => expect(found(uses, path)).toEqual([[`${path}:8 call`], [], []]))
  it('elsewhere: it is not read', () => {
    const { builds, unread, wanted } = follow(calling(`uses: ${OTHER}`))
    expect([builds, wanted]).toEqual([[], []])
    const reason = 'could not be read: there is no such file.'
    expect(unread).toEqual([
      { file: PATH, line: 8, job: 'call', isConditional: false, runs: true, what: OTHER, reason },
    ])
  })
  it('by another branch than the one that is known', () => {
    expect(found(`org/app/${LOCAL}@main`, `${LOCAL}@main`, { branch: null })).toEqual([
      [`${LOCAL}@main:8 call`],
      [],
      [],
    ])
    expect(found(`org/app/${LOCAL}@main`, `${LOCAL}@main`)).toEqual([[], [`org/app/${LOCAL}@main`], []])
  })
  it('where it was not looked yet: it is wanted, and nothing is said of it', () => {
    expect(found(OTHER, 'x', { isPending: true })).toEqual([
      [],
      [],
      [{ repo: 'org/ci', ref: 'v1', path: '.github/workflows/image.yml' }],
    ])
    expect(found(`./${LOCAL}`, 'x', { isPending: true })).toEqual([[], [], [{ repo: null, ref: null, path: LOCAL }]])
  })
  it.each([
    './workflows/image.yml',
    './.github/workflows/sub/image.yml',
    './.github/workflows/../../image.yml',
    './.github/workflows/image.yml@main',
    './.github/workflows/image.json',
    'org/ci/image.yml@v1',
    'org/ci/.github/workflows/image.yml',
    'org/ci/.github/workflows/sub/image.yml@v1',
    'org/.github/workflows/image.yml@v1',
    '../ci/.github/workflows/image.yml@v1',
    'docker://alpine',
    '"${{ inputs.workflow }}"',
    'x',
  ])('not at %s', (uses) => {
    const { builds, unread, wanted } = follow(calling(`uses: ${uses}`), { isPending: true })
    expect([builds, wanted]).toEqual([[], []])
    expect(unread).toMatchObject([{ line: 8, reason: 'is not a workflow that GitHub would call' }])
  })
  it('that cannot be read says where', () => {
    const { unread } = follow(calling(`uses: ./${LOCAL}`), { files: { [LOCAL]: 'on: workflow_call\njobs: [' } })
    expect(unread).toMatchObject([
      { reason: expect.stringMatching(/^could not be read: \.github\/workflows\/image\.yml:2: /) },
    ])
  })
  it('that builds nothing adds nothing', () => {
    const files = { [LOCAL]: 'on: workflow_call\njobs: { a: { steps: [{ run: echo }] } }' }
    expect(follow(calling(`uses: ./${LOCAL}`), { files })).toEqual({
      builds: [],
      unread: [],
      wanted: [],
      conditionalJobs: [],
      runsNothing: false,
      limits: [],
    })
  })
})

describe('workflows that call workflows', () => {
  const passOn = (uses: string, v: string) =>
    `on: { workflow_call: { inputs: { v: { type: string } } } }\njobs: { next: { uses: ${uses}, with: { v: "${v}" } } }`
  it('pass on what they are given', () => {
    const files = {
      [LOCAL]: passOn('org/ci/.github/workflows/a.yml@v1', '${{ inputs.v }}b'),
      // Beside the one that names it, which is in the other repository.
      'org/ci/.github/workflows/a.yml@v1': passOn('./.github/workflows/b.yml', '${{ inputs.v }}c'),
      'org/ci/.github/workflows/b.yml@v1': called('${{ inputs.v }}', '{ v: { type: string } }'),
      '.github/workflows/b.yml': called('wrong'),
    }
    expect(argument(calling(`uses: ./${LOCAL}\nwith: { v: a }`), { files })).toEqual(['abc'])
  })
  it('call the repository they run in by its name', () => {
    const files = {
      [LOCAL]: passOn('org/app/.github/workflows/b.yml@main', 'x'),
      '.github/workflows/b.yml': called('1'),
    }
    expect(argument(calling(`uses: ./${LOCAL}`), { files })).toEqual(['1'])
  })
  it('in a cycle are followed ten deep', () => {
    const files = { [LOCAL]: `${called('1')}  again: { uses: ./${LOCAL} }\n` }
    const found = follow(calling(`uses: ./${LOCAL}`), { files })
    expect(found.builds).toHaveLength(1)
    expect(found.limits).toEqual(['calls nested more than 10 deep'])
    expect(found.unread).toMatchObject([
      { file: LOCAL, what: LOCAL, reason: 'is not followed: calls nested more than 10 deep' },
    ])
  })
  it('in a cycle of two that fans out end as well', () => {
    const twice = (name: string) =>
      `on: workflow_call\njobs: { a: { uses: ./.github/workflows/${name}.yml }, b: { uses: ./.github/workflows/${name}.yml } }`
    const files = { [LOCAL]: twice('other'), '.github/workflows/other.yml': twice('image') }
    const found = follow(calling(`uses: ./${LOCAL}`), { files })
    expect(found.builds).toEqual([])
    expect(found.limits).toContain('calls nested more than 10 deep')
  })
  it('nested as deep as GitHub takes it, and once deeper', () => {
    const chain = (length: number) =>
      Object.fromEntries(
        Array.from({ length }, (_, n) => [
          `.github/workflows/w${n}.yml`,
          n === length - 1 ? called('1') : passOn(`./.github/workflows/w${n + 1}.yml`, 'x'),
        ]),
      )
    const at = (length: number) => follow(calling('uses: ./.github/workflows/w0.yml'), { files: chain(length) })
    expect(at(10)).toMatchObject({ builds: { length: 1 }, unread: [], limits: [] })
    expect(at(11)).toMatchObject({ builds: [], unread: { length: 1 }, limits: ['calls nested more than 10 deep'] })
  })
})

describe('a workflow that is called by name', () => {
  const builder = (kind: string, inputs: string) =>
    calling(`uses: docker/github-builder/.github/workflows/${kind}.yml@v1\nwith: ${inputs}`)
  it('docker/github-builder, build.yml', () => {
    const text = builder(
      'build',
      '{ output: image, push: true, context: app, target: prod, platforms: "linux/amd64,linux/arm64", build-args: "V=${{ inputs.version }}", meta-images: "ghcr.io/org/App\\nname=b.io/x,enable=false" }',
    )
    const [step, ...others] = stepsOf(text)
    expect(others).toEqual([])
    expect(step).toMatchObject({ file: PATH, job: 'call', dockerfile: { text: 'app/Dockerfile' }, publishes: true })
    expect(step!.tags).toEqual([{ text: 'ghcr.io/org/app:{{metadata}}' }])
    expect(shown(step!.inputs)).toEqual({
      args: { V: '1' },
      target: 'prod',
      platforms: ['linux/amd64', 'linux/arm64'],
    })
  })
  it('docker/github-builder, build.yml, as little as can be said', () => {
    const [step] = stepsOf(builder('build', '{ output: image, file: x.Dockerfile, meta-flavor: "suffix=-a" }'))
    expect(step).toMatchObject({ dockerfile: { text: 'x.Dockerfile' }, publishes: false, tags: [] })
  })
  it('docker/github-builder, bake.yml', () => {
    const { builds, unread } = follow(
      builder(
        'bake',
        '{ output: image, push: true, context: app, files: "./x.hcl", target: web, set: "*.args.A=1", vars: "T=2" }',
      ),
    )
    expect(unread).toEqual([])
    expect(builds).toMatchObject([
      {
        kind: 'bake',
        folder: { text: 'app' },
        isFetched: true,
        files: [{ text: './x.hcl' }],
        targets: [{ text: 'web' }],
        set: [{ text: '*.args.A=1' }],
        publishes: true,
      },
    ])
    const [step] = builds
    expect(step?.kind === 'bake' && step.environment.get('T')).toEqual({ text: '2' })
    const [plain] = follow(builder('bake', '{ output: image }')).builds
    expect(plain).toMatchObject({ folder: { text: '' }, files: [], targets: [{ text: 'default' }], publishes: null })
  })
  it('docker/github-builder, another workflow of it is not known', () => {
    expect(follow(builder('verify', '{}'))).toMatchObject({ builds: [], unread: { length: 1 } })
  })
})
