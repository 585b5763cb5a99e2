import type { EnrolledImage } from '../enrollment/images-file.js'
import { formatReference, parseReference } from '../reference/index.js'

/** The enrolled image that publishes to a repository, null where none of ours does. */
export type Publishers = (place: { readonly registry: string; readonly repository: string }) => string | null

/** Links base images to the enrolled images they are: by repository, whatever the tag. */
export function publishersOf(images: readonly EnrolledImage[]): Publishers {
  const byPlace = new Map(images.filter(({ enabled }) => enabled).map((image) => [publishedAt(image), image.name]))
  return ({ registry, repository }) => byPlace.get(`${registry}/${repository}`) ?? null
}

/** Where an image is published as Dockerfiles' references are spelled out: docker.io/app is docker.io/library/app. */
export function publishedAt({ registry, repository }: Pick<EnrolledImage, 'registry' | 'repository'>): string {
  const written = `${registry}/${repository}`
  const parsed = parseReference(written)
  return parsed.ok ? formatReference(parsed.reference) : written
}

/** Where an image stands among the enrolled ones. */
export interface BuildPlace {
  /** Enrolled images it is built on, sorted. */
  readonly builtOn: readonly string[]
  /** 0: on none of ours; else one more than the highest it is built on; null: in a circle, or on one. */
  readonly order: number | null
}

/**
 * The order in which enrolled images have to be built, so that each finds the newest of those it is built on.
 *
 * @param images the enrolled images.
 * @param pulled what each pulls, by image name; images that are not in it pull nothing of ours.
 */
export function buildOrder(
  images: readonly EnrolledImage[],
  pulled: ReadonlyMap<string, readonly { readonly registry: string; readonly repository: string }[]>,
): Map<string, BuildPlace> {
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

/** How high each stands above those that stand on nothing; what hangs on a circle has no level. */
function levelsOf(builtOn: ReadonlyMap<string, readonly string[]>): Map<string, number> {
  const dependents = new Map<string, string[]>()
  for (const [name, bases] of builtOn) {
    for (const base of bases) {
      const known = dependents.get(base)
      if (known === undefined) dependents.set(base, [name])
      else known.push(name)
    }
  }
  const levels = new Map<string, number>()
  const missing = new Map([...builtOn].map(([name, bases]) => [name, bases.length]))
  let ready = [...builtOn.keys()].filter((name) => missing.get(name) === 0)
  for (let level = 0; ready.length > 0; level += 1) {
    const next: string[] = []
    for (const name of ready) {
      levels.set(name, level)
      for (const dependent of dependents.get(name) ?? []) {
        const left = (missing.get(dependent) ?? 0) - 1
        missing.set(dependent, left)
        if (left === 0) next.push(dependent)
      }
    }
    ready = next
  }
  return levels
}
