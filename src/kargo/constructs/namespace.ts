import type { Construct } from 'constructs'
import { KubeObject, type ObjectProps } from './kube-object.js'

/** The namespace of a Kargo Project: the label lets Kargo adopt it. */
export class Namespace extends KubeObject {
  constructor(scope: Construct, props: ObjectProps) {
    const labels = { 'kargo.akuity.io/project': 'true', ...props.labels }
    super(scope, { ...props, labels }, { apiVersion: 'v1', kind: 'Namespace', clusterScoped: true, body: {} })
  }
}
