import { goDuration } from '../go-duration.js'
import type { Expression, Text } from './expression.js'
import type { DraftObject } from './json.js'
import { pairs } from './steps.js'

/** A step that sends one request, tries it for a while where nobody answers, and whose failure fails no Promotion. */
export interface BestEffortRequest {
  readonly as: string
  readonly attempts: { readonly timeoutSeconds: number; readonly errorThreshold: number }
  readonly request: {
    readonly method: 'POST'
    readonly url: Text
    readonly headers: Readonly<Record<string, Text>>
    readonly timeoutSeconds: number
    readonly body: Text
    readonly successExpression: Expression
    readonly failureExpression: Expression
  }
}

/** The step as Kargo reads it. */
export function bestEffortDraft({ as, attempts, request }: BestEffortRequest): DraftObject {
  return {
    uses: 'http',
    as,
    continueOnError: true,
    retry: { timeout: goDuration(attempts.timeoutSeconds), errorThreshold: attempts.errorThreshold },
    config: {
      method: request.method,
      url: request.url,
      headers: pairs(request.headers, 'value'),
      timeout: goDuration(request.timeoutSeconds),
      body: request.body,
      successExpression: request.successExpression,
      failureExpression: request.failureExpression,
    },
  }
}
