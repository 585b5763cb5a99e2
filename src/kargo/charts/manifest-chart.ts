import { Chart } from 'cdk8s'
import type { Construct } from 'constructs'
import type { EnrolledImage } from '../../enrollment/images-file.js'
import { KubeObject } from '../constructs/kube-object.js'

export interface ManifestChartProps {
  /** Path of its file, without `.k8s.yaml`. */
  readonly file: string
  readonly namespace: string
  /** Its subject: `image backstage`, `base image docker.io/library/node:22`, `settings`. */
  readonly title: string
  /** The entry it comes from, where its problems are reported. */
  readonly entry?: EnrolledImage
  /** Lines for the head of the file, each a YAML comment. */
  readonly comments?: readonly string[]
  /** Labels of every object in the file. */
  readonly labels?: Readonly<Record<string, string>>
}

/** One file of the output folder; its objects are printed in the order they were added. */
export class ManifestChart extends Chart {
  readonly path: string
  readonly title: string
  readonly entry: EnrolledImage | undefined
  readonly comments: readonly string[]

  /** @param id unique in the app; it does not appear in the output. */
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
