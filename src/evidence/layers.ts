/** A digest that a base image has or had, with the layers of its image for one platform. */
export interface KnownBase {
  readonly digest: string
  /** `rootfs.diff_ids` of its configuration (OCI image specification, image configuration). */
  readonly layers: readonly string[]
}

/** Whether an image's layers begin with a base's. A base without layers is a beginning of everything, and proves nothing. */
export function isBuiltOn(layers: readonly string[], base: readonly string[]): boolean {
  return base.length > 0 && base.length <= layers.length && base.every((layer, index) => layer === layers[index])
}

/**
 * The digest of a base that the final stage of an image begins with: the one with the most layers, for a base may be
 * another one and a layer more.
 *
 * @param layers of the image, for the same platform as those of the bases.
 * @returns null where none is a beginning (squashed, another base, a digest that is not known), or where two with the same
 * layers are: they differ in their configuration alone, which an image does not keep.
 */
export function baseByLayers(layers: readonly string[], known: readonly KnownBase[]): string | null {
  const matches = known.filter((base) => isBuiltOn(layers, base.layers))
  const most = Math.max(0, ...matches.map((base) => base.layers.length))
  const digests = new Set(matches.filter((base) => base.layers.length === most).map(({ digest }) => digest))
  const [digest = null] = digests
  return digests.size === 1 ? digest : null
}
