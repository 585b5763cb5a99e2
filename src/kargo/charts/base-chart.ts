import type { Construct } from 'constructs'
import { familiarReference } from '../../reference/index.js'
import type { TrackedBase, TrackedImage } from '../../state/model.js'
import { Stage } from '../constructs/stage.js'
import { DEFAULT_INTERVAL_SECONDS, Warehouse } from '../constructs/warehouse.js'
import type { Factory } from '../factory.js'
import { BASE_IMAGE_LABEL, OBSERVE_BASE_IMAGE, soakStageName, warehouseName } from '../names.js'
import { stateNotice } from '../tasks/notify-state.js'
import { ManifestChart } from './manifest-chart.js'

export interface BaseChartProps {
  readonly factory: Factory
  readonly base: TrackedBase
  /** An image built on it: where problems with the base are shown. */
  readonly usedBy: TrackedImage
}

/** `base-NAME.k8s.yaml`: watches one base image, shared by every image built on it. */
export class BaseChart extends ManifestChart {
  constructor(scope: Construct, id: string, { factory, base, usedBy }: BaseChartProps) {
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
    // A real Stage with a step: soak time counts only in one that Freight is promoted into.
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
 * Seconds between two looks at a base. We build an enrolled one ourselves, and what is built on it shall not wait a day
 * for it.
 *
 * All others have the same interval. Kargo counts it from the last look, so bases that were looked at together stay
 * together, and an image whose bases change on one day is rebuilt once. With intervals a few minutes apart they would
 * drift away from each other, and the second base would cost a second rebuild after the delay. Nothing has to be spread:
 * Kargo itself asks a registry at most 20 times a second.
 */
function intervalOf({ enrolledImage }: TrackedBase, { settings }: Factory): number {
  return enrolledImage === undefined ? settings.baseInterval.seconds : DEFAULT_INTERVAL_SECONDS
}
