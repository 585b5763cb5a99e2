import type { Construct } from 'constructs'
import { KubeObject, type ObjectProps } from './kube-object.js'

/** An identity for Jobs that may do nothing in the cluster: no role is bound to it, and no token of it is mounted. */
export class ServiceAccount extends KubeObject {
  constructor(scope: Construct, props: ObjectProps) {
    const body = { automountServiceAccountToken: false }
    super(scope, props, { apiVersion: 'v1', kind: 'ServiceAccount', body })
  }
}
