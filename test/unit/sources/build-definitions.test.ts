import { describe, expect, it } from 'vitest'
import { formatReference } from '../../../src/reference/index.js'
import { discoverIn, type Files, usesOf } from './discovery.js'

const ENTRY = `- name: app
  registry: ghcr.io
  repository: org/app
  source:
    repo: org/app
    dockerfile: docker/Dockerfile
    workflow: build.yml
`

async function run(files: Files, more = '', isComplete = true) {
  const { app: found, ...discovered } = await discoverIn(ENTRY + more, files, { isComplete })
  const reachable = usesOf(found).filter((use) => use.reachable)
  const bases = found?.kind === 'found' ? reachable.map((use) => formatReference(use.reference)) : found
  return { ...discovered, bases, found }
}

const workflow = (step: string, on = 'workflow_dispatch:') => `on:
  ${on}
jobs:
  build:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@v5
${step}`

const pushes = (inputs: string) => `      - uses: docker/build-push-action@v6
        with:
          file: docker/Dockerfile
          push: true
${inputs}`

const DOCKERFILE = `ARG VERSION=3.19
FROM alpine:$VERSION AS small
FROM debian:12 AS large
COPY --from=small / /
`

describe('what the real build passes is read from the workflow', () => {
  it('nothing: the Dockerfile stands as it is', async () => {
    const { bases, problems, rounds } = await run({
      'docker/Dockerfile': DOCKERFILE,
      '.github/workflows/build.yml': workflow(pushes('')),
    })
    expect(bases).toEqual(['docker.io/library/alpine:3.19', 'docker.io/library/debian:12'])
    expect(problems).toEqual([])
    expect(rounds).toHaveLength(1)
  })

  it('build-args, target and platforms', async () => {
    const passes =
      '          build-args: |\n            VERSION=edge\n          target: small\n          platforms: linux/amd64,linux/arm64\n'
    const { bases, found } = await run({
      'docker/Dockerfile': DOCKERFILE,
      '.github/workflows/build.yml': workflow(pushes(passes)),
    })
    expect(bases).toEqual(['docker.io/library/alpine:edge'])
    expect(found).toMatchObject({ uses: [{ platforms: ['linux/amd64', 'linux/arm64'] }, { reachable: false }] })
  })

  it('images.yaml wins, key by key', async () => {
    const passes = '          build-args: VERSION=edge\n          target: small\n'
    const { bases } = await run(
      { 'docker/Dockerfile': DOCKERFILE, '.github/workflows/build.yml': workflow(pushes(passes)) },
      '  build: {args: {VERSION: "3.20"}}\n',
    )
    expect(bases).toEqual(['docker.io/library/alpine:3.20'])
  })

  it('a value nobody can know is assumed, and said where it names a base', async () => {
    const passes =
      '          build-args: |\n            VERSION=${{ inputs.version }}\n            COMMIT=${{ github.sha }}\n'
    const { bases, found, problems } = await run({
      'docker/Dockerfile': DOCKERFILE,
      '.github/workflows/build.yml': workflow(pushes(passes)),
    })
    expect(bases).toContain('docker.io/library/alpine:3.19')
    expect(found).toMatchObject({ assumed: [expect.stringContaining('build-arg VERSION is ${{ inputs.version }}')] })
    expect(problems).toMatchObject([
      { severity: 'warning', file: 'images.yaml', line: 7, image: 'app', message: expect.stringContaining('VERSION') },
    ])
  })

  it('an unknown target: what any may pull, each warning with what to write', async () => {
    const { found, problems } = await run({
      'docker/Dockerfile': 'FROM alpine:3 AS small\nFROM debian:12 AS large\n',
      '.github/workflows/build.yml': workflow(pushes('          target: ${{ inputs.target }}\n')),
    })
    expect(found).toMatchObject({ uses: [{ assumed: true }, { assumed: false }], mayBe: [] })
    expect(problems).toMatchObject([
      {
        severity: 'warning',
        message: expect.stringContaining('target is ${{ inputs.target }}'),
        remedy: 'Write `build: {target: large}` in images.yaml, with what the build passes.',
      },
    ])
  })

  it('what images.yaml writes is known, and so is what it leaves out there', async () => {
    const files = {
      'docker/Dockerfile': 'FROM alpine:3 AS small\nFROM debian:12 AS large\n',
      '.github/workflows/build.yml': workflow('      - run: docker build .\n'),
    }
    expect((await run(files)).bases).toEqual(['docker.io/library/alpine:3', 'docker.io/library/debian:12'])
    expect(await run(files, '  build: {}\n')).toMatchObject({ bases: ['docker.io/library/debian:12'], problems: [] })
  })

  it('an image that cannot be named is a warning, or a failure where there is no other', async () => {
    const files = (more: string) => ({
      'docker/Dockerfile': `ARG V\nFROM node:$V\n${more}`,
      '.github/workflows/build.yml': workflow(pushes('          build-args: V=${{ inputs.v }}\n')),
    })
    const { bases, found, problems } = await run(files('COPY --from=alpine:3 / /\n'))
    expect([bases, found]).toMatchObject([['docker.io/library/alpine:3'], { mayBe: ['docker.io/library/node:*'] }])
    expect(problems).toMatchObject([
      { severity: 'warning', message: expect.stringMatching(/docker\/Dockerfile:2 pulls .* are kept\.$/) },
    ])
    expect((await run(files(''))).found).toMatchObject({
      kind: 'failed',
      message: expect.stringContaining('org/app/docker/Dockerfile:2 pulls docker.io/library/node:*'),
      remedy: expect.stringContaining('build: {args: {V: "…"}}'),
    })
  })

  it('only bases of what runs: an unknown target matters there too', async () => {
    const files = {
      'docker/Dockerfile': 'FROM alpine:3 AS small\nFROM debian:12 AS large\nCOPY --from=small / /\n',
      '.github/workflows/build.yml': workflow(pushes('          target: ${{ inputs.target }}\n')),
    }
    expect((await run(files)).problems).toEqual([])
    expect((await run(files, '  rebuildOn: runtime\n')).problems).toMatchObject([
      { message: expect.stringContaining('count as part of what runs') },
    ])
  })

  it('a script that builds is read', async () => {
    const { bases, problems } = await run({
      'docker/Dockerfile': DOCKERFILE,
      '.github/workflows/build.yml': workflow(
        '      - run: docker build --build-arg VERSION=edge --target small -t ghcr.io/org/app:1 --push docker\n',
      ),
    })
    expect(bases).toEqual(['docker.io/library/alpine:edge'])
    expect(problems).toEqual([])
  })

  it('what is not read is said where defaults decide, unless images.yaml says what it passes', async () => {
    const files = {
      'docker/Dockerfile': DOCKERFILE,
      '.github/workflows/build.yml': workflow('      - run: make image\n'),
    }
    const { problems } = await run(files)
    expect(problems.map(({ message }) => message)).toContainEqual(
      expect.stringContaining('.github/workflows/build.yml:8: make image is not read'),
    )
    expect((await run(files, '  build: {args: {VERSION: edge}}\n')).problems).toEqual([])
    expect((await run({ ...files, 'docker/Dockerfile': 'FROM alpine:3\n' })).problems).toEqual([])
  })
})

describe('what lies behind other workflows and actions', () => {
  const CALLING = `on: workflow_dispatch
jobs:
  image:
    uses: ./.github/workflows/image.yml
    with: {version: edge}
`
  const CALLED = `on: {workflow_call: {inputs: {version: {type: string}}}}
jobs:
  build:
    steps:
      - uses: ./.github/actions/build
        with: {version: "\${{ inputs.version }}"}
`
  const ACTION = `inputs: {version: {}}
runs:
  using: composite
  steps:
    - uses: docker/build-push-action@v6
      with: {context: docker, push: true, target: small, build-args: "VERSION=\${{ inputs.version }}"}
`
  const files = {
    'docker/Dockerfile': DOCKERFILE,
    '.github/workflows/build.yml': CALLING,
    '.github/workflows/image.yml': CALLED,
    '.github/actions/build/action.yml': ACTION,
  }

  it('is read, round by round, each file once', async () => {
    const { bases, problems, workflowProblems, rounds } = await run(files)
    expect(bases).toEqual(['docker.io/library/alpine:edge'])
    expect([problems, workflowProblems]).toEqual([[], []])
    expect(rounds.map((round) => round.map(({ path }) => path))).toEqual([
      ['docker/Dockerfile', '.github/workflows/build.yml'],
      ['.github/workflows/image.yml'],
      ['.github/actions/build/action.yml', '.github/actions/build/action.yaml'],
    ])
  })

  it('is asked for in the repository and at the ref that is named', async () => {
    const named = CALLING.replace('./.github/workflows/image.yml', 'org/ci/.github/workflows/image.yml@v1')
    const { rounds } = await run({ ...files, '.github/workflows/build.yml': named })
    expect(rounds[1]).toEqual([
      { provider: 'github', repo: 'org/ci', branch: 'v1', path: '.github/workflows/image.yml' },
    ])
    const own = CALLING.replace('./.github/workflows/image.yml', 'Org/App/.github/workflows/image.yml@main')
    const found = await run({ ...files, '.github/workflows/build.yml': own })
    expect(found.rounds[1]).toEqual([
      { provider: 'github', repo: 'org/app', branch: null, path: '.github/workflows/image.yml' },
    ])
  })

  it('is shared by the images that are built there', async () => {
    const more = ENTRY.replace('name: app', 'name: second').replace('repository: org/app', 'repository: org/second')
    const { rounds } = await run(files, more)
    const asked = rounds.flat().map(({ path }) => path)
    expect(asked.filter((path) => path === '.github/workflows/image.yml').length).toBeLessThanOrEqual(2)
    expect(rounds).toHaveLength(3)
  })

  it('and is not there, is said: the defaults stand', async () => {
    const { '.github/workflows/image.yml': _, ...without } = files
    const { bases, problems } = await run(without)
    expect(bases).toContain('docker.io/library/alpine:3.19')
    expect(problems.map(({ message }) => message)).toContainEqual(
      expect.stringMatching(
        /build\.yml:3: \.\/\.github\/workflows\/image\.yml could not be read: there is no \.github/,
      ),
    )
  })

  it('in a cycle ends', async () => {
    const circle = CALLING.replace('workflow_dispatch', '[workflow_dispatch, workflow_call]').replace(
      'image.yml',
      'build.yml',
    )
    const { rounds, problems } = await run({ ...files, '.github/workflows/build.yml': circle })
    expect(rounds).toHaveLength(1)
    expect(problems.map(({ message }) => message)).toContainEqual(expect.stringContaining('nested more than 10 deep'))
  })
})

describe('what stands in bake and compose files', () => {
  const bakes = (inputs: string) => workflow(`      - uses: docker/bake-action@v6\n        with:\n${inputs}`)

  it('is read in a second round', async () => {
    const bake = JSON.stringify({
      target: { app: { context: 'docker', args: { VERSION: '3.21' }, target: 'small' } },
    })
    const { bases, rounds } = await run({
      'docker/Dockerfile': DOCKERFILE,
      '.github/workflows/build.yml': bakes('          files: docker-bake.json\n          targets: app\n'),
      'docker-bake.json': bake,
    })
    expect(bases).toEqual(['docker.io/library/alpine:3.21'])
    expect(rounds.map((round) => round.map(({ path }) => path))).toEqual([
      ['docker/Dockerfile', '.github/workflows/build.yml'],
      ['docker-bake.json'],
    ])
  })

  it('leads to the Dockerfiles of targets it is built on', async () => {
    const bake = JSON.stringify({
      target: {
        app: { dockerfile: 'docker/Dockerfile', contexts: { base: 'target:base' } },
        base: { dockerfile: 'base/Dockerfile' },
      },
    })
    const { bases, rounds } = await run({
      'docker/Dockerfile': 'FROM base\nCOPY --from=busybox:1 / /\n',
      'base/Dockerfile': 'FROM ubuntu:24.04\n',
      '.github/workflows/build.yml': bakes('          files: docker-bake.json\n          targets: app\n'),
      'docker-bake.json': bake,
    })
    expect(bases).toEqual(['docker.io/library/busybox:1', 'docker.io/library/ubuntu:24.04'])
    expect(rounds).toHaveLength(3)
  })

  it('what such a target assumes is mended where it is defined: `build` is about the image alone', async () => {
    const files = (arg: string) => ({
      'docker/Dockerfile': 'FROM base\n',
      'base/Dockerfile': 'ARG V=22.04\nFROM ubuntu:$V\n',
      '.github/workflows/build.yml': bakes('          files: docker-bake.hcl\n          targets: app\n'),
      'docker-bake.hcl': `variable "V" { default = "24.04" }
target "app" {
  dockerfile = "docker/Dockerfile"
  contexts = { base = "target:base" }
}
target "base" {
  dockerfile = "base/Dockerfile"
  args = { V = ${arg} }
}
`,
    })
    const { bases, problems } = await run(files('V'), '  build: {args: {V: "24.04"}}\n')
    expect(bases).toEqual(['docker.io/library/ubuntu:24.04'])
    expect(problems).toMatchObject([
      {
        code: 'base-assumed',
        message: 'app: build-arg V is V (docker-bake.hcl:8): 24.04 is assumed.',
        remedy: expect.stringContaining('`build` in images.yaml does not reach: write the value itself'),
      },
    ])
    expect((await run(files('"24.04"'))).problems).toEqual([])
  })

  it('fails, and does not say "none", where such a Dockerfile cannot be read', async () => {
    const bake = (base: object) =>
      JSON.stringify({
        target: { app: { dockerfile: 'docker/Dockerfile', contexts: { base: 'target:base' } }, base },
      })
    const files = {
      'docker/Dockerfile': 'FROM base\n',
      '.github/workflows/build.yml': bakes('          files: docker-bake.json\n          targets: app\n'),
    }
    const gone = await run({ ...files, 'docker-bake.json': bake({ dockerfile: 'base/Dockerfile' }) })
    expect(gone.found).toMatchObject({
      kind: 'failed',
      message: expect.stringMatching(/^it is built on the target base: there is no .*base/),
    })
    const outside = await run({ ...files, 'docker-bake.json': bake({ dockerfile: '../../Dockerfile' }) })
    expect(outside.found).toMatchObject({ kind: 'failed', message: expect.stringContaining('is not known') })
  })

  it('the .env of where bake runs; none where bake fetches its files', async () => {
    const files = (inputs: string) => ({
      'docker/Dockerfile': DOCKERFILE,
      '.github/workflows/build.yml': bakes(inputs),
      'ci/compose.yaml':
        'services: { app: { build: { context: ../docker, target: small, args: ["VERSION=${V:-3.1}"] } } }\n',
      'ci/.env': 'V=3.21\n',
      '.env': 'V=3.20\n',
    })
    const inFolder = await run(files('          source: ci\n'))
    expect(inFolder.bases).toEqual(['docker.io/library/alpine:3.21'])
    const asked = ({ rounds }: typeof inFolder) => rounds.slice(1).flatMap((round) => round.map(({ path }) => path))
    expect(asked(inFolder)).toContain('ci/.env')
    expect(asked(inFolder)).not.toContain('.env')
    const fetched = await run(files('          files: ci/compose.yaml\n'))
    expect(asked(fetched)).toEqual(['ci/compose.yaml'])
  })

  it('compose: args, target', async () => {
    const compose =
      'services:\n  app:\n    build:\n      context: docker\n      args: [VERSION=3.18]\n      target: small\n'
    const { bases } = await run({
      'docker/Dockerfile': DOCKERFILE,
      '.github/workflows/build.yml': bakes('          files: compose.yaml\n'),
      'compose.yaml': compose,
    })
    expect(bases).toEqual(['docker.io/library/alpine:3.18'])
  })

  it.each([
    ['--project-directory . -f ci/compose.yaml', 'docker'],
    ['-f ci/compose.yaml', '../docker'],
    ['--project-directory ci', '../docker'],
  ])('docker compose %s: paths from the project directory', async (flags, context) => {
    const { bases } = await run({
      'docker/Dockerfile': DOCKERFILE,
      '.github/workflows/build.yml': workflow(`      - run: docker compose ${flags} build\n`),
      'ci/compose.yaml': `services: { app: { build: { context: ${context}, target: small, args: [VERSION=3.18] } } }\n`,
    })
    expect(bases).toEqual(['docker.io/library/alpine:3.18'])
  })

  it('docker compose --env-file: that file instead of .env', async () => {
    const { bases } = await run({
      'docker/Dockerfile': DOCKERFILE,
      '.github/workflows/build.yml': workflow('      - run: docker compose --env-file ci/prod.env build\n'),
      'compose.yaml': 'services: { app: { build: { context: docker, target: small, args: ["VERSION=$V"] } } }\n',
      '.env': 'V=3.18\n',
      'ci/prod.env': 'V=3.19\n',
    })
    expect(bases).toEqual(['docker.io/library/alpine:3.19'])
  })

  const HCL = `variable "VERSION" { default = "3.21" }
target "app" {
  context = "docker"
  args    = { VERSION = VERSION }
  target  = "small"
}
`
  const hcl = (text: string, inputs = '          targets: app\n') => ({
    'docker/Dockerfile': DOCKERFILE,
    '.github/workflows/build.yml': bakes(inputs),
    'docker-bake.hcl': text,
  })

  it('HCL: a default is assumed, and said with its place', async () => {
    const { bases, found, rounds } = await run(hcl(HCL))
    expect(bases).toEqual(['docker.io/library/alpine:3.21'])
    expect(found).toMatchObject({
      assumed: ['build-arg VERSION is VERSION (docker-bake.hcl:4): 3.21 is assumed'],
    })
    expect(rounds[1]?.map(({ path }) => path)).toContain('docker-bake.override.hcl')
  })

  it('HCL: what the step says of a variable is known', async () => {
    const { bases, problems } = await run(hcl(HCL, '          targets: app\n          vars: VERSION=3.22\n'))
    expect(bases).toEqual(['docker.io/library/alpine:3.22'])
    expect(problems).toEqual([])
  })

  it('several files are one definition; --set reaches it', async () => {
    const inputs = '          targets: app\n          set: app.args.VERSION=edge\n'
    const files = { ...hcl(HCL, inputs), 'docker-bake.override.hcl': 'target "app" { target = "large" }\n' }
    expect((await run(files)).bases).toEqual(['docker.io/library/alpine:edge', 'docker.io/library/debian:12'])
  })

  it('all ways to build the Dockerfile count, unless a tag says which one is the image', async () => {
    const ways = (tag: string) => `group "default" { targets = ["a", "b"] }
target "a" {
  dockerfile = "docker/Dockerfile"
  args = { VERSION = "1" }
}
target "b" {
  dockerfile = "docker/Dockerfile"
  args = { VERSION = "2" }
  target = "small"
  tags = ["${tag}"]
}
`
    const all = await run(hcl(ways('ghcr.io/org/other:1'), '          push: true\n'))
    expect(all.bases).toEqual([
      'docker.io/library/alpine:1',
      'docker.io/library/debian:12',
      'docker.io/library/alpine:2',
    ])
    expect(all.problems).toMatchObject([{ message: expect.stringContaining('the base images of all are tracked') }])
    expect(all.rounds).toHaveLength(2)
    const one = await run(hcl(ways('ghcr.io/org/app:1'), '          push: true\n'))
    expect(one.bases).toEqual(['docker.io/library/alpine:2'])
    const said = await run(
      hcl(ways('ghcr.io/org/other:1'), '          push: true\n'),
      '  build: {args: {VERSION: "3"}}\n',
    )
    expect(said.bases).not.toContain('docker.io/library/alpine:1')
  })

  it('a file nobody can read, and one that is missing, are said with their place', async () => {
    const { bases, problems } = await run(hcl('target "app" {\n  args = {\n'))
    expect(bases).toContain('docker.io/library/alpine:3.19')
    expect(problems).toMatchObject([
      {
        severity: 'notice',
        message: expect.stringMatching(/docker-bake\.hcl:3: .*Write what the build passes into the entry/),
      },
    ])
    const gone = await run(hcl(HCL, '          files: docker-bake.hcl,ci.hcl\n          targets: app\n'))
    expect(gone.found).toMatchObject({
      assumed: [
        '.github/workflows/build.yml:8 names ci.hcl, which could not be read',
        expect.stringContaining('VERSION'),
      ],
    })
  })

  it('a file outside the repository is not asked for', async () => {
    const { rounds } = await run({
      'docker/Dockerfile': DOCKERFILE,
      '.github/workflows/build.yml': bakes(
        '          files: |\n            ../../etc/passwd\n            https://example.com/bake.json\n',
      ),
    })
    expect(rounds).toHaveLength(1)
  })
})

describe('the workflow', () => {
  const dockerfile = { 'docker/Dockerfile': 'FROM alpine:3\n' }
  const send = (inputs: string) => `    inputs: ${inputs}\n`
  const withInputs = (inputs: string) => workflow(pushes(''), `workflow_dispatch: {inputs: ${inputs}}`)

  it.each([
    ['no workflow', {}, '', true, 'workflow build.yml not found in org/app'],
    [
      'no workflow_dispatch',
      { '.github/workflows/build.yml': workflow(pushes(''), 'push:') },
      '',
      true,
      'workflow_dispatch',
    ],
    [
      'an input that is not declared',
      { '.github/workflows/build.yml': withInputs('{reason: {type: string}}') },
      send('{reson: x}'),
      true,
      'declares no input "reson"',
    ],
    [
      'a required input that is not sent',
      { '.github/workflows/build.yml': withInputs('{version: {required: true}}') },
      '',
      true,
      'requires the input "version"',
    ],
    [
      'a job that may be skipped',
      {
        '.github/workflows/build.yml': workflow(pushes('')).replace(
          '    runs-on',
          "    if: github.actor == 'x'\n    runs-on",
        ),
      },
      '',
      false,
      'has a condition',
    ],
    [
      'a job that is left out of every run we start',
      {
        '.github/workflows/build.yml': workflow(pushes('')).replace(
          '    runs-on',
          "    if: github.event_name == 'push'\n    runs-on",
        ),
      },
      '',
      false,
      'is left out when build.yml is dispatched (its `if` is false then)',
    ],
    [
      'a build of another Dockerfile',
      { '.github/workflows/build.yml': workflow(pushes('').replace('docker/Dockerfile', 'web/Dockerfile')) },
      '',
      false,
      '.github/workflows/build.yml:8 builds a different Dockerfile than docker/Dockerfile',
    ],
    [
      'a build of another image',
      { '.github/workflows/build.yml': workflow(pushes('          tags: ghcr.io/org/web:1\n')) },
      '',
      false,
      'the build in .github/workflows/build.yml:8 publishes ghcr.io/org/web, not ghcr.io/org/app',
    ],
    [
      'a build that publishes nothing',
      { '.github/workflows/build.yml': workflow(pushes('').replace('push: true', 'push: false')) },
      '',
      false,
      'the build in .github/workflows/build.yml:8 publishes nothing',
    ],
    [
      'no job that runs when it is dispatched',
      {
        '.github/workflows/build.yml':
          'on: [push, workflow_dispatch]\njobs: {test: {if: "github.event_name == \'push\'", runs-on: x, steps: [{run: make}]}}\n',
      },
      '',
      false,
      'no job of build.yml runs when it is dispatched',
    ],
    [
      'a tag that is no version',
      { '.github/workflows/build.yml': workflow(pushes('          tags: ghcr.io/org/app:latest\n')) },
      '',
      false,
      'publishes only latest, and tags.strategy SemVer looks for versions',
    ],
    ['no YAML', { '.github/workflows/build.yml': 'on: [\n' }, '', true, '.github/workflows/build.yml'],
  ] as const)('%s', async (_, files, more, isRefusal, message) => {
    const { workflowProblems } = await run({ ...dockerfile, ...files }, more)
    expect(workflowProblems).toMatchObject([
      {
        isRefusal,
        problem: { severity: 'warning', file: 'images.yaml', image: 'app', message: expect.stringContaining(message) },
      },
    ])
  })

  it('points at the key that causes it', async () => {
    const files = { ...dockerfile, '.github/workflows/build.yml': withInputs('{}') }
    const { workflowProblems } = await run(files, send('\n      reason: x'))
    expect(workflowProblems).toMatchObject([{ problem: { line: 9 } }])
  })

  it.each([
    ['a tag of the run', pushes('          tags: ghcr.io/org/app:${{ github.sha }}\n')],
    ['a version', pushes('          tags: ghcr.io/org/app:v1\n')],
    ['its name by an expression', pushes('          tags: ghcr.io/${{ github.repository }}:${{ github.sha }}\n')],
    ['a name that only the run knows', pushes('          tags: ${{ vars.IMAGE }}\n')],
    [
      'a condition that holds',
      pushes('').replace('        with', "        if: github.event_name != 'push'\n        with"),
    ],
    ['a step that is not read', '      - run: make image\n'],
    ['a script that may publish later', '      - run: docker build docker\n      - run: make push\n'],
    [
      'another build beside it',
      `${pushes('          tags: ghcr.io/org/app:v1\n')}${pushes('          tags: ghcr.io/org/web:1\n')}`,
    ],
  ])('is good: %s', async (_, steps) => {
    const { workflowProblems } = await run({ ...dockerfile, '.github/workflows/build.yml': workflow(steps) })
    expect(workflowProblems).toEqual([])
  })

  it('is good', async () => {
    const files = { ...dockerfile, '.github/workflows/build.yml': withInputs('{reason: {type: string}}') }
    expect((await run(files, send('{reason: $(baseImage)}'))).workflowProblems).toEqual([])
  })
})
