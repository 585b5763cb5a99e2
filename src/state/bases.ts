import { KARGO_REPO_URL } from '../enrollment/grammar.js'
import { type Problem, problem } from '../enrollment/problem.js'
import {
  baseImageName,
  type ImageReference,
  identityOf,
  MAX_NAME_LENGTH,
  parseReference,
  withHash,
} from '../reference/index.js'
import { byKey } from '../text/index.js'
import { FOLDERS, type StateFiles, type TrackedBase } from './model.js'
import { digestOf, type StateRecord, writtenReference } from './record.js'

/** The tracked bases by identity, and by name. */
export interface BaseCatalog {
  readonly byIdentity: ReadonlyMap<string, TrackedBase>
  readonly byName: ReadonlyMap<string, TrackedBase>
  readonly problems: readonly Problem[]
}

/** Whether Kargo can watch a repository: its pattern is stricter than that of registries. */
export function isWatchable({ registry, repository }: Pick<ImageReference, 'registry' | 'repository'>): boolean {
  return KARGO_REPO_URL.test(`${registry}/${repository}`)
}

/** The identity of a base that can be watched; null if it is pinned by digest only, or if Kargo cannot watch it. */
export function watchedIdentity(reference: ImageReference): string | null {
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
