import type { Construct } from 'constructs'
import type { WebhookReceiver } from '../../enrollment/images-file.js'
import { type DraftObject, KARGO_API, KubeObject, type ObjectProps } from './kube-object.js'

/** The namespace of a Kargo Project: the label lets Kargo adopt it. */
export class Namespace extends KubeObject {
  constructor(scope: Construct, props: ObjectProps) {
    const labels = { 'kargo.akuity.io/project': 'true', ...props.labels }
    super(scope, { ...props, labels }, { apiVersion: 'v1', kind: 'Namespace', clusterScoped: true, body: {} })
  }
}

/** A Kargo Project. It has no spec and must have the name of its namespace; its policies are in ProjectConfig. */
export class Project extends KubeObject {
  constructor(scope: Construct, props: ObjectProps) {
    super(scope, props, { apiVersion: KARGO_API, kind: 'Project', clusterScoped: true, body: {} })
  }
}

export interface ProjectConfigProps extends ObjectProps {
  /** Labels of the Stages with automatic promotion. */
  readonly autoPromotion: Readonly<Record<string, string>>
  /** Senders of push events to Kargo, and their Secrets. */
  readonly webhookReceivers: readonly WebhookReceiver[]
}

/** Configuration of a Kargo Project; must have the name of the Project. */
export class ProjectConfig extends KubeObject {
  constructor(scope: Construct, { autoPromotion, webhookReceivers, ...props }: ProjectConfigProps) {
    const spec = {
      promotionPolicies: [{ stageSelector: { matchLabels: autoPromotion }, autoPromotionEnabled: true }],
      webhookReceivers: webhookReceivers.length === 0 ? undefined : webhookReceivers.map(receiverDraft),
    }
    super(scope, props, { apiVersion: KARGO_API, kind: 'ProjectConfig', body: { spec } })
  }
}

function receiverDraft({ name, type, secret, virtualRepoName }: WebhookReceiver): DraftObject {
  return { name, [type]: { secretRef: { name: secret }, virtualRepoName: virtualRepoName ?? undefined } }
}

export class ConfigMap extends KubeObject {
  constructor(scope: Construct, { data, ...props }: ObjectProps & { readonly data: Readonly<Record<string, string>> }) {
    super(scope, props, { apiVersion: 'v1', kind: 'ConfigMap', body: { data } })
  }
}

/** A service account for Jobs without access to the cluster: it has no role, and its token is not mounted. */
export class ServiceAccount extends KubeObject {
  constructor(scope: Construct, props: ObjectProps) {
    const body = { automountServiceAccountToken: false }
    super(scope, props, { apiVersion: 'v1', kind: 'ServiceAccount', body })
  }
}
