/**
 * Takes every protection of docs/threat-model.md away, one at a time in a copy of what is committed, and sees the tests
 * that hold it fail. One that stays good holds nothing.
 *
 *     npm run protections               all of them (an hour: many need the bundle built)
 *     npm run protections -- 6 22       those of two rows
 */
import { type SpawnSyncOptions, spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import process, { argv, stderr, stdout } from 'node:process'
import { fileURLToPath } from 'node:url'
import { type Edit, type HeldBy, nameOf, type Removal, titlePattern } from './removal.ts'
import { removals } from './removals.ts'

const root = fileURLToPath(new URL('../../', import.meta.url))

interface Report {
  readonly testResults: readonly {
    readonly assertionResults: readonly { readonly title: string; readonly status: string }[]
  }[]
}

function main(rows: readonly number[]): number {
  const folder = mkdtempSync(join(tmpdir(), 'protections-'))
  try {
    const copy = copyOfCommitted(folder)
    const wanted = removals.filter(({ threat }) => rows.length === 0 || rows.includes(threat))
    const held = wanted.flatMap((removal) => tryWithout(removal, copy))
    const good = held.filter((fails) => fails).length
    stdout.write(`\n${good} of ${held.length} tests fail without what they hold\n`)
    return good === held.length && good > 0 ? 0 : 1
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

/** A clone, with the packages that are installed here. */
function copyOfCommitted(folder: string): string {
  const copy = join(folder, 'copy')
  program('git', ['clone', '--quiet', root, copy], folder)
  symlinkSync(join(root, 'node_modules'), join(copy, 'node_modules'))
  return copy
}

/** One line for each test; true for those that fail, as they should. */
function tryWithout(removal: Removal, copy: string): boolean[] {
  stdout.write(`${removal.threat}. without ${removal.without}\n`)
  for (const one of removal.edits) edit(one, copy)
  try {
    const isSource = removal.edits.some(({ file }) => file.startsWith('src/'))
    const needsBundle = isSource && removal.failing.some(({ file }) => file.startsWith('acceptance/'))
    if (needsBundle) program('npm', ['run', '--silent', 'build'], copy)
    return removal.failing.map((held) => {
      const fails = failsIn(copy, held)
      stdout.write(`   ${fails ? 'fails' : 'STAYS GOOD'}: ${nameOf(held)}\n`)
      return fails
    })
  } finally {
    program('git', ['checkout', '--quiet', '--', '.'], copy)
  }
}

function edit({ file, text, replacement }: Edit, copy: string): void {
  const path = join(copy, file)
  writeFileSync(
    path,
    readFileSync(path, 'utf8').replace(text, () => replacement),
  )
}

/** Whether one of the tests of that name failed by what it expects, or went on until it was stopped. */
function failsIn(copy: string, { file, title }: HeldBy): boolean {
  const report = join(copy, '..', 'report.json')
  rmSync(report, { force: true })
  const named = title === null ? [] : ['-t', `${titlePattern(title)}$`]
  const args = ['vitest', 'run', '--bail=1', '--reporter=json', `--outputFile=${report}`, `test/${file}`, ...named]
  // Some protections are of endless work, which no time limit of vitest's own interrupts.
  const ended = run('npm', ['exec', '--', ...args], copy, { timeout: ENDLESS, killSignal: 'SIGKILL', detached: true })
  if ((ended.error as NodeJS.ErrnoException | undefined)?.code === 'ETIMEDOUT') {
    process.kill(-ended.pid, 'SIGKILL')
    return true
  }
  const { testResults } = JSON.parse(readFileSync(report, 'utf8')) as Report
  const titles = new RegExp(`^${titlePattern(title ?? '%s')}$`, 's')
  const results = testResults.flatMap(({ assertionResults }) => assertionResults)
  return results.some((one) => one.status === 'failed' && titles.test(one.title))
}

/** Milliseconds: several times what the longest of these tests takes. */
const ENDLESS = 180_000

/** Runs a program that has to end well. */
function program(name: string, args: readonly string[], cwd: string): void {
  const { status, stdout: said, stderr: error } = run(name, args, cwd)
  if (status === 0) return
  stderr.write(`${said ?? ''}${error ?? ''}`)
  throw new Error(`${name} ${args.join(' ')} ended with ${status}`)
}

function run(name: string, args: readonly string[], cwd: string, options: SpawnSyncOptions & Detached = {}) {
  // What the tests are told by a variable stays: schemas, seeds. The bundle is the one of the copy.
  const { BUNDLE: _, TEST_REPORT: __, ...env } = process.env
  return spawnSync(name, args, { cwd, env, maxBuffer: 64 * 1024 * 1024, ...options, encoding: 'utf8' })
}

/** A process group of its own, so that all it started can be stopped. */
interface Detached {
  readonly detached?: boolean
}

if (argv[1] === fileURLToPath(import.meta.url)) process.exitCode = main(argv.slice(2).map(Number))
