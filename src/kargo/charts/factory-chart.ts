import type { Construct } from 'constructs'
import type { Settings } from '../../enrollment/enrollment.js'
import { ConfigMap } from '../constructs/config-map.js'
import { Namespace } from '../constructs/namespace.js'
import { Project } from '../constructs/project.js'
import { ProjectConfig } from '../constructs/project-config.js'
import { AUTO_PROMOTION_LABEL, OBSERVE_BASE_IMAGE, REBUILD_GITHUB, REBUILD_OVERRIDES, SCAN_IMAGE } from '../names.js'
import { observeBaseImage } from '../tasks/observe-base-image.js'
import { rebuildGitHub } from '../tasks/rebuild-github.js'
import { scanImage } from '../tasks/scan-image.js'
import { ManifestChart } from './manifest-chart.js'

/** Argo CD's order: a Stage that is seen before its policy and tasks looks again only after five minutes. */
const FIRST = { 'argocd.argoproj.io/sync-wave': '-3' }
const SECOND = { 'argocd.argoproj.io/sync-wave': '-2' }
const BEFORE_STAGES = { 'argocd.argoproj.io/sync-wave': '-1' }

/** Whatever is deleted from the state repository, these stay: with them all Freight would go. */
const DELETION_PROOF = { 'argocd.argoproj.io/sync-options': 'Prune=false,Delete=false' }

/** `image-factory.k8s.yaml`: the Project and what all its pipelines share. */
export class FactoryChart extends ManifestChart {
  constructor(scope: Construct, id: string, settings: Settings) {
    const name = settings.namespace
    const subject = { title: 'settings', image: null, line: null, column: null }
    super(scope, id, { file: 'image-factory', namespace: name, subject })
    new Namespace(this, {
      name,
      annotations: { ...FIRST, ...DELETION_PROOF, 'kargo.akuity.io/keep-namespace': 'true' },
    })
    new Project(this, { name, annotations: { ...SECOND, ...DELETION_PROOF } })
    // One policy whatever the number of images: each Stage says for itself, in its own file.
    const promotionPolicies = [{ matchLabels: { [AUTO_PROMOTION_LABEL]: 'true' }, autoPromotionEnabled: true }]
    new ProjectConfig(this, { name, annotations: BEFORE_STAGES, promotionPolicies })
    observeBaseImage(this, { name: OBSERVE_BASE_IMAGE, annotations: BEFORE_STAGES })
    const pollIntervalSeconds = settings.pollInterval.seconds
    rebuildGitHub(this, { name: REBUILD_GITHUB, annotations: BEFORE_STAGES, pollIntervalSeconds })
    // Emergency overrides: hex part of a base digest → reason. Read at every poll, so it reaches rebuilds already waiting.
    new ConfigMap(this, { name: REBUILD_OVERRIDES, annotations: BEFORE_STAGES, data: {} })
    scanImage(this, { name: SCAN_IMAGE })
  }
}
