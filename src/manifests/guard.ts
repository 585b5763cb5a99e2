import { type Problem, problem } from '../enrollment/problem.js'
import type { Comparison } from './compare.js'
import type { ResourceChange } from './resources.js'

/** How many objects one run may delete: a number, or a percentage of the existing ones. */
export type DeletionLimit =
  | { readonly kind: 'count'; readonly count: number }
  | { readonly kind: 'percent'; readonly percent: number }

/** Allowed in any run, whatever the limit: removing an image or two is routine. */
const ALWAYS_ALLOWED = 10

/** Deleting one of these deletes everything in it. */
const CONTAINERS: ReadonlySet<string> = new Set(['Namespace', 'Project'])

/** Deleting one of these loses Kargo's records of Freight. */
const WITH_HISTORY: ReadonlySet<string> = new Set(['Namespace', 'Project', 'Warehouse', 'Stage'])

/** Reads `25%` or `40`; null if it is neither. */
export function parseDeletionLimit(text: string): DeletionLimit | null {
  const match = /^(\d{1,7})(%?)$/.exec(text.trim())
  if (match === null) return null
  const amount = Number(match[1])
  if (match[2] === '') return { kind: 'count', count: amount }
  return amount > 100 ? null : { kind: 'percent', percent: amount }
}

/**
 * Changes that must not be written: too many deletions at once, or a deletion that takes all Freight with it.
 *
 * @param outputDir the output folder as shown to people, for the remedy.
 * @returns errors; none if the changes may be written.
 */
export function guardDeletions(comparison: Comparison, limit: DeletionLimit, outputDir: string): Problem[] {
  const removed = comparison.changes.filter((change) => change.kind === 'removed')
  const allowed = allowedDeletions(limit, comparison.resourcesBefore)
  const problems = removed
    .filter((change) => CONTAINERS.has(change.id.kind))
    .map((change) => containerProblem(change, outputDir))
  if (removed.length > allowed) {
    const message = `this run would delete ${removed.length} of ${comparison.resourcesBefore} resources; ${allowed} are allowed.`
    const remedy = `If that is intended, run once with max-deletions: ${removed.length} (--max-deletions ${removed.length}). If not, check what is missing from images.yaml.`
    problems.push(problem('deletions-exceeded', message, { remedy }))
  }
  return problems
}

function containerProblem(change: ResourceChange, outputDir: string): Problem {
  const message = `this run would delete the ${change.id.kind} ${change.id.name}, and with it all Freight.`
  const file = `${outputDir}/${change.file}`
  const remedy = `Undo the change of settings.namespace; if it is intended, delete ${file} by hand in a separate commit first.`
  return problem('container-deleted', message, { file, remedy })
}

function allowedDeletions(limit: DeletionLimit, before: number): number {
  const asked = limit.kind === 'count' ? limit.count : Math.floor((before * limit.percent) / 100)
  return Math.max(ALWAYS_ALLOWED, asked)
}

/** Whether a change deletes an object together with its history. */
export function isDestructive(change: ResourceChange): boolean {
  return change.kind === 'removed' && WITH_HISTORY.has(change.id.kind)
}
