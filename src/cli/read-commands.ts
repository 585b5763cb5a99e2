import { readFile } from 'node:fs/promises'
import { text as readStream } from 'node:stream/consumers'
import { findBaseImages } from '../dockerfile/index.js'
import { parseEnrolment, printable, refuse } from '../enrollment/index.js'
import { readOptional } from '../state/index.js'
import { stateFolder } from './options.js'
import type { Run } from './plan-commands.js'
import { printProblems } from './terminal.js'

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

/** The refusal of a command that finds no images file. */
export function missing(file: string): Error {
  return refuse(`there is no ${file}.`, { file, remedy: 'Name the folder in --state and the file in --images.' })
}
