import type { Problem } from '../enrollment/index.js'
import type { WorkflowProblem } from '../sources/index.js'
import type { ImageChange, Report } from './model.js'

/**
 * What is wrong with the workflows. Before an entry is merged a dispatch that GitHub would refuse is an error; later, and
 * for entries that stay as they are, a warning: a workflow that changed elsewhere must not stop the whole factory.
 */
export function workflowProblems(
  found: readonly WorkflowProblem[],
  images: readonly ImageChange[],
  mode: Report['mode'],
): Problem[] {
  const changed = new Set(images.map(({ name }) => name))
  return found.map(({ problem, isRefusal }) => {
    const isError = isRefusal && mode === 'preview' && changed.has(problem.image ?? '')
    return isError ? { ...problem, severity: 'error' as const } : problem
  })
}
