// biome-ignore-all lint/suspicious/noTemplateCurlyInString: Kargo evaluates these.
import type { Construct } from 'constructs'
import { expression } from '../constructs/expression.js'
import type { ObjectProps } from '../constructs/kube-object.js'
import { PromotionTask } from '../constructs/promotion-task.js'
import { type TaskStep, unlessDefault } from '../constructs/stage.js'
import { workflowUrl } from '../dispatch-url.js'
import { type Factory, githubApiUrl } from '../factory.js'
import { NOTIFY_STATE } from '../names.js'
import { GITHUB_HEADERS, GITHUB_REFUSED } from './github-requests.js'

const DEFAULT_TOKEN_SECRET = 'github-dispatch'

/** Tells the state repository's workflow that something changed; never stands in the way of what else a Stage does. */
export function notifyState(scope: Construct, props: ObjectProps): PromotionTask {
  return new PromotionTask(scope, {
    ...props,
    vars: { workflow: null, ref: null, reason: null, tokenSecret: DEFAULT_TOKEN_SECRET },
    steps: [
      {
        uses: 'http',
        as: 'notify',
        continueOnError: true,
        retry: { timeoutSeconds: 300, errorThreshold: 3 },
        config: {
          method: 'POST',
          url: expression('${{ vars.workflow }}/dispatches'),
          headers: { ...GITHUB_HEADERS, 'Content-Type': 'application/json' },
          timeoutSeconds: 30,
          body: expression('${% quote({"ref": vars.ref, "inputs": {"reason": vars.reason}}) %}'),
          successExpression: expression('response.status in [200, 204]'),
          failureExpression: expression(GITHUB_REFUSED),
        },
      },
    ],
  })
}

/** The step of a Stage that tells the state repository; it needs the variables of {@link stateNotice}. */
export const NOTIFY_STEP: TaskStep = { as: 'notify', task: NOTIFY_STATE }

/** What a Stage needs to tell the state repository: variables, and steps to put behind its own. */
export interface StateNotice {
  readonly vars: Readonly<Record<string, string | undefined>>
  readonly steps: readonly TaskStep[]
}

/**
 * How a Stage tells the state repository's workflow, nothing where `settings.stateWorkflow` names none.
 *
 * @param reason what changed; the workflow's input `reason`. A literal: user data is welcome.
 */
export function stateNotice(factory: Factory, reason: string): StateNotice {
  const { stateWorkflow, githubTokenSecret } = factory.settings
  if (stateWorkflow === null) return { vars: {}, steps: [] }
  const vars = {
    workflow: workflowUrl(githubApiUrl(factory), stateWorkflow.repo, stateWorkflow.workflow),
    ref: stateWorkflow.ref,
    reason,
    tokenSecret: unlessDefault(githubTokenSecret, DEFAULT_TOKEN_SECRET),
  }
  return { vars, steps: [NOTIFY_STEP] }
}
