import type { Construct } from 'constructs'
import { isDnsLabel } from '../../reference/index.js'
import { KubeObject, type ObjectProps } from './kube-object.js'

/** The namespace of a Kargo Project: the label lets Kargo adopt it. */
export class Namespace extends KubeObject {
  constructor(scope: Construct, props: ObjectProps) {
    const labels = { 'kargo.akuity.io/project': 'true', ...props.labels }
    const faults = isDnsLabel(props.name) ? [] : [`the namespace ${props.name} is no DNS label`]
    super(scope, { ...props, labels }, { apiVersion: 'v1', kind: 'Namespace', clusterScoped: true, body: {}, faults })
  }
}
