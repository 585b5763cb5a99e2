/**
 * Takes every protection of docs/threat-model.md away, one row at a time in a copy of what is committed, and sees the
 * tests that hold it fail. One that stays good holds nothing.
 *
 *     npm run protections               all of them (half an hour: some need the bundle built)
 *     npm run protections -- 6 22       those of two rows
 */
import { type SpawnSyncOptions, spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import process, { argv, stderr, stdout } from 'node:process'
import { fileURLToPath } from 'node:url'
import { Checkout } from './edit.ts'
import { type HeldBy, nameOf, type Removal, titlePattern } from './removal.ts'
import { removals } from './removals.ts'
import { edited } from './replace.ts'

const root = fileURLToPath(new URL('../../', import.meta.url))

interface Report {
  readonly testResults: readonly {
    readonly name: string
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
function tryWithout({ threat, without, edits, failing }: Removal, copy: string): boolean[] {
  stdout.write(`${threat}. without ${without}\n`)
  const checkout = new Checkout(copy)
  try {
    for (const edit of edits) checkout.apply(edit, edited)
    const isSource = edits.some((edit) => !('file' in edit))
    if (isSource && failing.some(({ file }) => file.startsWith('acceptance/'))) build(copy)
    const fails = failuresOf(failing, copy) ?? failing.flatMap((held) => failuresOf([held], copy) ?? [true])
    for (const [at, held] of failing.entries())
      stdout.write(`   ${fails[at] ? 'fails' : 'STAYS GOOD'}: ${nameOf(held)}\n`)
    return fails
  } finally {
    program('git', ['checkout', '--quiet', '--', '.'], copy)
  }
}

/** A bundle that does not start would have every test fail. */
function build(copy: string): void {
  program('npm', ['run', '--silent', 'build'], copy)
  program('node', ['dist/index.js', '--help'], copy)
}

/** Which of these tests failed by what they expect; null where they went on until they were stopped. */
function failuresOf(held: readonly HeldBy[], copy: string): boolean[] | null {
  const report = join(copy, '..', 'report.json')
  rmSync(report, { force: true })
  const files = [...new Set(held.map(({ file }) => `test/${file}`))]
  const titles = held.some(({ title }) => title === null)
    ? []
    : ['-t', `(?:${held.map(({ title }) => titlePattern(title ?? '')).join('|')})$`]
  const args = ['vitest', 'run', '--reporter=json', `--outputFile=${report}`, ...files, ...titles]
  // Some protections are of endless work, which no time limit of vitest's own interrupts.
  const ended = run('npm', ['exec', '--', ...args], copy, { timeout: ENDLESS, killSignal: 'SIGKILL', detached: true })
  if ((ended.error as NodeJS.ErrnoException | undefined)?.code === 'ETIMEDOUT') {
    process.kill(-ended.pid, 'SIGKILL')
    return null
  }
  const { testResults } = JSON.parse(readFileSync(report, 'utf8')) as Report
  return held.map(({ file, title }) => {
    const named = new RegExp(`^${titlePattern(title ?? '%s')}$`, 's')
    const results = testResults.filter(({ name }) => name.endsWith(`/test/${file}`))
    return results.some(({ assertionResults }) =>
      assertionResults.some((one) => one.status === 'failed' && named.test(one.title)),
    )
  })
}

/** Milliseconds: several times what the tests of a row take. */
const ENDLESS = 600_000

/** Runs a program that has to end well. */
function program(name: string, args: readonly string[], cwd: string): void {
  const { status, stdout: said, stderr: error } = run(name, args, cwd)
  if (status === 0) return
  stderr.write(`${said ?? ''}${error ?? ''}`)
  throw new Error(`${name} ${args.join(' ')} ended with ${status}`)
}

function run(name: string, args: readonly string[], cwd: string, options: SpawnSyncOptions & Detached = {}) {
  // What the tests are told by a variable stays: schemas, seeds. The bundle is the one of the copy; nobody waits for a turn.
  const { BUNDLE: _, TEST_REPORT: __, ...given } = process.env
  const env = { ...given, FULL: '1' }
  return spawnSync(name, args, { cwd, env, maxBuffer: 64 * 1024 * 1024, ...options, encoding: 'utf8' })
}

/** A process group of its own, so that all it started can be stopped. */
interface Detached {
  readonly detached?: boolean
}

if (argv[1] === fileURLToPath(import.meta.url)) process.exitCode = main(argv.slice(2).map(Number))
