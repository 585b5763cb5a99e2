import { type Problem, problem } from '../enrollment/problem.js'
import type { BaseCatalog } from './bases.js'
import type { ImageFacts } from './image-file.js'

/**
 * Images that are built on each other in a circle: each rebuild would start the next one for ever.
 *
 * @returns one error a circle, with the whole circle in it.
 */
export function cycleProblems(images: readonly ImageFacts[], catalog: BaseCatalog, file: string): Problem[] {
  const publishers = new Map(
    images.map(({ enrollment }) => [`${enrollment.registry}/${enrollment.repository}`, enrollment.name]),
  )
  const builtOn = new Map(
    images.map((image) => [
      image.enrollment.name,
      image.bases.flatMap((name) => {
        const base = catalog.byName.get(name)
        const publisher = base === undefined ? undefined : publishers.get(`${base.registry}/${base.repository}`)
        return publisher === undefined ? [] : [publisher]
      }),
    ]),
  )
  return findCycles(builtOn).map((cycle) => {
    const first = images.find(({ enrollment }) => enrollment.name === cycle[0])?.enrollment
    const circle = [...cycle, cycle[0]].join(' → ')
    const remedy = 'Take one of them out, or build it on an image that is not enrolled.'
    const about = { file, line: first?.line ?? null, column: first?.column ?? null, image: first?.name ?? null, remedy }
    return problem('error', `images are built on each other in a circle: ${circle}.`, about)
  })
}

/** Circles of a graph, each once, beginning with its smallest name. Iterative: chains may be long. */
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
      if (since !== undefined) cycles.push(path.slice(since))
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
