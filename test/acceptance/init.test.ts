/** `init` as a person runs it: what it writes, what it refuses, what it asks. */
import { spawnSync } from 'node:child_process'
import { cp, mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeEach, describe, expect, test } from 'vitest'
import { eachDue, takingTurns } from '../support/full.js'
import { git } from '../support/git.js'
import { BUNDLE, runCli } from '../support/run-action.js'
import { removeTempFolders, tempFolder } from '../support/temp-folder.js'
import { EXAMPLES, readTree } from './factory.js'

const FILES = ['.gitattributes', '.github/workflows/synth.yml', 'CODEOWNERS', 'README.md', 'images.yaml']
const IMAGE = ['--image', 'ghcr.io/acme/web', '--repo', 'acme/web', '--workflow', 'build.yml']
const SOURCE_WORKFLOW = '.github/workflows/build.yml'

let folder: string
let state: string

beforeEach(async () => {
  folder = (await tempFolder('init')).path
  state = join(folder, 'state')
})
afterAll(removeTempFolders)

const cli = (...args: string[]) => runCli(args, { cwd: folder })
const init = (...args: string[]) => cli('init', '--state', state, '--repository', 'acme/state', ...args)

/** Sources in which acme/web is the example of a source repository. */
async function sources(): Promise<string> {
  const root = join(folder, 'sources')
  await cp(join(EXAMPLES, 'app-repo'), join(root, 'acme/web'), { recursive: true })
  return root
}

describe('init', () => {
  test('writes a state repository that is valid and can be synthesized at once', async () => {
    const run = await init(...IMAGE)
    expect(run, run.stderr).toMatchObject({ code: 0, stderr: '' })
    expect(Object.keys(await readTree(state))).toEqual(FILES)
    expect(run.stdout).toContain('images.yaml\n')
    expect(run.stdout).toContain('\nNext:\n  1. ')
    const validated = await cli('validate', '--state', state)
    expect(validated).toMatchObject({ code: 0, stdout: 'images.yaml is valid: 1 image.\n', stderr: '' })
    const synth = await cli('synth', '--state', state, '--sources', await sources())
    expect(synth.code, synth.stderr + synth.stdout).toBe(0)
    expect(await readFile(join(state, 'dist/image-web.k8s.yaml'), 'utf8')).toContain('name: rebuild-trigger-web')
    // The source is watched, and its changes start the workflow that init wrote.
    const source = await readFile(join(state, 'dist/source-acme-web.k8s.yaml'), 'utf8')
    expect(source).toContain('https://api.github.com/repos/acme/state/actions/workflows/synth.yml')
    expect((await cli('check', '--state', state, '--sources', await sources())).code).toBe(0)
  })

  test('without an image leaves that to enroll, which it names', async () => {
    const run = await init()
    expect(run.code, run.stderr).toBe(0)
    expect(run.stdout).toContain(`enroll --state ${state} CHECKOUT`)
    expect((await cli('validate', '--state', state)).stderr).toContain('error: no image is enrolled.')
    const enrolled = await cli('enroll', '--state', state, ...IMAGE)
    expect(enrolled.code, enrolled.stderr).toBe(0)
    expect((await cli('validate', '--state', state)).code).toBe(0)
  })

  test('looks at a local clone as enroll does', async () => {
    const clone = join(await sources(), 'acme/web')
    await git(clone, ['init', '--quiet', '.'])
    await git(clone, ['remote', 'add', 'origin', 'https://github.com/acme/web.git'])
    const run = await init(clone, '--json')
    expect(run.code, run.stdout).toBe(0)
    expect(JSON.parse(run.stdout)).toMatchObject({
      state,
      written: ['images.yaml', '.github/workflows/synth.yml', 'CODEOWNERS', '.gitattributes', 'README.md'],
      kept: [],
      repository: 'acme/state',
      branch: 'main',
      namespace: 'image-factory',
      owners: ['@acme'],
      entry: { name: 'web', source: { repo: 'acme/web', dockerfile: 'Dockerfile', workflow: 'build.yml' } },
    })
  })

  test('takes repository and branch from the remote of the folder', async () => {
    await mkdir(state)
    await git(state, ['init', '--quiet', '--initial-branch=trunk', '.'])
    await git(state, ['remote', 'add', 'origin', 'git@github.com:acme/factory.git'])
    const run = await cli('init', '--state', state, '--json')
    expect(JSON.parse(run.stdout)).toMatchObject({ repository: 'acme/factory', branch: 'trunk', entry: null })
    expect(await readFile(join(state, SOURCE_WORKFLOW.replace('build', 'synth')), 'utf8')).toContain('[trunk]')
  })
})

describe('what is there already', () => {
  test('is not written over: all of it is named, and nothing is written', async () => {
    await mkdir(join(state, '.github/workflows'), { recursive: true })
    await writeFile(join(state, 'readme.md'), 'mine\n')
    await writeFile(join(state, 'images.yaml'), '[]\n')
    const before = await readTree(state)
    const run = await init(...IMAGE)
    expect(run.code).toBe(1)
    // A file system that takes README.md for readme.md would lose it.
    expect(run.stderr).toContain('error: images.yaml, readme.md already exist: nothing was written.')
    expect(await readTree(state)).toEqual(before)
    const input = JSON.parse((await init(...IMAGE, '--json')).stdout)
    expect(input).toMatchObject({ refused: true, problems: [{ message: expect.stringContaining('readme.md') }] })
  })

  test('is kept with --keep, which writes the others', async () => {
    await mkdir(state)
    await writeFile(join(state, 'README.md'), 'mine\n')
    const run = await init(...IMAGE, '--keep')
    expect(run.code, run.stderr).toBe(0)
    expect(run.stdout).toContain('\nKept as they were:\n  README.md\n')
    const tree = await readTree(state)
    expect(Object.keys(tree)).toEqual(FILES)
    expect(tree['README.md']).toBe('mine\n')
  })

  test('and is what would be written: a second time says so, and is good; line ends do not count', async () => {
    await init(...IMAGE)
    const file = join(state, 'README.md')
    await writeFile(file, (await readFile(file, 'utf8')).replaceAll('\n', '\r\n'))
    const before = await readTree(state)
    const again = await init(...IMAGE)
    expect(again).toMatchObject({ code: 0, stderr: '' })
    expect(again.stdout).toBe(`All 5 files are in ${state} already: nothing was written.\n`)
    expect(await readTree(state)).toEqual(before)
  })
})

describe('init refuses', () => {
  eachDue<readonly [string[], string]>([
    [['--repository', 'acme'], '--repository must be OWNER/REPO, not "acme".'],
    [['--namespace', 'Image_Factory'], '--namespace must be lower-case letters, digits and dashes'],
    [['--branch', 'a..b'], '--branch must be the name of a branch'],
    [['--owner', 'acme'], '--owner must be @USER'],
    [['--image', 'ghcr.io/acme/web:1'], 'Write --image ghcr.io/acme/web.'],
    [['--image', 'ghcr.io/acme/web', '--workflow', '../x.yml'], 'source.workflow'],
    [['--output', '..'], '--output must be a path below the state folder'],
  ])('%j', async (args, expected) => {
    const run = await init(...args)
    expect(run.code).toBe(1)
    expect(run.stderr).toContain(expected)
    expect(await readTree(folder)).toEqual({})
  })

  test('a folder that does not say which repository it is', async () => {
    const run = await cli('init', '--state', state)
    expect(run.code).toBe(1)
    expect(run.stderr).toContain('Write --repository OWNER/REPO.')
  })

  test('a folder inside another repository, where GitHub would never see the workflow', async () => {
    await git(folder, ['init', '--quiet', '.'])
    const run = await init(...IMAGE)
    expect(run.code).toBe(1)
    expect(run.stderr).toContain(`is inside the repository ${folder}, and GitHub reads workflows at its top only.`)
    expect(run.stderr).toContain(`git init ${state}`)
  })
})

describe('the action that the workflow names', () => {
  const turn = takingTurns()

  /** A clone of this action at a commit of its own. */
  async function clone(remote: string) {
    const root = join(folder, 'action')
    await mkdir(join(root, 'dist'), { recursive: true })
    await cp(BUNDLE, join(root, 'dist/index.js'))
    await writeFile(join(root, 'package.json'), '{"type":"module"}\n')
    await git(root, ['init', '--quiet', '--initial-branch=main', '.'])
    await git(root, ['remote', 'add', 'origin', remote])
    await git(root, ['add', '--all'])
    await git(root, ['commit', '--quiet', '--message', 'One'])
    const head = await git(root, ['rev-parse', 'HEAD'])
    const uses = async () => {
      const run = await runCli(['init', '--state', state, '--repository', 'acme/state'], {
        cwd: folder,
        bundle: join(root, 'dist/index.js'),
      })
      expect(run.code, run.stderr).toBe(0)
      return /uses: craigedmunds\/image-factory-action@(.*)/.exec((await readTree(state))[SYNTH] ?? '')?.[1]
    }
    return { root, head, uses }
  }
  const SYNTH = '.github/workflows/synth.yml'
  const ORIGIN = 'https://github.com/craigedmunds/image-factory-action.git'

  turn()('is the commit that init was run from, where its remote has it', async () => {
    const { root, head, uses } = await clone(ORIGIN)
    await git(root, ['update-ref', 'refs/remotes/origin/main', head])
    expect(await uses()).toBe(`${head} # main`)
  })

  turn()('is called by its version, where the commit has one', async () => {
    const { root, head, uses } = await clone(ORIGIN)
    await git(root, ['update-ref', 'refs/remotes/origin/main', head])
    for (const tag of ['v1', 'v1.2.3']) await git(root, ['tag', tag])
    expect(await uses()).toBe(`${head} # v1.2.3`)
  })

  eachDue([
    ['a commit that only this machine has', ORIGIN],
    ['a fork', 'https://github.com/somebody/image-factory-action.git'],
  ])('is a published one for %s', async (what, remote) => {
    const { root, head, uses } = await clone(remote)
    if (what === 'a fork') await git(root, ['update-ref', 'refs/remotes/origin/main', head])
    const used = await uses()
    expect(used).toMatch(/^[0-9a-f]{40} # /)
    expect(used).not.toContain(head)
  })
})

const hasScript = spawnSync('script', ['--version']).status === 0

describe.skipIf(!hasScript)('on a terminal', () => {
  /** Types into a terminal of `script` (util-linux). */
  function type(lines: string) {
    const command = `${process.execPath} ${BUNDLE} init --state ${state}`
    const env = { PATH: process.env.PATH, HOME: folder, TERM: 'dumb' }
    return spawnSync('script', ['-qec', command, '/dev/null'], { cwd: folder, env, input: lines, encoding: 'utf8' })
  }

  test('it asks for what nobody said', async () => {
    const run = type('nonsense\nacme/state\n\n@acme/platform\nghcr.io/acme/web\n\n\n\n')
    expect(run.status, run.stdout).toBe(0)
    expect(run.stdout).toContain('It must be OWNER/REPO.')
    const tree = await readTree(state)
    expect(tree.CODEOWNERS).toMatch(/^\* @acme\/platform$/m)
    expect(tree['images.yaml']).toContain('workflow: build.yml')
    expect((await cli('validate', '--state', state)).code).toBe(0)
  })

  test('it writes nothing when the person leaves', async () => {
    const run = type('acme/state\n')
    expect(run.status).toBe(1)
    expect(run.stdout).toContain('the questions were not answered: nothing was written.')
    expect(await readTree(folder)).toEqual({})
  })
})
