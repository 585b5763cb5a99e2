import pLimit from 'p-limit'
import { isAllowedRegistry } from '../enrollment/across-entries.js'
import { type HttpResponse, requestTimeout } from '../network/index.js'
import { parseJson } from '../text/index.js'
import { isForbiddenHost, openRegistry, type RegistryConnection, resolveBySystem } from './connection.js'
import {
  type ContentOf,
  contentDigest,
  createdInConfig,
  isDigest,
  isManifest,
  type PlatformImage,
  readContents,
  readManifest,
} from './contents.js'
import type { Credentials } from './credentials.js'
import { type Answer, Registry, type RegistryLimits, unknownAnswer } from './registry.js'
import type { RegistryRequest } from './requests.js'

/** A repository in a registry. */
export interface Repository {
  /** As in image references: `docker.io`, `ghcr.io`, `localhost:5000`. */
  readonly registry: string
  readonly repository: string
}

export interface PinnedImage extends Repository {
  /** `sha256:` and 64 hexadecimal digits. */
  readonly digest: string
}

/** Reads registries. All methods may be called repeatedly and concurrently. */
export interface RegistryClient {
  /** The digest a tag has now: the index's if there is one, as Kargo and builds see it. */
  readonly digest: (image: Repository & { readonly tag: string }) => Promise<Answer<string>>
  /** All tags of a repository, in the registry's order. */
  readonly tags: (image: Repository) => Promise<Answer<readonly string[]>>
  /** Digest per platform (`os/arch[/variant]`), sorted; empty for an image that is not an index. */
  readonly platforms: (image: PinnedImage) => Promise<Answer<ReadonlyMap<string, string>>>
  /**
   * Build time from the image's own metadata (ISO 8601); null if missing. For an index, read from the linux/amd64 image
   * or else the first one: a single build makes them all.
   */
  readonly created: (image: PinnedImage) => Promise<Answer<string | null>>
  /** The images behind a digest for some platforms, with their layers and attestations; see `readContents`. */
  readonly contents: (
    image: PinnedImage & { readonly platforms: readonly string[]; readonly statements: boolean },
  ) => Promise<Answer<readonly PlatformImage[]>>
}

/** How to reach registries. */
export interface RegistryOptions {
  readonly credentials: Credentials
  /**
   * settings.allowedRegistries. A registry in a private network is contacted only if it is listed there or has
   * credentials: image references written by others name hosts too.
   */
  readonly allowedRegistries?: readonly string[]
  /** Request timeout in milliseconds; ten seconds by default. */
  readonly timeout?: number
  readonly limits?: Partial<RegistryLimits>
  /** Name resolution; the system's resolver by default. */
  readonly resolve?: RegistryConnection['resolve']
}

/** What a tag may point to; the same list as docker's. */
const MANIFESTS = [
  'application/vnd.oci.image.index.v1+json',
  'application/vnd.docker.distribution.manifest.list.v2+json',
  'application/vnd.oci.image.manifest.v1+json',
  'application/vnd.docker.distribution.manifest.v2+json',
].join(', ')

const MAX_BYTES = 4 * 1024 * 1024
const MAX_TAG_PAGES = 500
const MAX_TAGS = 100_000
const DEFAULT_LIMITS: RegistryLimits = { concurrency: 8, requests: 20_000, time: 600_000 }
/** Limit across all registries. */
const MAX_CONCURRENCY = 32

type Send = (request: RegistryRequest) => Promise<Answer<HttpResponse>>

/** Creates a client with limits per registry and overall. */
export function connectRegistries(options: RegistryOptions): RegistryClient {
  const registries = new Map<string, Registry>()
  const all = pLimit(MAX_CONCURRENCY)
  const send: Send = async (request) => {
    if (isForbiddenHost(request.registry)) return unknownAnswer(`${request.registry} is not the address of a registry`)
    const registry = registries.get(request.registry) ?? newRegistry(request.registry, options)
    registries.set(request.registry, registry)
    return registry.send(request, all)
  }
  const fetchContent = contentReader(send)
  return {
    digest: (image) => fetchDigest(image, send),
    tags: (image) => fetchTags(image, send),
    platforms: async (image) => mapped(await fetchManifest(image, fetchContent), ({ platforms }) => platforms),
    created: (image) => fetchCreated(image, fetchContent),
    contents: ({ platforms, statements, ...image }) => {
      const content: ContentOf = (digest, kind) => fetchContent({ ...image, digest }, kind, 'missing')
      return readContents(image.digest, content, { platforms, statements })
    },
  }
}

function newRegistry(registry: string, options: RegistryOptions): Registry {
  const { credentials, allowedRegistries = [], timeout = requestTimeout(10), resolve = resolveBySystem } = options
  const hosts = allowedRegistries.map((one) => one.split('/')[0] ?? '')
  const isNamed = hosts.length > 0 && isAllowedRegistry(registry, hosts)
  const isTrusted = async () => isNamed || (await credentials(registry)) !== null
  const connection = openRegistry({ registry, credentials, resolve, isTrusted }, timeout)
  return new Registry(connection, { ...DEFAULT_LIMITS, ...options.limits })
}

async function fetchDigest(image: Parameters<RegistryClient['digest']>[0], send: Send): Promise<Answer<string>> {
  const { registry, repository, tag } = image
  const what = { registry, repository, path: `/v2/${repository}/manifests/${tag}`, accept: MANIFESTS }
  const head = await send({ ...what, method: 'HEAD', maxBytes: 0 })
  if (head.kind !== 'found') return head
  const stated = head.value.headers.get('docker-content-digest')
  if (isDigest(stated)) return { kind: 'found', value: stated }
  // Not every registry sends the digest header; the digest is the hash of the exact bytes it sends.
  const whole = await send({ ...what, method: 'GET', maxBytes: MAX_BYTES })
  if (whole.kind !== 'found') return whole
  const { body } = whole.value
  // A login page would otherwise be another image each time.
  if (!isManifest(body)) return unknownAnswer(`${registry} returned no manifest for ${repository}:${tag}`)
  return { kind: 'found', value: contentDigest(body) }
}

/** Blobs up to this size, and this many of them, are cached by digest. */
const MAX_KEPT_BYTES = 64 * 1024
const MAX_KEPT = 1000

/**
 * Fetches content by digest and rejects anything that does not match; `others`: how to treat that. Content never changes,
 * so most is cached.
 */
function contentReader(send: Send) {
  const kept = new Map<string, Answer<Buffer>>()
  return async (
    { registry, repository, digest }: PinnedImage,
    kind: 'manifests' | 'blobs',
    others: 'unknown' | 'missing' = 'unknown',
  ): Promise<Answer<Buffer>> => {
    const path = `/v2/${repository}/${kind}/${digest}`
    const known = kept.get(registry + path)
    if (known !== undefined) return known
    const accept = kind === 'manifests' ? MANIFESTS : '*/*'
    const reply = await send({ registry, repository, method: 'GET', path, accept, maxBytes: MAX_BYTES })
    if (reply.kind !== 'found') return reply
    const { body } = reply.value
    if (contentDigest(body) !== digest) {
      // Broken content is still broken in the next run; a login page may be gone by then.
      if (others === 'missing' && isStored(body, kind)) return { kind: 'missing' }
      return unknownAnswer(`${registry} returned different content for ${repository}@${digest}`)
    }
    const found = { kind: 'found', value: body } as const
    if (body.length <= MAX_KEPT_BYTES && kept.size < MAX_KEPT) kept.set(registry + path, found)
    return found
  }
}

function isStored(body: Buffer, kind: 'manifests' | 'blobs'): boolean {
  return kind === 'manifests' ? isManifest(body) : body.length > 0 && !/^\s*</.test(body.toString('latin1', 0, 100))
}

async function fetchManifest(
  image: PinnedImage,
  fetchContent: ReturnType<typeof contentReader>,
): Promise<Answer<NonNullable<ReturnType<typeof readManifest>>>> {
  const content = await fetchContent(image, 'manifests')
  if (content.kind !== 'found') return content
  const manifest = readManifest(content.value)
  return manifest === null
    ? unknownAnswer(`${image.registry}/${image.repository}@${image.digest} is not a manifest`)
    : { kind: 'found', value: manifest }
}

async function fetchCreated(
  image: PinnedImage,
  fetchContent: ReturnType<typeof contentReader>,
): Promise<Answer<string | null>> {
  const top = await fetchManifest(image, fetchContent)
  if (top.kind !== 'found') return top
  const inside = top.value.platforms.get('linux/amd64') ?? [...top.value.platforms.values()][0]
  const found = inside === undefined ? top : await fetchManifest({ ...image, digest: inside }, fetchContent)
  if (found.kind !== 'found') return found
  const { created, config } = found.value
  if (created !== null || config === null) return { kind: 'found', value: created }
  return mapped(await fetchContent({ ...image, digest: config }, 'blobs'), createdInConfig)
}

function mapped<T, U>(answer: Answer<T>, change: (value: T) => U): Answer<U> {
  return answer.kind === 'found' ? { kind: 'found', value: change(answer.value) } : answer
}

async function fetchTags({ registry, repository }: Repository, send: Send): Promise<Answer<readonly string[]>> {
  const tags: string[] = []
  let path: string | null = `/v2/${repository}/tags/list?n=1000`
  for (let page = 0; path !== null; page += 1) {
    // A partial list could make another tag look like the newest.
    if (page === MAX_TAG_PAGES || tags.length > MAX_TAGS)
      return unknownAnswer(`${registry}/${repository} has too many tags`)
    const accept = 'application/json'
    const request = { registry, repository, method: 'GET', path, accept, maxBytes: MAX_BYTES } as const
    const reply: Answer<HttpResponse> = await send(request)
    if (reply.kind !== 'found') return reply
    const list = tagsIn(reply.value.body)
    if (list === null) return unknownAnswer(`${registry} returned no list of tags for ${repository}`)
    for (const tag of list) tags.push(tag)
    path = nextPage(reply.value.headers.get('link') ?? '', registry)
  }
  return { kind: 'found', value: tags }
}

const TAG = /^\w[\w.-]{0,127}$/

/** Invalid tags cannot be requested, so they are dropped. */
function tagsIn(body: Buffer): string[] | null {
  const { tags } = (parseJson(body) ?? {}) as { tags?: unknown }
  if (tags === null) return []
  return Array.isArray(tags) ? tags.filter((tag): tag is string => typeof tag === 'string' && TAG.test(tag)) : null
}

/** Path of the next page; the host in the link is ignored, requests stay on this registry. */
function nextPage(link: string, registry: string): string | null {
  const target = /<([^>]+)>\s*;\s*rel="?next"?/i.exec(link)?.[1]
  if (target === undefined || !URL.canParse(target, `https://${registry}`)) return null
  const url = new URL(target, `https://${registry}`)
  return url.pathname.startsWith('/v2/') ? url.pathname + url.search : null
}

/**
 * A client that sends each distinct request only once, whatever the result: an enrolled image may be the base of
 * others, and a run may have to restart. Use it for one run only: results go stale.
 */
export function rememberAnswers(client: RegistryClient): RegistryClient {
  const once = <Q, A>(read: (image: Q) => Promise<A>) => {
    const known = new Map<string, Promise<A>>()
    return (image: Q): Promise<A> => {
      const key = JSON.stringify(image)
      const answer = known.get(key) ?? read(image)
      known.set(key, answer)
      return answer
    }
  }
  return {
    digest: once(client.digest),
    tags: once(client.tags),
    platforms: once(client.platforms),
    created: once(client.created),
    contents: once(client.contents),
  }
}
