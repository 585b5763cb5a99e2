import { Chart } from 'cdk8s'
import type { Construct } from 'constructs'
import { KubeObject } from '../constructs/kube-object.js'

/** What a file is about and where people wrote it down, so that problems point there. */
export interface Subject {
  /** `image backstage`, `base image docker.io/library/node:22`, `settings`. */
  readonly title: string
  readonly image: string | null
  readonly line: number | null
  readonly column: number | null
}

export interface ManifestChartProps {
  /** Path of its file, without `.k8s.yaml`. */
  readonly file: string
  readonly subject: Subject
  readonly namespace: string
  /** Every object of the file carries these. */
  readonly labels?: Readonly<Record<string, string>>
}

/** One file of the output folder; its objects are printed in the order they were added. */
export class ManifestChart extends Chart {
  readonly path: string
  readonly subject: Subject

  /** @param id any that the app has not yet: nothing in the output is named by it. */
  constructor(scope: Construct, id: string, { file, subject, namespace, labels = {} }: ManifestChartProps) {
    super(scope, id, { namespace, labels: { ...labels } })
    this.path = `${file}.k8s.yaml`
    this.subject = subject
  }

  get objects(): KubeObject[] {
    return this.node.children.filter((child): child is KubeObject => child instanceof KubeObject)
  }
}
