import { describe, expect, it } from 'vitest'
import { readWorkflow } from '../../../src/build-definition/index.js'
import { building, shown, workflow } from './examples.js'
import { bakesOf, follow, PATH, stepsOf } from './followed.js'

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
  it('says which jobs may be left out of a run', () => {
    expect(follow(RELEASE).conditionalJobs).toEqual([])
    expect(follow(RELEASE, { branch: null }).conditionalJobs).toEqual(['docker'])
  })
  it('builds once, and we see with what', () => {
    const steps = stepsOf(RELEASE)
    expect(steps).toHaveLength(1)
    const [step] = steps
    const place = { file: PATH, line: 25, job: 'docker', isConditional: true, runs: true }
    expect(step).toMatchObject({ tool: 'docker/build-push-action@v6', ...place, publishes: true })
    expect(step!.dockerfile).toEqual({ text: 'app/Dockerfile' })
    expect(shown(step!.inputs)).toEqual({
      args: { NODE_VERSION: '22.10', VERSION: '' },
      target: 'runtime',
      platforms: ['linux/amd64', 'linux/arm64'],
      contexts: { base: 'docker-image://alpine:3.20' },
    })
  })
  it('is given what is sent', () => {
    const [step] = stepsOf(RELEASE, { inputs: { tag: '1.2' } })
    expect(shown(step!.inputs)).toMatchObject({ args: { VERSION: '1.2' } })
    const [based] = stepsOf(RELEASE, { inputs: { tag: '$(baseImage)' } })
    expect(shown(based!.inputs)).toMatchObject({ args: { VERSION: '?${{ inputs.tag }}' } })
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
      "target: ${{ github.actor == 'x' && 'a' || 'b' }}",
      {},
      { target: "?${{ github.actor == 'x' && 'a' || 'b' }}" },
    ],
    [
      'a target by the event, which is a dispatch',
      "target: ${{ github.event_name == 'push' && 'a' || 'b' }}",
      {},
      { target: 'b' },
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
      { args: { A: 'a,b}' } },
    ],
    [
      'an unknown expression with braces in a string',
      "build-args: A=${{ format('{0}}}', github.sha) }}",
      {},
      { args: { A: "?${{ format('{0}}}', github.sha) }}" } },
    ],
    ['blanks around =, which stay in name and value', 'build-args: NODE = 24', {}, { args: { 'NODE ': ' 24' } }],
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
      { args: { A: 'x' } },
    ],
    [
      'a variable a script sets to what nobody knows',
      'build-args: A=${{ env.V }}',
      { env: 'env: { V: w }', steps: '- run: echo "V=$(date)" >> $GITHUB_ENV' },
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
    const [step] = stepsOf(building(inputs, around))
    expect(shown(step!.inputs)).toEqual(expected)
  })
})

describe('steps of other kinds', () => {
  const job = (text: string) => `on: workflow_dispatch\njobs:\n  a:\n    steps:\n      - ${text}`
  it('bake', () => {
    const steps = bakesOf(
      job(`uses: docker/bake-action@v5
        env: { TAG: "1" }
        with:
          files: |
            docker-bake.json
            ./more.json
          targets: app,web
          set: |
            *.args.NODE=22,x
            app.platform=\${{ inputs.p }}
          workdir: build`),
    )
    expect(steps).toEqual([
      {
        kind: 'bake',
        format: 'bake',
        tool: 'docker/bake-action@v5',
        file: PATH,
        job: 'a',
        line: 5,
        isConditional: false,
        runs: true,
        files: [{ text: 'docker-bake.json' }, { text: './more.json' }],
        targets: [{ text: 'app' }, { text: 'web' }],
        set: [
          { text: '*.args.NODE=22,x' },
          { unknown: true, written: 'app.platform=${{ inputs.p }}', place: `${PATH}:12` },
        ],
        folder: { text: 'build' },
        isFetched: false,
        project: null,
        args: new Map(),
        environment: new Map([['TAG', { text: '1' }]]),
        generated: [],
        publishes: null,
      },
    ])
  })
  it.each([
    ['uses: docker/bake-action@v6', '', true],
    ['uses: docker/bake-action@v6\n        with: { source: . }', '', false],
    ['uses: docker/bake-action@v6\n        with: { source: ./sub }', 'sub', false],
    ['uses: docker/bake-action@v6\n        with: { source: "{{defaultContext}}:sub" }', 'sub', true],
    ['uses: docker/bake-action@v6\n        with: { source: "https://github.com/org/app.git#main:sub" }', 'sub', true],
    ['uses: docker/bake-action@v5', '', false],
    ['uses: docker/bake-action@v5.1\n        with: { source: sub }', '', false],
    ['uses: docker/bake-action@v6\n        with: { workdir: build }', 'build', false],
    ['uses: depot/bake-action@v1', '', false],
    ['run: docker  buildx  bake', '', false],
    ['run: cd sub && docker buildx bake', 'sub', false],
  ])('%s bakes in %j (fetched: %s)', (text, folder, isFetched) => {
    expect(bakesOf(job(text))).toMatchObject([{ folder: { text: folder }, isFetched }])
  })
  it('bake of another repository is not read', () => {
    const found = follow(
      job('uses: docker/bake-action@v6\n        with: { source: "https://github.com/org/other.git" }'),
    )
    expect(found).toMatchObject({ builds: [], unread: [{ line: 5, what: 'docker/bake-action@v6' }] })
    expect(found.unread[0]?.reason).toBe('bakes what its source https://github.com/org/other.git defines')
  })
  it.each([
    ['uses: depot/build-push-action@v1', 'depot/build-push-action@v1'],
    ['uses: useblacksmith/build-push-action@v2', 'useblacksmith/build-push-action@v2'],
    [
      'uses: docker/build-push-action@4f58ea79222b3b9dc2c8bbdd6debcef730109a75',
      'docker/build-push-action@4f58ea79222b3b9dc2c8bbdd6debcef730109a75',
    ],
    ['run: docker build -t x .', 'docker'],
    ['run: docker  buildx  build .', 'docker'],
    ['run: docker image build .', 'docker'],
    ['run: podman build .', 'podman'],
  ])('%s', (text, tool) => expect(stepsOf(job(text)).map((step) => step.tool)).toEqual([tool]))
  it.each([
    ['run: docker compose -f x.yml build app', ['x.yml'], ['app']],
    ['run: docker-compose build', [], []],
  ])('%s', (text, files, targets) => {
    const known = (texts: string[]) => texts.map((one) => ({ text: one }))
    const [step] = bakesOf(job(text))
    expect(step).toMatchObject({ format: 'compose', files: known(files), targets: known(targets) })
  })
  it.each([
    'run: docker ps',
    'run: npm run build',
    'run: echo docker build .',
    'uses: docker/login-action@v3',
    'uses: docker/setup-buildx-action@v3',
    'uses: actions/checkout@v4',
    'name: x',
  ])('%s builds nothing', (text) => {
    expect(follow(job(text))).toMatchObject({ builds: [], unread: [], wanted: [], conditionalJobs: [], limits: [] })
  })
  it.each([
    ['uses: evil/build-push-action@v1', 'evil/build-push-action@v1'],
    ['uses: acme/docker-build@v1', 'acme/docker-build@v1'],
    ['uses: goreleaser/goreleaser-action@v6', 'goreleaser/goreleaser-action@v6'],
    ['run: make image', 'make image'],
  ])('%s may build, and is not read', (text, what) => {
    const { builds, unread } = follow(job(text))
    expect(builds).toEqual([])
    expect(unread).toEqual([
      { file: PATH, line: 5, job: 'a', isConditional: false, runs: true, what, reason: 'is not read' },
    ])
  })
  it('a build that stands there twice is one', () => {
    expect(stepsOf(job('run: |\n          docker build .\n          docker build .'))).toHaveLength(2)
    expect(stepsOf(job('run: for i in 1 2; do docker build .; done'))).toHaveLength(1)
  })
})

describe('a file nobody can use', () => {
  it.each([
    ['broken', 'on: [push\njobs:', 1],
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
})
