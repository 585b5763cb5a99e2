import { posix } from 'node:path'
import type { Construct } from 'constructs'
import type { Source } from '../../enrollment/images-file.js'
import { forgeOf } from '../../forges/index.js'
import { familiarReference } from '../../reference/index.js'
import type { TrackedBase, TrackedImage } from '../../state/model.js'
import { by, groupBy } from '../../text/index.js'
import { Stage } from '../constructs/stage.js'
import { DEFAULT_INTERVAL_SECONDS, GitWarehouse, Warehouse } from '../constructs/warehouse.js'
import { branchOf, type Factory } from '../factory.js'
import { repositoryUrl } from '../forges/index.js'
import {
  BASE_IMAGE_LABEL,
  discoverStageName,
  hashedSourceName,
  OBSERVE_BASE_IMAGE,
  SOURCE_LABEL,
  type SourceIdentity,
  soakStageName,
  sourceName,
  sourceWarehouseName,
  warehouseName,
} from '../names.js'
import { NOTIFY_STEP, stateNotice } from '../tasks/notify-state.js'
import { ManifestChart } from './manifest-chart.js'

/** `base-NAME.k8s.yaml`: watches one base image, shared by all images built on it. */
export class BaseChart extends ManifestChart {
  /** @param usedBy an image built on it, where problems with the base are reported. */
  constructor(scope: Construct, id: string, factory: Factory, base: TrackedBase, usedBy: TrackedImage) {
    const warehouse = warehouseName(base.name)
    const repoURL = `${base.registry}/${base.repository}`
    const { namespace, shard } = factory.settings
    super(scope, id, {
      file: `base-${warehouse}`,
      namespace,
      title: `base image ${repoURL}:${base.tag}`,
      entry: usedBy.enrollment,
      labels: { [BASE_IMAGE_LABEL]: warehouse },
    })
    new Warehouse(this, {
      name: warehouse,
      intervalSeconds: intervalOf(base, factory),
      shard,
      repoURL,
      select: { strategy: 'Digest', tag: base.tag },
    })
    const notice = stateNotice(factory, `base image ${familiarReference({ ...base, digest: null })} changed`)
    // A Stage with a step: soak time counts only in Stages that Freight is promoted into.
    new Stage(this, {
      name: soakStageName(base.name),
      autoPromotion: true,
      shard,
      vars: { repo: repoURL, baselineDigest: base.baselineDigest ?? 'none', ...notice.vars },
      requestedFreight: [{ warehouse, from: { direct: true } }],
      steps: [{ as: 'observe', task: OBSERVE_BASE_IMAGE }],
    })
  }
}

/**
 * Polling interval of a base in seconds. Enrolled bases are built here, and images built on them should not wait a day.
 *
 * All others share one interval. Kargo counts it from the last poll, so bases polled together stay together, and an
 * image whose bases change on the same day is rebuilt once. With intervals a few minutes apart they would drift, and
 * the second base would cause a second rebuild after the delay. Spreading the polls is unnecessary: Kargo itself limits
 * requests to a registry to 20 per second.
 */
function intervalOf({ enrolledImage }: TrackedBase, { settings }: Factory): number {
  return enrolledImage === undefined ? settings.baseInterval.seconds : DEFAULT_INTERVAL_SECONDS
}

/** `source-NAME.k8s.yaml`: watches Dockerfiles and build definitions, and notifies the state repository of changes. */
export class SourceChart extends ManifestChart {
  constructor(scope: Construct, id: string, factory: Factory, source: WatchedSource) {
    const { namespace, shard } = factory.settings
    const { repo, repoURL, branch, paths } = source
    const title = `source ${branch === 'main' ? repo : `${repo}@${branch}`}`
    const warehouse = sourceWarehouseName(source.name)
    super(scope, id, {
      file: warehouse,
      namespace,
      title,
      entry: source.usedBy.enrollment,
      labels: { [SOURCE_LABEL]: source.name },
    })
    new GitWarehouse(this, { name: warehouse, shard, repoURL, branch, includePaths: paths })
    new Stage(this, {
      name: discoverStageName(source.name),
      autoPromotion: true,
      shard,
      vars: stateNotice(factory, `${title} changed`).vars,
      requestedFreight: [{ warehouse, from: { direct: true } }],
      steps: [NOTIFY_STEP],
    })
  }
}

/** A repository and branch whose Dockerfiles and build definitions are watched. */
interface WatchedSource extends SourceIdentity {
  /** The name that its objects are derived from. */
  readonly name: string
  readonly repoURL: string
  /** Sorted, without duplicates. */
  readonly paths: readonly string[]
  /** The first image built from it, by name: where problems with the source are reported. */
  readonly usedBy: TrackedImage
}

/**
 * The sources of enabled images, one per repository and branch, sorted by name. None without a `settings.stateWorkflow`
 * to notify. Sources that would share a name all get a hash, since users cannot rename their repositories for this.
 *
 * @param images enabled images, sorted by name.
 */
export function watchedSources(images: readonly TrackedImage[], factory: Factory): WatchedSource[] {
  if (factory.settings.stateWorkflow === null) return []
  const uses = images.flatMap((image) => useOf(image, factory))
  const sources = [...groupBy(uses, ({ full }) => full).values()].map(merged)
  const sharing = groupBy(sources, ({ name }) => name)
  return sources
    .map((source) => (sharing.get(source.name)?.length === 1 ? source : { ...source, name: hashedSourceName(source) }))
    .sort(by(({ name }) => name))
}

/** Files of an image's source that define what is built, each with its key. */
export function watchedFiles(source: Source): { readonly key: string; readonly path: string }[] {
  const { buildKey, buildFile } = forgeOf(source)
  const named = [
    { key: 'source.dockerfile', path: source.dockerfile },
    { key: buildKey, path: buildFile(source) },
  ]
  return named.flatMap(({ key, path }) => (path === null ? [] : [{ key, path: posix.normalize(path) }]))
}

type Use = Omit<WatchedSource, 'name'>

function useOf(image: TrackedImage, factory: Factory): Use[] {
  const { source } = image.enrollment
  if (source === null) return []
  const { repo } = source
  const branch = branchOf(image, factory)
  const repoURL = repositoryUrl(source, factory)
  // GitHub and GitLab treat repository names as case-insensitive.
  const full = `${repoURL.toLowerCase()}#${branch}`
  const paths = watchedFiles(source).map(({ path }) => path)
  // Without paths Kargo would watch the whole repository.
  return paths.length === 0 ? [] : [{ repo, branch, repoURL, full, paths, usedBy: image }]
}

function merged(uses: readonly [Use, ...Use[]]): WatchedSource {
  const [first] = uses
  const [repoURL = first.repoURL] = uses.map((use) => use.repoURL).sort()
  const [repo = first.repo] = uses.map((use) => use.repo).sort()
  const paths = [...new Set(uses.flatMap((use) => use.paths))].sort()
  return { ...first, repo, repoURL, paths, name: sourceName(first) }
}
