import type { Construct } from 'constructs'
import { AUTO_PROMOTION_LABEL } from '../names.js'
import type { Text } from './expression.js'
import { type DraftObject, KARGO_API, KubeObject, type ObjectProps, printGoDuration } from './kube-object.js'
import { type PromotionStep, pairs, type Some, stepDraft } from './steps.js'

/** Freight of a Warehouse, and where a Stage gets it from. */
export interface FreightRequest {
  readonly warehouse: string
  /** Directly from the Warehouse, or from other Stages. Never both: Kargo would then ignore the soak time. */
  readonly from:
    | { readonly direct: true }
    | {
        readonly stages: Some<string>
        /** How long Freight must have been in one of the Stages; 0: no wait. */
        readonly soakSeconds: number
      }
}

/** Runs a PromotionTask of the namespace. */
export interface TaskStep {
  readonly as: string
  readonly task: string
}

/** Runs AnalysisTemplates of the namespace on the promoted Freight. */
export interface Verification {
  readonly analysisTemplates: Some<string>
  readonly args: Readonly<Record<string, Text>>
}

export interface StageProps extends ObjectProps {
  readonly autoPromotion: boolean
  /** The Kargo controller (shard) that manages it; null: the one without a shard. */
  readonly shard?: string | null
  /** User data goes here, unchanged; undefined values are omitted. */
  readonly vars: Readonly<Record<string, string | undefined>>
  readonly requestedFreight: Some<FreightRequest>
  /** At least one step: Kargo treats a Stage without steps as control flow and neither promotes nor verifies. */
  readonly steps: Some<PromotionStep | TaskStep>
  readonly verification?: Verification
}

/** A step of the pipeline that Freight is promoted into. */
export class Stage extends KubeObject {
  constructor(scope: Construct, props: StageProps) {
    const vars = Object.fromEntries(Object.entries(props.vars).filter((entry) => entry[1] !== undefined))
    const spec = {
      shard: props.shard ?? undefined,
      vars: pairs(vars, 'value'),
      requestedFreight: props.requestedFreight.map(freightDraft),
      promotionTemplate: { spec: { steps: props.steps.map(anyStepDraft) } },
      verification: props.verification && verificationDraft(props.verification),
    }
    const labels = { ...props.labels, [AUTO_PROMOTION_LABEL]: String(props.autoPromotion) }
    super(scope, { ...props, labels }, KARGO_API, 'Stage', { spec })
  }
}

function freightDraft({ warehouse, from }: FreightRequest): DraftObject {
  return { origin: { kind: 'Warehouse', name: warehouse }, sources: sourcesDraft(from) }
}

function sourcesDraft(from: FreightRequest['from']): DraftObject {
  if ('direct' in from) return { direct: true }
  return { stages: from.stages, requiredSoakTime: from.soakSeconds > 0 ? printGoDuration(from.soakSeconds) : undefined }
}

function anyStepDraft(step: PromotionStep | TaskStep): DraftObject {
  return 'task' in step ? { as: step.as, task: { name: step.task } } : stepDraft(step)
}

function verificationDraft({ analysisTemplates, args }: Verification): DraftObject {
  return { analysisTemplates: analysisTemplates.map((name) => ({ name })), args: pairs(args, 'value') }
}

/** The value of a Stage's variable whose task has a default: undefined if it is the same. */
export function unlessDefault(value: string, fallback: string): string | undefined {
  return value === fallback ? undefined : value
}
