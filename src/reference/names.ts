import { createHash } from 'node:crypto'
import type { ImageReference } from './image-reference.js'

/** Maximum length of any generated name: the limit of a Kubernetes label value and DNS label. */
export const MAX_NAME_LENGTH = 63
const HASH_LENGTH = 8
/** Omitted from names, as in the original author's state files. */
const UNNAMED_REGISTRIES: ReadonlySet<string> = new Set(['docker.io', 'gcr.io'])

/**
 * Name of a base image's state file and of its Kubernetes objects: `python-3.12-slim`,
 * `distroless-python3-debian12-latest`, `mcr.microsoft.com-playwright-v1.40.0-focal`. An RFC 1123 subdomain of at most
 * 63 characters. Different images may get the same name (`a/b` and `a-b`): the caller resolves collisions with {@link
 * withHash}.
 */
export function baseImageName(reference: ImageReference): string {
  const registry = UNNAMED_REGISTRIES.has(reference.registry) ? '' : `${reference.registry}-`
  const official = reference.registry === 'docker.io' && reference.repository.startsWith('library/')
  const repository = official ? reference.repository.slice('library/'.length) : reference.repository
  const version = reference.tag ?? (reference.digest === null ? 'latest' : shortDigest(reference.digest))
  const full = `${registry}${repository}-${version}`
  return shortenName(asSubdomain(full), full)
}

/**
 * The name itself if it has at most 63 characters, else its beginning, `-` and the first 8 hexadecimal digits of the
 * SHA-256 of `full` (the untruncated name).
 */
export function shortenName(name: string, full: string = name): string {
  return name.length <= MAX_NAME_LENGTH ? name : withHash(name, full)
}

/** Appends `-` and 8 hexadecimal digits of `full`'s SHA-256, truncating to 63 characters in total. For collisions. */
export function withHash(name: string, full: string): string {
  const hash = createHash('sha256').update(full).digest('hex').slice(0, HASH_LENGTH)
  const head = trimEndPunctuation(name.slice(0, MAX_NAME_LENGTH - HASH_LENGTH - 1))
  return head === '' ? hash : `${head}-${hash}`
}

function shortDigest(digest: string): string {
  return digest.slice(digest.indexOf(':') + 1).slice(0, 12)
}

/** Each part between dots must begin and end with a letter or digit: `.-`, `-.` and `..` are invalid. */
function asSubdomain(text: string): string {
  const safe = text.toLowerCase().replace(/[^a-z0-9.-]+/g, '-')
  const labels = safe.split('.').map((label) => trimEndPunctuation(label.replace(/^-+/, '')))
  return labels.filter((label) => label !== '').join('.')
}

function trimEndPunctuation(text: string): string {
  let end = text.length
  while (end > 0 && (text[end - 1] === '-' || text[end - 1] === '.')) end -= 1
  return text.slice(0, end)
}
