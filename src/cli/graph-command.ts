import { dependencyGraph, type GraphFormat, renderGraph } from '../report/index.js'
import { type Discovered, discover } from '../sources/index.js'
import { linkState, readState } from '../state/index.js'
import { sourcesOf } from './job.js'
import { stateFolder } from './options.js'
import type { Run } from './plan-commands.js'
import { readImagesFile } from './read-images-file.js'
import { printProblems } from './terminal.js'

/** What `graph` takes beside the common options. */
export interface GraphOptions {
  readonly format: GraphFormat
  readonly discover?: boolean
  readonly json?: boolean
}

const NOTHING_DISCOVERED: Discovered = { images: new Map(), problems: [], workflowProblems: [], runs: new Map() }

/** `graph`: which image hangs on which base image, as the state files know it; with `--discover` as sources have it now. */
export async function graph({ options: common, env, terminal }: Run, options: GraphOptions): Promise<number> {
  const folder = stateFolder(common, env)
  const { imagesFile } = folder
  const { enrolled } = readImagesFile(folder, env)
  const { images: enrollments, settings } = enrolled
  const discovered = options.discover
    ? await discover(enrollments, sourcesOf(common, env, terminal), imagesFile)
    : NOTHING_DISCOVERED
  const { allowedRegistries } = settings
  const before = readState(folder.root)
  const state = linkState({ enrollments, discovered, before, imagesFile, allowedRegistries })
  printProblems(terminal, [...discovered.problems, ...state.problems])
  terminal.out(renderGraph(dependencyGraph(state), options.json ? 'json' : options.format))
  return 0
}
