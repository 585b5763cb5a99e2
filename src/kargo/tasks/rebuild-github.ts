import type { Construct } from 'constructs'
import type { ObjectProps } from '../constructs/kube-object.js'
import { PromotionTask } from '../constructs/promotion-task.js'
import { GITHUB } from './github-forge.js'
import { rebuildSteps } from './rebuild-steps.js'
import type { RebuildPolicy } from './rebuild-waits.js'

export interface RebuildTaskProps extends ObjectProps {
  readonly policy: RebuildPolicy
}

/**
 * Rebuilds an image by its own GitHub workflow once the policy allows.
 * GitHub is the record of builds: nothing about builds is stored in the cluster.
 *
 * Declares only what every Stage must give: Kargo copies each declared default into every step of every Promotion.
 */
export function rebuildGitHub(scope: Construct, { policy, ...props }: RebuildTaskProps): PromotionTask {
  return new PromotionTask(scope, {
    ...props,
    vars: { workflow: null, ref: null, rebuildDelay: null, baseImages: null, inputs: null },
    steps: rebuildSteps(GITHUB, policy),
  })
}
