import type { Construct } from 'constructs'
import { staggerOffset } from '../../policy/index.js'
import type { TrackedBase, TrackedImage } from '../../state/model.js'
import { type FreightRequest, Stage } from '../constructs/stage.js'
import { type Bases, basesOf, branchOf, type Factory } from '../factory.js'
import { FORGES } from '../forges/index.js'
import { rebuildStageName, soakStageName, warehouseName } from '../names.js'

export interface RebuiltImage {
  readonly factory: Factory
  readonly image: TrackedImage
  readonly bases: Bases
}

/**
 * The Stage that has the image's own workflow or pipeline rebuild it: one an image, so that several bases that change
 * together give one rebuild. An image without bases has none, nor one that nobody knows how to build.
 */
export function addRebuildStage(scope: Construct, { factory, image, bases }: RebuiltImage): void {
  const { name, minimumReleaseAge, autoRebuild, shard } = image.enrollment
  const [firstBase, ...otherBases] = basesOf(image, bases)
  const { source } = image.enrollment
  if (source === null || firstBase === undefined) return
  const forge = FORGES[source.provider]
  const build = forge.build(image, source, factory)
  if (build === null) return
  const request = (base: TrackedBase): FreightRequest => ({
    warehouse: warehouseName(base.name),
    from: { stages: [soakStageName(base.name)], soakSeconds: minimumReleaseAge.seconds },
  })
  const turn = staggerOffset(image.enrollment, factory.settings.stagger.seconds)
  const policy = {
    ref: branchOf(image, factory),
    rebuildDelay: String(image.enrollment.rebuildDelay.seconds),
    baseImages: repositoriesJson([firstBase, ...otherBases]),
    enrolledAt: image.enrolledAt === null ? undefined : String(image.enrolledAt),
    // Kargo does not tell who made a Promotion with an API token (kargo#6201): here every one is by hand.
    autoRebuild: autoRebuild ? undefined : 'false',
  }
  new Stage(scope, {
    name: rebuildStageName(name),
    autoPromotion: autoRebuild,
    shard: shard ?? factory.settings.shard,
    vars: { ...build.where, ...policy, ...build.how, stagger: turn === null ? undefined : String(turn) },
    requestedFreight: [request(firstBase), ...otherBases.map(request)],
    steps: [{ as: 'rebuild', task: forge.task.name }],
  })
}

/** Warehouse → repository: the task finds the base that changed by its Freight's origin. */
function repositoriesJson(bases: readonly TrackedBase[]): string {
  const pairs = bases.map((base) => [warehouseName(base.name), `${base.registry}/${base.repository}`])
  return JSON.stringify(Object.fromEntries(pairs))
}
