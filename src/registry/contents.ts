import { isProvenanceType } from '../evidence/index.js'
import { by, type JsonMap, jsonList, jsonMap, parseJson } from '../text/index.js'
import { isDigest, platformName, usualPlatform } from './manifests.js'
import type { Answer } from './registry.js'

/** An image for one platform, as the registry has it. */
export interface PlatformImage {
  /** `os/arch[/variant]`, in its usual spelling. */
  readonly platform: string
  /** Digest of its manifest. */
  readonly digest: string
  /** `rootfs.diff_ids` of its configuration; null where it has none that can be read. */
  readonly layers: readonly string[] | null
  /** The base image that its labels name, as they are written; null: none. */
  readonly baseLabels: { readonly name: string; readonly digest: string | null } | null
  /** In-toto statements of provenance that hang on it, as they were pushed. */
  readonly statements: readonly string[]
}

/** Bytes that a digest names, in the repository in question. */
export type ContentOf = (digest: string, kind: 'manifests' | 'blobs') => Promise<Answer<Buffer>>

/** A larger statement is none (BuildKit's are a few kilobytes, with mode=max some hundred). */
const MAX_STATEMENT_BYTES = 4 * 1024 * 1024

/** More platforms, attestation manifests of an index, statements of one than anybody publishes. */
const MAX_PLATFORMS = 32
const MAX_ATTESTATIONS = 64
const MAX_STATEMENTS = 8

/**
 * Reads an image behind its digest: the images of an index for the wanted platforms, their layers and what attests to them
 * (OCI image specification; BuildKit, docs/attestations/attestation-storage.md). One request for the index, and for each
 * platform its manifest and configuration, its attestation manifest and each statement.
 *
 * @param platforms to read; empty: all there are.
 * @param statements whether statements are read too: nobody needs those of a base image.
 * @returns sorted by platform. What cannot be read because the registry does not answer makes the whole unknown, so that it
 * is asked again; what is not there, broken or something else than its digest names is left out.
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
    // A platform of which nothing is read proves nothing; left out, the others would speak for it.
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

/** What hangs on an image: BuildKit's annotations of the attestation manifest in the index. */
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

/** Annotation keys of the OCI image specification, which builds write as labels too. */
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

/** What was found; what is missing is left out. */
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
