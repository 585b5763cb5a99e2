import type { EnrolledImage } from '../enrollment/images-file.js'
import { type Problem, problem } from '../enrollment/problem.js'
import { groupBy } from '../text/index.js'
import type { BaseCatalog } from './bases.js'
import { placeOfEntry } from './model.js'
import type { ImageFacts } from './state-file.js'

/** The enrolled image that publishes to a repository, null for none. */
export type Publishers = (place: { readonly registry: string; readonly repository: string }) => string | null

/** Links base images to the enrolled images with the same repository, whatever the tag. */
export function publishersOf(images: readonly EnrolledImage[]): Publishers {
  const byPlace = new Map(
    images.filter(({ enabled }) => enabled).map((image) => [`${image.registry}/${image.repository}`, image.name]),
  )
  return ({ registry, repository }) => byPlace.get(`${registry}/${repository}`) ?? null
}

/**
 * The order in which enrolled images have to be built, so that each gets the latest of those it is built on.
 *
 * @param images the enrolled images.
 * @param pulled what each pulls, by image name; missing images pull no enrolled ones.
 * @returns by image name: the enrolled images it is built on, sorted, and its order. 0: built on no enrolled image; else
 *   one more than the highest base; null: in a cycle, or built on one.
 */
export function buildOrder(
  images: readonly EnrolledImage[],
  pulled: ReadonlyMap<string, readonly { readonly registry: string; readonly repository: string }[]>,
): Map<string, { readonly builtOn: readonly string[]; readonly order: number | null }> {
  const publisher = publishersOf(images)
  const builtOn = new Map(
    images.map(({ name }) => {
      const names = (pulled.get(name) ?? []).flatMap((place) => publisher(place) ?? [])
      return [name, [...new Set(names)].sort()] as const
    }),
  )
  const order = levelsOf(builtOn)
  return new Map([...builtOn].map(([name, bases]) => [name, { builtOn: bases, order: order.get(name) ?? null }]))
}

/** Number of builds that must come before; images in a cycle, or built on one, have none. */
function levelsOf(builtOn: ReadonlyMap<string, readonly string[]>): Map<string, number> {
  const pairs = [...builtOn].flatMap(([name, bases]) => bases.map((base) => ({ base, name })))
  const dependents = groupBy(pairs, ({ base }) => base)
  const levels = new Map<string, number>()
  const missing = new Map([...builtOn].map(([name, bases]) => [name, bases.length]))
  let ready = [...builtOn.keys()].filter((name) => missing.get(name) === 0)
  for (let level = 0; ready.length > 0; level += 1) {
    const next: string[] = []
    for (const name of ready) {
      levels.set(name, level)
      for (const dependent of dependents.get(name) ?? []) {
        const left = (missing.get(dependent.name) ?? 0) - 1
        missing.set(dependent.name, left)
        if (left === 0) next.push(dependent.name)
      }
    }
    ready = next
  }
  return levels
}

/** Names of the images in each cycle that is reported. A disabled image is not rebuilt and breaks a cycle. */
export function cyclesOf(all: readonly ImageFacts[], catalog: BaseCatalog, publisher: Publishers): string[][] {
  const images = all.filter(({ enrollment }) => enrollment.enabled)
  const builtOn = images.map((image) => {
    const publishedBy = image.bases.flatMap((name) => {
      const base = catalog.byName.get(name)
      return base === undefined ? [] : (publisher(base) ?? [])
    })
    return [image.enrollment.name, [...new Set(publishedBy)]] as const
  })
  return findCycles(new Map(builtOn))
}

/** Reported cycles, and images of one. */
const CIRCLES_SHOWN = 20
const IMAGES_SHOWN = 50

/**
 * Images that are built on each other in a cycle: each rebuild would trigger the next one endlessly.
 *
 * @returns one error per cycle, which lists all of it.
 */
export function cycleProblems(
  all: readonly ImageFacts[],
  catalog: BaseCatalog,
  publisher: Publishers,
  file: string,
): Problem[] {
  return cyclesOf(all, catalog, publisher).map((cycle) => {
    const first = all.find(({ enrollment }) => enrollment.name === cycle[0])?.enrollment
    const left = cycle.length - IMAGES_SHOWN
    const shown = left > 0 ? [...cycle.slice(0, IMAGES_SHOWN), `${left} more`] : cycle
    const circle = [...shown, cycle[0]].join(' → ')
    const remedy = 'Remove one of them, or build it on an image that is not enrolled.'
    const about = first === undefined ? { file } : placeOfEntry(first, file)
    return problem('base-circle', `images are built on each other in a cycle: ${circle}.`, { ...about, remedy })
  })
}

/** Cycles of a graph, each once, starting with its smallest name; limited. Iterative: chains may be long. */
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
