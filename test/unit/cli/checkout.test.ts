import { existsSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, describe, expect, it } from 'vitest'
import type { LocalClone } from '../../../src/cli/checkout.js'
import { gitFacts, repositoryOf } from '../../../src/cli/checkout.js'
import {
  chooseBuild,
  type DetectedBuild,
  type FoundBuild,
  type GivenBuild,
  readWorkflowBuilds,
} from '../../../src/cli/choose-build.js'
import { git } from '../../support/git.js'
import { removeTempFolders, tempFolder } from '../../support/temp-folder.js'

afterAll(removeTempFolders)

describe('the repository behind a remote', () => {
  const servers = { GITHUB_SERVER_URL: 'https://git.acme.example', GITLAB_URL: 'https://code.acme.example:8443' }

  it.each([
    ['https://github.com/acme/web', 'github', 'acme/web'],
    ['https://github.com/acme/web.git', 'github', 'acme/web'],
    ['https://github.com/acme/web/', 'github', 'acme/web'],
    ['https://user:s3cret@GitHub.com/acme/web.git', 'github', 'acme/web'],
    ['git@github.com:acme/web.git', 'github', 'acme/web'],
    ['github.com:acme/web', 'github', 'acme/web'],
    ['ssh://git@github.com/acme/web.git', 'github', 'acme/web'],
    ['ssh://git@ssh.github.com:443/acme/web.git', 'github', 'acme/web'],
    ['git://github.com/acme/web.js', 'github', 'acme/web.js'],
    ['https://gitlab.com/acme/platform/web.git', 'gitlab', 'acme/platform/web'],
    ['git@gitlab.acme.example:acme/web.git', 'gitlab', 'acme/web'],
    ['https://git.acme.example/acme/web', 'github', 'acme/web'],
    ['https://code.acme.example:8443/acme/web', 'gitlab', 'acme/web'],
    ['git@codeberg.org:acme/web.git', null, 'acme/web'],
  ])('%s', (address, provider, repo) => {
    expect(repositoryOf(address, servers)).toMatchObject({ provider, repo })
  })

  it.each([
    '',
    '/srv/git/web.git',
    '../web',
    'C:\\git\\web',
    'file:///srv/git/web.git',
    'ext::sh -c true',
    'https://github.com/acme',
    'https://github.com/acme/web/tree/main',
    'https://github.com/acme/we b',
    'https://[',
  ])('%j names none', (address) => {
    expect(repositoryOf(address, servers)).toBeNull()
  })

  it('never holds the password', () => {
    const word = fc.stringMatching(/^[a-z0-9%._~-]{1,8}$/).map((text) => `canary${text}`)
    const shape = fc.constantFrom('https', 'ssh', 'git')
    fc.assert(
      fc.property(shape, word, word, fc.constantFrom('github.com', 'x.example'), (scheme, user, password, host) => {
        const found = repositoryOf(`${scheme}://${user}:${password}@${host}/acme/web.git`, {})
        expect(JSON.stringify(found)).not.toContain('canary')
      }),
    )
  })
})

describe('what git knows of a folder', () => {
  const CONFIG = `[core]
	repositoryFormatVersion = 0
	fsmonitor = touch sprung
[alias]
	config = !touch sprung
[remote "origin"]
	url = "https://github.com/acme/web" ; where
	url = https://github.com/acme/second
[Remote "a \\"b\\""]
	URL=git@github.com:x/y.git # z
[branch "work"]
	remote = origin
	merge = refs/heads/topic
`
  const only = CONFIG.replace(/\[remote "origin"\][^[]*/, '')

  async function facts(config: string, head: string | null = 'ref: refs/heads/work') {
    const { path } = await tempFolder()
    if (head !== null) {
      await git(path, ['init', '--quiet', '.'])
      await writeFile(join(path, '.git/config'), config)
      await writeFile(join(path, '.git/HEAD'), `${head}\n`)
    }
    const { remote, branch } = await gitFacts(path)
    expect(existsSync(join(path, 'sprung'))).toBe(false)
    return [remote, branch]
  }

  it.each([
    ['origin, and the branch there', CONFIG, undefined, ['https://github.com/acme/web', 'topic']],
    ['a branch without one there', CONFIG, 'ref: refs/heads/x', ['https://github.com/acme/web', 'x']],
    ['the only remote', only, undefined, ['git@github.com:x/y.git', 'work']],
    ['no branch', CONFIG, 'a'.repeat(40), ['https://github.com/acme/web', null]],
    ['several remotes without origin', `${only}[remote "c"]\n\turl = d:e/f\n`, undefined, [null, null]],
    ['a configuration that is none', '[', undefined, [null, null]],
    ['no repository', '', null, [null, null]],
  ])('%s', async (_, config, head, expected) => {
    expect(await facts(config, head)).toEqual(expected)
  })
})

/** A workflow with these steps. */
const workflow = (steps: string, more = '') => ({
  name: 'build.yml',
  text: `on: [workflow_dispatch]
env: {REGISTRY: ghcr.io, IMAGE: "\${{ github.repository }}"}
jobs:
  build:
    runs-on: ubuntu-latest
${more}    steps:
${steps}`,
})
const META = (images: string) =>
  `      - id: meta\n        uses: docker/metadata-action@v5\n        with: {images: ${images}}\n`
const BUILD = (inputs: string) => `      - uses: docker/build-push-action@v6\n        with: {push: true, ${inputs}}\n`
const FROM_META = 'tags: "${{ steps.meta.outputs.tags }}"'

const NO_FILES = () => null

describe('what a workflow builds, and what it is published as', () => {
  const builds = (steps: string, more?: string) =>
    readWorkflowBuilds(workflow(steps, more), 'Acme/Web', NO_FILES)?.builds.map(({ dockerfile, images }) => [
      dockerfile,
      ...images,
    ])

  it.each([
    ['a tag', BUILD('tags: "ghcr.io/acme/web:1"'), [['Dockerfile', 'ghcr.io/acme/web']]],
    ['a tag of Docker Hub', BUILD('tags: acme/web'), [['Dockerfile', 'docker.io/acme/web']]],
    ['a tag of the run', BUILD('tags: "ghcr.io/acme/web:${{ github.sha }}"'), [['Dockerfile', 'ghcr.io/acme/web']]],
    ['a port', BUILD('tags: "localhost:5000/web:${{ github.sha }}"'), [['Dockerfile', 'localhost:5000/web']]],
    ['an unknown name', BUILD('tags: "ghcr.io/acme/${{ inputs.name }}:1"'), [['Dockerfile']]],
    ['an unknown part of a name', BUILD('tags: "ghcr.io/acme/web-${{ inputs.name }}:1"'), [['Dockerfile']]],
    ['the repository', BUILD('tags: "ghcr.io/${{github.repository}}:1"'), [['Dockerfile', 'ghcr.io/acme/web']]],
    ['variables', BUILD('tags: "${{ env.REGISTRY }}/${{ env.IMAGE }}:1"'), [['Dockerfile', 'ghcr.io/acme/web']]],
    ['several tags', BUILD('tags: "b.io/x:1,a.io/x:1,a.io/x:2"'), [['Dockerfile', 'a.io/x', 'b.io/x']]],
    [
      'metadata',
      META('"${{ env.REGISTRY }}/${{ env.IMAGE }}"') + BUILD(FROM_META),
      [['Dockerfile', 'ghcr.io/acme/web']],
    ],
    [
      'metadata, lines',
      META('"a.io/x\\nname=b.io/x\\nname=c.io/x,enable=false"') + BUILD(FROM_META),
      [['Dockerfile', 'a.io/x', 'b.io/x']],
    ],
    ['metadata of another step', META('a.io/x') + BUILD('tags: "${{ steps.other.outputs.tags }}"'), [['Dockerfile']]],
    ['a push by digest', META('a.io/x') + BUILD('outputs: "type=image,push=true"'), [['Dockerfile', 'a.io/x']]],
    ['a Dockerfile of its own', BUILD('file: api/Dockerfile, tags: a.io/x'), [['api/Dockerfile', 'a.io/x']]],
    ['a script', '      - run: docker build -t x .\n', [['Dockerfile', 'docker.io/library/x']]],
    ['a script of which only the run knows the name', '      - run: docker build -t $NAME a\n', [['a/Dockerfile']]],
    ['what is not read', '      - run: make image\n', [[null]]],
    ['what bakes', '      - uses: docker/bake-action@v6\n', [[null]]],
    ['nothing', '      - run: npm test\n', []],
  ])('%s', (_, steps, expected) => {
    expect(builds(steps)).toEqual(expected)
  })

  it('a matrix: each Dockerfile with its own image', () => {
    const matrix = '    strategy: {matrix: {app: [api, web]}}\n'
    const steps =
      META('"ghcr.io/acme/${{ matrix.app }}"') + BUILD(`file: "\${{ matrix.app }}/Dockerfile", ${FROM_META}`)
    expect(builds(steps, matrix)).toEqual([
      ['api/Dockerfile', 'ghcr.io/acme/api'],
      ['web/Dockerfile', 'ghcr.io/acme/web'],
    ])
  })

  it('what it calls: in the checkout, and not elsewhere', () => {
    const called = `on: workflow_call\njobs: {a: {steps: [{uses: docker/build-push-action@v6, with: {push: true, tags: a.io/x}}]}}`
    const text = 'on: workflow_dispatch\njobs: {b: {uses: ./.github/workflows/image.yml}}'
    const found = (files: Readonly<Record<string, string>>) =>
      readWorkflowBuilds({ name: 'build.yml', text }, 'Acme/Web', (path) => files[path] ?? null)?.builds
    const build = { workflow: 'build.yml', canBeStarted: true, publishes: true }
    expect(found({ '.github/workflows/image.yml': called })).toEqual([
      { ...build, dockerfile: 'Dockerfile', images: ['a.io/x'] },
    ])
    expect(found({})).toEqual([{ ...build, dockerfile: null, images: [] }])
  })

  it('is not known by the repository where nobody knows that', () => {
    const steps = BUILD('tags: "ghcr.io/${{github.repository}}:1"')
    expect(readWorkflowBuilds(workflow(steps), null, NO_FILES)?.builds).toMatchObject([{ images: [] }])
  })

  it('what is no workflow is none', () => {
    expect(readWorkflowBuilds({ name: 'x.yml', text: '- [' }, 'Acme/Web', NO_FILES)).toBeNull()
  })
})

describe('what is chosen', () => {
  const NOTHING_GIVEN: GivenBuild = { dockerfile: null, workflow: null, image: null }
  const checkout = (...dockerfiles: string[]): LocalClone => ({
    remote: null,
    branch: null,
    defaultBranch: null,
    dockerfiles,
    isWhole: true,
    workflows: [],
    read: () => null,
  })
  const build = (name: string, dockerfile: string | null, about: Partial<FoundBuild> = {}): FoundBuild => ({
    workflow: name,
    dockerfile,
    publishes: true,
    images: [],
    canBeStarted: true,
    ...about,
  })
  const values = ({ dockerfile, workflow, image }: DetectedBuild) =>
    [dockerfile, workflow, image].map((one) => one?.value)
  const both = [
    build('a.yml', 'a/Dockerfile', { images: ['x.io/a'] }),
    build('b.yml', 'b/Dockerfile', { images: ['x.io/b'] }),
  ]

  it.each<[string, Partial<GivenBuild>, LocalClone, FoundBuild[], (string | undefined)[]]>([
    ['the only Dockerfile', {}, checkout('Dockerfile'), [], ['Dockerfile', undefined, undefined]],
    [
      'the only one that is built',
      {},
      checkout('a/Dockerfile', 'c/Dockerfile'),
      both,
      ['a/Dockerfile', 'a.yml', 'x.io/a'],
    ],
    [
      'the one that is said',
      { dockerfile: './b/Dockerfile' },
      checkout('a/Dockerfile', 'b/Dockerfile'),
      both,
      ['./b/Dockerfile', 'b.yml', 'x.io/b'],
    ],
    [
      'the one of the workflow',
      { workflow: 'b.yml' },
      checkout('a/Dockerfile', 'b/Dockerfile'),
      both,
      ['b/Dockerfile', 'b.yml', 'x.io/b'],
    ],
    [
      'the one of the image',
      { image: 'x.io/a' },
      checkout('a/Dockerfile', 'b/Dockerfile'),
      both,
      ['a/Dockerfile', 'a.yml', undefined],
    ],
    [
      'the workflow that publishes',
      {},
      checkout('Dockerfile'),
      [build('test.yml', 'Dockerfile', { publishes: false }), build('b.yml', 'Dockerfile')],
      ['Dockerfile', 'b.yml', undefined],
    ],
    [
      'the workflow that can be started',
      {},
      checkout('Dockerfile'),
      [build('a.yml', 'Dockerfile', { canBeStarted: false }), build('b.yml', 'Dockerfile')],
      ['Dockerfile', 'b.yml', undefined],
    ],
    [
      'the only one that may build it',
      {},
      checkout('Dockerfile'),
      [build('a.yml', null)],
      ['Dockerfile', 'a.yml', undefined],
    ],
  ])('%s', (_, said, looked, builds, expected) => {
    const found = chooseBuild({ ...NOTHING_GIVEN, ...said }, looked, builds)
    expect(found.faults).toEqual([])
    expect(values(found)).toEqual(expected)
  })

  it.each<[string, LocalClone, FoundBuild[], string, string]>([
    ['no Dockerfile', checkout(), [], 'the checkout has no Dockerfile.', '--dockerfile'],
    [
      'several',
      checkout('a/Dockerfile', 'b/Dockerfile'),
      [],
      'the checkout has several Dockerfiles: a/Dockerfile, b/Dockerfile.',
      '--dockerfile',
    ],
    [
      'several built',
      checkout('a/Dockerfile', 'b/Dockerfile', 'c/Dockerfile'),
      both,
      'workflows of the checkout build several Dockerfiles: a/Dockerfile, b/Dockerfile.',
      '--dockerfile',
    ],
    [
      'several workflows',
      checkout('Dockerfile'),
      [build('a.yml', 'Dockerfile'), build('b.yml', 'Dockerfile')],
      'Dockerfile is built by several workflows: a.yml, b.yml.',
      '--workflow',
    ],
    [
      'several images',
      checkout('Dockerfile'),
      [build('a.yml', 'Dockerfile', { images: ['x.io/b', 'x.io/a'] })],
      'a.yml publishes it in several places: x.io/a, x.io/b.',
      '--image',
    ],
  ])('nothing is guessed: %s', (_, looked, builds, message, option) => {
    const { faults } = chooseBuild(NOTHING_GIVEN, looked, builds)
    expect(faults).toMatchObject([{ severity: 'error', message, remedy: expect.stringContaining(option) }])
  })
})
