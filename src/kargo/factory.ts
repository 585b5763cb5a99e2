import type { Settings } from '../enrollment/images-file.js'
import type { Override } from '../enrollment/overrides.js'
import type { Servers } from '../forges/index.js'
import type { TrackedBase, TrackedImage } from '../state/model.js'

export interface Factory {
  readonly settings: Settings
  /** Every enrolled image; disabled ones get no manifests. */
  readonly images: readonly TrackedImage[]
  /** Every tracked base image; those that no enabled image uses get no manifests. */
  readonly bases: readonly TrackedBase[]
  /** Default branch of sources without a branch in images.yaml, by image name; else `main`. */
  readonly branches?: ReadonlyMap<string, string>
  /** Where builds are started; the public servers by default. */
  readonly servers?: Partial<Servers>
  /** Digests of base images whose images are rebuilt without delay, and why. */
  readonly overrides?: readonly Pick<Override, 'digest' | 'reason'>[]
  /** Path of the images file as shown to people, for problems. */
  readonly imagesFile?: string
}

/** The branch an image is built from. */
export function branchOf(image: TrackedImage, factory: Factory): string {
  return image.enrollment.source?.branch ?? factory.branches?.get(image.enrollment.name) ?? 'main'
}

/** The Kargo controller (shard) that manages an image's objects; null: the one without a shard. */
export function shardOf({ enrollment }: TrackedImage, { settings }: Factory): string | null {
  return enrollment.shard ?? settings.shard
}

/** The tracked base images of an image, sorted by name, without duplicates; unknown names are omitted. */
export function trackedBases(image: TrackedImage, bases: ReadonlyMap<string, TrackedBase>): TrackedBase[] {
  return [...new Set(image.bases)].sort().flatMap((name) => bases.get(name) ?? [])
}

/** Whether the rebuild Stage of an image also takes Freight of the image itself (`rebuildOnEnrollment`). */
export function takesOwnFreight({ atEnrollment, enrollment, bases }: TrackedImage): boolean {
  return atEnrollment !== undefined && enrollment.source !== null && bases.length > 0
}
