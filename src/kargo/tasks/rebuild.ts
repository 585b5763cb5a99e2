import type { Construct } from 'constructs'
import type { Settings } from '../../enrollment/images-file.js'
import { code, type Expression, expression, filled } from '../constructs/expression.js'
import { type PromotionStep, PromotionTask, RETRY_LIMITS, type Some } from '../constructs/steps.js'
import type { BuildApi, Forge } from '../forges/forge.js'
import { attemptSteps, FIRST, latestBuilds, SECOND } from './rebuild-attempt.js'
import { CREATED_AT, IS_OWN_FREIGHT, ORIGIN, pause, REPOSITORIES, SINCE, waitForDelay, waitForTurn } from './waits.js'

/**
 * A Promotion that a person created has an actor, except one made with an API token of Kargo (kargo#6201); if nothing
 * is automatic, every Promotion is manual.
 */
const IS_BY_HAND = expression('ctx.meta.promotion.actor != "" || vars.autoRebuild == "false"')

/** A digest seen before the image was enrolled counts as seen at 0, like the baseline digest. */
const FIRST_SEEN_AT = expression('seen < int(vars.enrolledAt ?? 0) ? 0 : seen')

const SEEN = expression('int(freightMetadata(ctx.targetFreight.name)?.observedAt ?? 0)')

/** This exact image is provably outdated. Newer published images have not been checked yet. */
const IS_STALE = expression('i.Digest == vars.staleImage')

/** Any build since then covers it, so that it is rebuilt once, whatever the result. */
const ENROLLED_AT = expression('int(vars.enrolledAt ?? 0)')

/**
 * What changed, and when: a build that began at that time or later covers it. For a manual Promotion that is its
 * creation time. `since` is 0 if nothing is to be rebuilt.
 */
function findUpdate(takesImages: boolean): PromotionStep {
  const step = { uses: 'compose-output', as: 'update' } as const
  if (takesImages) return { ...step, config: ofImageOrBase() }
  const image = code`imageFrom(${REPOSITORIES}[${ORIGIN}], warehouse(${ORIGIN}))`
  return {
    ...step,
    config: {
      base: filled`let i = ${image}; i.RepoURL + ":" + i.Tag`,
      digest: filled`${image}.Digest`,
      manual: filled`${IS_BY_HAND}`,
      since: filled`let seen = ${SEEN}; ${IS_BY_HAND} ? ${CREATED_AT} : ${FIRST_SEEN_AT}`,
    },
  }
}

/** Like `findUpdate` if the Freight may be the image itself: then Stage vars name the outdated base. */
function ofImageOrBase(): Readonly<Record<string, Expression>> {
  const image = code`let i = imageFrom(${REPOSITORIES}[${ORIGIN}] ?? vars.ownImage, warehouse(${ORIGIN}))`
  return {
    base: filled`${image}; ${IS_OWN_FREIGHT} ? vars.builtOn : i.RepoURL + ":" + i.Tag`,
    digest: filled`${image}; ${IS_OWN_FREIGHT} ? (vars.baseDigest ?? "") : i.Digest`,
    manual: filled`${IS_BY_HAND}`,
    since: filled`${image}; let seen = ${SEEN}; ${IS_BY_HAND} ? ${CREATED_AT} : ${IS_OWN_FREIGHT} ? (${IS_STALE} ? ${ENROLLED_AT} : 0) : (${FIRST_SEEN_AT})`,
  }
}

/**
 * Rebuilds an image when one of its base images changed: waits until it is due, checks whether a build covers the
 * change, else starts one, and ends with the result of that build. A failed build is started once more.
 *
 * Any build that began after the new digest was first seen covers the change. So builds are read once before the wait
 * and once after it, and the forge gets no requests during the wait. If the controller is replaced, Kargo runs the
 * steps from the first again and keeps their outputs: a step that must not run twice checks its output first.
 */
function rebuildSteps({ name, api }: Forge, settings: Settings, takesImages: boolean): Some<PromotionStep> {
  return [
    findUpdate(takesImages),
    ...(settings.stagger.seconds > 0 || takesImages ? [waitForTurn(settings, takesImages)] : []),
    readLastBuild(api),
    waitForDelay(settings),
    ...attemptSteps(api, FIRST, settings),
    ...(settings.retries > 0 ? [pause(api, settings), ...attemptSteps(api, SECOND, settings)] : []),
    outcome(name, api, settings),
  ]
}

/**
 * Makes an image's own workflow or pipeline rebuild it once the policy allows. The forge is the record of builds:
 * nothing about builds is stored in the cluster.
 *
 * @param takesImages whether Stages also take Freight of the image itself: some image has `rebuildOnEnrollment`.
 */
export function rebuildImage(
  scope: Construct,
  forge: Forge,
  settings: Settings,
  takesImages: boolean,
  annotations: Readonly<Record<string, string>>,
): PromotionTask {
  const [where, inputs] = forge.task.vars
  return new PromotionTask(scope, {
    annotations,
    name: forge.task.name,
    vars: [where, 'ref', 'rebuildDelay', 'baseImages', inputs],
    steps: rebuildSteps(forge, settings, takesImages),
  })
}

/** Reads once when the latest successful or running build began: `rebuildDelay` counts from then. */
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

/** Fails the Promotion with what a person needs to know: the forge's message, or the build's URL. */
function outcome(forge: Expression, { successes }: BuildApi, { retries }: Settings): PromotionStep {
  const sent = retries > 0 ? code`(${SECOND.dispatch} ?? ${FIRST.dispatch})` : FIRST.dispatch
  const last = retries > 0 ? code`${SECOND.build}?.run ?? ${FIRST.build}?.run` : code`${FIRST.build}?.run`
  const isRefused = expression('vars.code >= 300 && vars.code < 500')
  // Without a response, the step's own message has the reason.
  const lost = expression('join(sort(map(filter(values(stepMetas), #.Alias contains "::dispatch"), #.Message)), " ")')
  // The first dispatch's status code is irrelevant after a second one.
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
