import type { Construct } from 'constructs'
import type { DraftObject } from './json.js'
import { KARGO_API } from './kargo-api.js'
import { KubeObject, type ObjectProps, SUBDOMAIN } from './kube-object.js'

/** Switches automatic promotion for the Stages that carry all of these labels. */
export interface PromotionPolicy {
  readonly matchLabels: Readonly<Record<string, string>>
  readonly autoPromotionEnabled: boolean
}

/** Who may tell Kargo of a push, and the Secret that proves it. */
export interface WebhookReceiver {
  readonly name: string
  readonly type: (typeof TYPES)[number]
  readonly secret: string
  /** artifactory only: the virtual repository that images are pulled through. */
  readonly virtualRepoName: string | null
}

export interface ProjectConfigProps extends ObjectProps {
  /** The first that matches a Stage decides; none means no automatic promotion. */
  readonly promotionPolicies: readonly PromotionPolicy[]
  readonly webhookReceivers?: readonly WebhookReceiver[]
}

const TYPES = ['artifactory', 'azure', 'bitbucket', 'dockerhub', 'gitea', 'github', 'gitlab', 'harbor', 'quay'] as const

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
      faults: receiverFaults(receivers),
    })
  }
}

function receiverDraft({ name, type, secret, virtualRepoName }: WebhookReceiver): DraftObject {
  return { name, [type]: { secretRef: { name: secret }, virtualRepoName: virtualRepoName ?? undefined } }
}

/** The rules of the CRD; a Secret that has no name could never be found. */
function receiverFaults(receivers: readonly WebhookReceiver[]): string[] {
  return receivers.flatMap(({ name, type, secret, virtualRepoName }, index) => {
    const found: string[] = []
    const receiver = `the webhook receiver ${name}`
    if (!isName(name)) found.push(`${receiver} has no Kubernetes name`)
    if (receivers[index - 1]?.name === name) found.push(`two webhook receivers are named ${name}`)
    if (!TYPES.includes(type)) found.push(`${receiver} is of a type that Kargo does not know: ${type}`)
    if (!isName(secret)) found.push(`${receiver} needs a Secret, and "${secret}" is no name of one`)
    if (virtualRepoName === '') found.push(`${receiver} has an empty virtualRepoName`)
    if (virtualRepoName !== null && type !== 'artifactory')
      found.push(`${receiver} has a virtualRepoName, which only artifactory knows`)
    return found
  })
}

function isName(text: string): boolean {
  return text.length <= 253 && SUBDOMAIN.test(text)
}
