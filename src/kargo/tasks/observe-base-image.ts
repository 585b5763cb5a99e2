// biome-ignore-all lint/suspicious/noTemplateCurlyInString: Kargo evaluates these.
import type { Construct } from 'constructs'
import { expression } from '../constructs/expression.js'
import type { ObjectProps } from '../constructs/kube-object.js'
import { PromotionTask } from '../constructs/promotion-task.js'

/**
 * When did we first see this digest? Kept on the Freight: metadata kept on a Stage gets lost.
 * A digest equal to `baselineDigest` was there from the start: it counts as seen at 0 and never rebuilds anything.
 */
export function observeBaseImage(scope: Construct, props: ObjectProps): PromotionTask {
  return new PromotionTask(scope, {
    ...props,
    vars: { repo: null, baselineDigest: null },
    steps: [
      {
        uses: 'set-metadata',
        as: 'observed',
        if: expression('${{ freightMetadata(ctx.targetFreight.name)?.observedAt == nil }}'),
        config: {
          updates: [
            {
              kind: 'Freight',
              name: expression('${{ ctx.targetFreight.name }}'),
              values: {
                observedAt: expression(
                  '${{ imageFrom(vars.repo, warehouse(ctx.targetFreight.origin.name)).Digest == vars.baselineDigest ? 0 : now().Unix() }}',
                ),
              },
            },
          ],
        },
      },
    ],
  })
}
