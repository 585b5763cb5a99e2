import type { Construct } from 'constructs'
import type { EnrolledImage } from '../../enrollment/images-file.js'
import { staggerOffset } from '../../policy/index.js'
import { formatReference } from '../../reference/index.js'
import type { TrackedBase, TrackedImage } from '../../state/model.js'
import { type FreightRequest, Stage } from '../constructs/stage.js'
import { type ImageSelection, Warehouse } from '../constructs/warehouse.js'
import { branchOf, type Factory, shardOf, takesOwnFreight, trackedBases } from '../factory.js'
import { FORGES } from '../forges/index.js'
import { IMAGE_LABEL, rebuildStageName, soakStageName, warehouseName } from '../names.js'
import { addAnalyzeStage } from './analyze-stage.js'
import { ManifestChart } from './manifest-chart.js'
import { addPromoteStages } from './promote-stage.js'

/** `image-NAME.k8s.yaml`: watches published images, rebuilds them when a base changes, checks and promotes them. */
export class ImageChart extends ManifestChart {
  constructor(scope: Construct, id: string, { factory, image, bases }: RebuiltImage) {
    const { name, registry, repository, tags } = image.enrollment
    super(scope, id, {
      file: `image-${name}`,
      namespace: factory.settings.namespace,
      title: `image ${name}`,
      entry: image.enrollment,
      labels: { [IMAGE_LABEL]: name },
    })
    const repoURL = `${registry}/${repository}`
    new Warehouse(this, {
      name: warehouseName(name),
      shard: shardOf(image, factory),
      repoURL,
      select: imageSelection(tags),
      ...(tags.discoveryLimit === undefined ? {} : { discoveryLimit: tags.discoveryLimit }),
    })
    addRebuildStage(this, { factory, image, bases })
    addAnalyzeStage(this, { factory, image, repoURL })
    addPromoteStages(this, { factory, image, repoURL })
  }
}

function imageSelection({ strategy, constraint, allow }: EnrolledImage['tags']): ImageSelection {
  if (strategy === 'Digest') return { strategy, tag: constraint ?? '' }
  return strategy === 'SemVer' ? { strategy, constraint, allowTags: allow } : { strategy, allowTags: allow }
}

export interface RebuiltImage {
  readonly factory: Factory
  readonly image: TrackedImage
  readonly bases: ReadonlyMap<string, TrackedBase>
}

/**
 * The Stage that starts the image's own workflow or pipeline: one per image, so that several bases that change together
 * cause one rebuild. Images without bases have none, nor images without a known build.
 */
export function addRebuildStage(scope: Construct, { factory, image, bases }: RebuiltImage): void {
  const { name, source, minimumReleaseAge, autoRebuild } = image.enrollment
  const [firstBase, ...otherBases] = trackedBases(image, bases)
  if (source === null || firstBase === undefined) return
  const forge = FORGES[source.provider]
  const build = forge.build(image, source, factory)
  if (build === null) return
  const request = (base: TrackedBase): FreightRequest => ({
    warehouse: warehouseName(base.name),
    from: { stages: [soakStageName(base.name)], soakSeconds: minimumReleaseAge.seconds },
  })
  const own = takesOwnFreight(image) ? [{ warehouse: warehouseName(name), from: { direct: true } } as const] : []
  const turn = staggerOffset(image.enrollment, factory.settings.stagger.seconds)
  const policy = {
    ref: branchOf(image, factory),
    rebuildDelay: String(image.enrollment.rebuildDelay.seconds),
    baseImages: repositoriesJson([firstBase, ...otherBases]),
    enrolledAt: image.enrolledAt === null ? undefined : String(image.enrolledAt),
    // Kargo does not record who made a Promotion with an API token (kargo#6201): here all are manual.
    autoRebuild: autoRebuild ? undefined : 'false',
  }
  new Stage(scope, {
    name: rebuildStageName(name),
    autoPromotion: autoRebuild,
    shard: shardOf(image, factory),
    vars: {
      ...build.where,
      ...policy,
      ...build.how,
      stagger: turn === null ? undefined : String(turn),
      ...enrollmentVars(image, factory, bases.get(image.atEnrollment?.stale?.base ?? '') ?? firstBase),
    },
    requestedFreight: [request(firstBase), ...otherBases.map(request), ...own],
    steps: [{ as: 'rebuild', task: forge.task.name }],
  })
}

/**
 * What the task needs for Freight of the image itself: its repository, a base image for the workflow's inputs, and, if
 * the image is provably outdated, its digest, the base's, and the earliest time of the rebuild.
 */
function enrollmentVars(image: TrackedImage, factory: Factory, base: TrackedBase): Readonly<Record<string, string>> {
  const { enrollment, atEnrollment } = image
  if (!takesOwnFreight(image)) return {}
  const known = {
    ownImage: `${enrollment.registry}/${enrollment.repository}`,
    builtOn: formatReference({ ...base, digest: null }),
  }
  const stale = atEnrollment?.stale ?? null
  if (stale === null) return known
  const age = enrollment.minimumReleaseAge.seconds
  const turn = staggerOffset(enrollment, factory.settings.stagger.seconds) ?? age
  return {
    ...known,
    staleImage: stale.image,
    baseDigest: stale.digest,
    oldEnough: String(stale.from + age),
    turn: String(stale.from + turn),
  }
}

/** Warehouse → repository: the task identifies the changed base by the origin of its Freight. */
function repositoriesJson(bases: readonly TrackedBase[]): string {
  const pairs = bases.map((base) => [warehouseName(base.name), `${base.registry}/${base.repository}`])
  return JSON.stringify(Object.fromEntries(pairs))
}
