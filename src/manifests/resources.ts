export type { ManifestFile } from '../kargo/index.js'

/** What makes two Kubernetes objects the same object. */
export interface ResourceId {
  readonly apiVersion: string
  readonly kind: string
  /** Empty for cluster-scoped objects. */
  readonly namespace: string
  readonly name: string
}

/** `apiVersion/kind/namespace/name`: a resource's identity as one string. */
export function resourceKey(id: ResourceId): string {
  return `${id.apiVersion}/${id.kind}/${id.namespace}/${id.name}`
}

/** One object of the output folder that appears, disappears or changes. */
export interface ResourceChange {
  readonly kind: 'added' | 'removed' | 'modified'
  readonly id: ResourceId
  /** File of the new object, or of the old one when it is removed; relative to the output folder. */
  readonly file: string
  /** The object as YAML before and after; null where there is none. */
  readonly before: string | null
  readonly after: string | null
}
