import type { Settings } from '../../enrollment/images-file.js'
import { code, type Expression, expression, filled } from '../constructs/expression.js'
import { type HttpStepConfig, type PromotionStep, RETRY_LIMITS } from '../constructs/steps.js'
import type { BuildApi } from '../forges/forge.js'

/** When the Promotion was created: its name contains a ULID, whose first ten characters are milliseconds in base 32. */
export const CREATED_AT = expression(
  'int(reduce(split(split(ctx.promotion, ".")[-2][:10], ""), #acc * 32 + indexOf("0123456789abcdefghjkmnpqrstvwxyz", #), 0) / 1000)',
)

/**
 * Waits until about `vars.at` by requesting anything from the cluster's own API: only the time counts, and no forge
 * gets requests.
 *
 * @param isOver when the wait ends.
 * @param pollSeconds the longest pause between two polls; Kargo's minimum is 10.
 */
export function clockRequest(isOver: Expression, pollSeconds: number): HttpStepConfig {
  return {
    url: filled`vars.clock ?? "https://kubernetes.default.svc/livez"`,
    insecureSkipTLSVerify: true,
    pollInterval: code`${filled`max(10, min(${pollSeconds}, vars.at - now().Unix()))`}s`,
    // In parentheses it stays a string, which Kargo expects here.
    successExpression: code`(${filled`${isOver}`})`,
  }
}

/** A build that began at this time or later covers the change: an output of the first step. */
export const SINCE = expression('task.outputs.update.since')

/** The Warehouse that the Freight is from; repository of each base image by its Warehouse. */
export const ORIGIN = expression('ctx.targetFreight.origin.name')
export const REPOSITORIES = expression('fromJSON(vars.baseImages)')

/**
 * Freight of the image itself, not of a base: Kargo automatically promotes only what a Stage does not have yet, so an
 * image that was outdated before it was enrolled is rebuilt for its own Freight (`rebuildOnEnrollment`).
 */
export const IS_OWN_FREIGHT = code`${ORIGIN} not in ${REPOSITORIES}`

// The map has string values, and a missing key gives an empty string: only `in` shows whether it exists.
const IS_OVERRIDDEN = expression('task.outputs.update.digest[7:] in configMap("rebuild-overrides")')

/**
 * Waits until `at`, or until an override names the digest, checked every `settings.pollInterval`.
 *
 * @param condition when there is anything to wait for.
 * @param notBefore before that no override ends the wait.
 */
function waitUntil(
  as: string,
  { pollInterval }: Settings,
  condition: Expression,
  at: Expression,
  notBefore?: Expression,
): PromotionStep {
  const mayPass = notBefore === undefined ? IS_OVERRIDDEN : code`now().Unix() >= vars.notBefore && ${IS_OVERRIDDEN}`
  return {
    uses: 'http',
    as,
    if: condition,
    retry: RETRY_LIMITS.clock,
    vars: { at, ...(notBefore === undefined ? {} : { notBefore }) },
    config: clockRequest(code`now().Unix() >= vars.at || ${mayPass}`, pollInterval.seconds),
  }
}

/** Not repeated after the builds were read: decisions based on them are final. */
const IS_UNDECIDED = expression('task.outputs.builds?.runs == nil && now().Unix() < vars.at')

/**
 * `settings.stagger`: images of the same base image are rebuilt one after the other. For an image's own Freight, soak
 * time does not enforce `minimumReleaseAge`, so that wait is here.
 */
export function waitForTurn(settings: Settings, takesImages: boolean): PromotionStep {
  const condition = filled`success() && !task.outputs.update.manual && ${SINCE} > 0 && ${IS_UNDECIDED}`
  const turn = code`int(${SINCE}) + int(vars.stagger ?? 0)`
  if (!takesImages) return waitUntil('turn', settings, condition, filled`${turn}`)
  const at = filled`${IS_OWN_FREIGHT} ? int(vars.turn ?? 0) : ${turn}`
  const notBefore = filled`${IS_OWN_FREIGHT} ? int(vars.oldEnough ?? 0) : 0`
  return waitUntil('turn', settings, condition, at, notBefore)
}

/** Waits until `rebuildDelay` has passed since the last build, unless that covers the change or it was requested. */
export function waitForDelay(settings: Settings): PromotionStep {
  const condition = filled`success() && (task.outputs.lastBuild?.at ?? 1e12) < ${SINCE} && ${IS_UNDECIDED}`
  return waitUntil('due', settings, condition, filled`int(task.outputs.lastBuild?.at ?? 0) + int(vars.rebuildDelay)`)
}

/**
 * `settings.retryPause` after a failed build, including one of another base image's Promotion. Manual Promotions do not
 * wait. A Stage may override it for its image (`retries: "0"`, `retryPause` in seconds).
 */
export function pause(api: BuildApi, settings: Settings): PromotionStep {
  const failed = code`(task.outputs.build?.run?.conclusion ?? "success") not in ${api.successes}`
  const failedBefore = code`task.outputs.builds?.runs != nil && task.outputs.builds.runs.run == nil && len(task.outputs.builds.runs.failed) == 1`
  const condition = filled`success() && !task.outputs.update.manual && vars.retries != "0" && task.outputs.builds2?.runs == nil && (${failed} || ${failedBefore})`
  const ended = code`int(task.outputs.build?.run?.at ?? task.outputs.builds?.runs?.at ?? 0)`
  return waitUntil(
    'pause',
    settings,
    condition,
    filled`${ended} + int(vars.retryPause ?? ${settings.retryPause.seconds})`,
  )
}
