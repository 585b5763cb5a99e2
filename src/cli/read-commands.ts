import { mkdirSync } from 'node:fs'
import { resolve } from 'node:path'
import { text as readStream } from 'node:stream/consumers'
import { pageFiles } from '../dashboard/index.js'
import { findBaseImages } from '../dockerfile/index.js'
import { refuse, withAcceptances } from '../enrollment/index.js'
import { readOverview } from '../overview.js'
import { dependencyGraph, type GraphFormat, renderGraph } from '../report/index.js'
import { serversIn } from '../run-options.js'
import { type Discovered, discover } from '../sources/index.js'
import { linkState, matchRecords, readState, writeFiles } from '../state/index.js'
import { printable } from '../text/index.js'
import { type CommandContext, nameAndValue, ownRepository, readImagesFile, shownPath, stateFolder } from './options.js'
import { sourcesOf } from './run-options.js'
import { printJson, printProblems } from './terminal.js'
import { readText } from './validate-command.js'

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

/** `graph`: which image depends on which base image, from the state files; with `--discover` from the sources. */
export async function graphCommand(context: CommandContext, options: GraphOptions): Promise<number> {
  const { env, terminal } = context
  const folder = stateFolder(context.options, env)
  const { imagesFile } = folder
  const { enrolled } = readImagesFile(folder, env)
  const { images: enrollments, settings } = enrolled
  const before = readState(folder.root)
  const known = matchRecords(enrollments, before)
  const discovered = options.discover
    ? await discover(enrollments, sourcesOf(context), imagesFile, (image) => known.has(image))
    : NOTHING_DISCOVERED
  const { allowedRegistries } = settings
  const state = linkState({ enrollments, discovered, before, imagesFile, allowedRegistries })
  printProblems(terminal, withAcceptances([...discovered.problems, ...state.problems], enrollments))
  terminal.out(renderGraph(dependencyGraph(state), options.json ? 'json' : options.format))
  return 0
}

/**
 * `page --out DIR`: the factory as one HTML file, index.html, and as data, factory.json. Works offline.
 *
 * @param out folder that the page is written to.
 * @throws Refusal when no folder is given, or images.yaml, overrides.yaml or a state file is invalid.
 */
export function pageCommand({ options, env, terminal, now }: CommandContext, out?: string): number {
  if (out === undefined && options.json !== true) {
    const remedy = 'Give the folder to write to, for example --out public; or print the data with --json.'
    throw refuse('option-invalid', '--out is missing.', { remedy })
  }
  const folder = stateFolder(options, env)
  const repository = ownRepository(env)
  const overview = readOverview(folder, { repository, urls: serversIn(env), now, missingBases: new Set() })
  if (out !== undefined) {
    const root = resolve(out)
    makeFolder(root, out)
    const files = pageFiles(overview)
    writeFiles(root, files)
    if (!options.json) terminal.out(printable(`Wrote ${[...files.keys()].join(' and ')} to ${shownPath(out)}.\n`))
  }
  if (options.json) printJson(terminal, overview)
  return 0
}

function makeFolder(root: string, out: string): void {
  try {
    mkdirSync(root, { recursive: true })
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    const faults: Readonly<Record<string, string>> = { EEXIST: 'is a file', ENOTDIR: 'is below a file' }
    const fault = faults[code ?? ''] ?? `cannot be created (${code})`
    const remedy = 'Write --out public, a folder.'
    throw refuse('option-invalid', `--out: ${shownPath(out)} ${fault}.`, { remedy })
  }
}
