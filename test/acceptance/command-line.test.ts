import { cp, mkdir, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeEach, describe, expect, test } from 'vitest'
import { takingTurns } from '../support/full.js'
import { kargoSchemasFolder, loadKargoSchemas, readObjects, WHY_SKIPPED } from '../support/kargo-schemas.js'
import { runProcess } from '../support/processes.js'
import { BUNDLE, runCli } from '../support/run-action.js'
import { removeTempFolders, tempFolder } from '../support/temp-folder.js'
import { EXAMPLES, REFERENCE_STATE, readTree } from './factory.js'

const SOURCES = join(EXAMPLES, 'sources')

/** More of what a command says, or leaves alone. */
const turn = takingTurns()

let state: string

beforeEach(async () => {
  state = (await tempFolder('state')).path
  await cp(REFERENCE_STATE, state, { recursive: true })
})
afterAll(removeTempFolders)

const cli = (...args: string[]) => runCli(args, { cwd: state })
const onState = (command: string, ...args: string[]) => cli(command, '--state', state, '--sources', SOURCES, ...args)

describe('the reference state repository', () => {
  test('is synthesized whole; a second run changes no byte', async () => {
    const first = await onState('synth')
    expect(first).toMatchObject({ code: 0 })
    expect((await readdir(join(state, 'dist'))).sort()).toEqual([
      'base-bitnami-kubectl-1.31.k8s.yaml',
      'base-codercom-code-server-4.96.4-bookworm.k8s.yaml',
      'base-distroless-python3-debian12-latest.k8s.yaml',
      'base-mcr.microsoft.com-playwright-v1.40.0-focal.k8s.yaml',
      'base-node-22-bookworm-slim.k8s.yaml',
      'base-python-3.12-slim.k8s.yaml',
      'image-backstage.k8s.yaml',
      'image-code-server-dev.k8s.yaml',
      'image-e2e-test-runner.k8s.yaml',
      'image-factory.k8s.yaml',
      'image-metrics-service.k8s.yaml',
      'image-uv.k8s.yaml',
    ])
    const tree = await readTree(state)
    expect(tree['images/uv.yaml']).toContain('currentVersion: 0.1.0')
    expect(tree['images/uv.yaml']).toContain("enrolledAt: '2025-12-29T19:25:06.843704+00:00'")
    const second = await onState('synth')
    expect(second.code).toBe(0)
    expect(second.stdout).toContain('Nothing to write')
    expect(await readTree(state)).toEqual(tree)
  })

  test('check: 2 before, 0 after, 2 again after an edit of images.yaml, a manifest, or an untracked one', async () => {
    const stale = await onState('check')
    expect(stale.code).toBe(2)
    expect(stale.stdout).toContain(`Update them with: node ${BUNDLE} synth --state ${state} --sources ${SOURCES}`)
    await onState('synth')
    expect((await onState('check')).code).toBe(0)

    const images = await readFile(join(state, 'images.yaml'), 'utf8')
    await writeFile(join(state, 'images.yaml'), images.replace('rebuildDelay: 7d', 'rebuildDelay: 8d'))
    expect((await onState('check')).code).toBe(2)
    await writeFile(join(state, 'images.yaml'), images)

    const manifest = join(state, 'dist/image-uv.k8s.yaml')
    const text = await readFile(manifest, 'utf8')
    await writeFile(manifest, text.replace('604800', '1'))
    expect((await onState('check')).code).toBe(2)
    await writeFile(manifest, text)

    await writeFile(join(state, 'dist/image-old.k8s.yaml'), text.replaceAll('uv', 'old'))
    const untracked = await onState('check')
    expect(untracked.code).toBe(2)
    expect(untracked.stdout).toContain('dist/image-old.k8s.yaml')
  })

  turn()('check writes nothing', async () => {
    const tree = await readTree(state)
    await onState('check')
    await onState('diff')
    await onState('validate')
    await onState('discover')
    expect(await readTree(state)).toEqual(tree)
  })

  turn()('diff shows resources and lines; --json the same as data', async () => {
    await onState('synth')
    const images = await readFile(join(state, 'images.yaml'), 'utf8')
    await writeFile(join(state, 'images.yaml'), images.replace('rebuildDelay: 7d ', 'rebuildDelay: 9d '))
    const diff = await onState('diff')
    expect(diff.code).toBe(0)
    expect(diff.stdout).toContain('rebuild-trigger-backstage')
    expect(diff.stdout).toMatch(/^\+.*value: "777600"$/m)
    const [effect, end] = [
      'backstage is rebuilt less often, at most once per 9d (rebuildDelay 7d → 9d).',
      '1 resource changed',
    ]
    for (const { stdout } of [diff, await onState('diff', '--stat')])
      expect(stdout.indexOf(end)).toBeGreaterThan(stdout.indexOf(effect))
    expect((await onState('diff', '--stat')).stdout).toMatch(new RegExp(`^${effect.slice(0, 20)}`))
    const { stdout: comment } = await onState('diff', '--markdown')
    expect(comment).toMatch(/^<!-- image-factory:report id=default sha= run=0 attempt=0 -->\n## /)
    expect(comment).toContain('**`backstage` is rebuilt less often, at most once per 9d** (`rebuildDelay` 7d → 9d).')
    expect((await onState('diff', '--stat', '--markdown')).code).toBe(1)
    const json = JSON.parse((await onState('diff', '--json')).stdout)
    expect(json).toMatchObject({
      refused: false,
      changed: true,
      added: 0,
      modified: 1,
      removed: 0,
      images: 5,
      baseImages: 6,
    })
    expect(json.resources).toEqual([
      {
        change: 'modified',
        apiVersion: 'kargo.akuity.io/v1alpha1',
        kind: 'Stage',
        namespace: 'image-factory',
        name: 'rebuild-trigger-backstage',
        file: 'dist/image-backstage.k8s.yaml',
      },
    ])
  })

  turn()('what fails shows no differences, and its errors last', async () => {
    await onState('synth')
    const images = await readFile(join(state, 'images.yaml'), 'utf8')
    await writeFile(join(state, 'images.yaml'), images.split('- name: uv')[0] ?? '')
    for (const command of ['synth', 'check']) {
      const run = await onState(command, '--max-deletions', '0')
      expect(run.code).toBe(1)
      expect(run.stdout).not.toContain('@@')
      expect(run.stdout).toMatch(/\n❌ Failed with 1 error: nothing was written[^\n]*\n$/)
      expect(run.stderr.trimEnd().split('\n').at(-1)).toMatch(/^(?:[^:]+: )?error: /)
    }
  })

  test.skipIf(kargoSchemasFolder === null)(`gives objects that Kargo's schemas accept${WHY_SKIPPED}`, async () => {
    await onState('synth')
    const schemas = await loadKargoSchemas(kargoSchemasFolder ?? '')
    let objects = 0
    for (const name of await readdir(join(state, 'dist'))) {
      for (const object of readObjects(await readFile(join(state, 'dist', name), 'utf8'))) {
        expect(schemas.faultsOf(object), name).toEqual([])
        objects += 1
      }
    }
    expect(objects).toBe(39)
  })
})

describe('what is not ours', () => {
  turn()('stays: files without our header are neither deleted nor written over', async () => {
    await mkdir(join(state, 'dist'))
    await writeFile(join(state, 'dist/mine.yaml'), 'kind: ConfigMap\n')
    expect((await onState('synth')).code).toBe(0)
    expect(await readFile(join(state, 'dist/mine.yaml'), 'utf8')).toBe('kind: ConfigMap\n')
    await writeFile(join(state, 'dist/image-uv.k8s.yaml'), 'kind: ConfigMap\n')
    const refused = await onState('synth')
    expect(refused.code).toBe(1)
    expect(`${refused.stdout}${refused.stderr}`).toContain('dist/image-uv.k8s.yaml is to be written and is not ours')
    expect(await readFile(join(state, 'dist/image-uv.k8s.yaml'), 'utf8')).toBe('kind: ConfigMap\n')
  })

  turn()('is not reached through links', async () => {
    const outside = (await tempFolder('outside')).path
    await writeFile(join(outside, 'secret.yaml'), 'canary-secret: 1\n')
    await symlink(outside, join(state, 'dist'))
    const run = await onState('synth')
    expect(run.code).toBe(1)
    expect(await readdir(outside)).toEqual(['secret.yaml'])
    await rm(join(state, 'dist'))
    await mkdir(join(state, 'dist'))
    await symlink(join(outside, 'secret.yaml'), join(state, 'dist/image-uv.k8s.yaml'))
    const diff = await onState('diff')
    expect(diff.code).toBe(1)
    expect(diff.stdout + diff.stderr).not.toContain('canary-secret')
  })
})

describe('validate', () => {
  test('says that a good file is good', async () => {
    const run = await cli('validate', '--state', state)
    expect(run).toMatchObject({ code: 0, stdout: 'images.yaml is valid: 5 images.\n' })
  })

  test('shows every problem with its place, as text and as JSON', async () => {
    await writeFile(join(state, 'images.yaml'), '- name: A\n  registri: ghcr.io\n- name: b\n')
    const run = await cli('validate', '--state', state)
    expect(run.code).toBe(1)
    expect(run.stderr.split('\n').slice(0, 2)).toEqual([
      expect.stringMatching(/^images\.yaml:1:9: error: name: "A" must be /),
      'images.yaml:2:3: error: unknown key "registri". Did you mean registry?',
    ])
    const json = JSON.parse((await cli('validate', '--state', state, '--json')).stdout)
    expect(json.valid).toBe(false)
    expect(json.problems).toHaveLength(3)
    expect(json.problems[1]).toMatchObject({ severity: 'error', file: 'images.yaml', line: 2, column: 3 })
    const synth = await onState('synth')
    expect(synth.code).toBe(1)
    expect((await readdir(state)).sort()).toEqual(['base-images', 'images', 'images.yaml'])
  })

  test('finds the state by the environment, and says when there is none', async () => {
    const elsewhere = (await tempFolder('elsewhere')).path
    const run = await runCli(['validate'], { cwd: elsewhere, env: { IMAGE_FACTORY_STATE_DIR: state } })
    expect(run.code).toBe(0)
    const missing = await runCli(['validate'], { cwd: elsewhere })
    expect(missing.code).toBe(1)
    expect(missing.stderr).toContain('there is no images.yaml')
  })
})

describe('bases', () => {
  test('prints what BuildKit would pull, by arguments, target and platform', async () => {
    const dockerfile = join(state, 'Dockerfile')
    await writeFile(
      dockerfile,
      'ARG V=3.19\nFROM alpine:$V AS a\nFROM --platform=$TARGETPLATFORM node AS b\nCOPY --from=a / /\n',
    )
    const json = async (...args: string[]) => JSON.parse((await cli('bases', dockerfile, '--json', ...args)).stdout)
    const all = await json('--platform', 'linux/arm64')
    expect(all).toMatchObject({ syntax: null, problems: [] })
    expect(all.images).toMatchObject([
      { ref: 'docker.io/library/alpine:3.19', kind: 'from', stage: 'a', line: 2, reachable: true },
      {
        ref: 'docker.io/library/node:latest',
        kind: 'from',
        stage: 'b',
        line: 3,
        reachable: true,
        platform: 'linux/arm64',
      },
    ])
    const target = await json('--target', 'a', '--build-arg', 'V=edge')
    expect(target.images).toMatchObject([
      { ref: 'docker.io/library/alpine:edge', reachable: true },
      { ref: 'docker.io/library/node:latest', reachable: false },
    ])
  })

  test('refuses what BuildKit refuses', async () => {
    const dockerfile = join(state, 'Dockerfile')
    await writeFile(dockerfile, 'FROM alpine\nFORM debian\n')
    const run = await cli('bases', dockerfile, '--json')
    expect(run.code).toBe(1)
    expect(JSON.parse(run.stdout)).toEqual({ error: { message: expect.stringContaining('FORM'), line: 2 } })
  })
})

test('discover says which image is built on what', async () => {
  const run = await onState('discover', 'uv', '--json')
  expect(run.code).toBe(0)
  expect(JSON.parse(run.stdout).images).toMatchObject([
    {
      name: 'uv',
      status: 'found',
      bases: [
        { ref: 'docker.io/library/python:3.12-slim', kind: 'from', line: 2 },
        { ref: 'gcr.io/distroless/python3-debian12:latest', kind: 'from', line: 8 },
      ],
    },
  ])
  expect((await onState('discover', 'nobody')).code).toBe(1)
})

test('discover marks what is pulled only if the build passes something else', async () => {
  const { path: folder } = await tempFolder()
  await mkdir(join(folder, 'sources/acme/app'), { recursive: true })
  await writeFile(join(folder, 'sources/acme/app/Dockerfile'), 'FROM alpine:3 AS small\nFROM debian:12 AS large\n')
  const entry = 'registry: ghcr.io, repository: acme/app, source: {repo: acme/app, branch: main}'
  await writeFile(join(folder, 'images.yaml'), `- {name: app, ${entry}}\n`)
  const discover = (...options: string[]) =>
    cli('discover', '--state', folder, '--sources', join(folder, 'sources'), ...options)
  const { images, problems } = JSON.parse((await discover('--json')).stdout)
  expect(images[0].bases.map(({ ref, assumed }: Record<string, unknown>) => [ref, assumed])).toEqual([
    ['docker.io/library/alpine:3', true],
    ['docker.io/library/debian:12', undefined],
  ])
  const remedies = problems.map(({ remedy }: { remedy: string }) => remedy)
  expect(remedies).toContainEqual(expect.stringContaining('`build: {target: large}`'))
  const { stdout } = await discover()
  expect(stdout).toContain('docker.io/library/alpine:3 (assumed) ')
  expect(stdout).not.toContain('debian:12 (assumed)')
})

test('--help names every command; an unknown one is an error with a suggestion', async () => {
  const help = await cli('--help')
  expect(help.code).toBe(0)
  for (const command of ['validate', 'bases', 'discover', 'synth', 'diff', 'check', 'demo']) {
    expect(help.stdout).toContain(`  ${command} `)
  }
  const unknown = await cli('synht')
  expect(unknown.code).toBe(1)
  expect(unknown.stderr).toContain('Did you mean synth?')
})

test.skipIf(process.platform === 'win32')('a reader that stops reading gets no stack of errors', async () => {
  const command = `"${process.execPath}" "${BUNDLE}" schema | head -n 1`
  const env = { PATH: process.env.PATH ?? '' }
  const run = await runProcess('bash', ['--norc', '-o', 'pipefail', '-c', `${command}; echo "$?"`], { cwd: state, env })
  expect(run.stderr.toString()).toBe('')
  expect(run.stdout.toString()).toBe('{\n0\n')
})

test('says its version, and helps with a command', async () => {
  const { version } = JSON.parse(await readFile(new URL('../../package.json', import.meta.url), 'utf8')) as {
    version: string
  }
  expect((await runCli(['--version'], { cwd: state })).stdout).toBe(`${version}\n`)
  const help = await runCli(['help', 'rebuild'], { cwd: state })
  expect(help.code).toBe(0)
  expect(help.stdout).toContain('--all-stale')
  expect((await runCli(['help', 'rebuilt'], { cwd: state })).code).toBe(1)
})

test.skipIf(process.platform === 'win32')('completes commands and options in bash', async () => {
  const script = (await runCli(['completion', 'bash'], { cwd: state })).stdout
  const complete = async (...words: readonly string[]) => {
    const line = `COMP_WORDS=(image-factory ${words.join(' ')}); COMP_CWORD=${words.length}; _image_factory; echo "\${COMPREPLY[*]}"`
    const run = await runProcess('bash', ['--norc', '-c', `${script}\n${line}`], {
      cwd: state,
      env: { PATH: process.env.PATH ?? '' },
    })
    return run.stdout.toString().trim()
  }
  expect(await complete('exp')).toBe('explain')
  expect(await complete('rebuild', '--all')).toBe('--all-stale')
  expect(await complete('schema', '--all')).toBe('')
  const other = await runCli(['completion', 'tcsh'], { cwd: state })
  expect([other.code, other.stderr]).toEqual([1, expect.stringContaining('Write one of bash, zsh, fish.')])
})

turn()('the demo does the whole job and ends with a commit on its remote', async () => {
  const run = await runCli(['demo'], { cwd: state })
  expect(run.code, run.stderr).toBe(0)
  expect(run.stdout).toContain('## 🏭 Image Factory')
  expect(run.stdout).toContain(
    '**`order-book` joins the factory.** [`order-book.yml`](https://github.com/craigedmunds/market-making/blob/main/',
  )
  expect(run.stdout).toMatch(/[0-9a-f]{7,} github-actions\[bot\]: chore: update image factory state and manifests/)
  expect(run.stdout).toContain('dist/image-order-book.k8s.yaml')
  expect(run.stdout).toContain('Everything is up to date: no commit.')
  expect(run.stdout).toContain('**1 build started**: [`web`]')
  expect(run.stdout).toContain('Up to date: it is built on the current digest of each of its base images.')
})

test('the example is what this version generates', async () => {
  const copy = (await tempFolder('example')).path
  await cp(join(EXAMPLES, 'state-repo'), copy, { recursive: true })
  const run = await runCli(['check', '--state', copy, '--sources', SOURCES], { cwd: copy })
  expect(run.code, run.stdout).toBe(0)
})
