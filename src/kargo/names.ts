import { OWN_TEMPLATES } from '../enrollment/promotion.js'
import { shortenName, withHash } from '../reference/index.js'

/** Label: the enrolled image that an object belongs to. */
export const IMAGE_LABEL = 'image-factory.io/image'

/** Label: the base image that an object belongs to. */
export const BASE_IMAGE_LABEL = 'image-factory.io/base-image'

/** Label: the source repository and branch that an object watches. */
export const SOURCE_LABEL = 'image-factory.io/source'

/** The only promotion policy matches Stages that have this label with the value "true". */
export const AUTO_PROMOTION_LABEL = 'image-factory.io/auto-promotion'

/** Names of shared objects. */
export const OBSERVE_BASE_IMAGE = 'observe-base-image'
export const NOTIFY_STATE = 'notify-state'
export const REBUILD_OVERRIDES = 'rebuild-overrides'
export const SCAN_IMAGE = OWN_TEMPLATES.vulnerabilities

/** The Warehouse of an image or base image, truncated to the length of a label value. */
export function warehouseName(name: string): string {
  return shortenName(name)
}

/** The Stage that records when a digest of a base image was first seen. */
export function soakStageName(base: string): string {
  return shortenName(`soak-${base}`)
}

/** The Stage that rebuilds an image when one of its bases changed. */
export function rebuildStageName(image: string): string {
  return shortenName(`rebuild-trigger-${image}`)
}

/** A source repository at a branch. */
export interface SourceIdentity {
  /** OWNER/REPO or GROUP/…/PROJECT, case-insensitive. */
  readonly repo: string
  readonly branch: string
  /** URL and branch, the input of the hash. */
  readonly full: string
}

/** Leaves room for the longest prefix, `discover-`. */
const MAX_SOURCE_NAME_LENGTH = 54
const HASH_AND_DASH = 9

/**
 * The name of the objects for a source: OWNER-REPO, and -BRANCH unless that is main. If this is ambiguous (`a/b.c`, a
 * branch in upper case) or too long, a hash makes it unique.
 */
export function sourceName(source: SourceIdentity): string {
  const readable = readableName(source)
  const name = readable.replace(/[^a-z0-9-]/g, '-')
  const isWhole = readable === name && /^[a-z0-9].*[a-z0-9]$/.test(name) && name.length <= MAX_SOURCE_NAME_LENGTH
  return isWhole ? name : hashedSourceName(source)
}

/** Like `sourceName`, always with a hash: for sources that would share a name (`a/b-c` and `a-b/c`). */
export function hashedSourceName(source: SourceIdentity): string {
  const name = readableName(source)
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-/, '')
  return withHash(name.slice(0, MAX_SOURCE_NAME_LENGTH - HASH_AND_DASH), source.full)
}

function readableName({ repo, branch }: SourceIdentity): string {
  return [...repo.toLowerCase().split('/'), ...(branch === 'main' ? [] : branch.split('/'))].join('-')
}

/** The Warehouse that watches a source, by the source's name. */
export function sourceWarehouseName(source: string): string {
  return `source-${source}`
}

/** The Stage that notifies the state repository of changes in a source. */
export function discoverStageName(source: string): string {
  return `discover-${source}`
}

/** The Stage that checks a published image. */
export function analyzeStageName(image: string): string {
  return shortenName(`analyze-${image}`)
}

/** Label: the environment of a promotion Stage. */
export const ENVIRONMENT_LABEL = 'image-factory.io/environment'

/** The other checks of a published image, and the service account of all checks. */
export const CHECK_CONTENT = OWN_TEMPLATES.content
export const CHECK_DOCKERFILE = OWN_TEMPLATES.dockerfile
export const ANALYSIS_ACCOUNT = 'image-analysis'

/** The Stage that promotes an image to an environment. */
export function promoteStageName(image: string, environment: string): string {
  return shortenName(`promote-${image}-${environment}`)
}
