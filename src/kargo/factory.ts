import type { Settings } from '../enrollment/images-file.js'
import type { Override } from '../enrollment/overrides.js'
import type { TrackedBase, TrackedImage } from '../state/model.js'

/** All that the manifests are made from. */
export interface Factory {
  readonly settings: Settings
  /** Every enrolled image; those that are not enabled get no manifests. */
  readonly images: readonly TrackedImage[]
  /** Every tracked base image; those that no enabled image uses get no manifests. */
  readonly bases: readonly TrackedBase[]
  /** Default branch of an image's source by the image's name, where images.yaml names no branch; else `main`. */
  readonly branches?: ReadonlyMap<string, string>
  /** Where workflows are dispatched: `https://api.github.com`, or `https://HOST/api/v3` of a GitHub Enterprise server. */
  readonly github?: { readonly apiUrl: string }
  /** Where pipelines are started: `https://gitlab.com`, or the address of another GitLab. */
  readonly gitlab?: { readonly url: string }
  /** Digests of base images that rebuild at once every image built on them, and why. */
  readonly overrides?: readonly Pick<Override, 'digest' | 'reason'>[]
  /** Path of the images file as people know it, for problems. */
  readonly imagesFile?: string
}

/** The branch an image is built from. */
export function branchOf(image: TrackedImage, factory: Factory): string {
  return image.enrollment.source?.branch ?? factory.branches?.get(image.enrollment.name) ?? 'main'
}

/** The Kargo controller (its shard) that looks after an image's objects; null: the one without a shard. */
export function shardOf({ enrollment }: TrackedImage, { settings }: Factory): string | null {
  return enrollment.shard ?? settings.shard
}

/** Base images by name. */
export type Bases = ReadonlyMap<string, TrackedBase>

/** The tracked base images an image is built on, sorted by name, each once; unknown names are left out. */
export function trackedBases(image: TrackedImage, bases: Bases): TrackedBase[] {
  return [...new Set(image.bases)].sort().flatMap((name) => bases.get(name) ?? [])
}

/** Whether the rebuild Stage of an image takes Freight of the image too (`rebuildOnEnrollment`). */
export function takesOwnFreight({ atEnrollment, enrollment, bases }: TrackedImage): boolean {
  return atEnrollment !== undefined && enrollment.source !== null && bases.length > 0
}
