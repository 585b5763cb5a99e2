import type { ResourceChange } from '../manifests/model.js'
import type { Difference } from './difference.js'

/** One changed object, ready to show. */
export interface Resource {
  readonly change: ResourceChange['kind']
  readonly kind: string
  readonly namespace: string
  readonly name: string
  /** Path relative to the repository root. */
  readonly path: string
  readonly cause: string | null
  readonly difference: Difference
}

/** Objects whose lines change alike; one of them is shown for all. */
export interface Group {
  readonly lead: Resource
  readonly others: readonly Resource[]
}

/** Two diffs that are alike are read as fast as one and a list. */
const MIN_ALIKE = 3

/**
 * Puts together the objects of a kind in which the same lines change to the same lines, however different the lines
 * around them: one delay for 500 images is one thing to read. In the order of the objects.
 */
export function groupAlike(resources: readonly Resource[]): Group[] {
  const byChange = new Map<string, Resource[]>()
  for (const resource of resources) {
    const key = keyOf(resource)
    const known = key === null ? undefined : byChange.get(key)
    if (known !== undefined) known.push(resource)
    else if (key !== null) byChange.set(key, [resource])
  }
  const groups = [...byChange.values()].filter((alike) => alike.length >= MIN_ALIKE)
  const leads = new Map(groups.map(([lead, ...others]) => [lead, others]))
  const followers = new Set(groups.flatMap(([, ...others]) => others))
  return resources
    .filter((resource) => !followers.has(resource))
    .map((lead) => ({ lead, others: leads.get(lead) ?? [] }))
}

/** What changes in an object, line by line; null for one that comes or goes, which is itself what there is to read. */
function keyOf({ change, kind, difference }: Resource): string | null {
  // What a Secret hides may differ where it looks alike.
  if (change !== 'modified' || kind === 'Secret') return null
  const changed = difference.hunks().map(({ lines }) => lines.filter((line) => !line.startsWith(' ')).join('\n'))
  return changed.length === 0 ? null : JSON.stringify([kind, changed])
}
