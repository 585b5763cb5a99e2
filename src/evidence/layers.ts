/** A current or earlier digest of a base image, with the layers for one platform. */
export interface KnownBase {
  readonly digest: string
  /** `rootfs.diff_ids` of its configuration (OCI image specification, image configuration). */
  readonly layers: readonly string[]
}

/** Whether an image's layers begin with a base's. A base without layers would match every image and proves nothing. */
export function isBuiltOn(layers: readonly string[], base: readonly string[]): boolean {
  return base.length > 0 && base.length <= layers.length && base.every((layer, index) => layer === layers[index])
}

/**
 * The digest of the base that an image's final stage begins with. The match with the most layers wins, because one base
 * may be another plus a layer.
 *
 * @param layers of the image, for the same platform as those of the bases.
 * @returns null when none matches (squashed, another base, unknown digest) or two with the same layers do: those differ
 * only in their configuration, which an image does not keep.
 */
export function baseByLayers(layers: readonly string[], known: readonly KnownBase[]): string | null {
  const matches = known.filter((base) => isBuiltOn(layers, base.layers))
  const most = Math.max(0, ...matches.map((base) => base.layers.length))
  const digests = new Set(matches.filter((base) => base.layers.length === most).map(({ digest }) => digest))
  const [digest = null] = digests
  return digests.size === 1 ? digest : null
}
