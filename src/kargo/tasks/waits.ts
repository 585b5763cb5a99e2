import type { Settings } from '../../enrollment/images-file.js'
import { code, type Expression, expression, filled } from '../constructs/expression.js'
import { type HttpStepConfig, type PromotionStep, RETRY_LIMITS } from '../constructs/steps.js'
import type { BuildApi } from '../forges/forge.js'

/** When the Promotion was created: its name holds a ULID, whose first ten characters are milliseconds in base 32. */
export const CREATED_AT = expression(
  'int(reduce(split(split(ctx.promotion, ".")[-2][:10], ""), #acc * 32 + indexOf("0123456789abcdefghjkmnpqrstvwxyz", #), 0) / 1000)',
)

/**
 * Waits until about `vars.at` by asking the cluster's own API for any answer at all: only the time counts, and no forge is
 * asked.
 *
 * @param isOver when the wait ends.
 * @param pollSeconds the longest time between two looks; Kargo's shortest is 10.
 */
export function clockRequest(isOver: Expression, pollSeconds: number): HttpStepConfig {
  return {
    url: filled`vars.clock ?? "https://kubernetes.default.svc/livez"`,
    insecureSkipTLSVerify: true,
    pollInterval: code`${filled`max(10, min(${pollSeconds}, vars.at - now().Unix()))`}s`,
    // In parentheses it stays a text, which is what Kargo wants there.
    successExpression: code`(${filled`${isOver}`})`,
  }
}

/** Since when a build covers the change: an output of the first step. */
export const SINCE = expression('task.outputs.update.since')

/** The Warehouse that the Freight is from; repository of each base image by its Warehouse. */
export const ORIGIN = expression('ctx.targetFreight.origin.name')
export const REPOSITORIES = expression('fromJSON(vars.baseImages)')

/**
 * Freight of the image itself, and not of a base: Kargo promotes by itself only what a Stage does not have, so an image
 * that is behind since before it was enrolled is rebuilt for its own Freight (`rebuildOnEnrollment`).
 */
export const IS_OWN_FREIGHT = code`${ORIGIN} not in ${REPOSITORIES}`

// The map holds texts, and a key it lacks is the empty one: only `in` tells whether it is there.
const IS_OVERRIDDEN = expression('task.outputs.update.digest[7:] in configMap("rebuild-overrides")')

interface Wait {
  readonly if: Expression
  readonly at: Expression
  /** Before that no override ends it. */
  readonly notBefore?: Expression
}

/** Waits until `vars.at`, or until an override names the digest, for which it looks every `settings.pollInterval`. */
function waitUntil(as: string, { pollInterval }: Settings, { if: condition, at, notBefore }: Wait): PromotionStep {
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

/** Not again after the builds were read: what followed from that stands. */
const IS_UNDECIDED = expression('task.outputs.builds?.runs == nil && now().Unix() < vars.at')

/**
 * `settings.stagger`: the images of one base image are rebuilt one after the other. Of what an image's own Freight is
 * rebuilt for, no soak time tells that it is old enough (`minimumReleaseAge`): that is waited for here.
 */
export function waitForTurn(settings: Settings, { takesImages }: { readonly takesImages: boolean }): PromotionStep {
  const condition = filled`success() && !task.outputs.update.manual && ${SINCE} > 0 && ${IS_UNDECIDED}`
  const turn = code`int(${SINCE}) + int(vars.stagger ?? 0)`
  if (!takesImages) return waitUntil('turn', settings, { if: condition, at: filled`${turn}` })
  return waitUntil('turn', settings, {
    if: condition,
    at: filled`${IS_OWN_FREIGHT} ? int(vars.turn ?? 0) : ${turn}`,
    notBefore: filled`${IS_OWN_FREIGHT} ? int(vars.oldEnough ?? 0) : 0`,
  })
}

/** Waits for `rebuildDelay` since the last build, unless that build covers the change already or a person asked. */
export function waitForDelay(settings: Settings): PromotionStep {
  return waitUntil('due', settings, {
    if: filled`success() && (task.outputs.lastBuild?.at ?? 1e12) < ${SINCE} && ${IS_UNDECIDED}`,
    at: filled`int(task.outputs.lastBuild?.at ?? 0) + int(vars.rebuildDelay)`,
  })
}

/**
 * `settings.retryPause` after a build that failed, one of another base image's Promotion included. By hand: none. A Stage may
 * say otherwise for its image (`retries: "0"`, `retryPause` in seconds).
 */
export function pause(api: BuildApi, settings: Settings): PromotionStep {
  const failed = code`(task.outputs.build?.run?.conclusion ?? "success") not in ${api.successes}`
  const failedBefore = code`task.outputs.builds?.runs != nil && task.outputs.builds.runs.run == nil && len(task.outputs.builds.runs.failed) == 1`
  return waitUntil('pause', settings, {
    if: filled`success() && !task.outputs.update.manual && vars.retries != "0" && task.outputs.builds2?.runs == nil && (${failed} || ${failedBefore})`,
    at: filled`int(task.outputs.build?.run?.at ?? task.outputs.builds?.runs?.at ?? 0) + int(vars.retryPause ?? ${settings.retryPause.seconds})`,
  })
}
