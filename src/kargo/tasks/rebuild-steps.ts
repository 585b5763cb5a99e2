// biome-ignore-all lint/suspicious/noTemplateCurlyInString: Kargo evaluates these.
import { expression } from '../constructs/expression.js'
import type { Some } from '../constructs/stage.js'
import type { HttpRequest, Step } from '../constructs/steps.js'

/** How a rebuild waits until it is due. */
export interface Waiting {
  /** How often it asks again. */
  readonly pollIntervalSeconds: number
  /** Whether each image waits for its turn (`settings.stagger`): Stages then say how long, as `stagger`. */
  readonly isStaggered: boolean
}

/** A build that started after the digest was seen has settled it; an override lets it through at once. */
const SETTLED_OR_OVERRIDDEN =
  '${{ task.outputs.update.observedAt }} <= built || ${{ (configMap("rebuild-overrides") ?? {})[split(task.outputs.update.digest, ":")[1]] != nil }}'
const DELAY_IS_OVER = 'now().Unix() - built >= ${{ int(vars.rebuildDelay) }}'
const ITS_TURN_HAS_COME = 'now().Unix() >= ${{ int(task.outputs.update.observedAt) + int(vars.stagger) }}'

/** Whether a wait is over, where `built` is the time of the last good build. */
export const DUE = `${SETTLED_OR_OVERRIDDEN} || ${DELAY_IS_OVER}` as const
export const DUE_IN_ITS_TURN = `${DUE} && ${ITS_TURN_HAS_COME}` as const

/** The variable of a staggered task; "0", so that a Stage from before the stagger still has all its task needs. */
export function staggerVars({ isStaggered }: Waiting): Readonly<Record<string, string>> {
  return isStaggered ? { stagger: '0' } : {}
}

/** What is asked of the forge that builds the image. */
export interface RebuildRequests {
  readonly waitUntilDue: HttpRequest
  readonly readBuilds: HttpRequest
  readonly dispatch: HttpRequest
  readonly waitForBuild: HttpRequest
}

/** Waits until a rebuild is due, looks once more whether it is still needed, starts it and waits for its end. */
export function rebuildSteps(requests: RebuildRequests): Some<Step> {
  const http = 'http'
  return [
    { uses: 'compose-output', as: 'update', config: UPDATE },
    { uses: http, as: 'due', if: NOBODY_ASKS, retry: { errorThreshold: 24 }, config: requests.waitUntilDue },
    { uses: http, as: 'builds', retry: { errorThreshold: 24 }, config: requests.readBuilds },
    { uses: 'compose-output', as: 'decision', config: DECISION },
    {
      uses: http,
      as: 'dispatch',
      if: REBUILD,
      retry: { timeoutSeconds: 3600, errorThreshold: 3 },
      config: requests.dispatch,
    },
    {
      uses: http,
      as: 'build',
      if: REBUILD,
      retry: { timeoutSeconds: 86_400, errorThreshold: 24 },
      config: requests.waitForBuild,
    },
  ]
}

const NOBODY_ASKS = expression('${{ !task.outputs.update.manual }}')
const REBUILD = expression('${{ task.outputs.decision.rebuild }}')

/** Which base image changed, when it was first seen, and whether a person asks. */
const UPDATE = {
  base: expression('${{ fromJSON(vars.baseImages)[ctx.targetFreight.origin.name] }}'),
  digest: expression(
    '${{ imageFrom(fromJSON(vars.baseImages)[ctx.targetFreight.origin.name], warehouse(ctx.targetFreight.origin.name)).Digest }}',
  ),
  tag: expression(
    '${{ quote(imageFrom(fromJSON(vars.baseImages)[ctx.targetFreight.origin.name], warehouse(ctx.targetFreight.origin.name)).Tag) }}',
  ),
  observedAt: expression('${{ int(freightMetadata(ctx.targetFreight.name)?.observedAt ?? 0) }}'),
  manual: expression('${{ ctx.meta.promotion.actor != "" }}'),
}

/** A build that started after the digest was seen has settled it. */
const DECISION = {
  rebuild: expression(
    '${{ task.outputs.update.manual || task.outputs.update.observedAt > task.outputs.builds.builtAt }}',
  ),
  baseImage: expression('${{ task.outputs.update.base + ":" + task.outputs.update.tag }}'),
}
