import { resolve } from 'node:path'
import { type ImagesFile, type Problem, Refusal, refuse } from '../enrollment/index.js'
import { readImages } from '../read-enrollment.js'
import type { Env } from '../run-options.js'
import { isFolder, pathBelow, type StateFolder } from '../state/index.js'
import type { Terminal } from './terminal.js'

export interface CommonOptions {
  /** Where the state is, and the names of its parts. */
  readonly state?: string
  readonly images: string
  readonly output: string
  readonly sources?: string
  readonly json?: boolean
  readonly maxDeletions?: string
}

export interface CommandContext {
  readonly options: CommonOptions
  readonly env: Env
  readonly terminal: Terminal
  /** ISO 8601. */
  readonly now: string
}

/** How this program was invoked, so that printed commands can be copied as they are. */
export const PROGRAM = process.argv[1]?.endsWith('.js') ? `node ${process.argv[1]}` : 'image-factory'

/** A path as one word of a printed command; Windows path characters need no quotes there. */
export function shownPath(path: string): string {
  const plain = process.platform === 'win32' ? /^[\w./:\\-]+$/ : /^[\w./-]+$/
  return plain.test(path) ? path : JSON.stringify(path)
}

/**
 * The state folder of a command: `--state`, else IMAGE_FACTORY_STATE_DIR, else the current folder.
 *
 * @throws Refusal when the folder does not exist, or a path leads out of it.
 */
export function stateFolder(options: CommonOptions, env: Env): StateFolder {
  const folder = newStateFolder(options, env)
  if (isFolder(folder.root)) return folder
  throw refuse('file-missing', `there is no folder ${folder.root}.`, {
    remedy: 'Set --state to the folder with images.yaml.',
  })
}

/**
 * The state folder, which need not exist yet.
 *
 * @throws Refusal when a path leads out of it.
 */
export function newStateFolder(options: CommonOptions, env: Env): StateFolder {
  const root = resolve(options.state ?? env.IMAGE_FACTORY_STATE_DIR ?? '.')
  const output = below(options.output, '--output', 'dist')
  if (output === '.')
    throw refuse('option-invalid', '--output must be a separate folder: generated files are deleted there.', {
      remedy: 'Write --output dist.',
    })
  return { root, path: '.', imagesFile: below(options.images, '--images', 'images.yaml'), outputDir: output }
}

function below(path: string, option: string, example: string): string {
  const inside = pathBelow(path)
  if (inside !== null) return inside
  throw refuse('option-invalid', `${option} must be a path below the state folder, not ${JSON.stringify(path)}.`, {
    remedy: `Write ${option} ${example}.`,
  })
}

/** OWNER/REPO of the file; on a runner it is known, as it is to the commands that write. */
export function ownRepository(env: Env): string | null {
  return env.GITHUB_REPOSITORY || null
}

/**
 * The images file, for commands that need a valid one.
 *
 * @throws Refusal when it does not exist, or with its problems when there are errors among them.
 */
export function readImagesFile(
  folder: StateFolder,
  env: Env,
): { readonly enrolled: ImagesFile; readonly problems: readonly Problem[] } {
  const { enrolled, problems } = readImages(folder, ownRepository(env))
  if (enrolled === null) throw new Refusal(problems)
  return { enrolled, problems }
}

/**
 * Splits an option's NAME=VALUE.
 *
 * @throws Refusal when it has another form.
 */
export function nameAndValue(option: string, text: string): [string, string] {
  const at = text.indexOf('=')
  if (at > 0) return [text.slice(0, at), text.slice(at + 1)]
  throw refuse('option-invalid', `${option} must be NAME=VALUE, not ${JSON.stringify(text)}.`, {
    remedy: `Write ${option} ${/^\w[\w-]*$/.test(text) ? text : 'NAME'}=VALUE.`,
  })
}
