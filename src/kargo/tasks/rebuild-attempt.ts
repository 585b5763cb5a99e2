import type { Settings } from '../../enrollment/images-file.js'
import { allOf, code, type Expression, expression, filled } from '../constructs/expression.js'
import { printGoDuration } from '../constructs/kube-object.js'
import { type HttpStepConfig, type PromotionStep, RETRY_LIMITS } from '../constructs/steps.js'
import type { BuildApi } from '../forges/forge.js'
import { SINCE } from './waits.js'

/** Reads the latest builds, with retries. */
export function latestBuilds(api: BuildApi): HttpStepConfig {
  return {
    url: filled`${api.builds}`,
    queryParams: api.onBranch,
    headers: api.headers,
    timeoutSeconds: 30,
    successExpression: expression('response.status == 200'),
    failureExpression: api.answer.isRefused,
    errorExpression: api.answer.message,
  }
}

/** One of the two attempts to build the image. */
export interface BuildAttempt {
  /** Distinguishes the names of its steps from those of the other attempt. */
  readonly suffix: '' | '2'
  readonly builds: Expression
  readonly dispatch: Expression
  readonly build: Expression
  /** When builds are read, and whether they just were. */
  readonly starts: Expression
  readonly hasRead: Expression
  /** Conditions on the builds for this attempt; empty: always allowed. */
  readonly isAllowed: readonly Expression[]
}

export const FIRST: BuildAttempt = {
  suffix: '',
  builds: expression('task.outputs.builds'),
  dispatch: expression('task.outputs.dispatch'),
  build: expression('task.outputs.build'),
  starts: filled`success() && ${SINCE} > 0 && task.outputs.builds?.runs == nil`,
  hasRead: expression('status("builds") == "Succeeded"'),
  // A failed build was the first attempt.
  isAllowed: [expression('len(task.outputs.builds.runs.failed) == 0')],
}

export const SECOND: BuildAttempt = {
  suffix: '2',
  builds: expression('task.outputs.builds2'),
  dispatch: expression('task.outputs.dispatch2'),
  build: expression('task.outputs.build2'),
  starts: filled`status("pause") == "Succeeded"`,
  hasRead: expression('status("builds2") == "Succeeded"'),
  isAllowed: [],
}

/** Reads builds; starts one if none covers the change; follows either to its end. */
export function attemptSteps(api: BuildApi, attempt: BuildAttempt, settings: Settings): PromotionStep[] {
  return [readCovering(api, attempt), dispatch(api, attempt), followBuild(api, attempt, settings)]
}

/** The newest build, one that covers the change, and, in the first attempt, its dispatched builds that failed. */
function readCovering(api: BuildApi, { suffix, starts }: BuildAttempt): PromotionStep {
  const { counts, wasDispatched, isSuccess, mayYetSucceed, isGood, startedAt, address } = api.run
  const covering = code`filter(${api.answer.builds}, ${counts} && ${startedAt} >= ${filled`int(${SINCE})`})`
  const found = code`"at": now().Unix(), "newest": get(${api.answer.builds}, 0)?.id ?? 0.0, "run": (find(t, ${isSuccess}) ?? find(t, ${mayYetSucceed}))?.id`
  const failed = code`"failed": map(filter(t, ${wasDispatched} && !${isGood}), ${address})`
  return {
    uses: 'http',
    as: `builds${suffix}`,
    if: starts,
    retry: RETRY_LIMITS.readForge,
    config: {
      ...latestBuilds(api),
      outputs: { runs: code`let t = ${covering}; {${suffix === '' ? code`${found}, ${failed}` : found}}` },
    },
  }
}

/**
 * Starts a build, once: if the response is lost, `build` looks for the build instead of sending the request again. Its
 * only error ends the step, and the next ones continue. If the controller was replaced, `builds` is skipped and so is
 * this step: the request may have been sent.
 */
function dispatch(api: BuildApi, { suffix, builds, hasRead, isAllowed }: BuildAttempt): PromotionStep {
  const { isRateLimited, refusal, startedId } = api.answer
  return {
    uses: 'http',
    as: `dispatch${suffix}`,
    if: filled`${allOf(hasRead, code`${builds}.runs.run == nil`, ...isAllowed)}`,
    continueOnError: true,
    retry: { timeoutSeconds: 3600 },
    config: {
      method: 'POST',
      ...api.dispatch,
      headers: { ...api.headers, 'Content-Type': 'application/json' },
      timeoutSeconds: 30,
      successExpression: code`!(${isRateLimited})`,
      outputs: {
        code: expression('response.status'),
        at: expression('now().Unix()'),
        id: startedId,
        message: refusal,
      },
    },
  }
}

const BUILD_SECONDS = 86_400

/**
 * Follows a build to its end: the one that covers the change, the one that was started, or, if the response did not
 * contain it, the first dispatched one with our title that is newer than all that were read. If none appears:
 * `missing`.
 */
function followBuild(api: BuildApi, attempt: BuildAttempt, { pollInterval }: Settings): PromotionStep {
  const { answer, single } = api
  const { suffix, builds, dispatch: sent, build, isAllowed } = attempt
  const poll = Math.min(60, pollInterval.seconds)
  const mayHaveStarted = allOf(...isAllowed, code`int(${sent}?.code ?? 0) not in 300..499`)
  return {
    uses: 'http',
    as: `build${suffix}`,
    if: filled`success() && ${builds}?.runs != nil && ${build}?.run == nil && (${builds}.runs.run != nil || ${mayHaveStarted})`,
    retry: { timeoutSeconds: BUILD_SECONDS, ...RETRY_LIMITS.readForge },
    vars: {
      run: filled`${sent}?.id ?? ${builds}?.runs?.run ?? 0`,
      // Counted from the response: a rate limit may have delayed the dispatch for longer than the search for a build
      // lasts.
      until: filled`int(${sent}?.at ?? ${builds}?.runs?.at ?? 0) + ${10 * poll}`,
      pick: pickBuild(api, attempt),
    },
    config: {
      url: filled`vars.run > 0 ? ${api.build} : ${api.builds}`,
      queryParams: api.onBranch,
      headers: api.headers,
      timeoutSeconds: 30,
      pollInterval: printGoDuration(poll),
      successExpression: code`response.status == 200 && (${PICK}; r == nil ? now().Unix() > ${UNTIL} : ${single.isOver})`,
      failureExpression: code`${answer.isBuildRefused} || response.status == 404 && now().Unix() > ${UNTIL}`,
      errorExpression: answer.message,
      outputs: {
        run: code`${PICK}; {"conclusion": ${single.conclusion} ?? "missing", "url": ${single.address}, "at": now().Unix()}`,
      },
    },
  }
}

const PICK = filled`vars.pick`
const UNTIL = filled`vars.until`

/**
 * An image whose builds cannot be identified (`builds: own`) claims a build only if the forge accepted the dispatch: a
 * superfluous build is better than a missing one.
 */
function pickBuild({ answer, run }: BuildApi, { builds, dispatch: sent }: BuildAttempt): Expression {
  const isNewer = code`#.id > ${filled`${builds}?.runs?.newest ?? 0`}`
  const mayBeOurs = filled`vars.builds != "own" || ${sent}?.code != nil`
  // `findLast` would be simpler, but within a larger expression expr-lang 1.17.8 leaves its result on the stack.
  return code`let r = ${answer.isList} ? find(reverse(${answer.builds}), ${isNewer} && ${run.wasDispatched} && ${mayBeOurs} && ${run.hasTitle}) : response.body`
}
