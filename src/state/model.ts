import type { EnrolledImage } from '../enrollment/images-file.js'
import type { RunIdentity } from '../sources/index.js'
import type { StateRecord } from './record.js'

/** A base image that is watched: `registry/repository:tag` is its identity, digests are attributes. */
export interface TrackedBase {
  /** Name of the state file, the Warehouse and everything named after it. */
  readonly name: string
  readonly registry: string
  readonly repository: string
  readonly tag: string
  /** Digest when tracking began, null where it is not known (yet). */
  readonly baselineDigest: string | null
  /** The enrolled image that it is; absent where it is none of ours, or one that is switched off. */
  readonly enrolledImage?: string
}

/** A published image that is proven to be behind since before it was enrolled. */
export interface StaleBuild {
  /** Its digest. */
  readonly image: string
  /** Name of the base it is behind on, and the digest that the base's tag has now. */
  readonly base: string
  readonly digest: string
  /** Unix seconds: its rebuild waits as if the base's digest were first seen then. */
  readonly from: number
}

/** An enrolled image together with the base images it is built on. */
export interface TrackedImage {
  readonly enrollment: EnrolledImage
  /** Names of tracked bases that make this image rebuild, sorted. */
  readonly bases: readonly string[]
  /**
   * Unix seconds since when it is enrolled: what its bases changed to before rebuilds nothing. null where the state does
   * not say, and for an image that is new in a run that writes nothing: its manifests must not change with the clock.
   */
  readonly enrolledAt: number | null
  /**
   * Whether it was behind when it was enrolled, where `rebuildOnEnrollment` asks for that and there is evidence of a
   * published image, whatever it proves; absent elsewhere.
   */
  readonly atEnrollment?: { readonly stale: StaleBuild | null }
  /** Which runs of its workflow (pipelines of its branch) count as its builds. */
  readonly runs: RunIdentity
}

/** Records of images and base images, by name. */
export interface Records {
  readonly images: ReadonlyMap<string, StateRecord>
  readonly bases: ReadonlyMap<string, StateRecord>
}

/** The state folders as they are. */
export interface StateFiles extends Records {
  readonly archivedImages: ReadonlyMap<string, StateRecord>
  readonly archivedBases: ReadonlyMap<string, StateRecord>
  /** Text of every state file by its path. */
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
  /** Absolute path on disk. */
  readonly root: string
  /** The same folder from the repository's top, `.` or a path: how people know its files. */
  readonly path: string
  readonly imagesFile: string
  readonly outputDir: string
}

/** Where problems about an image point: its entry in images.yaml. */
export function placeOfEntry({ line, column, name }: EnrolledImage, file: string) {
  return { file, line, column, image: name }
}
