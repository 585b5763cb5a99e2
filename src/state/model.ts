import type { EnrolledImage } from '../enrollment/images-file.js'
import type { RunIdentity } from '../sources/index.js'
import type { StateRecord } from './record.js'

/** A tracked base image: `registry/repository:tag` is its identity, digests are attributes. */
export interface TrackedBase {
  /** Name of the state file, the Warehouse and other objects for it. */
  readonly name: string
  readonly registry: string
  readonly repository: string
  readonly tag: string
  /** Digest when tracking began, null while unknown. */
  readonly baselineDigest: string | null
  /** The enrolled image that it is; absent if it is not enrolled, or disabled. */
  readonly enrolledImage?: string
}

/** An enrolled image with the base images it is built on. */
export interface TrackedImage {
  readonly enrollment: EnrolledImage
  /** Names of tracked bases that cause rebuilds of this image, sorted. */
  readonly bases: readonly string[]
  /**
   * When it was enrolled, in Unix seconds: earlier changes of its bases cause no rebuild. null if the state does not
   * contain it, and for a new image in a run that writes nothing: its manifests must not depend on the clock.
   */
  readonly enrolledAt: number | null
  /**
   * Whether its published image was provably outdated when it was enrolled; only present if `rebuildOnEnrollment` is set
   * and evidence of that image was read, whatever it proves.
   */
  readonly atEnrollment?: {
    readonly stale: {
      readonly image: string
      /** Name of the outdated base, and the current digest of its tag. */
      readonly base: string
      readonly digest: string
      /** Unix seconds: counts as the first sighting of the base's digest for the waits of its rebuild. */
      readonly from: number
    } | null
  }
  /** Which runs of its workflow (pipelines of its branch) count as its builds. */
  readonly runs: RunIdentity
}

/** Records of images and base images, by name. */
export interface Records {
  readonly images: ReadonlyMap<string, StateRecord>
  readonly bases: ReadonlyMap<string, StateRecord>
}

/** The current state folders. */
export interface StateFiles extends Records {
  readonly archivedImages: ReadonlyMap<string, StateRecord>
  readonly archivedBases: ReadonlyMap<string, StateRecord>
  readonly texts: ReadonlyMap<string, string>
}

/** Folders of the state, relative to the state folder. */
export const FOLDERS = {
  images: 'images',
  bases: 'base-images',
  archivedImages: '_archive/images',
  archivedBases: '_archive/base-images',
} as const

/** The folder with images.yaml, the state and the manifests. */
export interface StateFolder {
  readonly root: string
  /** The same folder relative to the top of the repository, `.` or a path, for paths shown to people. */
  readonly path: string
  readonly imagesFile: string
  readonly outputDir: string
}

/** The location of problems about an image: its entry in images.yaml. */
export function placeOfEntry({ line, column, name }: EnrolledImage, file: string) {
  return { file, line, column, image: name }
}
