import type { ExplainedBase } from './bases.js'
import type { Explanation } from './explanation.js'
import { minute, shortDigest } from './words.js'

/** One line of the table; what is said of the image stands in its first line only, its name in all. */
export interface Row {
  readonly status: Explanation['status']
  readonly isFirst: boolean
  readonly cells: readonly string[]
}

/** Titles of the columns. */
export const HEAD = ['IMAGE', 'REBUILD', 'LAST BUILT', 'BASE IMAGE', 'DIGEST', 'SINCE', 'CHANGE'] as const

/** The table of explanations: one line for each base image of each image; times in UTC. */
export function tableRows(explanations: readonly Explanation[]): Row[] {
  return explanations.flatMap((explanation) => {
    const { enrollment, status, lastBuilt, bases } = explanation
    const about = [standing(explanation), lastBuilt === null ? '-' : minute(lastBuilt)]
    const lines = bases.length === 0 ? [['-', '-', '-', '-']] : bases.map(baseCells)
    return lines.map((cells, index) => {
      const isFirst = index === 0
      return { status, isFirst, cells: [enrollment.name, ...(isFirst ? about : ['', '']), ...cells] }
    })
  })
}

/** `waiting until 2026-03-12 08:00 (rebuildDelay 7d)` */
function standing({ status, reason, outlook, enrollment }: Explanation): string {
  const at = outlook.kind === 'scheduled' ? minute(outlook.at) : ''
  if (status === 'due') return `due since ${at}${reason === 'override' ? ' (override)' : ''}`
  if (status === 'up-to-date') return 'up to date'
  if (status === 'held') return 'held (autoRebuild false)'
  if (status !== 'waiting') return `${status === 'never' ? 'never' : 'not known'} (${reason})`
  const span = reason === 'rebuildDelay' || reason === 'minimumReleaseAge' ? ` ${enrollment[reason].text}` : ''
  return `waiting until ${at} (${reason}${span})`
}

const CHANGES: Readonly<Record<ExplainedBase['change'], string>> = {
  unknown: 'not looked up',
  unchanged: 'unchanged',
  earlier: 'before enrollment',
  built: 'built',
  newer: 'newer',
}

function baseCells({ reference, digest, since, change, isReturned }: ExplainedBase): string[] {
  const changed = isReturned ? `${change === 'newer' ? 'changed' : CHANGES[change]}, went back` : CHANGES[change]
  return [reference, digest === null ? '-' : shortDigest(digest), since === null ? '-' : minute(since), changed]
}
