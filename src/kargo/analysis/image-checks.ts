import type { Construct } from 'constructs'
import type { Settings } from '../../enrollment/images-file.js'
import { AnalysisTemplate } from '../constructs/analysis-template.js'
import type { HardenedJob } from '../constructs/hardened-job.js'
import type { ObjectProps } from '../constructs/kube-object.js'
import { TRIVY_TIMEOUT, type TrivyCheck, trivyJob } from './trivy.js'

export interface CheckProps extends ObjectProps {
  readonly settings: Settings
}

/** Looks for known vulnerabilities in a published image. */
export function scanImage(scope: Construct, { settings, ...props }: CheckProps): AnalysisTemplate {
  const job = imageJob(settings, {
    args: ['image', '--exit-code=1', '--image-src=remote', '--scanners=vuln', TRIVY_TIMEOUT, IMAGE],
    env: { TRIVY_SEVERITY: '{{args.vulnerability-severity}}', TRIVY_IGNORE_UNFIXED: '{{args.ignore-unfixed}}' },
  })
  const args = ['image', 'digest', 'vulnerability-severity', 'ignore-unfixed']
  return new AnalysisTemplate(scope, { ...props, args, metrics: [{ name: 'scan', failureLimit: 0, job }] })
}

/** Looks for secrets in the files of a published image, and for secrets and bad habits (root) in its configuration. */
export function checkContent(scope: Construct, { settings, ...props }: CheckProps): AnalysisTemplate {
  const scanners = ['--scanners=secret', '--image-config-scanners=misconfig,secret']
  const job = imageJob(settings, {
    args: ['image', '--exit-code=1', '--image-src=remote', ...scanners, TRIVY_TIMEOUT, IMAGE],
    env: { TRIVY_SEVERITY: '{{args.content-severity}}' },
  })
  const args = ['image', 'digest', 'content-severity']
  return new AnalysisTemplate(scope, { ...props, args, metrics: [{ name: 'content', failureLimit: 0, job }] })
}

/** By digest: what was published, whatever the tag says by then. Kubernetes fills it in, no shell does. */
const IMAGE = '$(IMAGE)@$(DIGEST)'

/** The folder that Trivy reads credentials for registries from. */
const CREDENTIALS = '/credentials'

function imageJob(settings: Settings, { args, env }: TrivyCheck): HardenedJob {
  const target = { IMAGE: '{{args.image}}', DIGEST: '{{args.digest}}' }
  return {
    ...trivyJob(settings, { args, env: { ...target, ...env, DOCKER_CONFIG: CREDENTIALS } }),
    secretFile: {
      secret: settings.registrySecret,
      key: '.dockerconfigjson',
      folder: CREDENTIALS,
      file: 'config.json',
    },
  }
}
