import type { Construct } from 'constructs'
import { code, expression, filled } from '../constructs/expression.js'
import type { ObjectProps } from '../constructs/kube-object.js'
import { type PromotionStep, PromotionTask } from '../constructs/steps.js'
import { NOTICE_VARS, noticeSteps } from './notify-state.js'

export interface ObserveTaskProps extends ObjectProps {
  /** Whether the state repository is told of a digest that is new. */
  readonly notifiesState: boolean
}

const IS_BASELINE = expression(
  'imageFrom(vars.repo, warehouse(ctx.targetFreight.origin.name)).Digest == vars.baselineDigest',
)

/**
 * When did we first see this digest? Kept on the Freight: metadata kept on a Stage gets lost.
 * A digest equal to `baselineDigest` was there from the start: it counts as seen at 0, never rebuilds anything, and is no
 * news to anybody.
 */
const OBSERVED: PromotionStep = {
  uses: 'set-metadata',
  as: 'observed',
  if: filled`freightMetadata(ctx.targetFreight.name)?.observedAt == nil`,
  config: {
    updates: [
      {
        kind: 'Freight',
        // A hash may be all digits, and would become a number.
        name: filled`quote(ctx.targetFreight.name)`,
        values: { observedAt: filled`${IS_BASELINE} ? 0 : now().Unix()` },
      },
    ],
  },
}

/** Notes when a base image's digest was first seen, and says so to the state repository if that is wanted. */
export function observeBaseImage(scope: Construct, { notifiesState, ...props }: ObserveTaskProps): PromotionTask {
  const isNews = code`status("observed") == "Succeeded" && !(${IS_BASELINE})`
  const input = notifiesState ? noticeSteps(isNews) : []
  return new PromotionTask(scope, {
    ...props,
    vars: ['repo', 'baselineDigest', ...(notifiesState ? NOTICE_VARS : [])],
    steps: [OBSERVED, ...input],
  })
}
