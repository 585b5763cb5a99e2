import type { Construct } from 'constructs'
import type { TagSelection } from '../../enrollment/images-file.js'
import { type ImageSelection, Warehouse } from '../constructs/warehouse.js'
import { IMAGE_LABEL, warehouseName } from '../names.js'
import { addAnalyzeStage } from './analyze-stage.js'
import { ManifestChart } from './manifest-chart.js'
import { addPromoteStages } from './promote-stage.js'
import { addRebuildStage, type RebuiltImage } from './rebuild-stage.js'

const FIVE_MINUTES = 300

/**
 * `image-NAME.k8s.yaml`: watches what the image's workflow publishes, rebuilds it when a base changes, checks and promotes
 * the result.
 */
export class ImageChart extends ManifestChart {
  constructor(scope: Construct, id: string, { factory, image, bases }: RebuiltImage) {
    const { name, line, column } = image.enrollment
    super(scope, id, {
      file: `image-${name}`,
      namespace: factory.settings.namespace,
      subject: { title: `image ${name}`, image: name, line, column },
      labels: { [IMAGE_LABEL]: name },
    })
    const repoURL = `${image.enrollment.registry}/${image.enrollment.repository}`
    new Warehouse(this, {
      name: warehouseName(name),
      intervalSeconds: FIVE_MINUTES,
      shard: image.enrollment.shard ?? factory.settings.shard,
      repoURL,
      select: imageSelection(image.enrollment.tags),
    })
    addRebuildStage(this, { factory, image, bases })
    addAnalyzeStage(this, { factory, image, repoURL })
    addPromoteStages(this, { factory, image, repoURL })
  }
}

function imageSelection({ strategy, constraint, allow }: TagSelection): ImageSelection {
  if (strategy === 'Digest') return { strategy, tag: constraint ?? '' }
  return strategy === 'SemVer' ? { strategy, constraint, allowTags: allow } : { strategy, allowTags: allow }
}
