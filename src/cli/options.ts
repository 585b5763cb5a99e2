import { resolve } from 'node:path'
import { refuse } from '../enrollment/index.js'
import { isFolder, pathBelow, type StateFolder } from '../state/index.js'
import type { Environment } from './environment.js'

/** Where the state is, and what its parts are called. */
export interface StateOptions {
  readonly state?: string
  readonly images: string
  readonly output: string
}

/** Options that every command takes. */
export interface CommonOptions extends StateOptions {
  readonly sources?: string
  readonly json?: boolean
  readonly maxDeletions?: string
}

/** How this program was called, so that a command can be copied as it is. */
export const PROGRAM = process.argv[1]?.endsWith('.js') ? `node ${process.argv[1]}` : 'image-factory'

/** A path as one word of a command that is shown to be copied; what a path on Windows is made of needs no quotes there. */
export function shownPath(path: string): string {
  const plain = process.platform === 'win32' ? /^[\w./:\\-]+$/ : /^[\w./-]+$/
  return plain.test(path) ? path : JSON.stringify(path)
}

/**
 * The state folder a command works on: `--state`, else IMAGE_FACTORY_STATE_DIR, else the current folder.
 *
 * @throws Refusal when there is no such folder, or a path leads out of it.
 */
export function stateFolder(options: StateOptions, env: Environment): StateFolder {
  const folder = namedFolder(options, env)
  if (isFolder(folder.root)) return folder
  throw refuse(`there is no folder ${folder.root}.`, { remedy: 'Name the folder with images.yaml in --state.' })
}

/**
 * The same folder, which need not be there yet.
 *
 * @throws Refusal when a path leads out of it.
 */
export function namedFolder(options: StateOptions, env: Environment): StateFolder {
  const root = resolve(options.state ?? env.IMAGE_FACTORY_STATE_DIR ?? '.')
  const output = below(options.output, '--output')
  if (output === '.') throw refuse('--output must be a folder of its own: generated files are deleted there.')
  return { root, path: '.', imagesFile: below(options.images, '--images'), outputDir: output }
}

function below(path: string, option: string): string {
  const inside = pathBelow(path)
  if (inside !== null) return inside
  throw refuse(`${option} must be a path below the state folder, not ${JSON.stringify(path)}.`)
}
