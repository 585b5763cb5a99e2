import { goDuration } from '../go-duration.js'
import type { Expression, Text } from './expression.js'
import type { GitStep } from './git-steps.js'
import type { Draft, DraftObject } from './json.js'

/** A promotion step that runs something itself, as a PromotionTask or a Stage holds it. */
export type Step = StepFrame & (HttpStep | SetMetadataStep | ComposeOutputStep | FailStep | GitStep)

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
  readonly retry?: Retry
  /** Its own variables, worked out before its `if`: they must not fail on what is not there yet. */
  readonly vars?: Readonly<Record<string, Expression>>
}

/** When a step gives up: after so many errors (one where nothing is said), or after so long. */
export interface Retry {
  readonly timeoutSeconds?: number
  readonly errorThreshold?: number
}

/** Sends a request, again and again until one of the expressions holds. */
export interface HttpStep {
  readonly uses: 'http'
  readonly config: HttpRequest
}

export interface HttpRequest {
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

/** Keeps values on Freight. Stages are left out: metadata kept on a Stage gets lost. */
export interface SetMetadataStep {
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
export interface ComposeOutputStep {
  readonly uses: 'compose-output'
  readonly config: Readonly<Record<string, Text>>
}

/** Ends the Promotion as failed. */
export interface FailStep {
  readonly uses: 'fail'
  readonly config: { readonly message: Text }
}

/** The step as Kargo reads it. */
export function stepDraft(step: Step): DraftObject {
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
    config: configDraft(step),
  }
}

function configDraft(step: Step): Draft {
  return step.uses === 'http' ? httpDraft(step.config) : step.config
}

function httpDraft(request: HttpRequest): DraftObject {
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
  return seconds === undefined ? undefined : goDuration(seconds)
}
