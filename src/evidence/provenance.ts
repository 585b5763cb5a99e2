import { type ImageReference, identityOf, parseReference, withDefaultTag } from '../reference/image-reference.js'
import { by, type JsonMap, jsonList, jsonMap, parseJson } from '../text/index.js'

const MAX_LENGTH = 2048

/**
 * Parses the package URL of an image, `pkg:docker/NAME@TAG?platform=linux%2Famd64&digest=sha256:…` (purl specification,
 * type docker, as BuildKit's `util/purl` writes it: the registry precedes the name, Docker Hub's is omitted).
 *
 * @returns canonical, with a digest if the build pinned it; null for any other package, and when it names no valid image.
 */
export function parsePackageUrl(text: string): ImageReference | null {
  if (text.length > MAX_LENGTH) return null
  const { path, query } = /^pkg:docker\/(?<path>[^?#]+)(?:\?(?<query>[^#]*))?/.exec(text)?.groups ?? {}
  if (path === undefined) return null
  const [name, version] = splitVersion(path)
  const digest = new URLSearchParams(query ?? '').get('digest')
  const [written, tag] = [decoded(name), version === null ? '' : decoded(version)]
  if (written === null || tag === null) return null
  const parsed = parseReference(`${written}${versionSuffix(tag)}${digest === null ? '' : `@${digest}`}`)
  return parsed.ok ? parsed.reference : null
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

/** A base image that a build resolved, and the digest it resolved to. */
export interface ResolvedBase {
  /** Canonical `registry/repository:tag`, or `registry/repository@digest` of a base without a tag. */
  readonly identity: string
  /** The tag's digest at the time of the build: the index's where the base is an index. */
  readonly digest: string
  /** Whether the build pinned the digest. */
  readonly isPinned: boolean
}

/** The content of a provenance statement. */
export interface Provenance {
  /** Each base once, sorted by identity. */
  readonly bases: readonly ResolvedBase[]
  /** Commit of the source that was built; null when absent. */
  readonly revision: string | null
}

const PREDICATE_TYPES = ['https://slsa.dev/provenance/v0.2', 'https://slsa.dev/provenance/v1'] as const

/** A statement with more is ignored as a whole: part of a list would prove too much. */
const MAX_DEPENDENCIES = 10_000

/** Whether an attestation layer can contain provenance, by its annotation `in-toto.io/predicate-type`. */
export function isProvenanceType(predicateType: unknown): boolean {
  return PREDICATE_TYPES.some((type) => type === predicateType)
}

/**
 * Reads an in-toto statement with SLSA provenance, v0.2 (`materials`) or v1 (`resolvedDependencies`), as BuildKit
 * attaches it to an image (BuildKit, docs/attestations/slsa-definitions.md). Nothing here is signed: anyone who can
 * push the image can write it.
 *
 * @param text the statement, JSON; the caller limits its size.
 * @param subject digest of the image manifest that the statement is attached to.
 * @returns null if it is not such a statement, or is about another image: then it is not evidence.
 */
export function readProvenance(text: string, subject: string): Provenance | null {
  const statement = jsonMap(parseJson(text))
  if (statement === null || !isProvenanceType(statement.predicateType)) return null
  if (!jsonList(statement.subject).some((one) => digestOf(one) === subject)) return null
  const predicate = jsonMap(statement.predicate)
  const definition = jsonMap(predicate?.buildDefinition)
  const isFirst = statement.predicateType === PREDICATE_TYPES[0]
  const dependencies = isFirst ? predicate?.materials : definition?.resolvedDependencies
  if (!Array.isArray(dependencies) || dependencies.length > MAX_DEPENDENCIES) return null
  const bases = basesIn(dependencies)
  if (bases === null) return null
  const request = jsonMap(isFirst ? jsonMap(predicate?.invocation)?.parameters : external(definition))
  const tools = toolsOf(jsonMap(request?.args))
  return { bases: bases.filter(({ identity }) => !tools(identity)), revision: revisionIn(dependencies) }
}

function external(definition: JsonMap | null): unknown {
  return jsonMap(definition?.externalParameters)?.request
}

/** Dockerfile frontends and SBOM generators: BuildKit pulls them, but the build is not based on them. */
const TOOLS = /^docker\.io\/docker\/(?:dockerfile|dockerfile-upstream|buildkit-syft-scanner|scout-sbom-indexer)[:@]/

/** Whether an image is a build tool: one of Docker's, the frontend, or the SBOM generator. */
function toolsOf(args: JsonMap | null): (identity: string) => boolean {
  const generator = /(?:^|,)generator=(?<image>[^,]+)/.exec(textIn(args?.['attest:sbom']))?.groups?.image
  const named = [textIn(args?.source), generator ?? ''].flatMap((text) => {
    const parsed = parseReference(text)
    return parsed.ok ? [identityOf(withDefaultTag(parsed.reference))] : []
  })
  return (identity) => TOOLS.test(identity) || named.includes(identity)
}

function textIn(value: unknown): string {
  return typeof value === 'string' ? value : ''
}

/** Two digests for one tag prove neither, which invalidates the whole statement. */
function basesIn(dependencies: readonly unknown[]): ResolvedBase[] | null {
  const found = new Map<string, ResolvedBase>()
  for (const dependency of dependencies) {
    const { uri } = jsonMap(dependency) ?? {}
    const image = typeof uri === 'string' ? parsePackageUrl(uri) : null
    if (image === null) continue
    const digest = digestOf(dependency)
    if (digest === null) return null
    const isPinned = image.digest !== null
    const identity = identityOf(withDefaultTag(image))
    const known = found.get(identity)
    if (known !== undefined && known.digest !== digest) return null
    // A stage that pins the digest does not pin it for another stage that does not.
    found.set(identity, { identity, digest, isPinned: isPinned && (known?.isPinned ?? true) })
  }
  return [...found.values()].sort(by(({ identity }) => identity))
}

/** The Git source of a build from a repository: `https://github.com/acme/app.git#refs/heads/main`, digest `sha1`. */
function revisionIn(dependencies: readonly unknown[]): string | null {
  const commits = dependencies.flatMap((dependency) => {
    const { uri, digest } = jsonMap(dependency) ?? {}
    const sha1 = jsonMap(digest)?.sha1
    const isSource = typeof uri === 'string' && /^(?:git\+)?(?:https?|ssh|git):\/\//.test(uri)
    return isSource && typeof sha1 === 'string' && /^[0-9a-f]{40}$/.test(sha1) ? [sha1] : []
  })
  return new Set(commits).size === 1 ? (commits[0] ?? null) : null
}

function digestOf(resource: unknown): string | null {
  const sha256 = jsonMap(jsonMap(resource)?.digest)?.sha256
  return typeof sha256 === 'string' && /^[0-9a-f]{64}$/.test(sha256) ? `sha256:${sha256}` : null
}
