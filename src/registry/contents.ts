import { isProvenanceType } from '../evidence/index.js'
import { by, type JsonMap, jsonList, jsonMap, parseJson } from '../text/index.js'
import { isDigest, platformName, usualPlatform } from './manifests.js'
import type { Answer } from './registry.js'

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
