import { createHash } from 'node:crypto'
import { byKey, jsonList, jsonMap, parseJson } from '../text/index.js'

/** What is of interest in a manifest or an index. */
export interface Manifest {
  /** Digest of each platform's image, by `os/arch[/variant]`; empty where it is no index, or names none. */
  readonly platforms: ReadonlyMap<string, string>
  /** Digest of the image's configuration; null for an index. */
  readonly config: string | null
  /** When it was built, as its annotations say (ISO 8601). */
  readonly created: string | null
}

const DIGEST = /^sha256:[0-9a-f]{64}$/
const PLATFORM_NAME = /^[a-z0-9]{1,32}\/[a-z0-9_]{1,32}(?:\/[a-z0-9.]{1,16})?$/
const MAX_PLATFORMS = 100

/** Whether bytes are what a digest names. */
export function isContentOf(digest: string, body: Buffer): boolean {
  return digest === contentDigest(body)
}

/** The digest of bytes. */
export function contentDigest(body: Buffer): string {
  return `sha256:${createHash('sha256').update(body).digest('hex')}`
}

/** Whether text is a digest that we can check. */
export function isDigest(text: unknown): text is string {
  return typeof text === 'string' && DIGEST.test(text)
}

/** Whether bytes are a manifest or an index, as far as its version tells (OCI image specification: always 2). */
export function isManifest(body: Buffer): boolean {
  return jsonMap(parseJson(body))?.schemaVersion === 2
}

/** Reads a manifest or an index (OCI image specification); null where it is none. */
export function readManifest(body: Buffer): Manifest | null {
  const data = jsonMap(parseJson(body))
  if (data === null) return null
  const config = jsonMap(data.config)?.digest
  return {
    platforms: platformsIn(data.manifests),
    config: isDigest(config) ? config : null,
    created: createdIn(jsonMap(data.annotations)),
  }
}

/** When an image was built, as its configuration says: its labels first, as Kargo does it. */
export function createdInConfig(body: Buffer): string | null {
  const data = jsonMap(parseJson(body))
  return createdIn(jsonMap(jsonMap(data?.config)?.Labels)) ?? momentOf(data?.created)
}

/** `os/arch[/variant]` of a platform as indexes and configurations have it; null for none: attestations have `unknown`. */
export function platformName(platform: unknown): string | null {
  const { os, architecture, variant } = jsonMap(platform) ?? {}
  const name = [os, architecture, ...(typeof variant === 'string' && variant !== '' ? [variant] : [])].join('/')
  return PLATFORM_NAME.test(name) && os !== 'unknown' ? name : null
}

/** Two images of one platform are told apart by nothing here. */
function platformsIn(manifests: unknown): Map<string, string> {
  const found = new Map<string, string>()
  const twice = new Set<string>()
  for (const one of jsonList(manifests).slice(0, MAX_PLATFORMS)) {
    const entry = jsonMap(one)
    const name = platformName(entry?.platform)
    if (name === null || !isDigest(entry?.digest)) continue
    if (found.has(name)) twice.add(name)
    found.set(name, entry.digest)
  }
  for (const name of twice) found.delete(name)
  return new Map([...found].sort(byKey))
}

function createdIn(texts: Readonly<Record<string, unknown>> | null): string | null {
  return momentOf(texts?.['org.opencontainers.image.created']) ?? momentOf(texts?.['org.label-schema.build-date'])
}

/** A moment of RFC 3339, in one spelling. */
function momentOf(text: unknown): string | null {
  if (typeof text !== 'string' || !/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d+)?(?:Z|[+-]\d{2}:\d{2})$/i.test(text))
    return null
  const time = Date.parse(text)
  return Number.isNaN(time) ? null : new Date(time).toISOString()
}

/** `linux/arm64/v8` is `linux/arm64`, `linux/arm` is `linux/arm/v7` (containerd's platform normalisation). */
export function usualPlatform(platform: string): string {
  if (platform.endsWith('/arm64/v8')) return platform.slice(0, -'/v8'.length)
  return platform.endsWith('/arm') ? `${platform}/v7` : platform
}
