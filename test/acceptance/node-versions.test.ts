/** The bundle on every Node that is at hand: this one, the machine's own, and those that NODES names. */
import { spawnSync } from 'node:child_process'
import { existsSync, realpathSync } from 'node:fs'
import { cp, mkdir, readFile, writeFile } from 'node:fs/promises'
import { delimiter, join } from 'node:path'
import { afterAll, beforeEach, describe, expect, test } from 'vitest'
import { FULL } from '../support/full.js'
import { runCli } from '../support/run-action.js'
import { removeTempFolders, tempFolder } from '../support/temp-folder.js'
import {
  EXAMPLES,
  exampleImages,
  generated,
  ORDER_BOOK,
  pushRun,
  readTree,
  STATE,
  startFactory,
  stopFactory,
} from './factory.js'

/** Node's version by its path, each version once. */
function nodesAtHand(): [string, string][] {
  const program = process.platform === 'win32' ? 'node.exe' : 'node'
  // npm puts the Node of this project in front of the machine's own.
  const folders = (process.env.PATH ?? '').split(delimiter).filter((folder) => !folder.includes('node_modules'))
  const found = folders.map((folder) => join(folder, program)).find((path) => existsSync(path))
  const named = [process.env.BUNDLE_NODE, ...(process.env.NODES ?? '').split(delimiter), found]
  const paths = [process.execPath, ...named.filter((path) => path !== undefined && path !== '')] as string[]
  const versions = paths.map((path): [string, string] => [
    spawnSync(realpathSync(path), ['--version'], { encoding: 'utf8' }).stdout.trim(),
    path,
  ])
  return [...new Map(versions)]
}

let folder: string

beforeEach(async () => {
  folder = (await tempFolder('node')).path
})
afterAll(removeTempFolders)

describe.skipIf(!FULL).each(nodesAtHand())('Node %s', (version, nodePath) => {
  const cli = (...args: string[]) => runCli(args, { cwd: folder, nodePath })
  const examples = ['--state', join(EXAMPLES, 'state-repo'), '--sources', join(EXAMPLES, 'sources')]

  test('is one that package.json promises', async () => {
    const { engines } = JSON.parse(await readFile(join(EXAMPLES, '../package.json'), 'utf8')) as {
      engines: { node: string }
    }
    expect(Number(/^v(\d+)/.exec(version)?.[1])).toBeGreaterThanOrEqual(Number(engines.node.replace('>=', '')))
  })

  test('runs the whole job of the demo', async () => {
    const run = await cli('demo')
    expect(run, run.stderr).toMatchObject({ code: 0, stderr: '' })
    expect(run.stdout).toContain('Everything is up to date: no commit.')
  })

  test('finds the example as it is committed', async () => {
    expect(await cli('check', ...examples)).toEqual({
      code: 0,
      stdout: 'Generated files are up to date.\n',
      stderr: '',
    })
  })

  test('writes the same bytes as every other', async () => {
    const state = join(folder, 'state')
    await cp(join(EXAMPLES, 'state-repo'), state, { recursive: true })
    await writeFile(join(state, 'images.yaml'), (await exampleImages()) + ORDER_BOOK)
    const args = ['synth', '--state', state, '--sources', join(EXAMPLES, 'sources')]
    const env = { SOURCE_DATE_EPOCH: '1780000000' }
    expect((await runCli(args, { cwd: folder, nodePath, env })).code).toBe(0)
    const tree = await readTree(state)
    await cp(join(EXAMPLES, 'state-repo/images'), join(state, 'images'), { recursive: true })
    const again = await runCli(args, { cwd: folder, nodePath: process.execPath, env })
    expect(again.code, again.stderr).toBe(0)
    expect(await readTree(state)).toEqual(tree)
  })

  test('answers every other command', async () => {
    await mkdir(join(folder, 'new'))
    await writeFile(join(folder, 'Dockerfile'), 'FROM node:22\n')
    await mkdir(join(folder, 'sources/acme/web'), { recursive: true })
    await writeFile(join(folder, 'sources/acme/web/Dockerfile'), 'FROM node:22\n')
    const calls: [number, ...string[]][] = [
      [0, 'validate', ...examples],
      [0, 'diff', ...examples],
      [0, 'discover', ...examples],
      [0, 'explain', 'uv', ...examples],
      [0, 'graph', ...examples],
      [0, 'schema'],
      [0, 'bases', 'Dockerfile', '--json'],
      [0, 'init', '--state', 'new', '--repository', 'acme/state'],
      [0, 'enroll', '--state', 'new', '--image', 'ghcr.io/acme/web', '--repo', 'acme/web'],
      [2, 'check', '--state', 'new', '--sources', 'sources'],
      [1, 'nonsense'],
    ]
    for (const [code, ...args] of calls) {
      const run = await cli(...args)
      expect(run.code, `${args.join(' ')}\n${run.stdout}${run.stderr}`).toBe(code)
    }
  })

  test('runs the action: a push commits', async () => {
    const fake = await startFactory()
    try {
      const run = await pushRun(fake, { nodePath })
      expect(run.code, run.stdout + run.stderr).toBe(0)
      expect(generated(await fake.readFiles(STATE, 'main'))).toHaveLength(23)
      const push = await pushRun(fake, { nodePath, runId: 1002, inputs: { 'commit-method': 'push' } })
      expect(push.outputs.get('changed')).toBe('false')
    } finally {
      await stopFactory(fake)
    }
  })
})
