import type { Construct } from 'constructs'
import { PromotionTask } from '../constructs/promotion-task.js'
import { readPipelines, startPipeline, waitForPipeline, waitUntilDue } from './gitlab-requests.js'
import type { RebuildTaskProps } from './rebuild-github.js'
import { rebuildSteps, staggerVars } from './rebuild-steps.js'

/** What `rebuild-gitlab` takes for `tokenSecret` where a Stage says nothing. */
export const REBUILD_GITLAB_DEFAULTS = { tokenSecret: 'gitlab-dispatch' } as const

/** Rebuilds an image by a pipeline on its branch once the policy allows: the same policy, with GitLab as the record of builds. */
export function rebuildGitLab(scope: Construct, { waiting, ...props }: RebuildTaskProps): PromotionTask {
  return new PromotionTask(scope, {
    ...props,
    vars: {
      ...{ project: null, ref: null, rebuildDelay: null, baseImages: null, variables: null },
      ...REBUILD_GITLAB_DEFAULTS,
      ...staggerVars(waiting),
    },
    steps: rebuildSteps({
      waitUntilDue: waitUntilDue(waiting),
      readBuilds: readPipelines(),
      dispatch: startPipeline(),
      waitForBuild: waitForPipeline(),
    }),
  })
}
