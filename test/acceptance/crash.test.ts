/**
 * Killed at every step it takes (at one in eight where not everything is tested), a run leaves each file as it was or as it shall be, and the branch with the old commit
 * or with the whole new one. The next run ends where an undisturbed one would have.
 */
import { cp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, describe, expect, test } from 'vitest'
import { checkout } from '../support/checkout.js'
import { eventPayloads } from '../support/events.js'
import type { FakeGitHub } from '../support/fake-github.js'
import { isDue } from '../support/full.js'
import { git } from '../support/git.js'
import { runAction, runCli } from '../support/run-action.js'
import { removeTempFolders, tempFolder } from '../support/temp-folder.js'
import { generated, readTree, STATE, startFactory, stopFactory } from './factory.js'

afterAll(removeTempFolders)

/** Dozens of runs in one test. */
const LONG = 600_000

const PRELOAD = fileURLToPath(new URL('../support/crash-at.cjs', import.meta.url))
const CLOCK = { SOURCE_DATE_EPOCH: '1767225600' }

/** An enrolled image of the example's sources. */
const image = (name: string, dockerfile: string, more = '') => `- name: ${name}
  registry: ghcr.io
  repository: acme/${name}
  source: {repo: craigedmunds/argocd-eda, branch: main, dockerfile: ${dockerfile}, workflow: uv.yml}
${more}`
const UV = 'apps/uv/Dockerfile'
const E2E = 'apps/e2e-test-runner/Dockerfile'

interface Watched {
  readonly env: Readonly<Record<string, string>>
  readonly steps: () => Promise<readonly string[]>
}

/** The environment in which a run is watched, and ends at a step where one is named. */
async function watched(at?: number): Promise<Watched> {
  const log = join((await tempFolder('steps')).path, 'log')
  const crash = at === undefined ? {} : { CRASH_AT: String(at) }
  const env = { ...CLOCK, ...crash, NODE_OPTIONS: `--require=${PRELOAD}`, CRASH_LOG: log }
  return { env, steps: async () => (await readFile(log, 'utf8')).trimEnd().split('\n') }
}

describe('the command line, killed at each step', () => {
  const before = image('first', UV, '  rebuildDelay: 1d\n') + image('second', E2E)
  const after = image('first', UV, '  rebuildDelay: 2d\n') + image('third', UV)
  const sources = fileURLToPath(new URL('../../examples/sources', import.meta.url))

  const synth = (state: string, env: Readonly<Record<string, string>>) =>
    runCli(['synth', '--state', state, '--sources', sources], { cwd: state, env: { ...CLOCK, ...env } })

  /** A factory that is up to date with one images.yaml, and has another now. */
  async function prepare(): Promise<string> {
    const { path } = await tempFolder('crash')
    await writeFile(join(path, 'images.yaml'), before)
    expect((await synth(path, {})).code).toBe(0)
    await writeFile(join(path, 'images.yaml'), after)
    return path
  }

  test(
    'every file is the old one or the new one, and the next run mends the rest',
    async () => {
      const start = await prepare()
      const old = await readTree(start)
      const undisturbed = join((await tempFolder('undisturbed')).path, 'state')
      await cp(start, undisturbed, { recursive: true })
      const { env, steps } = await watched()
      const run = await synth(undisturbed, env)
      expect(run.code, run.stdout + run.stderr).toBe(0)
      const wanted = await readTree(undisturbed)
      const names = await steps()
      // Something of every kind happens: files are changed, added, moved to the archive, deleted.
      expect(new Set(names)).toEqual(
        new Set(['mkdirSync', 'renameSync', 'rmSync', 'writeFileSync', 'writeFileSync, half']),
      )
      const hurt: string[] = []
      const crash = async (at: number) => {
        const state = join((await tempFolder('killed')).path, 'state')
        await cp(start, state, { recursive: true })
        await expect(synth(state, (await watched(at)).env)).rejects.toThrow('SIGKILL')
        const left = await readTree(state)
        for (const [path, text] of Object.entries(left)) {
          const isWhole = text === old[path] || text === wanted[path]
          if (!isWhole && !/\/\.image-factory-[^/]*\.tmp$/.test(path)) hurt.push(`${at} ${names[at - 1]}: ${path}`)
        }
        for (const path of Object.keys(old)) {
          if (!(path in left) && path in wanted) hurt.push(`${at} ${names[at - 1]}: ${path} is gone`)
        }
        expect((await synth(state, {})).code).toBe(0)
        expect(await readTree(state), `after step ${at}, ${names[at - 1]}`).toEqual(wanted)
        await rm(state, { recursive: true })
      }
      const chosen = names.flatMap((_, index) => (isDue(index, 16) ? [index + 1] : []))
      while (chosen.length > 0) await Promise.all(chosen.splice(0, 2).map(crash))
      expect(hurt).toEqual([])
    },
    LONG,
  )
})

describe('a commit, killed at each step', () => {
  /** Of files that are written alike the first and the last; of the same calls of git once, for the push. */
  function chosen(steps: readonly string[], method: string): number[] {
    const places = (name: string) => steps.flatMap((one, index) => (one === name ? [index] : []))
    const isEdge = (name: string, index: number) => [places(name)[0], places(name).at(-1)].includes(index)
    return steps.flatMap((name, index) => {
      if (name === 'spawn' && method === 'api') return []
      return name === 'spawn' || name === 'send' || isEdge(name, index) ? [index + 1] : []
    })
  }

  test.each(['api', 'push'])(
    'by %s: the branch is as before or as after, and the next run ends there',
    async (method) => {
      const fake = await startFactory({ 'images.yaml': image('first', UV), 'notes.md': 'theirs\n' })
      const base = await fake.head(STATE, 'main')
      const { gitDir } = fake.repositories.get(STATE)
      const inputs = { 'commit-method': method, comment: 'never' }
      const start = async (workspace: string, env: Readonly<Record<string, string>>) =>
        runAction({ fake, repository: STATE, ...(await eventPayloads.push(fake, STATE)), workspace, inputs, env })
      const again = () => git(gitDir, ['update-ref', 'refs/heads/main', base])

      const { env, steps } = await watched()
      expect((await start(await checkout({ fake, repository: STATE }), env)).code).toBe(0)
      const names = await steps()
      expect(names).toEqual(expect.arrayContaining(['send', 'spawn', 'renameSync', 'writeFileSync, half']))
      const wanted = await files(fake)
      expect(generated(new Map(Object.entries(wanted))).length).toBeGreaterThan(3)
      const old = { 'images.yaml': wanted['images.yaml'], 'notes.md': 'theirs\n' }

      for (const at of chosen(names, method).filter((_, index) => isDue(index, 16))) {
        await again()
        const step = `step ${at} of ${names.length}, ${names[at - 1]}`
        const workspace = await checkout({ fake, repository: STATE })
        await expect(start(workspace, (await watched(at)).env), step).rejects.toThrow('SIGKILL')
        const left = await files(fake)
        expect([old, wanted], step).toContainEqual(left)
        const mended = await start(workspace, CLOCK)
        expect(mended.code, `${step}\n${mended.stdout}`).toBe(0)
        expect(await files(fake), step).toEqual(wanted)
        expect(await fake.log(STATE, 'main'), step).toHaveLength(2)
        expect(await leftovers(workspace), step).toEqual([])
      }
      await git(gitDir, ['fsck', '--strict', '--no-dangling'])
      await stopFactory(fake)
    },
    LONG,
  )
})

async function files(fake: FakeGitHub): Promise<Record<string, string>> {
  return Object.fromEntries(await fake.readFiles(STATE, 'main'))
}

/** What only a run that was cut off leaves: files to the side, locks, references of its own. */
async function leftovers(folder: string): Promise<string[]> {
  const paths = await readdir(folder, { recursive: true })
  return paths.filter((path) => /\.tmp$|\.lock$|refs\/(?!heads|remotes|tags|pull)[^/]+$/.test(path))
}
