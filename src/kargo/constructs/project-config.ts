import type { Construct } from 'constructs'
import type { WebhookReceiver } from '../../enrollment/images-file.js'
import type { DraftObject } from './json.js'
import { KARGO_API } from './kargo-api.js'
import { KubeObject, type ObjectProps } from './kube-object.js'

/** Switches automatic promotion for the Stages that carry all of these labels. */
export interface PromotionPolicy {
  readonly matchLabels: Readonly<Record<string, string>>
  readonly autoPromotionEnabled: boolean
}

export interface ProjectConfigProps extends ObjectProps {
  /** The first that matches a Stage decides; none means no automatic promotion. */
  readonly promotionPolicies: readonly PromotionPolicy[]
  readonly webhookReceivers?: readonly WebhookReceiver[]
}

/** Configuration of a Kargo Project; must be named as the Project. */
export class ProjectConfig extends KubeObject {
  constructor(scope: Construct, props: ProjectConfigProps) {
    const promotionPolicies = props.promotionPolicies.map(({ matchLabels, autoPromotionEnabled }) => ({
      stageSelector: { matchLabels },
      autoPromotionEnabled,
    }))
    const receivers = [...(props.webhookReceivers ?? [])].sort((a, b) => (a.name < b.name ? -1 : 1))
    const webhookReceivers = receivers.length === 0 ? undefined : receivers.map(receiverDraft)
    super(scope, props, {
      apiVersion: KARGO_API,
      kind: 'ProjectConfig',
      body: { spec: { promotionPolicies, webhookReceivers } },
    })
  }
}

function receiverDraft({ name, type, secret, virtualRepoName }: WebhookReceiver): DraftObject {
  return { name, [type]: { secretRef: { name: secret }, virtualRepoName: virtualRepoName ?? undefined } }
}
