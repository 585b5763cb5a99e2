import { text as readStream } from 'node:stream/consumers'
import { findBaseImages } from '../dockerfile/index.js'
import { withAcceptances } from '../enrollment/index.js'
import { dependencyGraph, type GraphFormat, renderGraph } from '../report/index.js'
import { type Discovered, discover } from '../sources/index.js'
import { linkState, readState } from '../state/index.js'
import { printable } from '../text/index.js'
import { type CommandContext, nameAndValue, readImagesFile, stateFolder } from './options.js'
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
  const discovered = options.discover ? await discover(enrollments, sourcesOf(context), imagesFile) : NOTHING_DISCOVERED
  const { allowedRegistries } = settings
  const before = readState(folder.root)
  const state = linkState({ enrollments, discovered, before, imagesFile, allowedRegistries })
  printProblems(terminal, withAcceptances([...discovered.problems, ...state.problems], enrollments))
  terminal.out(renderGraph(dependencyGraph(state), options.json ? 'json' : options.format))
  return 0
}
