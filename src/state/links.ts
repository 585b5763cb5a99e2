import type { Enrollment } from '../enrollment/enrollment.js'
import { formatReference, parseReference } from '../reference/index.js'

/** The enrolled image that publishes to a repository, null where none of ours does. */
export type Publishers = (place: { readonly registry: string; readonly repository: string }) => string | null

/** Links base images to the enrolled images they are: by repository, whatever the tag. */
export function publishersOf(images: readonly Enrollment[]): Publishers {
  const byPlace = new Map(images.filter(({ enabled }) => enabled).map((image) => [publishedAt(image), image.name]))
  return ({ registry, repository }) => byPlace.get(`${registry}/${repository}`) ?? null
}

/** Where an image is published as Dockerfiles' references are spelled out: docker.io/app is docker.io/library/app. */
function publishedAt({ registry, repository }: Enrollment): string {
  const written = `${registry}/${repository}`
  const parsed = parseReference(written)
  return parsed.ok ? formatReference(parsed.reference) : written
}
