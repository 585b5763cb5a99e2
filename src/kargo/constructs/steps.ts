import type { Construct } from 'constructs'
import type { Expression, Text } from './expression.js'
import type { GitStep } from './git-steps.js'
import { type DraftObject, KARGO_API, KubeObject, type ObjectProps, printGoDuration } from './kube-object.js'

/** At least one. */
export type Some<T> = readonly [T, ...T[]]

/** A promotion step that runs something itself, as a PromotionTask or a Stage holds it. */
export type PromotionStep = StepFrame & (PlainStep | GitStep)

interface StepFrame {
  /** Its outputs are known by this name. */
  readonly as?: string
  /**
   * Runs only when this is true, and then also after a step that failed, unless it asks for `success()`: without any, it
   * runs when all went well so far. Asked once, before the step's first try.
   */
  readonly if?: Expression
  /** Its failure fails no Promotion. */
  readonly continueOnError?: true
  /** When it gives up: after so many errors (one where nothing is said), or after so long. */
  readonly retry?: { readonly timeoutSeconds?: number; readonly errorThreshold?: number }
  /** Its own variables, worked out before its `if`: they must not fail on what is not there yet. */
  readonly vars?: Readonly<Record<string, Expression>>
}

type PlainStep =
  | { readonly uses: 'http'; readonly config: HttpStepConfig }
  /** Keeps values on Freight. Stages are left out: metadata kept on a Stage gets lost. */
  | {
      readonly uses: 'set-metadata'
      readonly config: {
        readonly updates: readonly {
          readonly kind: 'Freight'
          readonly name: Text
          readonly values: Readonly<Record<string, Text>>
        }[]
      }
    }
  /** Names values for later steps and for people who look at the Promotion. */
  | { readonly uses: 'compose-output'; readonly config: Readonly<Record<string, Text>> }
  /** Ends the Promotion as failed. */
  | { readonly uses: 'fail'; readonly config: { readonly message: Text } }

/** Is sent, again and again until one of the expressions holds. */
export interface HttpStepConfig {
  /** GET where nothing is said. */
  readonly method?: 'POST'
  readonly url: Text
  readonly queryParams?: Readonly<Record<string, Text>>
  readonly headers?: Readonly<Record<string, Text>>
  readonly timeoutSeconds?: number
  readonly insecureSkipTLSVerify?: true
  /** What it waits before it asks again, as Go prints it; left out where it is sent once. Worked out at every poll. */
  readonly pollInterval?: Text
  readonly body?: Text
  readonly successExpression: Expression
  readonly failureExpression?: Expression
  /** What the answer says, for the Promotion's message when the failure expression holds. */
  readonly errorExpression?: Expression
  /** Output → expression over the response; none may give a Go int (write 0.0, not 0), which Kargo cannot copy. */
  readonly outputs?: Readonly<Record<string, Expression>>
}

/** The step as Kargo reads it. */
export function stepDraft(step: PromotionStep): DraftObject {
  return {
    uses: step.uses,
    as: step.as,
    if: step.if,
    continueOnError: step.continueOnError,
    retry: step.retry && {
      timeout: optionalDuration(step.retry.timeoutSeconds),
      errorThreshold: step.retry.errorThreshold,
    },
    vars: step.vars && pairs(step.vars, 'value'),
    config: step.uses === 'http' ? httpDraft(step.config) : step.config,
  }
}

function httpDraft(request: HttpStepConfig): DraftObject {
  return {
    method: request.method,
    url: request.url,
    queryParams: request.queryParams && pairs(request.queryParams, 'value'),
    headers: request.headers && pairs(request.headers, 'value'),
    timeout: optionalDuration(request.timeoutSeconds),
    insecureSkipTLSVerify: request.insecureSkipTLSVerify,
    pollInterval: request.pollInterval,
    body: request.body,
    successExpression: request.successExpression,
    failureExpression: request.failureExpression,
    errorExpression: request.errorExpression,
    outputs: request.outputs && pairs(request.outputs, 'fromExpression'),
  }
}

/** `{a: b}` as Kargo's lists have it: `[{name: a, value: b}]`. */
export function pairs(map: Readonly<Record<string, Text | undefined>>, valueKey: string): DraftObject[] {
  return Object.entries(map).map(([name, value]) => ({ name, [valueKey]: value }))
}

function optionalDuration(seconds: number | undefined): string | undefined {
  return seconds === undefined ? undefined : printGoDuration(seconds)
}

export interface PromotionTaskProps extends ObjectProps {
  /** Variables that every Stage must give, and not empty. Kargo copies a default into every step: none is declared. */
  readonly vars: readonly string[]
  readonly steps: Some<PromotionStep>
}

/** Steps that many Stages share. */
export class PromotionTask extends KubeObject {
  constructor(scope: Construct, { vars, steps, ...props }: PromotionTaskProps) {
    const spec = { vars: vars.map((name) => ({ name })), steps: steps.map(stepDraft) }
    super(scope, props, { apiVersion: KARGO_API, kind: 'PromotionTask', body: { spec } })
  }
}

/**
 * After how many errors a step gives up. Kargo tries again 5 ms after the first error and then after twice as long each
 * time, at most 1,000 s: the n-th error in a row comes 5 ms · (2^(n−1) − 1) after the first, until the pauses reach that
 * limit (with the 19th). It never counts anew while the step lasts. Where a step says nothing, its first error is its last.
 */
export const RETRY_LIMITS = {
  /** Reads of a forge: 6 hours in a row, or two times 20 minutes and some more in a wait of days. */
  readForge: { errorThreshold: 40 },
  /** Git servers, and the API that opens pull requests: 38 minutes. */
  git: { errorThreshold: 20 },
  /** A pull request may be open for weeks: a day in a row, or a hundred answers that were bad. */
  pullRequest: { errorThreshold: 100 },
  /** The clock is the cluster's own API: while that is down, nothing else goes on either. */
  clock: { errorThreshold: 1_000_000 },
} as const
