/**
 * Measures the built bundle as a process, offline: start-up, reading a large images.yaml, the whole pipeline on generated
 * factories; and what a run asks of GitHub.
 *
 *     npm run bench                        prints tables; 10, 100, 1,000 and 10,000 images
 *     npm run bench -- 10 1000             these sizes, without the network and the action
 *     npm run bench -- --record            all sizes; also writes bench/results.json, puts the tables at the end of
 *                                          bench/results.md, and the short one into docs/reference.md
 *     npm run bench -- --json FILE         also writes what was found as JSON
 *     npm run bench -- --bundle FILE --node FILE --rounds N
 */
import { execFileSync, spawnSync } from 'node:child_process'
import {
  appendFileSync,
  cpSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { cpus, loadavg, release, tmpdir, type } from 'node:os'
import { dirname, join } from 'node:path'
import process, { execPath, stderr, stdout } from 'node:process'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { type ActionResult, measureAction } from './action.ts'
import { type FactoryFolders, imagesYaml, writeFactory } from './factory.ts'
import { type Measured, measure, medians } from './measure.ts'
import { measureNetwork, type Network } from './network.ts'
import { type FactoryResult, type Results, tables } from './results.ts'
import { loadSupport } from './support.ts'

const path = (name: string): string => fileURLToPath(new URL(name, import.meta.url))
const FLOOR = path('floor.mjs')
const SIZES = [10, 100, 1000, 10_000]
const ENTRIES = 10_000
const NETWORK_IMAGES = 1000
const ACTION_ROUNDS = 3

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    json: { type: 'string' },
    record: { type: 'boolean', default: false },
    bundle: { type: 'string', default: path('../dist/index.js') },
    node: { type: 'string', default: execPath },
    rounds: { type: 'string', default: '7' },
  },
})
const { bundle, node } = values
const rounds = Number(values.rounds)

function repeat(run: () => Measured): Measured {
  return medians(Array.from({ length: rounds }, run))
}

/** A folder of one measurement. All are deleted at the end: a disk that is busy with deleting slows what comes next. */
function newFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'image-factory-bench-'))
  folders.push(folder)
  return folder
}

const folders: string[] = []
process.on('exit', () => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true })
})

/** What earlier runs wrote goes to the disk now, and not while something is measured. Windows has no such command. */
function settle(): void {
  spawnSync('sync')
}

function say(text: string): void {
  stderr.write(`${text} …\n`)
}

function measureEnrollment(): Results['enrolled'] {
  say(`validate, ${ENTRIES} entries`)
  const root = newFolder()
  const file = join(root, 'images.yaml')
  writeFileSync(file, imagesYaml(ENTRIES))
  const validate = repeat(() => measure(node, [bundle, 'validate', '--state', root]))
  return { entries: ENTRIES, validate, parsing: repeat(() => measure(node, [FLOOR, 'parse', file])) }
}

function measureFactory(images: number): FactoryResult {
  say(`${images} images`)
  const factory = writeFactory(newFolder(), images)
  // Once more than is counted: the first run finds the disk's caches empty.
  const { counts } = measureRound(factory)
  const all = Array.from({ length: images > 1000 ? Math.ceil(rounds / 2) : rounds }, () => measureRound(factory))
  const of = (which: Exclude<keyof Round, 'counts'>) => medians(all.map((one) => one[which]))
  return {
    images,
    ...counts,
    full: of('full'),
    unchanged: of('unchanged'),
    changedOne: of('changedOne'),
    parsing: of('parsing'),
    copying: of('copying'),
  }
}

interface Round extends Pick<FactoryResult, 'full' | 'unchanged' | 'changedOne' | 'parsing' | 'copying'> {
  readonly counts: Counts
}

/** Each run once, in folders of their own. */
function measureRound({ state: pristine, sources, moveOne }: FactoryFolders): Round {
  const [state, copy] = [join(newFolder(), 'state'), newFolder()]
  cpSync(pristine, state, { recursive: true })
  settle()
  const synth = () => measure(node, [bundle, 'synth', '--state', state, '--sources', sources])
  const full = synth()
  const unchanged = synth()
  const yaml = ['images.yaml', 'images', 'base-images'].map((name) => join(state, name))
  const parsing = measure(node, [FLOOR, 'parse', ...yaml])
  const counts = countsOf(state)
  settle()
  const copying = measure(node, [FLOOR, 'copy', sources, state, copy])
  moveOne('elsewhere')
  const changedOne = synth()
  moveOne('back')
  return { counts, full, unchanged, changedOne, parsing, copying }
}

type Counts = Pick<FactoryResult, 'baseImages' | 'objects' | 'files'>

function countsOf(state: string): Counts {
  const files = ['images', 'base-images', 'dist'].flatMap((folder) =>
    readdirSync(join(state, folder)).map((name) => join(state, folder, name)),
  )
  const objects = files.reduce(
    (sum, file) => sum + (readFileSync(file, 'utf8').match(/^apiVersion:/gm)?.length ?? 0),
    0,
  )
  return { baseImages: readdirSync(join(state, 'base-images')).length, objects, files: files.length }
}

async function askGitHub(): Promise<Network> {
  say(`GitHub, ${NETWORK_IMAGES} images`)
  return measureNetwork(node, bundle, NETWORK_IMAGES, await loadSupport())
}

async function runAction(): Promise<ActionResult> {
  say(`the action, ${NETWORK_IMAGES} images`)
  return measureAction(node, bundle, { images: NETWORK_IMAGES, rounds: ACTION_ROUNDS }, await loadSupport())
}

function bundleBytes(): number {
  const folder = dirname(bundle)
  const scripts = readdirSync(folder).filter((name) => name.endsWith('.js'))
  return scripts.reduce((sum, name) => sum + statSync(join(folder, name)).size, 0)
}

const sizes = positionals.length === 0 ? SIZES : positionals.map(Number)
const [load = 0] = loadavg()
if (load > 0.5) say(`The machine is busy (load ${load.toFixed(1)}): wall times will be too long`)
const results: Results = {
  date: new Date().toISOString().slice(0, 10),
  machine: { cpu: cpus()[0]?.model ?? '', cores: cpus().length, system: `${type()} ${release()}`, load },
  node: execFileSync(node, ['--version'], { encoding: 'utf8' }).trim(),
  bundleBytes: bundleBytes(),
  start: repeat(() => measure(node, ['-e', '0'])),
  help: repeat(() => measure(node, [bundle, '--help'])),
  enrolled: measureEnrollment(),
  factories: sizes.map(measureFactory),
  network: positionals.length === 0 ? await askGitHub() : null,
  action: positionals.length === 0 ? await runAction() : null,
}

const found = tables(results)
stdout.write(`${found}\n`)
const written = [...(values.json === undefined ? [] : [values.json]), ...(values.record ? [path('results.json')] : [])]
for (const file of written) writeFileSync(file, `${JSON.stringify(results, null, 2)}\n`)
if (values.record) {
  appendFileSync(path('results.md'), `\n## ${results.date}\n\n${found}\n`)
  execFileSync(execPath, [path('../scripts/generated-docs.ts')], { stdio: 'inherit' })
}
