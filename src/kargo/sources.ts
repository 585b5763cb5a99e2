import { posix } from 'node:path'
import type { Source } from '../enrollment/images-file.js'
import type { TrackedImage } from '../state/model.js'
import type { Some } from './constructs/stage.js'
import { branchOf, type Factory } from './factory.js'
import { FORGES, repositoryUrl } from './forges/index.js'
import { hashedSourceName, type SourceIdentity, sourceName } from './names.js'

/** A repository at a branch whose Dockerfiles and build definitions are watched. */
export interface WatchedSource extends SourceIdentity {
  /** What its objects are called after. */
  readonly name: string
  readonly repoURL: string
  /** Sorted, each once. */
  readonly paths: readonly string[]
  /** The first image built from it, by name: where problems with the source are shown. */
  readonly usedBy: TrackedImage
}

/**
 * The sources of enabled images, each repository and branch once, sorted by name. None where nobody wants to know
 * (`settings.stateWorkflow`). Nobody can rename a repository for us, so sources that would share a name all take a hash.
 *
 * @param images enabled images, sorted by name.
 */
export function watchedSources(images: readonly TrackedImage[], factory: Factory): WatchedSource[] {
  if (factory.settings.stateWorkflow === null) return []
  const uses = images.flatMap((image) => useOf(image, factory))
  const sources = [...groupBy(uses, ({ full }) => full).values()].map(together)
  const sharing = groupBy(sources, ({ name }) => name)
  return sources
    .map((source) => (sharing.get(source.name)?.length === 1 ? source : { ...source, name: hashedSourceName(source) }))
    .sort((a, b) => (a.name < b.name ? -1 : 1))
}

/** Files of an image's source that say what is built, with the key that names each. */
export function watchedFiles(source: Source): { readonly key: string; readonly path: string }[] {
  const definition = FORGES[source.provider].definition(source)
  return [{ key: 'source.dockerfile', path: source.dockerfile }, definition].flatMap(({ key, path }) =>
    path === null ? [] : [{ key, path: posix.normalize(path) }],
  )
}

/** One image's part in a source. */
interface Use extends SourceIdentity {
  readonly repoURL: string
  readonly paths: readonly string[]
  readonly usedBy: TrackedImage
}

function useOf(image: TrackedImage, factory: Factory): Use[] {
  const { source } = image.enrollment
  if (source === null) return []
  const { repo } = source
  const branch = branchOf(image, factory)
  const repoURL = repositoryUrl(source, factory)
  // GitHub and GitLab take a repository's name in any case.
  const full = `${repoURL.toLowerCase()}#${branch}`
  const paths = watchedFiles(source).map(({ path }) => path)
  // Without paths Kargo would watch the whole repository.
  return paths.length === 0 ? [] : [{ repo, branch, repoURL, full, paths, usedBy: image }]
}

function together(uses: Some<Use>): WatchedSource {
  const [first] = uses
  const [repoURL = first.repoURL] = uses.map((use) => use.repoURL).sort()
  const [repo = first.repo] = uses.map((use) => use.repo).sort()
  const paths = [...new Set(uses.flatMap((use) => use.paths))].sort()
  return { ...first, repo, repoURL, paths, name: sourceName(first) }
}

function groupBy<T>(items: readonly T[], key: (item: T) => string): Map<string, Some<T>> {
  const groups = new Map<string, [T, ...T[]]>()
  for (const item of items) {
    const group = groups.get(key(item))
    if (group === undefined) groups.set(key(item), [item])
    else group.push(item)
  }
  return groups
}
