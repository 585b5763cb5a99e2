import { createHash } from 'node:crypto'
import { byKey, jsonList, jsonMap, parseJson } from '../text/index.js'

const DIGEST = /^sha256:[0-9a-f]{64}$/
const PLATFORM_NAME = /^[a-z0-9]{1,32}\/[a-z0-9_]{1,32}(?:\/[a-z0-9.]{1,16})?$/
const MAX_PLATFORMS = 100

/** Whether content matches a digest. */
export function isContentOf(digest: string, body: Buffer): boolean {
  return digest === contentDigest(body)
}

/** The digest of content. */
export function contentDigest(body: Buffer): string {
  return `sha256:${createHash('sha256').update(body).digest('hex')}`
}

/** Whether text is a digest of a supported algorithm. */
export function isDigest(text: unknown): text is string {
  return typeof text === 'string' && DIGEST.test(text)
}

/** Whether content is a manifest or an index, judged by its schema version (OCI image specification: always 2). */
export function isManifest(body: Buffer): boolean {
  return jsonMap(parseJson(body))?.schemaVersion === 2
}

/**
 * Parses a manifest or an index (OCI image specification).
 *
 * @returns null if it is neither. `platforms`: digest per platform (`os/arch[/variant]`), empty when it is not an index or
 * names no platforms; `config`: digest of the image's configuration, null for an index; `created`: build time from its
 * annotations (ISO 8601).
 */
export function readManifest(body: Buffer) {
  const data = jsonMap(parseJson(body))
  if (data === null) return null
  const config = jsonMap(data.config)?.digest
  return {
    platforms: platformsIn(data.manifests),
    config: isDigest(config) ? config : null,
    created: createdIn(jsonMap(data.annotations)),
  }
}

/** Build time from an image's configuration: its labels first, as in Kargo. */
export function createdInConfig(body: Buffer): string | null {
  const data = jsonMap(parseJson(body))
  return createdIn(jsonMap(jsonMap(data?.config)?.Labels)) ?? momentOf(data?.created)
}

/** `os/arch[/variant]` of a platform in an index or configuration; null if invalid: attestations have `unknown`. */
export function platformName(platform: unknown): string | null {
  const { os, architecture, variant } = jsonMap(platform) ?? {}
  const name = [os, architecture, ...(typeof variant === 'string' && variant !== '' ? [variant] : [])].join('/')
  return PLATFORM_NAME.test(name) && os !== 'unknown' ? name : null
}

/** Two images for one platform cannot be told apart, so neither counts. */
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

/** Normalizes an RFC 3339 timestamp. */
function momentOf(text: unknown): string | null {
  if (typeof text !== 'string' || !/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d+)?(?:Z|[+-]\d{2}:\d{2})$/i.test(text))
    return null
  const time = Date.parse(text)
  return Number.isNaN(time) ? null : new Date(time).toISOString()
}

/** `linux/arm64/v8` becomes `linux/arm64`, `linux/arm` becomes `linux/arm/v7` (containerd's platform normalization). */
export function usualPlatform(platform: string): string {
  if (platform.endsWith('/arm64/v8')) return platform.slice(0, -'/v8'.length)
  return platform.endsWith('/arm') ? `${platform}/v7` : platform
}
