import { type Problem, problem } from '../enrollment/problem.js'
import { withoutValues } from '../report/index.js'
import { fromTop, type StateFolder } from '../state/index.js'

/** Shorter ones are part of ordinary words. */
const MIN_SECRET_LENGTH = 16

/**
 * Files that would hold a token of this run: it was written where everybody can read it, and we spread no copy.
 *
 * @param changes texts by path below the state folder, null for a file that goes.
 */
export function leakedSecretProblems(
  changes: ReadonlyMap<string, string | null>,
  secrets: readonly string[],
  folder: StateFolder,
): Problem[] {
  const hide = withoutValues(secrets.filter((secret) => secret.length >= MIN_SECRET_LENGTH))
  const holding = [...changes].filter(([path, text]) => hide(path) !== path || (text !== null && hide(text) !== text))
  return holding.map(([path]) =>
    problem('error', `${fromTop(folder.path, hide(path))} would hold a token of this run.`, {
      file: fromTop(folder.path, folder.imagesFile),
      remedy: 'Revoke the token, and take it out of images.yaml and of the Dockerfile and workflow of that image.',
    }),
  )
}
