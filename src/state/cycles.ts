import { type Problem, problem } from '../enrollment/problem.js'
import type { BaseCatalog } from './bases.js'
import type { ImageFacts } from './image-file.js'
import type { Publishers } from './links.js'

/** More circles, or more images of one, tell nobody anything. */
const CIRCLES_SHOWN = 20
const IMAGES_SHOWN = 50

/**
 * Images that are built on each other in a circle: each rebuild would start the next one for ever. An image that is
 * switched off is not rebuilt and breaks a circle.
 *
 * @returns one error a circle, with the whole circle in it.
 */
export function cycleProblems(
  all: readonly ImageFacts[],
  { catalog, publisher }: { readonly catalog: BaseCatalog; readonly publisher: Publishers },
  file: string,
): Problem[] {
  const images = all.filter(({ enrollment }) => enrollment.enabled)
  const builtOn = new Map(
    images.map((image) => {
      const publishedBy = image.bases.flatMap((name) => {
        const base = catalog.byName.get(name)
        return base === undefined ? [] : (publisher(base) ?? [])
      })
      return [image.enrollment.name, [...new Set(publishedBy)]] as const
    }),
  )
  return findCycles(builtOn).map((cycle) => {
    const first = images.find(({ enrollment }) => enrollment.name === cycle[0])?.enrollment
    const left = cycle.length - IMAGES_SHOWN
    const shown = left > 0 ? [...cycle.slice(0, IMAGES_SHOWN), `${left} more`] : cycle
    const circle = [...shown, cycle[0]].join(' → ')
    const remedy = 'Take one of them out, or build it on an image that is not enrolled.'
    const about = { file, line: first?.line ?? null, column: first?.column ?? null, image: first?.name ?? null, remedy }
    return problem('error', `images are built on each other in a circle: ${circle}.`, about)
  })
}

/**
 * Circles of a graph, each once, beginning with its smallest name; the first ones where there are many. Iterative:
 * chains may be long.
 */
export function findCycles(edges: ReadonlyMap<string, readonly string[]>): string[][] {
  const cycles: string[][] = []
  const done = new Set<string>()
  for (const start of [...edges.keys()].sort()) {
    const path: string[] = []
    const onPath = new Map<string, number>()
    const pending: { readonly name: string; readonly leave: boolean }[] = [{ name: start, leave: false }]
    for (let step = pending.pop(); step !== undefined; step = pending.pop()) {
      const { name, leave } = step
      if (leave) {
        path.pop()
        onPath.delete(name)
        done.add(name)
        continue
      }
      const since = onPath.get(name)
      if (since !== undefined && cycles.length < CIRCLES_SHOWN) cycles.push(path.slice(since))
      if (since !== undefined || done.has(name)) continue
      onPath.set(name, path.length)
      path.push(name)
      pending.push({ name, leave: true })
      for (const next of edges.get(name) ?? []) pending.push({ name: next, leave: false })
    }
  }
  return cycles.map(fromSmallest)
}

function fromSmallest(cycle: readonly string[]): string[] {
  const smallest = [...cycle].sort()[0] ?? ''
  const at = cycle.indexOf(smallest)
  return [...cycle.slice(at), ...cycle.slice(0, at)]
}
