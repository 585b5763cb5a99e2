import type { Construct } from 'constructs'
import type { ObjectProps } from '../constructs/kube-object.js'
import { PromotionTask } from '../constructs/promotion-task.js'
import { dispatchWorkflow, readBuilds, waitForBuild, waitUntilDue } from './github-requests.js'
import { rebuildSteps, staggerVars, type Waiting } from './rebuild-steps.js'

/** What `rebuild-github` takes for `tokenSecret` and `builds` where a Stage says nothing. */
export const REBUILD_GITHUB_DEFAULTS = { builds: 'any', tokenSecret: 'github-dispatch' } as const

export interface RebuildTaskProps extends ObjectProps {
  readonly waiting: Waiting
}

/**
 * Rebuilds an image by its own GitHub workflow once the policy allows.
 * GitHub is the record of builds: nothing about builds is stored in the cluster.
 */
export function rebuildGitHub(scope: Construct, { waiting, ...props }: RebuildTaskProps): PromotionTask {
  return new PromotionTask(scope, {
    ...props,
    vars: {
      ...{ workflow: null, ref: null, rebuildDelay: null, baseImages: null, inputs: null },
      ...REBUILD_GITHUB_DEFAULTS,
      ...staggerVars(waiting),
    },
    steps: rebuildSteps({
      waitUntilDue: waitUntilDue(waiting),
      readBuilds: readBuilds(),
      dispatch: dispatchWorkflow(),
      waitForBuild: waitForBuild(),
    }),
  })
}
