import { readFile } from 'node:fs/promises'
import { text as readStream } from 'node:stream/consumers'
import { findBaseImages } from '../dockerfile/index.js'
import { parseEnrolment, Refusal, refuse } from '../enrollment/index.js'
import { formatReference } from '../reference/index.js'
import { type Discovery, discover } from '../sources/index.js'
import { readOptional } from '../state/index.js'
import { sourceReader } from './job.js'
import { stateFolder } from './options.js'
import type { Run } from './plan-commands.js'
import { printable, printProblems } from './terminal.js'

/** `validate`: all problems of images.yaml. Looks at nothing else. */
export async function validate({ options, env, terminal }: Run): Promise<number> {
  const folder = stateFolder(options, env)
  const text = readOptional(folder.root, folder.imagesFile)
  if (text === null) throw missing(folder.imagesFile)
  const { enrolment, problems } = parseEnrolment(text, folder.imagesFile)
  if (options.json) {
    const images = enrolment?.images.map((image) => image.name) ?? []
    terminal.out(`${JSON.stringify({ valid: enrolment !== null, images, problems }, null, 2)}\n`)
  } else {
    printProblems(terminal, problems, text)
    if (enrolment !== null) terminal.out(`${folder.imagesFile} is valid: ${enrolment.images.length} images.\n`)
  }
  return enrolment === null ? 1 : 0
}

/** `discover`: which base images each enrolled image pulls. */
export async function discoverCommand({ options, env, terminal }: Run, names: readonly string[]): Promise<number> {
  const folder = stateFolder(options, env)
  const text = readOptional(folder.root, folder.imagesFile)
  if (text === null) throw missing(folder.imagesFile)
  const { enrolment, problems } = parseEnrolment(text, folder.imagesFile)
  if (enrolment === null) throw new Refusal(problems)
  const unknown = names.filter((name) => !enrolment.images.some((image) => image.name === name))
  if (unknown.length > 0) throw refuse(`${folder.imagesFile} enrols no image ${unknown.join(', ')}.`)
  const images = enrolment.images.filter((image) => names.length === 0 || names.includes(image.name))
  const discovered = await discover(images, sourceReader(options, env, terminal), folder.imagesFile)
  const found = images.map((image) => ({ name: image.name, discovery: discovered.images.get(image.name) ?? null }))
  if (options.json) {
    const rows = found.map(({ name, discovery }) => ({ name, ...discoveryJson(discovery) }))
    terminal.out(`${JSON.stringify({ images: rows, problems: [...problems, ...discovered.problems] }, null, 2)}\n`)
  } else {
    printProblems(terminal, discovered.problems)
    for (const { name, discovery } of found) terminal.out(discoveryText(name, discovery))
  }
  return 0
}

function discoveryJson(discovery: Discovery | null) {
  if (discovery === null) return { status: 'skipped', bases: [] }
  if (discovery.kind === 'failed') return { status: 'failed', reason: discovery.message, bases: [] }
  const bases = discovery.uses.map(({ reference, ...use }) => ({ ref: formatReference(reference), ...use }))
  return { status: 'found', file: discovery.file, branch: discovery.branch, assumed: discovery.assumed, bases }
}

function discoveryText(name: string, discovery: Discovery | null): string {
  if (discovery === null) return `${name}: has no source or is switched off\n`
  if (discovery.kind === 'failed') return `${name}: failed\n`
  const lines = discovery.uses.map(({ reference, kind, file, line, reachable, platforms }) => {
    const unused = reachable ? '' : ', not pulled for this target'
    const where = platforms.length > 1 ? `, ${platforms.join(' and ')}` : ''
    return printable(`  ${formatReference(reference)}  (${file}:${line}, ${kind}${where}${unused})`)
  })
  return [`${name}${lines.length === 0 ? ': built on no image' : ''}`, ...lines, ''].join('\n')
}

/** Options of `bases`. */
export interface BasesOptions {
  readonly buildArg: readonly string[]
  readonly target?: string
  readonly platform: readonly string[]
  readonly json?: boolean
}

/** `bases DOCKERFILE`: the base images BuildKit would pull. `-` reads standard input. */
export async function bases({ terminal }: Run, dockerfile: string, options: BasesOptions): Promise<number> {
  const text = dockerfile === '-' ? await readStream(process.stdin) : await readDockerfile(dockerfile)
  const args = new Map(options.buildArg.map(parseBuildArg))
  const platforms = options.platform.length === 0 ? {} : { platforms: options.platform }
  const result = findBaseImages(text, { args, target: options.target ?? null, ...platforms })
  if (!result.ok) {
    const { message, line } = result.error
    if (options.json) terminal.out(`${JSON.stringify({ error: { message, line } }, null, 2)}\n`)
    else terminal.err(`${printable(`${dockerfile}:${line}: error: ${message}`)}\n`)
    return 1
  }
  const { images, syntax, problems } = result
  if (options.json) terminal.out(`${JSON.stringify({ images, syntax, problems }, null, 2)}\n`)
  else {
    for (const found of problems)
      terminal.err(`${printable(`${dockerfile}:${found.line}: warning: ${found.message}`)}\n`)
    for (const use of images) {
      const unused = use.reachable ? '' : '  (not pulled for this target)'
      terminal.out(printable(`${use.ref}  ${use.kind} in line ${use.line}${unused}\n`))
    }
  }
  return 0
}

function parseBuildArg(text: string): [string, string] {
  const at = text.indexOf('=')
  if (at > 0) return [text.slice(0, at), text.slice(at + 1)]
  throw refuse(`--build-arg must be NAME=VALUE, not ${JSON.stringify(text)}.`)
}

async function readDockerfile(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8')
  } catch (error) {
    throw refuse(`${path} cannot be read: ${(error as NodeJS.ErrnoException).code ?? String(error)}.`, { file: path })
  }
}

function missing(file: string): Error {
  return refuse(`there is no ${file}.`, { file, remedy: 'Name the folder in --state and the file in --images.' })
}
