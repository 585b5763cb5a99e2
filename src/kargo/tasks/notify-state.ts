import type { Construct } from 'constructs'
import { workflowUrl } from '../../forges/index.js'
import { spread } from '../../policy/index.js'
import { code, type Expression, expression, filled } from '../constructs/expression.js'
import type { ObjectProps } from '../constructs/kube-object.js'
import type { TaskStep } from '../constructs/stage.js'
import { type PromotionStep, PromotionTask, type Some } from '../constructs/steps.js'
import type { Factory } from '../factory.js'
import { GITHUB_HEADERS, githubApiUrl, githubTokenSecret } from '../forges/github.js'
import { NOTIFY_STATE } from '../names.js'
import { CREATED_AT, clockRequest } from './waits.js'

/** Variables that the notification steps require in a Stage. */
const NOTICE_VARS = ['workflow', 'ref', 'reason']

/** A notification is sent this long after the event, offset per Stage, so that later ones see the first one's run. */
const EARLIEST = 10
const SPAN = 30

/**
 * Notifies the state repository's workflow of a change, unless a run of it is queued or has started since: that run
 * sees the change too, so many changes at once start only one or two runs. Nothing is sent twice, and no failure here
 * fails the Promotion: the workflow's schedule catches up on lost notifications.
 *
 * @param when an additional condition.
 */
function noticeSteps(when: Expression): Some<PromotionStep> {
  return [
    {
      uses: 'http',
      as: 'turn',
      if: filled`${when}`,
      continueOnError: true,
      vars: { at: filled`${CREATED_AT} + int(vars.noticeAfter ?? ${EARLIEST})` },
      config: clockRequest(expression('now().Unix() >= vars.at'), EARLIEST + SPAN),
    },
    {
      uses: 'http',
      as: 'runs',
      if: filled`success() && status("turn") in ["Succeeded", "Errored"]`,
      continueOnError: true,
      config: {
        url: filled`vars.workflow + "/runs?exclude_pull_requests=true&per_page=20"`,
        queryParams: { branch: filled`vars.ref` },
        headers: GITHUB_HEADERS,
        successExpression: expression('true'),
        outputs: {
          covering: code`find(response.body?.workflow_runs ?? [], #.status in ["queued", "pending", "requested", "waiting"] || date(#.created_at).Unix() >= ${filled`${CREATED_AT}`})?.id`,
        },
      },
    },
    {
      uses: 'http',
      as: 'notice',
      if: filled`success() && status("runs") in ["Succeeded", "Errored"] && task.outputs.runs?.covering == nil`,
      continueOnError: true,
      config: {
        method: 'POST',
        url: filled`vars.workflow + "/dispatches"`,
        headers: { ...GITHUB_HEADERS, 'Content-Type': 'application/json' },
        body: expression('${% quote({"ref": vars.ref, "inputs": {"reason": vars.reason}}) %}'),
        successExpression: expression('response.status in [200, 204]'),
        failureExpression: expression('response.status not in [200, 204]'),
        errorExpression: expression('response.body?.message'),
      },
    },
  ]
}

/** The task of Stages that only send a notification, possibly after steps of their own. */
export function notifyState(scope: Construct, props: ObjectProps): PromotionTask {
  return new PromotionTask(scope, { ...props, vars: NOTICE_VARS, steps: noticeSteps(code`success()`) })
}

/** The step of a Stage that notifies the state repository; it requires the variables of {@link stateNotice}. */
export const NOTIFY_STEP: TaskStep = { as: 'notify', task: NOTIFY_STATE }

/**
 * How a Stage notifies the state repository's workflow: variables, and steps to add after its own. Nothing if
 * `settings.stateWorkflow` is not set.
 *
 * @param reason what changed; the workflow's input `reason`. A literal, so user data is safe.
 */
export function stateNotice(
  factory: Factory,
  reason: string,
): { readonly vars: Readonly<Record<string, string | undefined>>; readonly steps: readonly TaskStep[] } {
  const { stateWorkflow } = factory.settings
  if (stateWorkflow === null) return { vars: {}, steps: [] }
  const vars = {
    workflow: workflowUrl(githubApiUrl(factory), stateWorkflow.repo, stateWorkflow.workflow),
    ref: stateWorkflow.ref,
    reason,
    noticeAfter: String(EARLIEST + spread(reason, SPAN)),
    tokenSecret: githubTokenSecret(factory),
  }
  return { vars, steps: [NOTIFY_STEP] }
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
export function observeBaseImage(
  scope: Construct,
  { notifiesState, ...props }: ObjectProps & { readonly notifiesState: boolean },
): PromotionTask {
  const isNews = code`status("observed") == "Succeeded" && !(${IS_BASELINE})`
  return new PromotionTask(scope, {
    ...props,
    vars: ['repo', 'baselineDigest', ...(notifiesState ? NOTICE_VARS : [])],
    steps: [OBSERVED, ...(notifiesState ? noticeSteps(isNews) : [])],
  })
}
