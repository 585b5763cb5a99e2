import { shortenName } from '../reference/index.js'

/** Names the enrolled image that an object belongs to. */
export const IMAGE_LABEL = 'image-factory.io/image'

/** Names the base image that an object belongs to. */
export const BASE_IMAGE_LABEL = 'image-factory.io/base-image'

/** The one promotion policy matches Stages that carry this label with the value "true". */
export const AUTO_PROMOTION_LABEL = 'image-factory.io/auto-promotion'

/** Names of what every pipeline shares. */
export const OBSERVE_BASE_IMAGE = 'observe-base-image'
export const REBUILD_GITHUB = 'rebuild-github'
export const REBUILD_OVERRIDES = 'rebuild-overrides'
export const SCAN_IMAGE = 'scan-image'

/** The Warehouse of an image or base image; as short as a label value must be. */
export function warehouseName(name: string): string {
  return shortenName(name)
}

/** The Stage that notes when a digest of a base image was first seen. */
export function soakStageName(base: string): string {
  return shortenName(`soak-${base}`)
}

/** The Stage that rebuilds an image when one of its bases changed. */
export function rebuildStageName(image: string): string {
  return shortenName(`rebuild-trigger-${image}`)
}

/** The Stage that checks a published image. */
export function analyzeStageName(image: string): string {
  return shortenName(`analyze-${image}`)
}
