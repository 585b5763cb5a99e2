import { describe, expect, it } from 'vitest'
import { isKnown } from '../../../src/build-definition/index.js'
import { shown } from './examples.js'
import { type DockerfileStep, follow, stepsOf } from './followed.js'

/** A workflow with one step. */
const step = (uses: string, inputs = '{}', env = '{}') => `on:
  workflow_dispatch:
    inputs: { v: { default: "1" } }
env: ${env}
jobs:
  a:
    steps:
      - uses: ${uses}
        with: ${inputs}
`

/** What a build comes to, without what is usual. */
function summary({ dockerfile, orContainerfile, inputs, publishes, tags }: DockerfileStep): Record<string, unknown> {
  const text = (value: NonNullable<typeof dockerfile>) => (isKnown(value) ? value.text : `?${value.written}`)
  return {
    file: dockerfile === null ? null : text(dockerfile),
    ...(orContainerfile && { orContainerfile }),
    ...shown(inputs),
    ...(tags.length > 0 && { tags: tags.map(text) }),
    publishes,
  }
}

const CASES: readonly (readonly [string, string, Record<string, unknown>])[] = [
  ['docker/build-push-action@v6', '{}', { file: 'Dockerfile', publishes: false }],
  ['Docker/Build-Push-Action@v6', '{ push: true }', { file: 'Dockerfile', publishes: true }],
  ['docker/build-push-action@v6', '{ push: "${{ vars.PUSH }}" }', { file: 'Dockerfile', publishes: true }],
  ['docker/build-push-action@v6', '{ push: false, load: true }', { file: 'Dockerfile', publishes: false }],
  ['docker/build-push-action@v6', '{ outputs: "type=registry" }', { file: 'Dockerfile', publishes: true }],
  ['docker/build-push-action@v6', '{ outputs: "type=docker,dest=/tmp/x" }', { file: 'Dockerfile', publishes: false }],
  [
    'docker/build-push-action@v6',
    '{ outputs: "type=image,\\"name=a.io/x\\",push=true", tags: "b.io/y:1, c.io/z" }',
    { file: 'Dockerfile', tags: ['b.io/y:1', 'c.io/z', 'a.io/x'], publishes: true },
  ],
  ['depot/build-push-action@v1', '{ file: a/Dockerfile, project: x }', { file: 'a/Dockerfile', publishes: false }],
  ['docker/build-push-action@v1', '{}', { file: 'Dockerfile', publishes: true }],
  [
    'docker/build-push-action@v1.1',
    '{ path: app, registry: ghcr.io, repository: Org/App, build_args: "A=1,B=${{ inputs.v }}", target: t, push: false }',
    { file: 'app/Dockerfile', args: { A: '1', B: '1' }, target: 't', tags: ['ghcr.io/org/app'], publishes: false },
  ],
  ['docker/build-push-action@v1', '{ path: app, dockerfile: x/Dockerfile }', { file: 'x/Dockerfile', publishes: true }],
  ['redhat-actions/buildah-build@v2', '{}', { file: 'Dockerfile', orContainerfile: true, publishes: null }],
  [
    'redhat-actions/buildah-build@v2',
    '{ image: ghcr.io/org/app, tags: latest 1, containerfiles: ./a/Containerfile, build-args: "A=1\\nB=2,3", archs: "amd64, arm64" }',
    {
      file: 'a/Containerfile',
      args: { A: '1', B: '2,3' },
      platforms: ['linux/amd64', 'linux/arm64'],
      tags: ['ghcr.io/org/app'],
      publishes: null,
    },
  ],
  [
    'redhat-actions/buildah-build@v2',
    '{ tags: "a.io/x:1", dockerfiles: x, platforms: linux/s390x, archs: amd64, extra-args: "--target=t\\n--build-arg A=1\\n--quiet" }',
    {
      file: 'x',
      target: 't',
      platforms: ['linux/s390x'],
      unclear: ['extra-args: --build-arg A=1'],
      tags: ['a.io/x:1'],
      publishes: null,
    },
  ],
  [
    'redhat-actions/buildah-build@v2',
    '{ context: sub, arch: arm64 }',
    { file: 'sub/Dockerfile', orContainerfile: true, platforms: ['linux/arm64'], publishes: null },
  ],
  [
    'int128/kaniko-action@v1',
    '{ push: true, tags: "a.io/x:1,a.io/x:2", context: app, target: t, build-args: A=1, platform: linux/arm64 }',
    {
      file: 'app/Dockerfile',
      args: { A: '1' },
      target: 't',
      platforms: ['linux/arm64'],
      tags: ['a.io/x:1', 'a.io/x:2'],
      publishes: true,
    },
  ],
  ['int128/kaniko-action@v1', '{ context: app, file: app/x }', { file: 'app/x', publishes: true }],
  ['int128/kaniko-action@v1', '{ context: app, file: x, push: false }', { file: 'app/x', publishes: false }],
  [
    'aevea/action-kaniko@master',
    '{ registry: ghcr.io, image: Org/App, path: app, build_file: x, extra_args: "--build-arg=A=1\\n--target=t" }',
    {
      file: 'app/x',
      target: 't',
      unclear: ['extra_args: --build-arg=A=1'],
      tags: ['ghcr.io/org/app'],
      publishes: true,
    },
  ],
  [
    'mr-smithers-excellent/docker-build-push@v6',
    '{ image: org/app, registry: ghcr.io, dockerfile: a/Dockerfile, buildArgs: "A=1,B=2", target: t, platform: linux/arm64 }',
    {
      file: 'a/Dockerfile',
      args: { A: '1', B: '2' },
      target: 't',
      platforms: ['linux/arm64'],
      tags: ['ghcr.io/org/app'],
      publishes: true,
    },
  ],
  [
    'mr-smithers-excellent/docker-build-push@v6',
    '{ image: a, pushImage: false }',
    { file: 'Dockerfile', tags: ['a'], publishes: false },
  ],
  [
    'elgohr/Publish-Docker-Github-Action@v5',
    '{ name: org/app, registry: ghcr.io, workdir: app, dockerfile: x, buildargs: "A,B=2", no_push: true }',
    {
      file: 'app/x',
      args: { A: "?taken from the build's environment", B: '2' },
      tags: ['ghcr.io/org/app'],
      publishes: false,
    },
  ],
  ['elgohr/Publish-Docker-Github-Action@v5', '{ name: a }', { file: 'Dockerfile', tags: ['a'], publishes: true }],
  [
    'macbre/push-to-ghcr@master',
    '{ image_name: Org/App, context: app, build_arg: "A=1" }',
    { file: 'app/Dockerfile', args: { A: '1' }, tags: ['ghcr.io/org/app'], publishes: true },
  ],
  ['macbre/push-to-ghcr@master', '{ dockerfile: ./x, context: app }', { file: 'x', publishes: true }],
  [
    'macbre/push-to-ghcr@master',
    '{ image_name: org/app, repository: quay.io }',
    { file: 'Dockerfile', tags: ['quay.io/org/app'], publishes: true },
  ],
]

describe('an action that builds one Dockerfile', () => {
  it.each(CASES)('%s %s', (uses, inputs, expected) => {
    const found = stepsOf(step(uses, inputs))
    expect(found.map(summary)).toEqual([expected])
    expect(found[0]!.tool).toBe(uses)
  })
  it('takes arguments without a value from the environment', () => {
    const args = (uses: string, inputs: string) => shown(stepsOf(step(uses, inputs, '{ A: e }'))[0]!.inputs)
    expect(args('docker/build-push-action@v6', '{ build-args: A }')).toEqual({ args: { A: 'e' } })
    expect(args('elgohr/Publish-Docker-Github-Action@v5', '{ name: a, buildargs: A }')).toEqual({ args: { A: 'e' } })
  })
  it('says of an unknown name what is known of it', () => {
    const tags = (inputs: string) => stepsOf(step('aevea/action-kaniko@master', inputs))[0]!.tags
    expect(tags('{ image: "${{ vars.I }}", registry: ghcr.io }')).toEqual([
      { unknown: true, written: 'ghcr.io/${{ vars.I }}' },
    ])
  })
})

describe('an action of another name', () => {
  it.each([
    'docker/build-push-actions@v6',
    'evil/kaniko-action@v1',
    'redhat-actions/buildah-build-x@v2',
    'docker/github-builder/.github/workflows/build.yml@v1',
  ])('%s is not taken for it', (uses) => {
    const { builds } = follow(step(uses, '{ image: a.io/x }'))
    expect(builds.filter(({ tool }) => tool !== uses)).toEqual([])
    if (!uses.startsWith('docker/github-builder')) expect(builds).toEqual([])
  })
  it.each([
    ['acme/kaniko-build@v1', true],
    ['acme/build-container@v1', true],
    ['ko-build/setup-ko@v1', false],
    ['docker/login-action@v3', false],
    ['docker/scout-action@v1', false],
    ['docker/setup-qemu-action@v3', false],
    ['aquasecurity/trivy-action@v1', false],
    ['acme/lint@v1', false],
    ['actions/setup-node@v4', false],
  ])('%s may build: %s', (uses, isUnread) => {
    expect(follow(step(uses))).toMatchObject({ builds: [], unread: { length: isUnread ? 1 : 0 } })
  })
})

describe('docker/metadata-action', () => {
  const tags = (inputs: string) => {
    const meta = `      - { id: m, uses: docker/metadata-action@v5, with: ${inputs} }\n`
    const text = step('docker/build-push-action@v6', '{ tags: "${{ steps.m.outputs.tags }}" }')
    const found = stepsOf(text.replace('    steps:\n', `    steps:\n${meta}`))[0]!.tags
    return found.map((tag) => (isKnown(tag) ? tag.text : `?${tag.written}`))
  }
  it.each([
    ['{ images: ghcr.io/Org/App }', ['ghcr.io/org/app:{{metadata}}']],
    ['{ images: "a/x\\nb/y" }', ['a/x:{{metadata}}', 'b/y:{{metadata}}']],
    ['{ images: "name=a/x,enable=true\\nname=b/y,enable=false" }', ['a/x:{{metadata}}']],
    ['{ images: "a/x\\n${{ vars.I }}" }', ['a/x:{{metadata}}', '{{metadata}}']],
    ['{ images: "${{ vars.I }}" }', ['?${{ steps.m.outputs.tags }}']],
    ['{ images: a/x, flavor: "prefix=p-,onlatest=true\\nsuffix=-s" }', ['a/x:p-{{metadata}}-s']],
    ['{ images: a/x, flavor: "latest=true" }', ['a/x:{{metadata}}']],
    ['{}', ['?${{ steps.m.outputs.tags }}']],
  ])('%s', (inputs, expected) => expect(tags(inputs)).toEqual(expected))
  it('writes a bake file, which bake is given', () => {
    const meta = '      - { id: m, uses: docker/metadata-action@v5, with: { images: a/x, bake-target: web } }\n'
    const text = step('docker/bake-action@v6', '{ files: "docker-bake.hcl\\n${{ steps.m.outputs.bake-file }}" }')
    const [bake] = follow(text.replace('    steps:\n', `    steps:\n${meta}`)).builds
    expect(bake).toMatchObject({
      kind: 'bake',
      files: [{ text: 'docker-bake.hcl' }, { text: 'cwd://{{metadata}}.json' }],
      generated: ['{"target":{"web":{"tags":["a/x:{{metadata}}"]}}}'],
    })
  })
})
