import type { Construct } from 'constructs'
import { KubeObject, type ObjectProps } from './kube-object.js'

/** One check that runs as a Job in the Project's namespace. */
export interface JobMetric {
  /** At most 24 characters of a-z, 0-9 and dash: Argo Rollouts cuts the Job's name otherwise. */
  readonly name: string
  readonly failureLimit: number
  readonly backoffLimit: number
  readonly deadlineSeconds: number
  readonly container: {
    readonly name: string
    readonly image: string
    readonly args: readonly string[]
    /** Environment variable → `{{args.NAME}}`: arguments never become part of a shell string. */
    readonly env: Readonly<Record<string, string>>
  }
}

export interface AnalysisTemplateProps extends ObjectProps {
  /** Arguments a Stage must give. */
  readonly args: readonly string[]
  readonly metrics: readonly JobMetric[]
}

/** An Argo Rollouts AnalysisTemplate, as Kargo runs it to verify Freight. */
export class AnalysisTemplate extends KubeObject {
  constructor(scope: Construct, props: AnalysisTemplateProps) {
    const spec = { args: props.args.map((name) => ({ name })), metrics: props.metrics.map(metric) }
    const faults = props.metrics
      .filter(({ name }) => !/^[a-z0-9-]{1,24}$/.test(name))
      .map(({ name }) => `the metric ${name} is not named by at most 24 characters of a-z, 0-9 and dash`)
    super(scope, props, { apiVersion: 'argoproj.io/v1alpha1', kind: 'AnalysisTemplate', body: { spec }, faults })
  }
}

function metric({ name, failureLimit, backoffLimit, deadlineSeconds, container }: JobMetric) {
  const env = Object.entries(container.env).map(([variable, value]) => ({ name: variable, value }))
  const pod = { restartPolicy: 'Never', containers: [{ ...container, env }] }
  const job = { backoffLimit, activeDeadlineSeconds: deadlineSeconds, template: { spec: pod } }
  return { name, failureLimit, provider: { job: { spec: job } } }
}
