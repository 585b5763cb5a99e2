/**
 * Times the built bundle as a process: start-up, reading a large images.yaml, and the whole pipeline offline on generated
 * factories.
 *
 *     npm run bench            10, 100 and 1,000 images
 *     npm run bench -- 10 50   these sizes
 */
import { spawnSync } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import process, { argv, execPath, stdout } from 'node:process'
import { fileURLToPath } from 'node:url'

const BUNDLE = fileURLToPath(new URL('../dist/index.js', import.meta.url))
const RUNS = 7
/** Entries of the images.yaml that is only read; beside it stands what a YAML library alone takes for the same text. */
const ENTRIES = 10_000
/** Four images a repository, one base in ten shared widely, every third Dockerfile with a second stage. */
const IMAGES_A_REPOSITORY = 4

/** What reading would cost at least without a reader of our own. */
const LIBRARY_ALONE = `
import { readFileSync } from 'node:fs'
import { parseDocument } from ${JSON.stringify(import.meta.resolve('yaml'))}
parseDocument(readFileSync(process.argv[1], 'utf8'))
`

function imagesYaml(count: number): string {
  const entry = (index: number) => `- name: image-${index}
  registry: ghcr.io
  repository: example/image-${index}
  source:
    repo: example/repo-${Math.floor(index / IMAGES_A_REPOSITORY)}
    branch: main
    dockerfile: image-${index}/Dockerfile
    workflow: image-${index}.yml
  rebuildDelay: 7d
`
  return Array.from({ length: count }, (_, index) => entry(index)).join('')
}

function dockerfile(index: number): string {
  const base = index % 10 === 0 ? 'node:22-bookworm-slim' : `registry.example.com/base-${index % 97}:1.${index % 7}`
  const build = index % 3 === 0 ? 'FROM golang:1.25 AS build\nRUN make\n' : ''
  const copy = index % 3 === 0 ? 'COPY --from=build /out /out\n' : ''
  return `${build}FROM ${base}\n${copy}CMD ["/out"]\n`
}

function generate(root: string, count: number): { readonly state: string; readonly sources: string } {
  const state = join(root, 'state')
  const sources = join(root, 'sources')
  mkdirSync(state, { recursive: true })
  writeFileSync(join(state, 'images.yaml'), imagesYaml(count))
  for (let index = 0; index < count; index += 1) {
    const folder = join(sources, `example/repo-${Math.floor(index / IMAGES_A_REPOSITORY)}/image-${index}`)
    mkdirSync(folder, { recursive: true })
    writeFileSync(join(folder, 'Dockerfile'), dockerfile(index))
  }
  return { state, sources }
}

/** Wall time of one process in milliseconds. */
function time(args: readonly string[]): number {
  const start = process.hrtime.bigint()
  const { status, stderr } = spawnSync(execPath, args, { stdio: ['ignore', 'ignore', 'pipe'] })
  if (status !== 0) throw new Error(`${args.join(' ')}: ${stderr}`)
  return Number(process.hrtime.bigint() - start) / 1e6
}

function median(measure: () => number): number {
  const times = Array.from({ length: RUNS }, measure).sort((a, b) => a - b)
  return times[Math.floor(RUNS / 2)] ?? 0
}

function row(name: string, milliseconds: number): void {
  stdout.write(`| ${name} | ${(milliseconds / 1000).toFixed(3)} s |\n`)
}

const given = argv.slice(2).map(Number)
const sizes = given.length === 0 ? [10, 100, 1000] : given
stdout.write(
  `Node ${process.version}, ${RUNS} runs each, medians; bundle ${(statSync(BUNDLE).size / 1e6).toFixed(2)} MB\n\n`,
)
stdout.write('| what | wall time |\n| --- | --- |\n')
row(
  'node alone',
  median(() => time(['-e', '0'])),
)
row(
  '--help',
  median(() => time([BUNDLE, '--help'])),
)
const large = mkdtempSync(join(tmpdir(), 'image-factory-bench-'))
const largeFile = join(large, 'images.yaml')
writeFileSync(largeFile, imagesYaml(ENTRIES))
row(
  `validate, ${ENTRIES} entries`,
  median(() => time([BUNDLE, 'validate', '--state', large])),
)
row(
  `the same file, \`yaml\`'s parse alone`,
  median(() => time(['--input-type=module', '-e', LIBRARY_ALONE, largeFile])),
)
rmSync(large, { recursive: true })
for (const size of sizes) {
  const root = mkdtempSync(join(tmpdir(), 'image-factory-bench-'))
  const { state, sources } = generate(root, size)
  const pristine = join(root, 'pristine')
  cpSync(state, pristine, { recursive: true })
  const synth = () => time([BUNDLE, 'synth', '--state', state, '--sources', sources])
  const full = median(() => {
    rmSync(state, { recursive: true })
    cpSync(pristine, state, { recursive: true })
    return synth()
  })
  row(`${size} images, everything new`, full)
  row(`${size} images, nothing changed`, median(synth))
  rmSync(root, { recursive: true })
}
