import { describe, expect, it } from 'vitest'
import { type ActionStep, type BakeStep, readWorkflow } from '../../../src/build-definition/index.js'
import { building, shown, workflow } from './examples.js'

const RELEASE = `name: release
on:
  push: { branches: [main] }
  workflow_dispatch:
    inputs:
      tag: { description: which one, required: true }
      log: { type: choice, options: [debug, info], default: info }
      dry-run: { type: boolean }
env:
  REGISTRY: ghcr.io
  NODE_VERSION: "22.10"
jobs:
  test:
    runs-on: ubuntu-latest
    if: github.event_name == 'push'
    steps:
      - run: npm test
  docker:
    runs-on: ubuntu-latest
    if: github.ref == 'refs/heads/main'
    steps:
      - uses: actions/checkout@v4
      - uses: docker/metadata-action@v5
        id: meta
      - name: Build and push
        uses: docker/build-push-action@v6
        with:
          context: ./app
          push: true
          platforms: linux/amd64,linux/arm64
          target: runtime
          tags: \${{ steps.meta.outputs.tags }}
          build-args: |
            NODE_VERSION=\${{ env.NODE_VERSION }}
            VERSION=\${{ inputs.tag }}
          build-contexts: |
            base=docker-image://alpine:3.20
`

describe('a workflow as people write it', () => {
  const facts = workflow(RELEASE)
  it('can be dispatched with its inputs', () => {
    expect([...(facts.dispatch?.inputs ?? [])]).toEqual([
      ['tag', { required: true, default: null, type: 'string', options: [] }],
      ['log', { required: false, default: 'info', type: 'choice', options: ['debug', 'info'] }],
      ['dry-run', { required: false, default: null, type: 'boolean', options: [] }],
    ])
  })
  it('says which jobs may be left out of a run', () => expect(facts.conditionalJobs).toEqual(['docker']))
  it('builds once, and we see with what', () => {
    expect(facts.builds).toHaveLength(1)
    const [step] = facts.builds as ActionStep[]
    expect(step).toMatchObject({ kind: 'build-push', job: 'docker', line: 25, publishes: true, isConditional: true })
    expect(step!.context).toEqual({ text: './app' })
    expect(shown(step!.passes)).toEqual({
      args: { NODE_VERSION: '22.10', VERSION: '?${{ inputs.tag }}' },
      target: 'runtime',
      platforms: ['linux/amd64', 'linux/arm64'],
      contexts: { base: 'docker-image://alpine:3.20' },
    })
  })
})

describe('on', () => {
  const CASES: [string, string, boolean][] = [
    ['a string', 'on: workflow_dispatch', true],
    ['another string', 'on: push', false],
    ['a list', 'on: [push, workflow_dispatch]', true],
    ['a map without value', 'on:\n  workflow_dispatch:', true],
    ['a map of others', 'on:\n  push:', false],
    ['in quotes', '"on": workflow_dispatch', true],
    ['missing', 'name: x', false],
    ['an anchor', 'x: &e [workflow_dispatch]\non: *e', true],
  ]
  it.each(CASES)('%s', (_title, text, expected) => {
    expect(workflow(`${text}\njobs: {}`).dispatch !== null).toBe(expected)
  })
})

describe('what a step passes', () => {
  const CASES: [string, string, { job?: string; env?: string; steps?: string }, Record<string, unknown>][] = [
    ['nothing', 'context: .', {}, {}],
    ['one argument a line', 'build-args: |\n  A=1\n  B=2,3', {}, { args: { A: '1', B: '2,3' } }],
    ['an argument with =', 'build-args: A=b=c', {}, { args: { A: 'b=c' } }],
    ['an empty argument', 'build-args: A=', {}, { args: { A: '' } }],
    ['a comment line, which names no argument', 'build-args: |\n  # B=2\n  A=1', {}, { args: { A: '1' } }],
    ['quotes of CSV', 'build-args: |\n  "A=1,2"\n  B="x"', {}, { args: { A: '1,2', B: '"x"' } }],
    ['a line end in quotes', 'build-args: |\n  "A=1\n  2"\n  B=3', {}, { args: { A: '1\n2', B: '3' } }],
    ['a doubled quote', 'build-args: |\n  "A=""x"""', {}, { args: { A: '"x"' } }],
    ['a quote that is text', 'build-args: |\n  "A"=1', {}, { args: { '"A"': '1' } }],
    ['a name alone', 'build-args: TOKEN', {}, { args: { TOKEN: "?taken from the build's environment" } }],
    ['a name alone of a literal variable', 'build-args: V', { env: 'env: { V: 3 }' }, { args: { V: '3' } }],
    [
      'platforms by comma and line',
      'platforms: |\n  linux/amd64, linux/arm64\n  linux/s390x',
      {},
      { platforms: ['linux/amd64', 'linux/arm64', 'linux/s390x'] },
    ],
    ['platforms that are unknown', 'platforms: ${{ inputs.p }}', {}, { platforms: ['?${{ inputs.p }}'] }],
    [
      'a target that is unknown',
      "target: ${{ github.event_name == 'x' && 'a' || 'b' }}",
      {},
      { target: "?${{ github.event_name == 'x' && 'a' || 'b' }}" },
    ],
    ['an empty target', 'target: ""', {}, {}],
    ['a list that is unknown', 'build-args: ${{ inputs.args }}', {}, { unclear: ['build-args: ${{ inputs.args }}'] }],
    [
      'a name that is unknown',
      'build-args: |\n  ${{ inputs.n }}=1\n  A=1',
      {},
      { args: { A: '1' }, unclear: ['build-args: ${{ inputs.n }}=1'] },
    ],
    ['an unknown part', 'build-args: A=v${{ github.sha }}-x', {}, { args: { A: '?v${{ github.sha }}-x' } }],
    [
      'an expression with braces in a string',
      "build-args: A=${{ format('{0}}}', 'a,b') }}",
      {},
      { args: { A: "?${{ format('{0}}}', 'a,b') }}" } },
    ],
    ['an expression without end', 'build-args: A=${{ env.X', {}, { args: { A: '?${{ env.X' } }],
    ['capitals in the name of an input', 'Build-Args: A=1', {}, { args: { A: '1' } }],
    ['the variable of the workflow', 'build-args: A=${{ env.V }}', { env: 'env: { V: w }' }, { args: { A: 'w' } }],
    [
      'the variable of the job wins',
      'build-args: A=${{ env.V }}',
      { env: 'env: { V: w }', job: 'env: { V: j }' },
      { args: { A: 'j' } },
    ],
    ['a variable in brackets', "build-args: A=${{ env['V'] }}", { env: 'env: { V: w }' }, { args: { A: 'w' } }],
    [
      'a variable of lines is lines',
      'build-args: ${{ env.V }}',
      { env: 'env:\n  V: |\n    A=1\n    B=2' },
      { args: { A: '1', B: '2' } },
    ],
    ['a variable nobody sets', 'build-args: A=${{ env.V }}', {}, { args: { A: '?${{ env.V }}' } }],
    [
      'a variable that is a secret',
      'build-args: A=${{ env.V }}',
      { env: 'env: { V: "${{ secrets.T }}" }' },
      { args: { A: '?${{ env.V }}' } },
    ],
    [
      'variables that are an expression',
      'build-args: A=${{ env.V }}',
      { env: 'env: { V: w }', job: 'env: ${{ fromJSON(x) }}' },
      { args: { A: '?${{ env.V }}' } },
    ],
    [
      'a variable a script sets',
      'build-args: A=${{ env.V }}',
      { env: 'env: { V: w }', steps: '- run: echo "V=x" >> $GITHUB_ENV' },
      { args: { A: '?${{ env.V }}' } },
    ],
    [
      'another variable a script sets',
      'build-args: A=${{ env.V }}',
      { env: 'env: { V: w }', steps: '- run: echo "W=x" >> $GITHUB_ENV' },
      { args: { A: 'w' } },
    ],
    [
      'a plain number as GitHub reads it',
      'build-args: A=${{ env.V }}',
      { env: 'env: { V: 3.20 }' },
      { args: { A: '3.2' } },
    ],
    ['a number in quotes', 'build-args: A=${{ env.V }}', { env: 'env: { V: "3.20" }' }, { args: { A: '3.20' } }],
    ['true', 'build-args: A=${{ env.V }}', { env: 'env: { V: true }' }, { args: { A: 'true' } }],
  ]
  it.each(CASES)('%s', (_title, inputs, around, expected) => {
    const [step] = workflow(building(inputs, around)).builds as ActionStep[]
    expect(shown(step!.passes)).toEqual(expected)
  })
})

describe('a matrix', () => {
  const build = 'build-args: NODE=${{ matrix.node }}\ntarget: ${{ matrix.target }}'
  const CASES: [string, string, string[]][] = [
    ['one axis', 'node: [20, 22]', ['20', '22']],
    ['two axes', 'node: [20, 22]\n  target: [a, b]', ['20/a', '20/b', '22/a', '22/b']],
    ['axes that change nothing', 'node: [20]\n  os: [x, y, z]', ['20']],
    ['numbers as GitHub reads them', 'node: [3.9, 3.10, "3.10"]', ['3.9', '3.1', '3.10']],
    ['exclude', 'node: [20, 22]\n  target: [a, b]\n  exclude: [{ node: 20, target: a }]', ['20/b', '22/a', '22/b']],
    ['include that adds', 'node: [20, 22]\n  include: [{ node: 22, target: b }]', ['20', '22/b']],
    ['include of all', 'node: [20, 22]\n  include: [{ target: b }]', ['20/b', '22/b']],
    ['include on its own', 'node: [20]\n  include: [{ node: 24, target: c }]', ['20', '24/c']],
    ['include alone', 'include: [{ node: 1 }, { node: 2, target: b }]', ['1', '2/b']],
    ['an expression', 'node: ${{ fromJSON(needs.x.outputs.y) }}', ['?${{ matrix.node }}/?${{ matrix.target }}']],
    ['an expression within', 'node: [20, "${{ inputs.n }}"]', ['20', '?${{ matrix.node }}']],
    [
      'more jobs than GitHub makes',
      `node: [${Array.from({ length: 300 }, (_, n) => n)}]`,
      ['?${{ matrix.node }}/?${{ matrix.target }}'],
    ],
    [
      'more variants than we tell apart',
      `node: [${Array.from({ length: 65 }, (_, n) => n)}]`,
      ['?${{ matrix.node }}/?${{ matrix.target }}'],
    ],
  ]
  it.each(CASES)('%s', (_title, matrix, expected) => {
    const facts = workflow(building(build, { job: `strategy:\n matrix:\n  ${matrix}` }))
    const found = (facts.builds as ActionStep[]).map(({ passes }) => {
      const { args, target } = shown(passes) as { args: { NODE: string }; target?: string }
      return [args.NODE, ...(target === undefined ? [] : [target])].join('/')
    })
    expect(found).toEqual(expected)
  })
  it('of maps is followed', () => {
    const job = 'strategy: { matrix: { image: [{ name: a, tag: "1" }, { name: b, tag: "2" }] } }'
    const facts = workflow(
      building('file: ${{ matrix.image.name }}/Dockerfile\nbuild-args: T=${{ matrix.image.tag }}', { job }),
    )
    const found = (facts.builds as ActionStep[]).map(({ file, passes }) => [file, shown(passes)])
    expect(found).toEqual([
      [{ text: 'a/Dockerfile' }, { args: { T: '1' } }],
      [{ text: 'b/Dockerfile' }, { args: { T: '2' } }],
    ])
  })
})

describe('steps of other kinds', () => {
  const steps = (text: string) => workflow(`on: push\njobs:\n  a:\n    steps:\n      - ${text}`).builds
  it('bake', () => {
    const [step] = steps(`uses: docker/bake-action@v6
        env: { TAG: "1" }
        with:
          files: |
            docker-bake.json
            ./more.json
          targets: app,web
          set: |
            *.args.NODE=22,x
            app.platform=\${{ inputs.p }}
          workdir: build
          source: .`) as BakeStep[]
    expect(step).toEqual({
      kind: 'bake',
      job: 'a',
      line: 5,
      isConditional: false,
      files: [{ text: 'docker-bake.json' }, { text: './more.json' }],
      targets: [{ text: 'app' }, { text: 'web' }],
      set: [{ text: '*.args.NODE=22,x' }, { unknown: true, written: 'app.platform=${{ inputs.p }}' }],
      workdir: { text: 'build' },
      source: { text: '.' },
      environment: new Map([['TAG', { text: '1' }]]),
    })
  })
  it.each([
    ['uses: depot/build-push-action@v1', 'build-push'],
    ['uses: docker/build-push-action@4f58ea79222b3b9dc2c8bbdd6debcef730109a75', 'build-push'],
    ['run: docker build -t x .', 'command'],
    ['run: docker  buildx  build .', 'command'],
    ['run: docker buildx bake', 'command'],
    ['run: docker compose -f x.yml build app', 'command'],
    ['run: docker-compose build', 'command'],
    ['run: docker image build .', 'command'],
  ])('%s', (text, kind) => expect(steps(text).map((step) => step.kind)).toEqual([kind]))
  it.each([
    'run: docker ps',
    'run: npm run build',
    'uses: docker/login-action@v3',
    'uses: evil/build-push-action@v1',
    'name: x',
  ])('%s builds nothing', (text) => expect(steps(text)).toEqual([]))
  it('a job that calls another workflow', () => {
    const facts = workflow('on: push\njobs:\n  b: { uses: ./.github/workflows/docker.yml }')
    expect(facts.calls).toEqual([{ job: 'b', workflow: './.github/workflows/docker.yml' }])
  })
  it('an if of the step alone', () => {
    const [step] = steps('{ if: always(), uses: docker/build-push-action@v6 }')
    expect(step!.isConditional).toBe(true)
  })
})

describe('a file nobody can use', () => {
  it.each([
    ['broken', 'on: [push\njobs:', 2],
    ['a key twice', 'on: push\non: pull_request', 2],
    ['a list', '- on: push', 1],
    ['nothing', '', 1],
    ['a tag', 'on: !ruby/object x', 1],
    ['deep', '['.repeat(100_000), null],
    ['large', `on: ${'x'.repeat(2_000_000)}`, null],
    ['a bomb', `a: &a [${'x,'.repeat(100)}]\nb: &b [${'*a,'.repeat(100)}]\nc: &c [${'*b,'.repeat(100)}]\nd: [*c]`, 1],
  ])('%s', (_title, text, line) => {
    const read = readWorkflow(text, { file: 'build.yml' })
    expect(read).toMatchObject({ ok: false, line })
  })
  it('one that builds without end', () => {
    const text = `on: push\njobs:\n  a:\n    steps:\n${'      - uses: docker/build-push-action@v6\n'.repeat(300)}`
    expect(readWorkflow(text, { file: 'build.yml' })).toMatchObject({ ok: false, line: 5 })
  })
})
