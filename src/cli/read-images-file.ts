import {
  type ImagesFile,
  type ImagesFileContext,
  type ImagesFileResult,
  type Problem,
  parseImagesFile,
  Refusal,
  refuse,
} from '../enrollment/index.js'
import { readOptional, type StateFolder } from '../state/index.js'
import type { Environment } from './environment.js'

/** On a runner the repository that holds the file is known, as it is to the commands that write. */
export function heldVariables(env: Environment): Required<ImagesFileContext> {
  return { here: env.GITHUB_REPOSITORY || null }
}

/**
 * The images file of a state folder: its text, and what reading it gives.
 *
 * @throws Refusal when there is no such file.
 */
export function inspectImagesFile(
  { root, imagesFile }: StateFolder,
  env: Environment,
): ImagesFileResult & { readonly text: string } {
  const text = readOptional(root, imagesFile)
  if (text === null) {
    const remedy = 'Name the folder in --state and the file in --images.'
    throw refuse(`there is no ${imagesFile}.`, { file: imagesFile, remedy })
  }
  return { text, ...parseImagesFile(text, imagesFile, heldVariables(env)) }
}

/**
 * A valid images file, for a command that cannot do without.
 *
 * @throws Refusal when there is none, or with its problems when there are errors among them.
 */
export function readImagesFile(
  folder: StateFolder,
  env: Environment,
): { readonly enrolled: ImagesFile; readonly problems: readonly Problem[] } {
  const { enrolled, problems } = inspectImagesFile(folder, env)
  if (enrolled === null) throw new Refusal(problems)
  return { enrolled, problems }
}
