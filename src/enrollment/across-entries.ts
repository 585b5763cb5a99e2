import { shortenName } from '../reference/index.js'
import { truncate } from '../text/index.js'
import type { EnrolledImage, Settings } from './images-file.js'
import { type Problem, problem } from './problem.js'

/** Where a key of an entry is, for problems. */
type PlaceOf = (image: EnrolledImage, key: string) => Pick<Problem, 'file' | 'line' | 'column' | 'image'>

/**
 * What must be unique among entries: the name (files and Kubernetes objects use it), the place where the image is
 * published (each new tag would be analyzed twice), and names derived from these.
 */
export function uniquenessProblems(
  images: readonly EnrolledImage[],
  settings: Settings | null,
  at: PlaceOf,
): Problem[] {
  return [
    ...repeated(images, (image) => image.name).map(({ image, earlier }) =>
      taken('name-taken', `the name ${image.name}`, earlier, at(image, 'name')),
    ),
    ...repeated(images, publishedAt).map(({ image, earlier }) => {
      const key = image.written.repoURL === undefined ? 'repository' : 'repoURL'
      return taken(
        'repository-taken',
        `the repository ${truncate(`${image.registry}/${image.repository}`, 120)}`,
        earlier,
        at(image, key),
      )
    }),
    ...repeatedStages(images).map(({ image, earlier, stage }) =>
      problem('name-taken', `its Stage ${stage} has the name of one of the entry in line ${earlier.line}.`, {
        ...at(image, 'environments'),
        remedy: `Rename the environment, ${image.name} or ${earlier.name}.`,
      }),
    ),
    ...namedLikeSources(images, settings).map((image) =>
      problem('name-taken', `the name ${image.name} is that of the Warehouse that watches a source.`, {
        ...at(image, 'name'),
        remedy: 'Give the image another name.',
      }),
    ),
    ...images
      .filter(({ name }) => name === 'factory')
      .map((image) =>
        problem('name-taken', 'the name factory is taken by the file of the objects that all images share.', {
          ...at(image, 'name'),
          remedy: 'Give the image another name.',
        }),
      ),
  ]
}

function taken(
  code: 'name-taken' | 'repository-taken',
  what: string,
  earlier: EnrolledImage,
  at: Partial<Problem>,
): Problem {
  const remedy = 'Each image is enrolled once.'
  return problem(code, `${what} is taken by the entry in line ${earlier.line}.`, { ...at, remedy })
}

/** Different tags of one repository may be watched separately. */
function publishedAt({ registry, repository, tags }: EnrolledImage): string | null {
  if (registry === '') return null
  return `${registry}/${repository} ${tags.strategy} ${tags.constraint ?? ''} ${tags.allow.join(' ')}`
}

/** `promote-a-b-c` is both the environment b-c of a and c of a-b. */
function repeatedStages(images: readonly EnrolledImage[]) {
  const first = new Map<string, EnrolledImage>()
  return images.flatMap((image) =>
    image.environments.flatMap(({ name }) => {
      const stage = shortenName(`promote-${image.name}-${name}`)
      const earlier = first.get(stage)
      if (earlier === undefined) first.set(stage, image)
      // Duplicate environments of one image, and duplicate images, have their own problems.
      return earlier === undefined || earlier.name === image.name ? [] : [{ image, earlier, stage }]
    }),
  )
}

/** Warehouses for sources, named after them, exist only if Kargo has a workflow to start. */
function namedLikeSources(images: readonly EnrolledImage[], settings: Settings | null): EnrolledImage[] {
  if (settings === null || settings.stateWorkflow === null) return []
  const sources = images.filter(({ enabled }) => enabled).flatMap(({ source }) => source ?? [])
  const warehouses = new Set(sources.map(({ repo }) => `source-${repo.toLowerCase().replace(/[^a-z0-9]+/g, '-')}`))
  return images.filter(({ name }) => warehouses.has(name))
}

/** The images with the same value as an earlier one. */
function repeated(images: readonly EnrolledImage[], key: (image: EnrolledImage) => string | null) {
  const first = new Map<string, EnrolledImage>()
  return images.flatMap((image) => {
    const value = key(image)
    if (value === null) return []
    const earlier = first.get(value)
    if (earlier === undefined) first.set(value, image)
    return earlier === undefined ? [] : [{ image, earlier }]
  })
}

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
export function registryProblems(images: readonly EnrolledImage[], allowed: readonly string[], at: PlaceOf): Problem[] {
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
        { ...at(image, key), remedy: `Publish it below ${named}, or add its registry to settings.allowedRegistries.` },
      )
    })
}

/** Problems of images that require Kargo in a factory without a cluster. */
export function engineProblems(images: readonly EnrolledImage[], engine: Settings['engine'], at: PlaceOf): Problem[] {
  if (engine === 'kargo') return []
  return images.flatMap((image) => {
    const say = (key: string, what: string, remedy: string) =>
      problem('engine-unsuitable', `${image.name}: ${what} needs Kargo, and settings.engine is actions.`, {
        ...at(image, key),
        remedy,
      })
    const promoted =
      image.environments.length === 0 ? null : image.written.updates === undefined ? 'environments' : 'updates'
    const isChecked = image.analysis !== null && image.lineOf('analysis') !== null
    return [
      ...(promoted === null
        ? []
        : [say(promoted, `${promoted} (promotion)`, `Remove ${promoted}, or write \`engine: kargo\`.`)]),
      ...(isChecked ? [say('analysis', 'analysis', 'Write `analysis: false`, or `engine: kargo`.')] : []),
    ]
  })
}
