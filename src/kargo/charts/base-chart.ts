import type { Construct } from 'constructs'
import { familiarReference } from '../../reference/index.js'
import type { TrackedBase, TrackedImage } from '../../state/model.js'
import { Stage } from '../constructs/stage.js'
import { Warehouse } from '../constructs/warehouse.js'
import type { Factory } from '../factory.js'
import { BASE_IMAGE_LABEL, OBSERVE_BASE_IMAGE, soakStageName, warehouseName } from '../names.js'
import { spread } from '../spread.js'
import { stateNotice } from '../tasks/notify-state.js'
import { ManifestChart } from './manifest-chart.js'

/** Official images are polled: nobody but their owners can have a registry tell us. */
const DAY_SECONDS = 86_400

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
    const { name: image, line, column } = usedBy.enrollment
    super(scope, id, {
      file: `base-${warehouse}`,
      namespace,
      subject: { title: `base image ${repoURL}:${base.tag}`, image, line, column },
      labels: { [BASE_IMAGE_LABEL]: warehouse },
    })
    new Warehouse(this, {
      name: warehouse,
      intervalSeconds: DAY_SECONDS + 60 * spread(base.name, 60),
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
      steps: [{ as: 'observe', task: OBSERVE_BASE_IMAGE }, ...notice.steps],
    })
  }
}
