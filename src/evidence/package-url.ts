import { type ImageReference, parseReference } from '../reference/image-reference.js'

/** A base image as named in a provenance statement. */
export interface PackageUrl {
  /** Canonical; has a digest if the build pinned it. */
  readonly reference: ImageReference
  /** `linux/amd64`; null when absent. */
  readonly platform: string | null
}

const MAX_LENGTH = 2048

/**
 * Parses the package URL of an image, `pkg:docker/NAME@TAG?platform=linux%2Famd64&digest=sha256:…` (purl specification,
 * type docker, as BuildKit's `util/purl` writes it: the registry precedes the name, Docker Hub's is omitted).
 *
 * @returns null for any other package, and when it names no valid image.
 */
export function parsePackageUrl(text: string): PackageUrl | null {
  if (text.length > MAX_LENGTH) return null
  const { path, query } = /^pkg:docker\/(?<path>[^?#]+)(?:\?(?<query>[^#]*))?/.exec(text)?.groups ?? {}
  if (path === undefined) return null
  const [name, version] = splitVersion(path)
  const parameters = new URLSearchParams(query ?? '')
  const digest = parameters.get('digest')
  const [written, tag] = [decoded(name), version === null ? '' : decoded(version)]
  if (written === null || tag === null) return null
  const parsed = parseReference(`${written}${versionSuffix(tag)}${digest === null ? '' : `@${digest}`}`)
  return parsed.ok ? { reference: parsed.reference, platform: parameters.get('platform') } : null
}

/** The version follows the last `@`; a name may contain none (purl specification, rules for each component). */
function splitVersion(path: string): [string, string | null] {
  const at = path.lastIndexOf('@')
  return at === -1 ? [path, null] : [path.slice(0, at), path.slice(at + 1)]
}

/** Other tools pin an image with a digest as the version. */
function versionSuffix(version: string): string {
  if (version === '') return ''
  return /^sha256:[0-9a-f]{64}$/.test(version) ? `@${version}` : `:${version}`
}

function decoded(text: string): string | null {
  try {
    return decodeURIComponent(text)
  } catch {
    return null
  }
}
