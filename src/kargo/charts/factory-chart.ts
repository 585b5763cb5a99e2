import type { Construct } from 'constructs'
import type { Settings } from '../../enrollment/images-file.js'
import { addChecks } from '../analysis/checks.js'
import { ConfigMap } from '../constructs/config-map.js'
import { Namespace } from '../constructs/namespace.js'
import { Project } from '../constructs/project.js'
import { ProjectConfig } from '../constructs/project-config.js'
import type { Factory, Override } from '../factory.js'
import { FORGES } from '../forges/index.js'
import { AUTO_PROMOTION_LABEL, NOTIFY_STATE, OBSERVE_BASE_IMAGE, REBUILD_OVERRIDES } from '../names.js'
import { notifyState } from '../tasks/notify-state.js'
import { observeBaseImage } from '../tasks/observe-base-image.js'
import { rebuildImage } from '../tasks/rebuild-steps.js'
import type { RebuildPolicy } from '../tasks/rebuild-waits.js'
import { ManifestChart } from './manifest-chart.js'

/** Argo CD's order: a Stage that is seen before its policy and tasks looks again only after five minutes. */
const FIRST = { 'argocd.argoproj.io/sync-wave': '-3' }
const SECOND = { 'argocd.argoproj.io/sync-wave': '-2' }
const BEFORE_STAGES = { 'argocd.argoproj.io/sync-wave': '-1' }

/** Whatever is deleted from the state repository, these stay: with them all Freight would go. */
const DELETION_PROOF = { 'argocd.argoproj.io/sync-options': 'Prune=false,Delete=false' }

/** `image-factory.k8s.yaml`: the Project and what all its pipelines share. */
export class FactoryChart extends ManifestChart {
  constructor(scope: Construct, id: string, { settings, overrides = [] }: Factory) {
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
    const { webhookReceivers } = settings
    new ProjectConfig(this, { name, annotations: BEFORE_STAGES, promotionPolicies, webhookReceivers })
    const isTold = settings.stateWorkflow !== null
    observeBaseImage(this, { name: OBSERVE_BASE_IMAGE, annotations: BEFORE_STAGES, isTold })
    const policy = rebuildPolicy(settings)
    for (const forge of Object.values(FORGES)) rebuildImage(this, { annotations: BEFORE_STAGES, forge, policy })
    if (isTold) notifyState(this, { name: NOTIFY_STATE, annotations: BEFORE_STAGES })
    // Read at every poll, so an override reaches rebuilds that are already waiting.
    new ConfigMap(this, { name: REBUILD_OVERRIDES, annotations: BEFORE_STAGES, data: overridesData(overrides) })
    addChecks(this, settings, BEFORE_STAGES)
  }
}

function rebuildPolicy({ pollInterval, stagger, retries, retryPause }: Settings): RebuildPolicy {
  return {
    pollSeconds: pollInterval.seconds,
    isStaggered: stagger.seconds > 0,
    retries,
    retryPauseSeconds: retryPause.seconds,
  }
}

/** Hex part of a digest → reason, sorted; of several reasons for one digest the first by the alphabet. */
function overridesData(overrides: readonly Override[]): Readonly<Record<string, string>> {
  const data: Record<string, string> = {}
  const lines = overrides.map(({ digest, reason }): [string, string] => [digest.replace(/^sha256:/, ''), reason])
  for (const [hex, reason] of lines.sort(byBoth)) data[hex] ??= reason
  return data
}

function byBoth([a, c]: [string, string], [b, d]: [string, string]): number {
  if (a === b) return c < d ? -1 : 1
  return a < b ? -1 : 1
}
