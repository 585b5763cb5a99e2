import type { Construct } from 'constructs'
import { type HardenedJob, jobDraft } from './hardened-job.js'
import { finish } from './json.js'
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
    const references = props.metrics.map(({ job }) => ({ kind: 'ServiceAccount', name: job.serviceAccount }))
    const kind = { apiVersion: 'argoproj.io/v1alpha1', kind: 'AnalysisTemplate', body: { spec } }
    const faults = [...nameFaults(props), ...placeholderFaults(props, JSON.stringify(finish({ metrics }).manifest))]
    super(scope, props, { ...kind, references, faults })
  }
}

function nameFaults({ metrics }: AnalysisTemplateProps): string[] {
  return metrics
    .filter(({ name }) => !/^[a-z0-9-]{1,24}$/.test(name))
    .map(({ name }) => `the metric ${name} is not named by at most 24 characters of a-z, 0-9 and dash`)
}

/** Argo Rollouts resolves every `{{…}}` of a metric, and fails at those that are no argument. */
function placeholderFaults({ name, args }: AnalysisTemplateProps, metrics: string): string[] {
  const unknown = metrics
    .split('{{')
    .slice(1)
    .map((text) => text.split('}}')[0] ?? '')
    .filter((text) => !args.some((arg) => text === `args.${arg}`))
  return unknown.map((text) => `the AnalysisTemplate ${name} says {{${text.slice(0, 40)}}}, which is no argument of it`)
}
