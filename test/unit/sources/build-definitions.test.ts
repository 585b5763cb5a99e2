import { describe, expect, it } from 'vitest'
import { parseEnrolment } from '../../../src/enrollment/index.js'
import { formatReference } from '../../../src/reference/index.js'
import { discover, type FileRequest, failed, requestKey, type SourceReader } from '../../../src/sources/index.js'

/** Files of the one repository org/app, and how often they were asked for. */
function repository(files: Readonly<Record<string, string>>, isComplete = true) {
  const rounds: FileRequest[][] = []
  const read: SourceReader['read'] = async (requests) => {
    rounds.push([...requests])
    return new Map(
      requests.map((one) => {
        const text = files[one.path]
        const answer =
          text === undefined
            ? failed('file', 'there is no such file.', 'Add it.')
            : { kind: 'found' as const, text, branch: 'main' }
        return [requestKey(one), answer] as const
      }),
    )
  }
  return { reader: { read, isComplete }, rounds }
}

const ENTRY = `- name: app
  registry: ghcr.io
  repository: org/app
  source:
    repo: org/app
    dockerfile: docker/Dockerfile
    workflow: build.yml
`

async function run(files: Readonly<Record<string, string>>, more = '', isComplete = true) {
  const { enrolment, problems } = parseEnrolment(ENTRY + more, 'images.yaml')
  if (enrolment === null) throw new Error(JSON.stringify(problems))
  const { reader, rounds } = repository(files, isComplete)
  const discovered = await discover(enrolment.images, reader, 'images.yaml')
  const found = discovered.images.get('app')
  const bases =
    found?.kind === 'found'
      ? found.uses.filter((use) => use.reachable).map((use) => formatReference(use.reference))
      : found
  return { bases, found, rounds, problems: discovered.problems, farEnd: discovered.farEnd }
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

  it('a script that builds is not read: said where defaults decide, unless images.yaml says what it passes', async () => {
    const files = {
      'docker/Dockerfile': DOCKERFILE,
      '.github/workflows/build.yml': workflow('      - run: docker build --build-arg VERSION=edge .\n'),
    }
    const { problems } = await run(files)
    expect(problems).toMatchObject([{ severity: 'notice', message: expect.stringContaining('scripts are not read') }])
    expect((await run(files, '  build: {args: {VERSION: edge}}\n')).problems).toEqual([])
    expect((await run({ ...files, 'docker/Dockerfile': 'FROM alpine:3\n' })).problems).toEqual([])
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
      message: 'it is built on the target base: there is no such file.',
    })
    const outside = await run({ ...files, 'docker-bake.json': bake({ dockerfile: '../../Dockerfile' }) })
    expect(outside.found).toMatchObject({ kind: 'failed', message: expect.stringContaining('is not known') })
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
    expect(all.problems).toMatchObject([{ message: expect.stringContaining('the base images of all are taken') }])
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
      { severity: 'notice', message: expect.stringMatching(/docker-bake\.hcl:3: .*under `build` in images\.yaml/) },
    ])
    const gone = await run(hcl(HCL, '          files: docker-bake.hcl,ci.hcl\n          targets: app\n'))
    expect(gone.found).toMatchObject({
      assumed: ['the bake step names ci.hcl, which could not be read', expect.stringContaining('VERSION')],
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

describe('the far end', () => {
  const dockerfile = { 'docker/Dockerfile': 'FROM alpine:3\n' }
  const send = (inputs: string) => `    inputs: ${inputs}\n`
  const withInputs = (inputs: string) => workflow(pushes(''), `workflow_dispatch: {inputs: ${inputs}}`)

  it.each([
    ['no workflow', {}, '', false, 'there is no workflow build.yml in org/app'],
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
          '    if: github.ref == 1\n    runs-on',
        ),
      },
      '',
      false,
      'has a condition',
    ],
    ['no YAML', { '.github/workflows/build.yml': 'on: [\n' }, '', false, '.github/workflows/build.yml'],
  ] as const)('%s', async (_, files, more, isRefusal, message) => {
    const { farEnd } = await run({ ...dockerfile, ...files }, more)
    expect(farEnd).toMatchObject([
      {
        isRefusal,
        problem: { severity: 'warning', file: 'images.yaml', image: 'app', message: expect.stringContaining(message) },
      },
    ])
  })

  it('points at the key that causes it', async () => {
    const files = { ...dockerfile, '.github/workflows/build.yml': withInputs('{}') }
    const { farEnd } = await run(files, send('\n      reason: x'))
    expect(farEnd).toMatchObject([{ problem: { line: 9 } }])
  })

  it('is good', async () => {
    const files = { ...dockerfile, '.github/workflows/build.yml': withInputs('{reason: {type: string}}') }
    expect((await run(files, send('{reason: $(baseImage)}'))).farEnd).toEqual([])
  })

  it('is not missed in a folder that may hold Dockerfiles alone', async () => {
    expect((await run(dockerfile, '', false)).farEnd).toEqual([])
  })
})
