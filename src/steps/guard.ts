import { type Problem, problem } from '../enrollment/index.js'
import { type Comparison, guardDeletions } from '../manifests/index.js'
import { type ImageChange, withoutValues } from '../report/index.js'
import type { Discovered } from '../sources/index.js'
import { fromTop } from '../state/index.js'
import type { RunSetting, StateFolder } from './job.js'

/**
 * What is wrong with the workflows. Before an entry is merged a dispatch that GitHub would refuse is an error; later, and
 * for entries that stay as they are, a warning: a workflow that changed elsewhere must not stop the whole factory.
 */
export function workflowProblems(
  { workflowProblems: workflows }: Discovered,
  images: readonly ImageChange[],
  job: RunSetting,
): Problem[] {
  const changed = new Set(images.map(({ name }) => name))
  return workflows.map(({ problem: found, isRefusal }) => {
    const isError = isRefusal && job.mode === 'preview' && changed.has(found.image ?? '')
    return isError ? { ...found, severity: 'error' as const } : found
  })
}

export function guard(comparison: Comparison, folder: StateFolder, job: RunSetting): Problem[] {
  const forbidden = guardDeletions(comparison, job.maxDeletions, fromTop(folder.path, folder.outputDir))
  if (forbidden.length > 0) job.say('These changes are not allowed.')
  return forbidden
}

/** Shorter ones are part of ordinary words. */
const MIN_SECRET_LENGTH = 16

/** Files that would hold a token of this run: somebody wrote it where everybody can read it, and we spread no copy. */
export function secretProblems(
  changes: ReadonlyMap<string, string | null>,
  folder: StateFolder,
  job: RunSetting,
): Problem[] {
  const hide = withoutValues(job.secrets.filter((secret) => secret.length >= MIN_SECRET_LENGTH))
  const holding = [...changes].filter(([path, text]) => hide(path) !== path || (text !== null && hide(text) !== text))
  return holding.map(([path]) =>
    problem('error', `${fromTop(folder.path, hide(path))} would hold a token of this run.`, {
      file: fromTop(folder.path, folder.imagesFile),
      remedy: 'Revoke the token, and take it out of images.yaml and of the Dockerfile and workflow of that image.',
    }),
  )
}
