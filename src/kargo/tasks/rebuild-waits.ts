import { code, type Expression, expression, filled } from '../constructs/expression.js'
import { RETRY_LIMITS } from '../constructs/retry-limits.js'
import type { Step } from '../constructs/steps.js'
import type { BuildApi } from '../forges/forge.js'
import { clockRequest } from './clock.js'

/** What of the policy is the same for every image of a factory. */
export interface RebuildPolicy {
  /** The longest that a waiting rebuild does not look whether an override lets it through. At least 10. */
  readonly pollSeconds: number
  /** Whether each image waits for its turn (`settings.stagger`): Stages then say how long, as `stagger`. */
  readonly isStaggered: boolean
  /** How often a build that failed is started again. */
  readonly retries: number
  /** The pause before it is. */
  readonly retryPauseSeconds: number
}

/** Since when a build covers the change: an output of the first step. */
export const SINCE = expression('task.outputs.update.since')

// The map holds texts, and a key it lacks is the empty one: only `in` tells whether it is there.
const IS_OVER = expression(
  'now().Unix() >= vars.at || task.outputs.update.digest[7:] in configMap("rebuild-overrides")',
)

/** Waits until `vars.at`, or until an override names the digest. */
function waitUntil(as: string, { pollSeconds }: RebuildPolicy, when: { if: Expression; at: Expression }): Step {
  return {
    uses: 'http',
    as,
    if: when.if,
    retry: RETRY_LIMITS.clock,
    vars: { at: when.at },
    config: clockRequest(IS_OVER, pollSeconds),
  }
}

/** Not again after the builds were read: what followed from that stands. */
const IS_UNDECIDED = expression('task.outputs.builds?.runs == nil && now().Unix() < vars.at')

/** `settings.stagger`: the images of one base image are rebuilt one after the other. */
export function waitForTurn(policy: RebuildPolicy): Step {
  return waitUntil('turn', policy, {
    if: filled`success() && !task.outputs.update.manual && ${SINCE} > 0 && ${IS_UNDECIDED}`,
    at: filled`int(${SINCE}) + int(vars.stagger ?? 0)`,
  })
}

/** Waits for `rebuildDelay` since the last build, unless that build covers the change already or a person asked. */
export function waitForDelay(policy: RebuildPolicy): Step {
  return waitUntil('due', policy, {
    if: filled`success() && (task.outputs.lastBuild?.at ?? 1e12) < ${SINCE} && ${IS_UNDECIDED}`,
    at: filled`int(task.outputs.lastBuild?.at ?? 0) + int(vars.rebuildDelay)`,
  })
}

/**
 * `settings.retryPause` after a build that failed, one of another base image's Promotion included. By hand: none. A Stage may
 * say otherwise for its image (`retries: "0"`, `retryPause` in seconds).
 */
export function pause(api: BuildApi, policy: RebuildPolicy): Step {
  const failed = code`(task.outputs.build?.run?.conclusion ?? "success") not in ${api.successes}`
  const failedElsewhere = code`task.outputs.builds?.runs != nil && task.outputs.builds.runs.run == nil && len(task.outputs.builds.runs.failed) == 1`
  return waitUntil('pause', policy, {
    if: filled`success() && !task.outputs.update.manual && vars.retries != "0" && task.outputs.builds2?.runs == nil && (${failed} || ${failedElsewhere})`,
    at: filled`int(task.outputs.build?.run?.at ?? task.outputs.builds?.runs?.at ?? 0) + int(vars.retryPause ?? ${policy.retryPauseSeconds})`,
  })
}
