import type { Construct } from 'constructs'
import { recordOfSettings } from '../../enrollment/settings.js'
import { by, byKey } from '../../text/index.js'
import { ConfigMap, Namespace, Project, ProjectConfig } from '../constructs/kube-object.js'
import { type Factory, takesOwnFreight } from '../factory.js'
import { FORGES } from '../forges/index.js'
import { AUTO_PROMOTION_LABEL, NOTIFY_STATE, OBSERVE_BASE_IMAGE, REBUILD_OVERRIDES } from '../names.js'
import { addChecks } from '../tasks/image-checks.js'
import { notifyState, observeBaseImage } from '../tasks/notify-state.js'
import { rebuildImage } from '../tasks/rebuild.js'
import { ManifestChart } from './manifest-chart.js'

/** Argo CD's sync order: a Stage created before its policy and tasks is reconciled again only after five minutes. */
const FIRST = { 'argocd.argoproj.io/sync-wave': '-3' }
const SECOND = { 'argocd.argoproj.io/sync-wave': '-2' }
const BEFORE_STAGES = { 'argocd.argoproj.io/sync-wave': '-1' }

/** These survive any deletion in the state repository: without them all Freight would be lost. */
const DELETION_PROOF = { 'argocd.argoproj.io/sync-options': 'Prune=false,Delete=false' }

const FACTORY = 'image-factory'

/** The file in the output folder that records the settings. */
export const FACTORY_FILE = `${FACTORY}.k8s.yaml`

/** `image-factory.k8s.yaml`: the Project and what all pipelines share. */
export class FactoryChart extends ManifestChart {
  constructor(scope: Construct, id: string, factory: Factory) {
    const { settings } = factory
    const name = settings.namespace
    const comments = [recordOfSettings(settings)]
    super(scope, id, { file: FACTORY, namespace: name, title: 'settings', comments })
    new Namespace(this, {
      name,
      annotations: { ...FIRST, ...DELETION_PROOF, 'kargo.akuity.io/keep-namespace': 'true' },
    })
    new Project(this, { name, annotations: { ...SECOND, ...DELETION_PROOF } })
    // One policy for any number of images: each Stage opts in with a label in its own file.
    const autoPromotion = { [AUTO_PROMOTION_LABEL]: 'true' }
    const { webhookReceivers } = settings
    new ProjectConfig(this, { name, annotations: BEFORE_STAGES, autoPromotion, webhookReceivers })
    const notifiesState = settings.stateWorkflow !== null
    observeBaseImage(this, { name: OBSERVE_BASE_IMAGE, annotations: BEFORE_STAGES, notifiesState })
    const takesImages = factory.images.some((image) => image.enrollment.enabled && takesOwnFreight(image))
    for (const forge of Object.values(FORGES)) rebuildImage(this, forge, settings, takesImages, BEFORE_STAGES)
    if (notifiesState) notifyState(this, { name: NOTIFY_STATE, annotations: BEFORE_STAGES })
    // Read at every poll, so that an override reaches rebuilds that are already waiting.
    new ConfigMap(this, { name: REBUILD_OVERRIDES, annotations: BEFORE_STAGES, data: overridesData(factory) })
    addChecks(this, settings, BEFORE_STAGES)
  }
}

/** Hex part of a digest → reason, sorted; if a digest has several reasons, the first in alphabetical order. */
function overridesData({ overrides = [] }: Factory): Readonly<Record<string, string>> {
  const reasons = new Map<string, string>()
  for (const { digest, reason } of [...overrides].sort(by((one) => one.reason))) {
    const hex = digest.replace(/^sha256:/, '')
    if (!reasons.has(hex)) reasons.set(hex, reason)
  }
  return Object.fromEntries([...reasons].sort(byKey))
}
