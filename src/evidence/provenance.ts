import { identityOf, parseReference, withDefaultTag } from '../reference/image-reference.js'
import { by, type JsonMap, jsonList, jsonMap, parseJson } from '../text/index.js'
import { parsePackageUrl } from './package-url.js'

/** A base image that a build resolved, and to what. */
export interface ResolvedBase {
  /** Canonical `registry/repository:tag`, or `registry/repository@digest` of a base without a tag. */
  readonly identity: string
  /** What the tag was then: of the index where the base is one. */
  readonly digest: string
  /** Whether the build named the digest, so that no other could come of it. */
  readonly isPinned: boolean
}

/** What a statement says of a build. */
export interface Provenance {
  /** Each base once, sorted by identity. */
  readonly bases: readonly ResolvedBase[]
  /** Commit of the source that was built; null where it is not said. */
  readonly revision: string | null
}

const PREDICATE_TYPES = ['https://slsa.dev/provenance/v0.2', 'https://slsa.dev/provenance/v1'] as const

/** More than this in a statement is left out, and the statement with it: a part of a list would prove too much. */
const MAX_DEPENDENCIES = 10_000

/** Whether an attestation layer can hold provenance, by its annotation `in-toto.io/predicate-type`. */
export function isProvenanceType(predicateType: unknown): boolean {
  return PREDICATE_TYPES.some((type) => type === predicateType)
}

/**
 * Reads an in-toto statement with SLSA provenance, v0.2 (`materials`) or v1 (`resolvedDependencies`), as BuildKit attaches
 * it to an image (BuildKit, docs/attestations/slsa-definitions.md). Nothing here is signed: whoever could push the image
 * could write it.
 *
 * @param text the statement, JSON; whoever reads it sees to its size.
 * @param subject digest of the image's manifest that the statement hangs on.
 * @returns null where it is no such statement, or one about another image: then it is no evidence.
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

/** What reads a Dockerfile, and what lists packages: BuildKit pulls it for a build that is not built on it. */
const TOOLS = /^docker\.io\/docker\/(?:dockerfile|dockerfile-upstream|buildkit-syft-scanner|scout-sbom-indexer)[:@]/

/** Whether an image is a tool of the build: one of Docker's, the frontend, or the generator of the list of packages. */
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

/** Two digests for one tag prove neither, so such a statement is none. */
function basesIn(dependencies: readonly unknown[]): ResolvedBase[] | null {
  const found = new Map<string, ResolvedBase>()
  for (const dependency of dependencies) {
    const { uri } = jsonMap(dependency) ?? {}
    const image = typeof uri === 'string' ? parsePackageUrl(uri) : null
    if (image === null) continue
    const digest = digestOf(dependency)
    if (digest === null) return null
    const isPinned = image.reference.digest !== null
    const identity = identityOf(withDefaultTag(image.reference))
    const known = found.get(identity)
    if (known !== undefined && known.digest !== digest) return null
    // A stage that pins the digest changes nothing for another one that does not.
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
