import type { Construct } from 'constructs'
import { PromotionTask } from '../constructs/promotion-task.js'
import { GITLAB } from './gitlab-forge.js'
import type { RebuildTaskProps } from './rebuild-github.js'
import { rebuildSteps } from './rebuild-steps.js'

/** Rebuilds an image by a pipeline on its branch once the policy allows: the same policy, with GitLab as the record of builds. */
export function rebuildGitLab(scope: Construct, { policy, ...props }: RebuildTaskProps): PromotionTask {
  return new PromotionTask(scope, {
    ...props,
    vars: { project: null, ref: null, rebuildDelay: null, baseImages: null, variables: null },
    steps: rebuildSteps(GITLAB, policy),
  })
}
