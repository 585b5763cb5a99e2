import type { EnrolledImage } from '../enrollment/images-file.js'
import { type Problem, problem } from '../enrollment/problem.js'
import { isAllowedRegistry } from '../enrollment/registries.js'
import { formatReference } from '../reference/index.js'
import type { BaseUse } from '../sources/index.js'
import { type BaseCatalog, isWatchable, watchedIdentity } from './bases.js'
import { placeOfEntry } from './model.js'

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
