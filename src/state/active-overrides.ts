import { type Override, type Problem, problem } from '../enrollment/index.js'
import type { MergedState } from './files.js'

/**
 * The overrides that an image still waits for, and a notice about each of the others: they can be removed.
 *
 * @param file overrides.yaml as people know it, from the repository's top.
 */
export function activeOverrides(
  overrides: readonly Override[],
  { builtSince }: MergedState,
  file: string,
): { readonly active: readonly Override[]; readonly notices: readonly Problem[] } {
  const notices = overrides
    .filter(({ digest }) => builtSince.has(digest))
    .map(({ base, line }) => {
      const message = `the override of ${base} has done its work: every image that is rebuilt for it was built since.`
      return problem('notice', message, { file, line, remedy: 'Take it out.' })
    })
  return { active: overrides.filter(({ digest }) => !builtSince.has(digest)), notices }
}
