import type { Construct } from 'constructs'
import type { Provider } from '../../forges/index.js'
import type { Expression, Text } from './expression.js'
import { type DraftObject, KARGO_API, KubeObject, type ObjectProps, printGoDuration } from './kube-object.js'

/** What a step does; those on Git repositories use clones in the Promotion's working directory. */
type StepCall =
  | { readonly uses: 'http'; readonly config: HttpStepConfig }
  /** Stores values on Freight. Not on Stages: metadata there gets lost. */
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
  /** Defines values for later steps and for people who inspect the Promotion. */
  | { readonly uses: 'compose-output'; readonly config: Readonly<Record<string, Text>> }
  | { readonly uses: 'fail'; readonly config: { readonly message: Text } }
  | {
      readonly uses: 'git-clone'
      readonly config: {
        readonly repoURL: Text
        readonly checkout: readonly { readonly branch: Text; readonly path: string }[]
      }
    }
  /** Sets an image in the kustomization of a folder. */
  | {
      readonly uses: 'kustomize-set-image'
      readonly config: {
        /** The folder, not the file. */
        readonly path: string
        readonly images: readonly ({ readonly image: string } & ({ readonly tag: Text } | { readonly digest: Text }))[]
      }
    }
  /** Writes values into a YAML file; the keys must exist. */
  | {
      readonly uses: 'yaml-update'
      readonly config: {
        readonly path: string
        readonly updates: readonly { readonly key: string; readonly value: Text }[]
      }
    }
  /** Commits all changes. Without changes its status is `Skipped`, which is not a failure. */
  | {
      readonly uses: 'git-commit'
      readonly config: { readonly path: string; readonly message: Text }
    }
  /** Pushes to a branch, or to a new one for the Promotion, which is its output `branch`. */
  | {
      readonly uses: 'git-push'
      readonly config: { readonly path: string } & (
        | { readonly targetBranch: Text }
        | { readonly generateTargetBranch: true }
      )
    }
  /** Opens a pull request (merge request), or reuses the existing one; its number is the output `pr.id`. */
  | {
      readonly uses: 'git-open-pr'
      readonly config: {
        readonly repoURL: Text
        /** The kind of server, which Kargo cannot always derive from its URL. */
        readonly provider: Provider
        readonly sourceBranch: Text
        readonly targetBranch: Text
        readonly title: Text
        readonly description: Text
      }
    }
  /** Waits until a pull request is merged; closing it without a merge fails the Promotion. */
  | {
      readonly uses: 'git-wait-for-pr'
      readonly config: {
        readonly repoURL: Text
        readonly provider: Provider
        readonly prNumber: Text
        /** Go duration. */
        readonly pollInterval: string
      }
    }

/** At least one. */
export type Some<T> = readonly [T, ...T[]]

/** A promotion step other than a task, as part of a PromotionTask or a Stage. */
export type PromotionStep = StepCall & StepFrame

interface StepFrame {
  /** Alias for its outputs. */
  readonly as?: string
  /**
   * Condition, evaluated once, before the step's first attempt. It also runs the step after a failed one, unless it
   * includes `success()`; without a condition, a step runs if all steps so far succeeded.
   */
  readonly if?: Expression
  /** Its failure does not fail the Promotion. */
  readonly continueOnError?: true
  /** When it gives up: after this many errors (by default one), or after this time. */
  readonly retry?: { readonly timeoutSeconds?: number; readonly errorThreshold?: number }
  /** Its own variables, evaluated before its `if`: they must not fail on missing outputs. */
  readonly vars?: Readonly<Record<string, Expression>>
}

/** A request that is repeated until one of the expressions is true. */
export interface HttpStepConfig {
  /** Default: GET. */
  readonly method?: 'POST'
  readonly url: Text
  readonly queryParams?: Readonly<Record<string, Text>>
  readonly headers?: Readonly<Record<string, Text>>
  readonly timeoutSeconds?: number
  readonly insecureSkipTLSVerify?: true
  /** Pause between requests as a Go duration, omitted for a single request. Evaluated at every poll. */
  readonly pollInterval?: Text
  readonly body?: Text
  readonly successExpression: Expression
  readonly failureExpression?: Expression
  /** The response's error, for the Promotion's message when the failure expression is true. */
  readonly errorExpression?: Expression
  /** Output → expression over the response; none may give a Go int (write 0.0, not 0), which Kargo cannot copy. */
  readonly outputs?: Readonly<Record<string, Expression>>
}

/** The step in Kargo's format. */
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

/** `{a: b}` in the form of Kargo's lists: `[{name: a, value: b}]`. */
export function pairs(map: Readonly<Record<string, Text | undefined>>, valueKey: string): DraftObject[] {
  return Object.entries(map).map(([name, value]) => ({ name, [valueKey]: value }))
}

function optionalDuration(seconds: number | undefined): string | undefined {
  return seconds === undefined ? undefined : printGoDuration(seconds)
}

interface PromotionTaskProps extends ObjectProps {
  /** Variables that every Stage must set, non-empty. Kargo copies defaults into every step, so none is declared. */
  readonly vars: readonly string[]
  readonly steps: Some<PromotionStep>
}

export class PromotionTask extends KubeObject {
  constructor(scope: Construct, { vars, steps, ...props }: PromotionTaskProps) {
    const spec = { vars: vars.map((name) => ({ name })), steps: steps.map(stepDraft) }
    super(scope, props, KARGO_API, 'PromotionTask', { spec })
  }
}

/**
 * Number of errors after which a step gives up. Kargo retries 5 ms after the first error and doubles the pause each
 * time up to 1,000 s: the n-th consecutive error comes 5 ms · (2^(n−1) − 1) after the first, until the pauses reach
 * that limit (with the 19th). The count is never reset within a step. The default is one: no retry.
 */
export const RETRY_LIMITS = {
  /** Reads from a forge: an outage of 6 hours, or two of 20 minutes and some more during a wait of days. */
  readForge: { errorThreshold: 40 },
  /** Git servers, and the API that opens pull requests: 38 minutes. */
  git: { errorThreshold: 20 },
  /** A pull request may be open for weeks: an outage of a day, or a hundred failed responses. */
  pullRequest: { errorThreshold: 100 },
  /** The clock is the cluster's own API: while that is down, nothing else runs either. */
  clock: { errorThreshold: 1_000_000 },
} as const
