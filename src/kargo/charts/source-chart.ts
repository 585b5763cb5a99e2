import type { Construct } from 'constructs'
import { Stage } from '../constructs/stage.js'
import { GitWarehouse } from '../constructs/warehouse.js'
import type { Factory } from '../factory.js'
import { discoverStageName, SOURCE_LABEL, sourceWarehouseName } from '../names.js'
import type { WatchedSource } from '../sources.js'
import { NOTIFY_STEP, stateNotice } from '../tasks/notify-state.js'
import { ManifestChart } from './manifest-chart.js'

const FIVE_MINUTES = 300

export interface SourceChartProps {
  readonly factory: Factory
  readonly source: WatchedSource
}

/** `source-NAME.k8s.yaml`: watches a repository's Dockerfiles and build definitions, tells the state repository to look again. */
export class SourceChart extends ManifestChart {
  constructor(scope: Construct, id: string, { factory, source }: SourceChartProps) {
    const { namespace, shard } = factory.settings
    const { repoURL, branch, paths } = source
    const title = `source ${displayName(source)}`
    const { name: image, line, column } = source.usedBy.enrollment
    const warehouse = sourceWarehouseName(source.name)
    super(scope, id, {
      file: warehouse,
      namespace,
      subject: { title, image, line, column },
      labels: { [SOURCE_LABEL]: source.name },
    })
    new GitWarehouse(this, {
      name: warehouse,
      intervalSeconds: FIVE_MINUTES,
      shard,
      repoURL,
      branch,
      includePaths: paths,
    })
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

function displayName({ repo, branch }: WatchedSource): string {
  return branch === 'main' ? repo : `${repo}@${branch}`
}
