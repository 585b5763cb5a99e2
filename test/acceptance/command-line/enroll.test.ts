import { mkdir, readdir, readFile, symlink, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { afterAll, beforeEach, describe, expect, test } from 'vitest'
import { eachDue } from '../../support/full.js'
import { git } from '../../support/git.js'
import { runCli } from '../../support/run-action.js'
import { removeTempFolders, tempFolder } from '../../support/temp-folder.js'

const IMAGES = `# Ours, by hand.

- name: api # the first
  registry: ghcr.io
  repository: "acme/api"
  source:
      repo: acme/api
      workflow: 'build.yml'
# The end.
`

const WORKFLOW = `on:
  push:
  workflow_dispatch:
jobs:
  build:
    runs-on: ubuntu-latest
    steps:
      - id: meta
        uses: docker/metadata-action@v5
        with:
          images: ghcr.io/\${{ github.repository }}
      - uses: docker/build-push-action@v6
        with:
          push: true
          tags: \${{ steps.meta.outputs.tags }}
`

let state: string
let checkout: string

beforeEach(async () => {
  state = (await tempFolder('state')).path
  checkout = (await tempFolder('checkout')).path
  await writeFile(join(state, 'images.yaml'), IMAGES)
})
afterAll(removeTempFolders)

const enroll = (...args: string[]) => runCli(['enroll', '--state', state, ...args], { cwd: state })
const images = () => readFile(join(state, 'images.yaml'), 'utf8')

async function write(files: Readonly<Record<string, string>>): Promise<void> {
  for (const [path, text] of Object.entries(files)) {
    await mkdir(dirname(join(checkout, path)), { recursive: true })
    await writeFile(join(checkout, path), text)
  }
}

/** A clone of acme/web that builds ghcr.io/acme/web. */
async function clone(files: Readonly<Record<string, string>> = {}): Promise<void> {
  await git(checkout, ['init', '--quiet', '--initial-branch=main', '.'])
  await git(checkout, ['remote', 'add', 'origin', 'https://somebody:canary-secret@github.com/acme/web.git'])
  await write({ Dockerfile: 'FROM scratch\n', '.github/workflows/build.yml': WORKFLOW, ...files })
}

describe('from a local clone', () => {
  test('the entry is found, added, and every line that was there stays', async () => {
    await clone({ 'node_modules/x/Dockerfile': 'FROM scratch\n' })
    const run = await enroll(checkout)
    expect(run, run.stderr).toMatchObject({ code: 0, stderr: '' })
    expect(run.stdout).toContain('Added web to images.yaml:10\n')
    expect(run.stdout).toContain('source.dockerfile  the only Dockerfile in the checkout\n')
    expect(run.stdout).toContain('open a pull request')
    expect(await images()).toBe(
      IMAGES.replace(
        '# The end.\n',
        `
- name: web
  registry: ghcr.io
  repository: acme/web
  source:
      repo: acme/web
      dockerfile: Dockerfile
      workflow: build.yml
# The end.
`,
      ),
    )
    expect((await runCli(['validate', '--state', state], { cwd: state })).code).toBe(0)
    expect(await readdir(state)).toEqual(['images.yaml'])
    expect(run.stdout + run.stderr + (await images())).not.toContain('canary')
  })

  test('a second time it is refused, with the line of the first, and nothing is written', async () => {
    await clone()
    await enroll(checkout)
    const before = await images()
    const again = await enroll(checkout)
    expect(again.code).toBe(1)
    expect(again.stderr).toContain('error: web is enrolled already (images.yaml:10).')
    expect(again.stderr).not.toContain('is taken')
    expect(await images()).toBe(before)
  })

  test('--json says what was found and why; --dry-run writes nothing', async () => {
    await clone()
    const run = await enroll(checkout, '--json', '--dry-run', '--name', 'shop', '--rebuild-delay', '1d')
    expect(run.code, run.stderr).toBe(0)
    expect(JSON.parse(run.stdout)).toEqual({
      entry: {
        name: 'shop',
        registry: 'ghcr.io',
        repository: 'acme/web',
        source: { repo: 'acme/web', dockerfile: 'Dockerfile', workflow: 'build.yml' },
        rebuildDelay: '1d',
      },
      file: 'images.yaml',
      line: 10,
      written: false,
      proposed: {
        registry: 'where build.yml publishes it',
        repository: 'where build.yml publishes it',
        'source.repo': 'the remote of the checkout',
        'source.dockerfile': 'the only Dockerfile in the checkout',
        'source.workflow': 'builds this Dockerfile',
      },
      problems: [],
    })
    expect(await images()).toBe(IMAGES)
  })

  test('several candidates are named with the option that chooses', async () => {
    await clone({ 'worker/Dockerfile': 'FROM scratch\n', '.github/workflows/build.yml': 'on: push\njobs: {}\n' })
    const several = await enroll(checkout)
    expect(several.code).toBe(1)
    expect(several.stderr).toBe(
      'error: the checkout has several Dockerfiles: Dockerfile, worker/Dockerfile. Choose one with --dockerfile.\n',
    )
    const nowhere = await enroll(checkout, '--dockerfile', 'worker/Dockerfile')
    expect(nowhere.stderr).toContain('do not show where the image is published. Write it, for example --image')
    expect(await images()).toBe(IMAGES)
    const said = await enroll(checkout, '--dockerfile', 'worker/Dockerfile', '--image', 'ghcr.io/acme/worker')
    expect(said.code, said.stderr).toBe(0)
    expect(said.stderr).toContain('notice: without a workflow this image is never rebuilt.')
    expect(await images()).toContain('- name: worker\n')
  })

  test('what GitHub would refuse to start is said at once', async () => {
    const inputs = 'workflow_dispatch:\n    inputs:\n      version: {required: true}'
    await clone({ '.github/workflows/build.yml': WORKFLOW.replace('workflow_dispatch:', inputs) })
    const run = await enroll(checkout, '--dry-run')
    expect(run.code).toBe(0)
    expect(run.stderr).toContain('warning: build.yml requires the input "version"')
    const sent = await enroll(checkout, '--dry-run', '--input', 'version=1.10')
    expect(sent).toMatchObject({ code: 0, stderr: '' })
    expect(sent.stdout).toContain('version: "1.10"\n')
  })

  test('the branch is written where it is not the default one, also from a work tree of its own', async () => {
    await clone()
    const identity = ['-c', 'user.name=Somebody', '-c', 'user.email=somebody@example.com']
    await git(checkout, ['add', '--all'])
    await git(checkout, [...identity, 'commit', '--quiet', '--message', 'First'])
    await git(checkout, ['update-ref', 'refs/remotes/origin/main', 'HEAD'])
    await git(checkout, ['symbolic-ref', 'refs/remotes/origin/HEAD', 'refs/remotes/origin/main'])
    const tree = join((await tempFolder('tree')).path, 'release')
    await git(checkout, ['worktree', 'add', '--quiet', '-b', 'release/1.0', tree])
    const entryOf = async (folder: string) => JSON.parse((await enroll(folder, '--json', '--dry-run')).stdout)
    expect((await entryOf(checkout)).entry.source).not.toHaveProperty('branch')
    expect(await entryOf(tree)).toMatchObject({
      entry: { source: { repo: 'acme/web', branch: 'release/1.0' } },
      proposed: { 'source.branch': 'what is checked out, and not main' },
    })
  })

  test('links are not followed, and names cannot hide anything', async () => {
    await clone()
    const outside = (await tempFolder('outside')).path
    await writeFile(join(outside, 'Dockerfile'), 'FROM scratch\n')
    await symlink(outside, join(checkout, 'linked'))
    await symlink(join(outside, 'Dockerfile'), join(checkout, 'Dockerfile.linked'))
    expect((await enroll(checkout, '--dry-run')).code).toBe(0)
    await write({ 'Dockerfile.\u001b[2J\nerror: x': 'FROM scratch\n', '.github/workflows/build.yml': '' })
    const run = await enroll(checkout)
    expect(run.code).toBe(1)
    expect(run.stderr).not.toContain('\u001b')
    expect(run.stderr.trim().split('\n')).toHaveLength(1)
    expect(run.stderr).not.toContain('linked')
  })
})

describe('an image whose base images are named', () => {
  const BASE = ['--base', 'gcr.io/distroless/static:nonroot', '--base', 'node:22']

  test('needs no Dockerfile, and is enrolled with what is said', async () => {
    await clone({ Dockerfile: '', 'a/Dockerfile': '', '.github/workflows/build.yml': 'on: push\njobs: {}\n' })
    const run = await enroll(checkout, '--image', 'ghcr.io/acme/web', '--workflow', 'build.yml', ...BASE)
    expect(run.code, run.stderr).toBe(0)
    expect((await images()).split('\n').slice(9, -2)).toEqual([
      '- name: web',
      '  registry: ghcr.io',
      '  repository: acme/web',
      '  source:',
      '      repo: acme/web',
      '      workflow: build.yml',
      '  bases:',
      '      - gcr.io/distroless/static:nonroot',
      '      - node:22',
    ])
    expect(run.stderr).toContain('workflow_dispatch')
  })

  test('is refused where one of them is none', async () => {
    const before = await images()
    const run = await enroll('--image', 'ghcr.io/acme/web', '--repo', 'acme/web', '--base', 'scratch')
    expect(run.code).toBe(1)
    expect(run.stderr).toContain('scratch is not an image and never changes. Remove it from bases.')
    expect(await images()).toBe(before)
  })

  test('is what a clone without a Dockerfile may be', async () => {
    await git(checkout, ['init', '--quiet', '--initial-branch=main', '.'])
    await git(checkout, ['remote', 'add', 'origin', 'https://github.com/acme/web.git'])
    const run = await enroll(checkout, '--image', 'ghcr.io/acme/web')
    expect(run.code).toBe(1)
    expect(run.stderr).toContain('or list what the image is built on with --base')
  })
})

describe('from options only', () => {
  test('an image with its source, and an external one', async () => {
    const source = ['--repo', 'acme/site', '--workflow', 'site.yml', '--branch', 'on', '--auto-rebuild', 'false']
    expect((await enroll('--image', 'ghcr.io/acme/site', ...source)).code).toBe(0)
    const pg = await enroll('--image', 'postgres', '--name', 'pg')
    expect(pg.code).toBe(0)
    expect(pg.stdout).toContain('Derived:\n')
    expect(pg.stdout).toMatch(/ {2}registry +no registry given: docker\.io is assumed\n/)
    expect((await images()).split('\n').slice(9, -2)).toEqual([
      '- name: site',
      '  registry: ghcr.io',
      '  repository: acme/site',
      '  source:',
      '      repo: acme/site',
      '      branch: "on"',
      '      workflow: site.yml',
      '  autoRebuild: false',
      '',
      '- name: pg',
      '  registry: docker.io',
      '  repository: library/postgres',
    ])
  })

  test('a file that is not there is made, with the schema that editors complete by', async () => {
    const run = await enroll('--images', 'team/images.yaml', '--image', 'ghcr.io/acme/site')
    expect(run.code, run.stderr).toBe(0)
    const text = await readFile(join(state, 'team/images.yaml'), 'utf8')
    expect(text).toMatch(
      /^# yaml-language-server: \$schema=https:\/\/\S+\/schema\/images\.schema\.json\n\n- name: site\n/,
    )
  })

  eachDue<readonly [string, string, string[], string]>([
    [
      'a file that was wrong before',
      '- name: A\n',
      ['--image', 'ghcr.io/acme/web'],
      'images.yaml:1:9: error: name: "A" must be',
    ],
    [
      'an entry that is none',
      IMAGES,
      ['--image', 'ghcr.io/acme/web', '--rebuild-delay', '7'],
      'error: rebuildDelay: "7" is not a valid duration',
    ],
    ['an expression', IMAGES, ['--image', 'ghcr.io/acme/web', '--target', '${{ x }}'], 'which Kargo would evaluate'],
    ['a tag', IMAGES, ['--image', 'ghcr.io/acme/web:1'], 'Write --image ghcr.io/acme/web.'],
    [
      'both ways to say it',
      IMAGES,
      ['--image', 'ghcr.io/acme/web', '--registry', 'x.io'],
      '--image already sets registry and repository',
    ],
    ['nothing said', IMAGES, [], 'Write it, for example --image'],
    ['an input without a value', IMAGES, ['--image', 'ghcr.io/acme/web', '--input', 'x'], '--input must be NAME=VALUE'],
    ['a checkout that is not there', IMAGES, ['nowhere'], 'there is no folder'],
  ])('refused: %s; the file stays as it is', async (_, text, args, said) => {
    await writeFile(join(state, 'images.yaml'), text)
    const run = await enroll(...args)
    expect(run.code).toBe(1)
    expect(run.stderr).toContain(said)
    expect(await images()).toBe(text)
    expect(await readdir(state)).toEqual(['images.yaml'])
    const json = await enroll(...args, '--json')
    expect(JSON.parse(json.stdout)).toMatchObject({ refused: true })
  })

  test('a file that is not UTF-8, or is a link, is not touched', async () => {
    const bytes = Buffer.concat([Buffer.from(IMAGES), Buffer.from([0x23, 0xe9, 0x0a])])
    await writeFile(join(state, 'images.yaml'), bytes)
    const run = await enroll('--image', 'ghcr.io/acme/web')
    expect(run.stderr).toContain('images.yaml is not written in UTF-8.')
    expect(await readFile(join(state, 'images.yaml'))).toEqual(bytes)
    await symlink(join(state, 'images.yaml'), join(state, 'linked.yaml'))
    expect((await enroll('--images', 'linked.yaml', '--image', 'ghcr.io/acme/web')).code).toBe(1)
  })
})

test('a folder inside a clone: its Dockerfile counts, with the remote and workflows of the whole clone', async () => {
  await git(checkout, ['init', '--quiet', '--initial-branch=main'])
  await git(checkout, ['remote', 'add', 'origin', 'https://github.com/acme/shop.git'])
  const workflow = WORKFLOW.replace('push: true', 'push: true\n          file: services/cart/Dockerfile')
  await write({
    Dockerfile: 'FROM node:22\n',
    'services/cart/Dockerfile': 'FROM node:24\n',
    '.github/workflows/cart.yml': workflow,
  })
  const { code, stdout } = await enroll('--dry-run', join(checkout, 'services', 'cart'))
  expect(code).toBe(0)
  expect(stdout).toContain('repo: acme/shop')
  expect(stdout).toContain('dockerfile: services/cart/Dockerfile')
  expect(stdout).toContain('workflow: cart.yml')
})
