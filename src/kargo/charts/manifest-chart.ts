import { Chart } from 'cdk8s'
import type { Construct } from 'constructs'
import type { EnrolledImage } from '../../enrollment/images-file.js'
import { KubeObject } from '../constructs/kube-object.js'

export interface ManifestChartProps {
  /** Path of its file, without `.k8s.yaml`. */
  readonly file: string
  readonly namespace: string
  /** What it is about: `image backstage`, `base image docker.io/library/node:22`, `settings`. */
  readonly title: string
  /** The entry that it comes from, where its problems are shown. */
  readonly entry?: EnrolledImage
  /** Lines for its head, each a comment of YAML. */
  readonly comments?: readonly string[]
  /** Every object of the file carries these. */
  readonly labels?: Readonly<Record<string, string>>
}

/** One file of the output folder; its objects are printed in the order they were added. */
export class ManifestChart extends Chart {
  readonly path: string
  readonly title: string
  readonly entry: EnrolledImage | undefined
  readonly comments: readonly string[]

  /** @param id any that the app has not yet: nothing in the output is named by it. */
  constructor(scope: Construct, id: string, props: ManifestChartProps) {
    const { file, namespace, title, entry, comments = [], labels = {} } = props
    super(scope, id, { namespace, labels: { ...labels } })
    this.path = `${file}.k8s.yaml`
    this.title = title
    this.entry = entry
    this.comments = comments
  }

  get objects(): KubeObject[] {
    return this.node.children.filter((child): child is KubeObject => child instanceof KubeObject)
  }
}
