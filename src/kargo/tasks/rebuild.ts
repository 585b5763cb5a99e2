import type { Construct } from 'constructs'
import type { Settings } from '../../enrollment/images-file.js'
import { code, type Expression, expression, filled } from '../constructs/expression.js'
import type { ObjectProps } from '../constructs/kube-object.js'
import { type PromotionStep, PromotionTask, RETRY_LIMITS, type Some } from '../constructs/steps.js'
import type { BuildApi, Forge } from '../forges/forge.js'
import { attemptSteps, FIRST, latestBuilds, SECOND } from './rebuild-attempt.js'
import { CREATED_AT, pause, SINCE, waitForDelay, waitForTurn } from './waits.js'

/**
 * Rebuilds an image when one of its base images changed: waits until it is due, looks whether a build covers the change,
 * else starts one, and ends as that build ends. A build that fails is started once more.
 *
 * Any build that began after the new digest was first seen covers the change. So builds are read once before the wait and
 * once after it, and while it waits the forge is asked nothing. When the controller is replaced, Kargo runs the steps from
 * the first again and keeps their outputs: a step that must not run twice asks for its output first.
 */
function rebuildSteps({ name, api }: Forge, settings: Settings): Some<PromotionStep> {
  return [
    UPDATE,
    ...(settings.stagger.seconds > 0 ? [waitForTurn(settings)] : []),
    readLastBuild(api),
    waitForDelay(settings),
    ...attemptSteps(api, FIRST, settings),
    ...(settings.retries > 0 ? [pause(api, settings), ...attemptSteps(api, SECOND, settings)] : []),
    outcome(name, api, settings),
  ]
}

export interface RebuildTaskProps extends Omit<ObjectProps, 'name'> {
  readonly forge: Forge
  readonly settings: Settings
}

/**
 * Has an image's own workflow or pipeline rebuild it once the policy allows. The forge is the record of builds: nothing
 * about builds is stored in the cluster.
 */
export function rebuildImage(scope: Construct, { forge, settings, ...props }: RebuildTaskProps): PromotionTask {
  const [where, inputs] = forge.task.vars
  return new PromotionTask(scope, {
    ...props,
    name: forge.task.name,
    vars: [where, 'ref', 'rebuildDelay', 'baseImages', inputs],
    steps: rebuildSteps(forge, settings),
  })
}

/**
 * A Promotion that a person created has an actor. One made with an API token of Kargo's has none (kargo#6201); where
 * nothing is automatic, every Promotion is by hand.
 */
const IS_BY_HAND = expression('ctx.meta.promotion.actor != "" || vars.autoRebuild == "false"')

/** What was seen before the image was enrolled counts as seen at 0, as the digest does that was there from the start. */
const FIRST_SEEN_AT = expression('seen < int(vars.enrolledAt ?? 0) ? 0 : seen')

const CHANGED_IMAGE = expression(
  'imageFrom(fromJSON(vars.baseImages)[ctx.targetFreight.origin.name], warehouse(ctx.targetFreight.origin.name))',
)

/**
 * What changed, and since when: a build that began then or later covers it. By hand that is the moment of asking.
 * `since` is 0 where nothing is to be rebuilt.
 */
const UPDATE: PromotionStep = {
  uses: 'compose-output',
  as: 'update',
  config: {
    base: filled`let i = ${CHANGED_IMAGE}; i.RepoURL + ":" + i.Tag`,
    digest: filled`${CHANGED_IMAGE}.Digest`,
    manual: filled`${IS_BY_HAND}`,
    since: filled`let seen = int(freightMetadata(ctx.targetFreight.name)?.observedAt ?? 0); ${IS_BY_HAND} ? ${CREATED_AT} : ${FIRST_SEEN_AT}`,
  },
}

/** Reads once when the image was last built well, or began to be: `rebuildDelay` counts from there. */
function readLastBuild(api: BuildApi): PromotionStep {
  const { counts, isGood, startedAt } = api.run
  return {
    uses: 'http',
    as: 'lastBuild',
    if: filled`success() && !task.outputs.update.manual && ${SINCE} > 0 && int(vars.rebuildDelay) > 0 && task.outputs.lastBuild?.at == nil`,
    retry: RETRY_LIMITS.readForge,
    config: {
      ...latestBuilds(api),
      // 0.0, not 0: Kargo cannot copy an output that is a Go int.
      outputs: {
        at: code`max(0.0, map(filter(${api.answer.builds}, ${isGood} && ${counts}), ${startedAt}))`,
      },
    },
  }
}

/** Ends the Promotion as failed, with what a person needs to know: the forge's own words, or the build's address. */
function outcome(forge: Expression, { successes }: BuildApi, { retries }: Settings): PromotionStep {
  const sent = retries > 0 ? code`(${SECOND.dispatch} ?? ${FIRST.dispatch})` : FIRST.dispatch
  const last = retries > 0 ? code`${SECOND.build}?.run ?? ${FIRST.build}?.run` : code`${FIRST.build}?.run`
  const isRefused = expression('vars.code >= 300 && vars.code < 500')
  // Where no answer came, what happened stands in the step's own message.
  const lost = expression('join(sort(map(filter(values(stepMetas), #.Alias contains "::dispatch"), #.Message)), " ")')
  // The code of the first dispatch says nothing of the second.
  const answered =
    retries > 0 ? expression('status("dispatch2") == "Errored" ? 0 : vars.code') : expression('vars.code')
  const refusal = code`"${forge} refused to start the build (" + string(vars.code) + "): " + string(${sent}.message)`
  const failedBefore = expression('"builds with this change failed already, the last: " + vars.failed[0]')
  const missing = code`"no build appeared (" + string(${answered}) + ") " + ${lost}`
  const failed = expression('"the build ended as " + vars.last.conclusion + ": " + vars.last.url')
  return {
    uses: 'fail',
    as: 'outcome',
    vars: {
      code: filled`${sent}?.code ?? 0`,
      last: filled`toJSON(${last})`,
      failed: filled`toJSON(${FIRST.builds}?.runs?.failed ?? [])`,
    },
    if: filled`success() && (${isRefused} || (vars.last?.conclusion ?? "success") not in ${successes} || vars.last == nil && len(vars.failed) > 0)`,
    config: {
      message: filled`${isRefused} ? ${refusal} : vars.last == nil ? ${failedBefore} : vars.last.conclusion == "missing" ? ${missing} : ${failed}`,
    },
  }
}
