import type { Construct } from 'constructs'
import { AnalysisTemplate } from '../constructs/analysis-template.js'
import type { ObjectProps } from '../constructs/kube-object.js'

/** Looks for critical vulnerabilities that have a fix in a published image. */
export function scanImage(scope: Construct, props: ObjectProps): AnalysisTemplate {
  return new AnalysisTemplate(scope, {
    ...props,
    args: ['image', 'digest'],
    metrics: [
      {
        name: 'scan',
        failureLimit: 0,
        backoffLimit: 1,
        deadlineSeconds: 1800,
        container: {
          name: 'trivy',
          image: 'ghcr.io/aquasecurity/trivy:0.70.0',
          args: ['image', '--exit-code=1', '--severity=CRITICAL', '--ignore-unfixed', '$(IMAGE)@$(DIGEST)'],
          env: { IMAGE: '{{args.image}}', DIGEST: '{{args.digest}}' },
        },
      },
    ],
  })
}
