import { createHash } from 'node:crypto'
import { isProvenanceType } from '../evidence/index.js'
import { by, byKey, type JsonMap, jsonList, jsonMap, parseJson } from '../text/index.js'
import type { Answer } from './registry.js'

const DIGEST = /^sha256:[0-9a-f]{64}$/
const PLATFORM_NAME = /^[a-z0-9]{1,32}\/[a-z0-9_]{1,32}(?:\/[a-z0-9.]{1,16})?$/
const MAX_INDEX_ENTRIES = 100

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
function platformName(platform: unknown): string | null {
  const { os, architecture, variant } = jsonMap(platform) ?? {}
  const name = [os, architecture, ...(typeof variant === 'string' && variant !== '' ? [variant] : [])].join('/')
  return PLATFORM_NAME.test(name) && os !== 'unknown' ? name : null
}

/** Two images for one platform cannot be told apart, so neither counts. */
function platformsIn(manifests: unknown): Map<string, string> {
  const found = new Map<string, string>()
  const twice = new Set<string>()
  for (const one of jsonList(manifests).slice(0, MAX_INDEX_ENTRIES)) {
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

/** An image for one platform, as stored in the registry. */
export interface PlatformImage {
  /** `os/arch[/variant]`, normalized. */
  readonly platform: string
  /** Digest of its manifest. */
  readonly digest: string
  /** `rootfs.diff_ids` of its configuration; null when missing or unreadable. */
  readonly layers: readonly string[] | null
  /** The base image that its labels name, unvalidated; null: none. */
  readonly baseLabels: { readonly name: string; readonly digest: string | null } | null
  /** In-toto provenance statements attached to it, as pushed. */
  readonly statements: readonly string[]
}

/** Fetches content by digest from the repository being read. */
export type ContentOf = (digest: string, kind: 'manifests' | 'blobs') => Promise<Answer<Buffer>>

/** Larger statements are ignored (BuildKit's are a few kilobytes; with mode=max, some hundred). */
const MAX_STATEMENT_BYTES = 4 * 1024 * 1024

/** Limits on platforms, attestation manifests of an index, and statements of one; no real image reaches them. */
const MAX_PLATFORMS = 32
const MAX_ATTESTATIONS = 64
const MAX_STATEMENTS = 8

/**
 * Reads the image behind a digest: an index's images for the wanted platforms, their layers and attestations (OCI image
 * specification; BuildKit, docs/attestations/attestation-storage.md). One request for the index, and for each platform
 * its manifest and configuration, its attestation manifest and each statement.
 *
 * @param platforms to read; empty: all.
 * @param statements whether to read provenance statements, which are not needed for base images.
 * @returns sorted by platform. If the registry does not answer for a part, the whole answer is unknown, so that it is
 * requested again; parts that are missing, broken or do not match their digest are omitted.
 */
export async function readContents(
  digest: string,
  content: ContentOf,
  { platforms, statements }: { readonly platforms: readonly string[]; readonly statements: boolean },
): Promise<Answer<readonly PlatformImage[]>> {
  const top = await content(digest, 'manifests')
  if (top.kind !== 'found') return top
  const manifest = jsonMap(parseJson(top.value))
  const children = jsonList(manifest?.manifests).map(jsonMap)
  if (!Array.isArray(manifest?.manifests)) return collected([await readImage(null, digest, content)])
  const wanted = platforms.map(usualPlatform)
  const images = children.flatMap((child) => {
    const name = platformName(child?.platform)
    const platform = name === null ? null : usualPlatform(name)
    const isWanted = platform !== null && (wanted.length === 0 || wanted.includes(platform))
    return isWanted && isDigest(child?.digest) ? [{ platform, digest: child.digest }] : []
  })
  const attestations = statements ? children.flatMap(attestationOf).slice(0, MAX_ATTESTATIONS) : []
  const read = images.map(async ({ platform, digest: image }, index): Promise<Answer<PlatformImage>> => {
    const found = index < MAX_PLATFORMS ? await readImage(platform, image, content) : MISSING
    // An unreadable platform proves nothing; if it were omitted, the others would count for it.
    if (found.kind === 'missing') return { kind: 'found', value: { ...UNREAD, platform, digest: image } }
    if (found.kind !== 'found') return found
    const own = attestations.filter(({ subject }) => subject === image)
    const texts = await collected(await Promise.all(own.map((one) => readStatements(one.digest, content))))
    if (texts.kind !== 'found') return texts
    const labels = found.value.baseLabels ?? baseLabels(null, top.value)
    return { ...found, value: { ...found.value, baseLabels: labels, statements: texts.value.flat() } }
  })
  const all = collected(await Promise.all(read))
  if (all.kind !== 'found') return all
  return { kind: 'found', value: [...all.value].sort(by(({ platform }) => platform)) }
}

const MISSING = { kind: 'missing' } as const
const UNREAD = { layers: null, baseLabels: null, statements: [] } as const

/** The image an attestation manifest belongs to, from BuildKit's annotations in the index. */
function attestationOf(child: JsonMap | null): { readonly digest: string; readonly subject: string }[] {
  const annotations = jsonMap(child?.annotations)
  const subject = annotations?.['vnd.docker.reference.digest']
  const isAttestation = annotations?.['vnd.docker.reference.type'] === 'attestation-manifest'
  return isAttestation && isDigest(subject) && isDigest(child?.digest) ? [{ digest: child.digest, subject }] : []
}

async function readImage(platform: string | null, digest: string, content: ContentOf): Promise<Answer<PlatformImage>> {
  const manifest = await content(digest, 'manifests')
  if (manifest.kind !== 'found') return manifest
  const config = jsonMap(jsonMap(parseJson(manifest.value))?.config)?.digest
  const blob = isDigest(config) ? await content(config, 'blobs') : null
  if (blob !== null && blob.kind !== 'found' && blob.kind !== 'missing') return blob
  const data = blob?.kind === 'found' ? jsonMap(parseJson(blob.value)) : null
  const own = platform ?? usualPlatform(platformName(data) ?? 'linux/amd64')
  return {
    kind: 'found',
    value: {
      platform: own,
      digest,
      layers: layersIn(data),
      baseLabels: baseLabels(data, manifest.value),
      statements: [],
    },
  }
}

const MAX_LABEL = 500

/** Annotation keys of the OCI image specification, which builds also write as labels. */
function baseLabels(config: JsonMap | null, manifest: Buffer): PlatformImage['baseLabels'] {
  const places = [jsonMap(jsonMap(config?.config)?.Labels), jsonMap(jsonMap(parseJson(manifest))?.annotations)]
  for (const labels of places) {
    const name = labels?.['org.opencontainers.image.base.name']
    const digest = labels?.['org.opencontainers.image.base.digest']
    if (typeof name !== 'string' || name === '' || name.length > MAX_LABEL) continue
    return { name, digest: isDigest(digest) ? digest : null }
  }
  return null
}

async function readStatements(digest: string, content: ContentOf): Promise<Answer<readonly string[]>> {
  const manifest = await content(digest, 'manifests')
  if (manifest.kind !== 'found') return manifest
  const layers = jsonList(jsonMap(parseJson(manifest.value))?.layers).map(jsonMap)
  const statements = layers.flatMap((layer) => {
    const isStatement = layer?.mediaType === 'application/vnd.in-toto+json'
    const isProvenance = isProvenanceType(jsonMap(layer?.annotations)?.['in-toto.io/predicate-type'])
    const isReadable = isDigest(layer?.digest) && !(Number(layer.size) > MAX_STATEMENT_BYTES)
    return isStatement && isProvenance && isReadable ? [layer.digest as string] : []
  })
  const blobs = await Promise.all(statements.slice(0, MAX_STATEMENTS).map((one) => content(one, 'blobs')))
  const found = collected(blobs)
  return found.kind === 'found' ? { ...found, value: found.value.map((blob) => blob.toString('utf8')) } : found
}

/** Found values without the missing ones; the first failure, if any. */
function collected<T>(answers: readonly Answer<T>[]): Answer<readonly T[]> {
  const failed = answers.find(({ kind }) => kind === 'limited' || kind === 'unknown')
  if (failed !== undefined && (failed.kind === 'limited' || failed.kind === 'unknown')) return failed
  return { kind: 'found', value: answers.flatMap((one) => (one.kind === 'found' ? [one.value] : [])) }
}

const MAX_LAYERS = 1000

function layersIn(config: JsonMap | null): readonly string[] | null {
  const layers = jsonMap(config?.rootfs)?.diff_ids
  return Array.isArray(layers) && layers.length <= MAX_LAYERS && layers.every(isDigest) ? layers : null
}
