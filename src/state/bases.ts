import { isAllowedRegistry } from '../enrollment/across-entries.js'
import { KARGO_REPO_URL } from '../enrollment/grammar.js'
import type { EnrolledImage } from '../enrollment/images-file.js'
import { type Problem, problem } from '../enrollment/problem.js'
import {
  baseImageName,
  formatReference,
  type ImageReference,
  identityOf,
  MAX_NAME_LENGTH,
  parseReference,
  withHash,
} from '../reference/index.js'
import type { BaseUse } from '../sources/index.js'
import { byKey } from '../text/index.js'
import { FOLDERS, placeOfEntry, type StateFiles, type TrackedBase } from './model.js'
import { digestOf, type StateRecord, writtenReference } from './record.js'

/** The tracked bases by identity, and by name. */
export interface BaseCatalog {
  readonly byIdentity: ReadonlyMap<string, TrackedBase>
  readonly byName: ReadonlyMap<string, TrackedBase>
  readonly problems: readonly Problem[]
}

/** Whether Kargo can watch a repository: its pattern is stricter than that of registries. */
function isWatchable({ registry, repository }: Pick<ImageReference, 'registry' | 'repository'>): boolean {
  return KARGO_REPO_URL.test(`${registry}/${repository}`)
}

/** The identity of a base that can be watched; null if it is pinned by digest only, or if Kargo cannot watch it. */
function watchedIdentity(reference: ImageReference): string | null {
  return reference.tag === null || !isWatchable(reference) ? null : identityOf({ ...reference, digest: null })
}

/**
 * All bases in state files or Dockerfiles, with a unique name each. A base keeps the name of the state file (live or
 * archived) with its identity; a new one is named after its reference, plus a hash of its identity if another base
 * already has that name.
 *
 * @param references what Dockerfiles pull, in any order, with duplicates.
 */
export function catalogBases(files: StateFiles, references: readonly ImageReference[]): BaseCatalog {
  const byIdentity = new Map<string, TrackedBase>()
  const byName = new Map<string, TrackedBase>()
  const problems: Problem[] = []
  const add = (base: TrackedBase, identity: string) => {
    byIdentity.set(identity, base)
    byName.set(base.name, base)
  }
  for (const [name, record] of [...files.bases, ...files.archivedBases]) {
    const reference = referenceOf(record)
    const identity = reference === null ? null : watchedIdentity(reference)
    if (reference === null || identity === null) {
      const folder = files.bases.has(name) ? FOLDERS.bases : FOLDERS.archivedBases
      const remedy = 'Correct its registry, repository and tag, or remove it.'
      const about = { file: `${folder}/${name}.yaml`, remedy }
      problems.push(
        problem('base-unused', `${name} names no image reference that can be watched and is not used.`, about),
      )
    } else if (!isObjectName(name)) {
      const remedy = 'Rename it to lower-case letters, digits, dashes and dots.'
      const about = { file: `${FOLDERS.bases}/${name}.yaml`, remedy }
      problems.push(
        problem('base-unused', `${name} is not a valid name of a Kubernetes object and is not used.`, about),
      )
    } else if (!byIdentity.has(identity) && !byName.has(name)) {
      add(baseOf(name, reference, digestOf(record, 'baselineDigest')), identity)
    }
  }
  for (const [identity, reference] of newReferences(references, byIdentity)) {
    const plain = baseImageName({ ...reference, digest: null })
    const name = byName.has(plain) ? withHash(plain, identity) : plain
    add(baseOf(name, reference, null), identity)
  }
  return { byIdentity, byName, problems }
}

/** An RFC 1123 subdomain that fits into a label. */
function isObjectName(name: string): boolean {
  return (
    name.length <= MAX_NAME_LENGTH &&
    /^[a-z0-9](?:[a-z0-9-]*[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]*[a-z0-9])?)*$/.test(name)
  )
}

function newReferences(references: readonly ImageReference[], known: ReadonlyMap<string, unknown>) {
  const found = new Map<string, ImageReference>()
  for (const reference of references) {
    const identity = watchedIdentity(reference)
    if (identity !== null && !known.has(identity)) found.set(identity, reference)
  }
  return [...found].sort(byKey)
}

function referenceOf(record: StateRecord): ImageReference | null {
  const parsed = parseReference(writtenReference(record) ?? '')
  return parsed.ok ? parsed.reference : null
}

function baseOf(name: string, reference: ImageReference, baselineDigest: string | null): TrackedBase {
  const { registry, repository, tag } = reference
  return { name, registry, repository, tag: tag ?? 'latest', baselineDigest }
}

/** One place where an image pulls a tracked base. */
export interface TrackedUse {
  readonly base: string
  readonly image: string
  readonly file: string
  readonly line: number
  readonly kind: BaseUse['kind']
}

interface PlacingInput {
  readonly imagesFile: string
  /** Registries that base images may come from; empty: any. */
  readonly allowedRegistries: readonly string[]
}

/** The uses whose base is tracked, and problems of the others. */
export function placedUses(
  enrollment: EnrolledImage,
  uses: readonly BaseUse[],
  input: PlacingInput,
  catalog: BaseCatalog,
): { readonly uses: readonly TrackedUse[]; readonly problems: readonly Problem[] } {
  return {
    uses: uses.flatMap((use): TrackedUse[] => {
      const base = catalog.byIdentity.get(watchedIdentity(use.reference) ?? '')
      if (base === undefined || !isAllowed(use, input)) return []
      return [{ base: base.name, image: enrollment.name, file: use.file, line: use.line, kind: use.kind }]
    }),
    problems: uses.flatMap((use) => useProblems(enrollment, use, input)),
  }
}

function isAllowed({ reference }: BaseUse, { allowedRegistries }: PlacingInput): boolean {
  return isAllowedRegistry(`${reference.registry}/${reference.repository}`, allowedRegistries)
}

/** Why a base is not watched, or in vain. Only warnings: a third-party Dockerfile must not stop the whole factory. */
function useProblems(enrollment: EnrolledImage, use: BaseUse, input: PlacingInput): Problem[] {
  const { reference, file, line, kind } = use
  const about = placeOfEntry(enrollment, input.imagesFile)
  const place = kind === 'evidence' ? `${enrollment.name}: its published image` : `${enrollment.name}: ${file}:${line}`
  const verb = kind === 'named' ? 'names' : kind === 'evidence' ? 'was built on' : 'pulls'
  const base = `${verb} ${formatReference({ ...reference, digest: null })}`
  const problems: Problem[] = []
  if (reference.digest !== null) {
    // The build pulls this digest, even if the tag moves.
    const watched = reference.tag === null ? 'nothing can be watched' : 'a rebuild pulls the same image again'
    const remedy = 'Use the tag without a digest, or let a bot update the digest.'
    problems.push(
      problem('base-pinned', `${place} pins ${formatReference(reference)}: ${watched}.`, { ...about, remedy }),
    )
  }
  if (!isWatchable(reference)) {
    const remedy = 'Mirror it to a repository without doubled separators, on a host with a name.'
    const message = `${place} ${base}, which Kargo cannot watch: its changes rebuild nothing.`
    problems.push(problem('base-unwatchable', message, { ...about, remedy }))
  }
  if (!isAllowed(use, input)) {
    const remedy = 'Take the image from an allowed registry, or add its registry to settings.allowedRegistries.'
    const message = `${place} ${base}, which is in no allowed registry: it is not watched.`
    problems.push(problem('base-forbidden', message, { ...about, remedy }))
  }
  return problems
}
