import {
  type Enrolment,
  type EnrolmentContext,
  type EnrolmentResult,
  type Problem,
  parseEnrolment,
  Refusal,
  refuse,
} from '../enrollment/index.js'
import type { StateFolder } from '../pipeline.js'
import { readOptional } from '../state/index.js'
import type { Environment } from './environment.js'

/** On a runner the repository that holds the file is known, as it is to the commands that write. */
export function heldBy(env: Environment): Required<EnrolmentContext> {
  return { here: env.GITHUB_REPOSITORY || null }
}

/**
 * The images file of a state folder: its text, and what reading it gives.
 *
 * @throws Refusal when there is no such file.
 */
export function lookAtEnrolment(
  { root, imagesFile }: StateFolder,
  env: Environment,
): EnrolmentResult & { readonly text: string } {
  const text = readOptional(root, imagesFile)
  if (text === null) {
    const remedy = 'Name the folder in --state and the file in --images.'
    throw refuse(`there is no ${imagesFile}.`, { file: imagesFile, remedy })
  }
  return { text, ...parseEnrolment(text, imagesFile, heldBy(env)) }
}

/**
 * A valid images file, for a command that cannot do without.
 *
 * @throws Refusal when there is none, or with its problems when there are errors among them.
 */
export function readEnrolment(
  folder: StateFolder,
  env: Environment,
): { readonly enrolment: Enrolment; readonly problems: readonly Problem[] } {
  const { enrolment, problems } = lookAtEnrolment(folder, env)
  if (enrolment === null) throw new Refusal(problems)
  return { enrolment, problems }
}
