import { readFile } from 'node:fs/promises'
import { text as readStream } from 'node:stream/consumers'
import { findBaseImages } from '../dockerfile/index.js'
import {
  type ImagesFileResult,
  type Problem,
  parseImagesFile,
  printable,
  refuse,
  withAcceptances,
} from '../enrollment/index.js'
import { dependencyGraph, type GraphFormat, renderGraph } from '../report/index.js'
import { type Discovered, discover } from '../sources/index.js'
import { linkState, readState } from '../state/index.js'
import {
  type CommandContext,
  inspectImagesFile,
  nameAndValue,
  ownRepository,
  readImagesFile,
  stateFolder,
} from './options.js'
import { sourcesOf } from './run-options.js'
import { printJson, printProblems, type Terminal } from './terminal.js'

/**
 * `validate`: all problems of images.yaml. Works offline; with `--sources` the Dockerfiles and workflows there are checked
 * as well, and what is wrong in them is a warning: only a run that sees the committed state can tell what is new.
 *
 * @param files enrollment files, from the current folder; none: the one of the state folder.
 * @returns 1 when any of them is wrong.
 * @throws Refusal when there is no such file.
 */
export async function validate(context: CommandContext, files: readonly string[] = []): Promise<number> {
  const { options, env, terminal } = context
  if (files.length === 0) return validateState(context)
  if (options.state !== undefined)
    throw refuse('option-invalid', '--state and files are both given.', { remedy: 'Keep one of them.' })
  const texts = await Promise.all(files.map(readText))
  const results = files.map((file, index) => ({
    file,
    ...parseImagesFile(texts[index] ?? '', file, { here: ownRepository(env) }),
  }))
  if (options.json) {
    const input = results.map(({ file, ...result }) => ({ file, ...summary(result) }))
    printJson(terminal, { valid: input.every(({ valid }) => valid), files: input })
  } else {
    for (const [index, result] of results.entries()) printResult(terminal, result.file, texts[index] ?? '', result)
  }
  return results.some(({ enrolled }) => enrolled === null) ? 1 : 0
}

async function validateState(context: CommandContext): Promise<number> {
  const { options, env, terminal } = context
  const folder = stateFolder(options, env)
  const { text, ...found } = inspectImagesFile(folder, env)
  const inSources = options.sources === undefined ? [] : await sourceProblems(context, found)
  const result = { ...found, problems: [...found.problems, ...inSources] }
  if (options.json) printJson(terminal, summary(result))
  else printResult(terminal, folder.imagesFile, text, result)
  return result.enrolled === null ? 1 : 0
}

/** What is wrong in the checkouts below `--sources`: what cannot be read, and what will keep a rebuild from working. */
async function sourceProblems(context: CommandContext, { enrolled }: ImagesFileResult): Promise<Problem[]> {
  if (enrolled === null) return []
  const { imagesFile } = stateFolder(context.options, context.env)
  const { problems, workflowProblems } = await discover(enrolled.images, sourcesOf(context), imagesFile)
  return withAcceptances([...problems, ...workflowProblems.map(({ problem }) => problem)], enrolled.images)
}

function summary({ enrolled, problems }: ImagesFileResult) {
  return { valid: enrolled !== null, images: enrolled?.images.map((image) => image.name) ?? [], problems }
}

function printResult(terminal: Terminal, file: string, text: string, { enrolled, problems }: ImagesFileResult): void {
  printProblems(terminal, problems, text)
  if (enrolled !== null) terminal.out(printable(`${file} is valid: ${enrolled.images.length} images.\n`))
}

/** Options of `bases`. */
export interface BasesOptions {
  readonly buildArg: readonly string[]
  readonly target?: string
  readonly platform: readonly string[]
  readonly json?: boolean
}

/** `bases DOCKERFILE`: the base images BuildKit would pull. `-` reads standard input. */
export async function bases({ terminal }: CommandContext, dockerfile: string, options: BasesOptions): Promise<number> {
  const text = dockerfile === '-' ? await readStream(process.stdin) : await readText(dockerfile)
  const args = new Map(options.buildArg.map((text) => nameAndValue('--build-arg', text)))
  const platforms = options.platform.length === 0 ? {} : { platforms: options.platform }
  const result = findBaseImages(text, { args, target: options.target ?? null, ...platforms })
  if (!result.ok) {
    const { message, line } = result.error
    if (options.json) printJson(terminal, { error: { message, line } })
    else terminal.err(`${printable(`${dockerfile}:${line}: error: ${message}`)}\n`)
    return 1
  }
  const { images, syntax, problems } = result
  if (options.json) printJson(terminal, { images, syntax, problems })
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

async function readText(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8')
  } catch (error) {
    throw refuse(
      'file-unusable',
      `${path} cannot be read: ${(error as NodeJS.ErrnoException).code ?? String(error)}.`,
      { file: path },
    )
  }
}

/** What `graph` takes beside the common options. */
export interface GraphOptions {
  readonly format: GraphFormat
  readonly discover?: boolean
  readonly json?: boolean
}

const NOTHING_DISCOVERED: Discovered = {
  images: new Map(),
  problems: [],
  workflowProblems: [],
  runs: new Map(),
  failures: new Map(),
  files: new Map(),
}

/** `graph`: which image depends on which base image, as the state files know it; with `--discover` as sources have it now. */
export async function graphCommand(context: CommandContext, options: GraphOptions): Promise<number> {
  const { env, terminal } = context
  const folder = stateFolder(context.options, env)
  const { imagesFile } = folder
  const { enrolled } = readImagesFile(folder, env)
  const { images: enrollments, settings } = enrolled
  const discovered = options.discover ? await discover(enrollments, sourcesOf(context), imagesFile) : NOTHING_DISCOVERED
  const { allowedRegistries } = settings
  const before = readState(folder.root)
  const state = linkState({ enrollments, discovered, before, imagesFile, allowedRegistries })
  printProblems(terminal, withAcceptances([...discovered.problems, ...state.problems], enrollments))
  terminal.out(renderGraph(dependencyGraph(state), options.json ? 'json' : options.format))
  return 0
}
