import type { Construct } from 'constructs'
import { code, expression, filled } from '../constructs/expression.js'
import type { ObjectProps } from '../constructs/kube-object.js'
import { type PromotionStep, PromotionTask } from '../constructs/steps.js'
import { NOTICE_VARS, noticeSteps } from './notify-state.js'

export interface ObserveTaskProps extends ObjectProps {
  readonly notifiesState: boolean
}

const IS_BASELINE = expression(
  'imageFrom(vars.repo, warehouse(ctx.targetFreight.origin.name)).Digest == vars.baselineDigest',
)

/**
 * Records when this digest was first seen. Stored on the Freight: metadata on a Stage gets lost. A digest equal to
 * `baselineDigest` was there from the start: it counts as seen at 0, and causes neither a rebuild nor a notification.
 */
const OBSERVED: PromotionStep = {
  uses: 'set-metadata',
  as: 'observed',
  if: filled`freightMetadata(ctx.targetFreight.name)?.observedAt == nil`,
  config: {
    updates: [
      {
        kind: 'Freight',
        // A hash may consist of digits, and would become a number.
        name: filled`quote(ctx.targetFreight.name)`,
        values: { observedAt: filled`${IS_BASELINE} ? 0 : now().Unix()` },
      },
    ],
  },
}

/** Records when a base image's digest was first seen, and optionally notifies the state repository. */
export function observeBaseImage(scope: Construct, { notifiesState, ...props }: ObserveTaskProps): PromotionTask {
  const isNews = code`status("observed") == "Succeeded" && !(${IS_BASELINE})`
  const input = notifiesState ? noticeSteps(isNews) : []
  return new PromotionTask(scope, {
    ...props,
    vars: ['repo', 'baselineDigest', ...(notifiesState ? NOTICE_VARS : [])],
    steps: [OBSERVED, ...input],
  })
}
