/** What makes two Kubernetes objects the same object. */
export interface ResourceId {
  readonly apiVersion: string
  readonly kind: string
  /** Empty for cluster-scoped objects. */
  readonly namespace: string
  readonly name: string
}

/** A generated file: path relative to the output folder, and its whole text. */
export interface ManifestFile {
  readonly path: string
  readonly text: string
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
