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
  /** An image built on it, where problems with the base are reported. */
  readonly usedBy: TrackedImage
}

/** `base-NAME.k8s.yaml`: watches one base image, shared by all images built on it. */
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
