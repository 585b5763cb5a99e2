import type { Construct } from 'constructs'
import { KubeObject, type ObjectProps } from './kube-object.js'

export interface ConfigMapProps extends ObjectProps {
  readonly data: Readonly<Record<string, string>>
}

/** Plain data in the cluster. */
export class ConfigMap extends KubeObject {
  constructor(scope: Construct, props: ConfigMapProps) {
    super(scope, props, { apiVersion: 'v1', kind: 'ConfigMap', body: { data: props.data } })
  }
}
