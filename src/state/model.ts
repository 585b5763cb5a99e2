import type { Enrollment } from '../enrollment/enrollment.js'

/** A base image that is watched: `registry/repository:tag` is its identity, digests are attributes. */
export interface TrackedBase {
  /** Name of the state file, the Warehouse and everything named after it. */
  readonly name: string
  readonly registry: string
  readonly repository: string
  readonly tag: string
  /** Digest when tracking began, null where it is not known (yet). */
  readonly baselineDigest: string | null
}

/** An enrolled image together with the base images it is built on. */
export interface TrackedImage {
  readonly enrollment: Enrollment
  /** Names of tracked bases that make this image rebuild, sorted. */
  readonly bases: readonly string[]
}
