import type { Construct } from 'constructs'
import { KARGO_API } from './kargo-api.js'
import { KubeObject, type ObjectProps } from './kube-object.js'
import { pairs, type Step, stepDraft } from './steps.js'

export interface PromotionTaskProps extends ObjectProps {
  /** Variable → default; null: a Stage must give it, and not empty. */
  readonly vars: Readonly<Record<string, string | null>>
  readonly steps: readonly [Step, ...Step[]]
}

/** Steps that many Stages share. */
export class PromotionTask extends KubeObject {
  constructor(scope: Construct, props: PromotionTaskProps) {
    const defaults = Object.entries(props.vars).map(([name, value]) => [name, value ?? undefined])
    const spec = { vars: pairs(Object.fromEntries(defaults), 'value'), steps: props.steps.map(stepDraft) }
    super(scope, props, { apiVersion: KARGO_API, kind: 'PromotionTask', body: { spec } })
  }
}
