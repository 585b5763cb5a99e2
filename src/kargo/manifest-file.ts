/** What makes two Kubernetes objects the same object. */
export interface ResourceId {
  readonly apiVersion: string
  readonly kind: string
  /** Empty for cluster-scoped objects. */
  readonly namespace: string
  readonly name: string
}

/** One object of a file: identity, and text without separator. */
export interface ManifestObject {
  readonly id: ResourceId
  readonly text: string
}

/** A generated file: path relative to the output folder, its whole text, and the objects in it. */
export interface ManifestFile {
  readonly path: string
  readonly text: string
  readonly objects: readonly ManifestObject[]
}
