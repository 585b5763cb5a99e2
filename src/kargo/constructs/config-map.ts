import type { Construct } from 'constructs'
import { KubeObject, type ObjectProps } from './kube-object.js'

export interface ConfigMapProps extends ObjectProps {
  readonly data: Readonly<Record<string, string>>
}

/** Plain data in the cluster. */
export class ConfigMap extends KubeObject {
  constructor(scope: Construct, props: ConfigMapProps) {
    const faults = Object.keys(props.data)
      .filter((key) => !/^[-._a-zA-Z0-9]{1,253}$/.test(key))
      .map((key) => `${JSON.stringify(key)} is no key of the ConfigMap ${props.name}`)
    super(scope, props, { apiVersion: 'v1', kind: 'ConfigMap', body: { data: props.data }, faults })
  }
}
