// biome-ignore-all lint/suspicious/noTemplateCurlyInString: Kargo evaluates these.
import type { Construct } from 'constructs'
import { expression } from '../constructs/expression.js'
import type { ObjectProps } from '../constructs/kube-object.js'
import { PromotionTask } from '../constructs/promotion-task.js'
import { dispatchWorkflow, readBuilds, waitForBuild, waitUntilDue } from './github-requests.js'

/** What `rebuild-github` takes for `tokenSecret` and `builds` where a Stage says nothing. */
export const REBUILD_GITHUB_DEFAULTS = { builds: 'any', tokenSecret: 'github-dispatch' } as const

export interface RebuildGitHubProps extends ObjectProps {
  /** How often a waiting rebuild asks again. */
  readonly pollIntervalSeconds: number
}

/**
 * Rebuilds an image by its own GitHub workflow once the policy allows.
 * GitHub is the record of builds: nothing about builds is stored in the cluster.
 */
export function rebuildGitHub(scope: Construct, { pollIntervalSeconds, ...props }: RebuildGitHubProps): PromotionTask {
  const rebuild = expression('${{ task.outputs.decision.rebuild }}')
  return new PromotionTask(scope, {
    ...props,
    vars: { workflow: null, ref: null, rebuildDelay: null, baseImages: null, inputs: null, ...REBUILD_GITHUB_DEFAULTS },
    steps: [
      { uses: 'compose-output', as: 'update', config: UPDATE },
      {
        uses: 'http',
        as: 'due',
        if: expression('${{ !task.outputs.update.manual }}'),
        retry: { errorThreshold: 24 },
        config: waitUntilDue(pollIntervalSeconds),
      },
      { uses: 'http', as: 'builds', retry: { errorThreshold: 24 }, config: readBuilds() },
      { uses: 'compose-output', as: 'decision', config: DECISION },
      {
        uses: 'http',
        as: 'dispatch',
        if: rebuild,
        retry: { timeoutSeconds: 3600, errorThreshold: 3 },
        config: dispatchWorkflow(),
      },
      {
        uses: 'http',
        as: 'build',
        if: rebuild,
        retry: { timeoutSeconds: 86_400, errorThreshold: 24 },
        config: waitForBuild(),
      },
    ],
  })
}

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
