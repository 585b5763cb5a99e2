import type { Construct } from 'constructs'
import type { Settings } from '../../enrollment/images-file.js'
import type { ObjectProps } from '../constructs/kube-object.js'
import { ServiceAccount } from '../constructs/service-account.js'
import { ANALYSIS_ACCOUNT, CHECK_CONTENT, CHECK_DOCKERFILE, SCAN_IMAGE } from '../names.js'
import { checkDockerfile } from './dockerfile-check.js'
import { checkContent, scanImage } from './image-checks.js'

/**
 * The checks of published images and the account they run as, shared by all images. Nothing at all with
 * `settings.analysis: false`: a cluster without Argo Rollouts knows no AnalysisTemplates.
 */
export function addChecks(scope: Construct, settings: Settings, annotations: ObjectProps['annotations'] = {}): void {
  if (!settings.analysis) return
  new ServiceAccount(scope, { name: ANALYSIS_ACCOUNT, annotations })
  scanImage(scope, { name: SCAN_IMAGE, annotations, settings })
  checkContent(scope, { name: CHECK_CONTENT, annotations, settings })
  checkDockerfile(scope, { name: CHECK_DOCKERFILE, annotations, settings })
}
