import type { Construct } from 'constructs'
import { type HardenedJob, jobDraft } from './hardened-job.js'
import { KubeObject, type ObjectProps } from './kube-object.js'

/** One check that runs as a Job in the Project's namespace; it is good when the Job ends well. */
export interface JobMetric {
  /** At most 24 characters of a-z, 0-9 and dash: Argo Rollouts cuts the Job's name otherwise. */
  readonly name: string
  readonly failureLimit: number
  readonly job: HardenedJob
}

export interface AnalysisTemplateProps extends ObjectProps {
  /**
   * Arguments a Stage must give. Kargo merges those of all templates of a Stage by name: templates that are used together
   * must mean the same by one name.
   */
  readonly args: readonly string[]
  readonly metrics: readonly JobMetric[]
}

/** An Argo Rollouts AnalysisTemplate, as Kargo runs it to verify Freight. */
export class AnalysisTemplate extends KubeObject {
  constructor(scope: Construct, props: AnalysisTemplateProps) {
    const metrics = props.metrics.map(({ name, failureLimit, job }) => ({
      name,
      failureLimit,
      provider: { job: { spec: jobDraft(job) } },
    }))
    const spec = { args: props.args.map((name) => ({ name })), metrics }
    super(scope, props, { apiVersion: 'argoproj.io/v1alpha1', kind: 'AnalysisTemplate', body: { spec } })
  }
}
