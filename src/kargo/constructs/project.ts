import type { Construct } from 'constructs'
import { KARGO_API } from './kargo-api.js'
import { KubeObject, type ObjectProps } from './kube-object.js'

/** A Kargo Project. It has no spec and must be named as its namespace; its policies are in ProjectConfig. */
export class Project extends KubeObject {
  constructor(scope: Construct, props: ObjectProps) {
    super(scope, props, { apiVersion: KARGO_API, kind: 'Project', clusterScoped: true, body: {} })
  }
}
