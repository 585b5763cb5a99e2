/** An image as registries know it; `registry` and `repository` are always complete (`docker.io`, `library/node`). */
export interface ImageReference {
  registry: string
  repository: string
  tag: string | null
  digest: string | null
}

const DEFAULT_REGISTRY = 'docker.io'
const LEGACY_REGISTRY = 'index.docker.io'
const OFFICIAL_PREFIX = 'library/'
const MAX_REPOSITORY_LENGTH = 255
const MAX_TAG_LENGTH = 128
/** Hexadecimal digits of each known digest algorithm (github.com/opencontainers/go-digest). */
const DIGEST_LENGTHS: ReadonlyMap<string, number> = new Map([
  ['sha256', 64],
  ['sha384', 96],
  ['sha512', 128],
])

/**
 * Parses a reference the way docker and BuildKit do (grammar and normalization of github.com/distribution/reference,
 * `ParseNormalizedNamed`): Docker Hub and `library/` are filled in, `index.docker.io` becomes `docker.io`, the first
 * component is a host when it has a `.` or `:`, an upper-case letter, or is `localhost`. No default tag is added, see
 * {@link withDefaultTag}. Never throws: for an invalid reference, the message names the problem.
 */
export function parseReference(
  text: string,
): { readonly ok: true; readonly reference: ImageReference } | { readonly ok: false; readonly message: string } {
  if (text === '') return wrong(text, 'it is empty')
  if (/^[a-f0-9]{64}$/.test(text)) return wrong(text, '64 hexadecimal digits are an image ID, not a repository name')
  const { registry, remainder } = splitRegistry(text)
  const nameEnd = remainder.search(/[:@]/)
  const repository = nameEnd === -1 ? remainder : remainder.slice(0, nameEnd)
  const problem = registryProblem(registry) ?? repositoryProblem(registry, repository)
  if (problem !== null) return wrong(text, problem)
  const suffix = readSuffix(nameEnd === -1 ? '' : remainder.slice(nameEnd))
  if (typeof suffix === 'string') return wrong(text, suffix)
  return { ok: true, reference: { registry, repository, ...suffix } }
}

/** The reference with tag `latest` if it has neither tag nor digest, else unchanged. */
export function withDefaultTag(reference: ImageReference): ImageReference {
  return reference.tag === null && reference.digest === null ? { ...reference, tag: 'latest' } : reference
}

/** Canonical form with nothing omitted: `docker.io/library/node:22@sha256:…`. */
export function formatReference(reference: ImageReference): string {
  return `${reference.registry}/${reference.repository}${suffixOf(reference)}`
}

/**
 * What makes two references the same base image: `registry/repository:tag`. The digest is an attribute, not part of the
 * identity, unless there is no tag (`registry/repository@digest`).
 */
export function identityOf(reference: ImageReference): string {
  const digest = reference.tag === null ? reference.digest : null
  return formatReference({ ...reference, digest })
}

/** Short form, as docker prints it: `node:22`, `org/app:1`, `ghcr.io/org/app:1`. */
export function familiarReference(reference: ImageReference): string {
  if (reference.registry !== DEFAULT_REGISTRY) return formatReference(reference)
  const official = reference.repository.startsWith(OFFICIAL_PREFIX)
  const name = official ? reference.repository.slice(OFFICIAL_PREFIX.length) : reference.repository
  const short = official && name.includes('/') ? reference.repository : name
  return `${short}${suffixOf(reference)}`
}

function suffixOf({ tag, digest }: ImageReference): string {
  return `${tag === null ? '' : `:${tag}`}${digest === null ? '' : `@${digest}`}`
}

function wrong(text: string, reason: string) {
  const shown = text.length > 200 ? `${text.slice(0, 200)}…` : text
  return { ok: false as const, message: `"${shown}" is not an image reference: ${reason}` }
}

function splitRegistry(text: string): { registry: string; remainder: string } {
  const slash = text.indexOf('/')
  if (slash === -1) return { registry: DEFAULT_REGISTRY, remainder: OFFICIAL_PREFIX + text }
  const first = text.slice(0, slash)
  const isHost = first === 'localhost' || /[.:]/.test(first) || first.toLowerCase() !== first
  const registry = isHost ? first : DEFAULT_REGISTRY
  const remainder = isHost ? text.slice(slash + 1) : text
  if (registry !== DEFAULT_REGISTRY && registry !== LEGACY_REGISTRY) return { registry, remainder }
  return { registry: DEFAULT_REGISTRY, remainder: remainder.includes('/') ? remainder : OFFICIAL_PREFIX + remainder }
}

function registryProblem(registry: string): string | null {
  if (isHostAndPort(registry) || isPathComponent(registry)) return null
  const scheme = /^https?:/.exec(registry)?.[0]
  if (scheme !== undefined) return `leave out the ${scheme}// before the host`
  return `"${registry}" is not a registry host`
}

function isHostAndPort(registry: string): boolean {
  const address = /^\[[a-fA-F0-9:]+\]/.exec(registry)
  const colon = registry.indexOf(':')
  const host = address?.[0] ?? (colon === -1 ? registry : registry.slice(0, colon))
  const port = registry.slice(host.length)
  if (port !== '' && !/^:[0-9]+$/.test(port)) return false
  return address !== null || host.split('.').every(isHostLabel)
}

function isHostLabel(label: string): boolean {
  return /^[a-zA-Z0-9-]+$/.test(label) && !label.startsWith('-') && !label.endsWith('-')
}

function repositoryProblem(registry: string, repository: string): string | null {
  if (repository === '') return 'the repository name is missing'
  if (repository.toLowerCase() !== repository) {
    return `the repository name "${repository}" must be written in lower case`
  }
  for (const component of repository.split('/')) {
    if (isPathComponent(component)) continue
    if (component === '') return `the repository name "${repository}" has an empty part between slashes`
    return `"${component}" is not a valid part of a repository name`
  }
  const counted = isHostAndPort(registry) ? repository : `${registry}/${repository}`
  if (counted.length <= MAX_REPOSITORY_LENGTH) return null
  return `the repository name is longer than ${MAX_REPOSITORY_LENGTH} characters`
}

/** Lower-case letters and digits, joined by one `.`, one or two `_`, or any number of `-`. */
function isPathComponent(component: string): boolean {
  if (!/^[a-z0-9._-]+$/.test(component) || !/^[a-z0-9]/.test(component) || !/[a-z0-9]$/.test(component)) return false
  return (component.match(/[._-]+/g) ?? []).every(
    (joint) => joint === '.' || joint === '__' || /^(?:_|-+)$/.test(joint),
  )
}

function readSuffix(suffix: string): { tag: string | null; digest: string | null } | string {
  const at = suffix.indexOf('@')
  const tag = suffix.startsWith(':') ? suffix.slice(1, at === -1 ? undefined : at) : null
  const digest = at === -1 ? null : suffix.slice(at + 1)
  const problem = (tag === null ? null : tagProblem(tag)) ?? (digest === null ? null : digestProblem(digest))
  return problem ?? { tag, digest }
}

function tagProblem(tag: string): string | null {
  if (tag === '') return 'the tag after ":" is empty'
  if (tag.length > MAX_TAG_LENGTH) return `the tag is longer than ${MAX_TAG_LENGTH} characters`
  return /^[A-Za-z0-9_][A-Za-z0-9_.-]*$/.test(tag) ? null : `"${tag}" is not a valid tag`
}

function digestProblem(digest: string): string | null {
  const colon = digest.indexOf(':')
  if (colon === -1) return `"${digest}" is not a digest (sha256: and 64 hexadecimal digits)`
  const algorithm = digest.slice(0, colon)
  const digits = digest.slice(colon + 1)
  const length = DIGEST_LENGTHS.get(algorithm)
  if (length === undefined) return `the digest algorithm "${algorithm}" is not one of sha256, sha384, sha512`
  if (digits.length === length && /^[a-f0-9]+$/.test(digits)) return null
  return `a ${algorithm} digest has ${length} hexadecimal digits in lower case`
}
