import { truncate } from '../text/index.js'
import type { EnrolledImage } from './images-file.js'
import { type Problem, problem } from './problem.js'
import type { PlaceOf } from './uniqueness.js'

/**
 * Whether the settings allow an image's registry: it must be below one of the allowed registries, each a host or a host
 * and a path prefix (`ghcr.io/acme` allows `ghcr.io/acme/web` but not `ghcr.io/acme-evil/web`).
 *
 * @param allowed empty: any registry.
 * @param repository with its host.
 */
export function isAllowedRegistry(repository: string, allowed: readonly string[]): boolean {
  if (allowed.length === 0) return true
  return allowed.some((one) => {
    const slash = one.indexOf('/')
    const start = slash < 0 ? one.toLowerCase() : one.slice(0, slash).toLowerCase() + one.slice(slash)
    return repository === start || repository.startsWith(`${start}/`)
  })
}

/** Images that are published to a registry that the settings do not allow. */
export function registryProblems(
  images: readonly EnrolledImage[],
  allowed: readonly string[],
  file: string,
  placeOf: PlaceOf,
): Problem[] {
  const named = [
    ...allowed.slice(0, 3).map((one) => truncate(one, 60)),
    ...(allowed.length > 3 ? ['another'] : []),
  ].join(' or ')
  return images
    .filter(({ registry, repository }) => registry !== '' && !isAllowedRegistry(`${registry}/${repository}`, allowed))
    .map((image) => {
      const key = image.written.repoURL === undefined ? 'registry' : 'repoURL'
      return problem(
        'registry-forbidden',
        `${truncate(`${image.registry}/${image.repository}`, 120)} is in no allowed registry.`,
        {
          file,
          ...placeOf(image, key),
          remedy: `Publish it below ${named}, or add its registry to settings.allowedRegistries.`,
          image: image.name,
        },
      )
    })
}
