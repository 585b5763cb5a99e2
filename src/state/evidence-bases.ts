import type { EnrolledImage } from '../enrollment/images-file.js'
import { type Problem, problem } from '../enrollment/problem.js'
import { baseImageName, identityOf, parseReference } from '../reference/index.js'
import type { BaseUse, Discovery } from '../sources/index.js'
import { count, listSome } from '../text/index.js'
import type { ImageEvidence } from './evidence.js'
import { placeOfEntry } from './model.js'

/** What the published image of one enrolled image tells of its bases. */
export interface EvidenceInput {
  readonly enrollment: EnrolledImage
  readonly discovery: Discovery | undefined
  readonly evidence: ImageEvidence | null
  readonly imagesFile: string
  /** Names of all enrolled images: no base gets one of them. */
  readonly taken: ReadonlySet<string>
}

/** Base images that evidence names and source does not, and what is said of them. */
export interface EvidenceBases {
  readonly uses: readonly BaseUse[]
  readonly problems: readonly Problem[]
}

/** More are not tracked: whoever can push the image can name any number. */
const MAX_TRACKED = 20

const NAMES_SHOWN = 5

/**
 * The base images that a published image's provenance names and its source does not. Where source told exactly, a notice:
 * the Dockerfile has changed since, or something else is built. Where source could not tell, they are tracked. A base that
 * the build pinned never changes, and is not.
 *
 * Provenance is not signed: nothing here is an error, and no name of ours is taken by what a stranger may have written.
 */
export function evidenceBases(input: EvidenceInput): EvidenceBases {
  const { enrollment, discovery, imagesFile } = input
  // Of an image that is switched off everything stays as it is.
  if (enrollment.source === null || discovery === undefined) return NO_EVIDENCE
  const named = sourceIdentities(discovery)
  const others = basesNamed(input).filter(({ identity }) => !named.includes(identity))
  if (others.length === 0) return NO_EVIDENCE
  const about = placeOfEntry(enrollment, imagesFile)
  const shown = (all: typeof others) =>
    listSome(
      all,
      NAMES_SHOWN,
      ({ identity }) => identity,
      (n) => `${n} more`,
    ).join(', ')
  if (discovery.kind === 'found' && discovery.file !== null && isExact(discovery)) {
    const message = `${enrollment.name}: the published image was built on ${shown(others)}, which ${discovery.file} does not pull: it has changed since, or the image is built from something else.`
    const remedy = 'If the next build does not fix it, see which Dockerfile and target its workflow builds.'
    return { uses: [], problems: [problem('base-differs', message, { ...about, remedy })] }
  }
  const tracked = others.slice(0, MAX_TRACKED)
  const left = others.slice(MAX_TRACKED)
  const uses = tracked.map(({ reference }) => evidenceUse(reference, enrollment, imagesFile))
  if (left.length === 0) return { uses, problems: [] }
  const message = `${enrollment.name}: the published image names ${count(others.length, 'base image')} that its source does not, and ${MAX_TRACKED} of them are tracked: not ${shown(left)}.`
  const remedy = 'Name those that matter under `bases`.'
  return { uses, problems: [problem('bases-untracked', message, { ...about, remedy })] }
}

/** Evidence adds nothing. */
export const NO_EVIDENCE: EvidenceBases = { uses: [], problems: [] }

/** Those that its provenance names, each once; where a newer image has none, those that were tracked because of an earlier one. */
function basesNamed({ enrollment, evidence, taken }: EvidenceInput) {
  if (evidence === null) return []
  const hasProvenance = evidence.source === 'provenance'
  return evidence.bases.flatMap((base) => {
    const isNamed = hasProvenance ? base.source === 'provenance' : base.isFromEvidence === true
    const parsed = isNamed && !base.isPinned ? parseReference(base.reference) : null
    if (parsed === null || !parsed.ok || parsed.reference.tag === null) return []
    const { reference } = parsed
    const { registry, repository } = reference
    const isItself = registry === enrollment.registry && repository === enrollment.repository
    if (isItself || taken.has(baseImageName(reference))) return []
    return [{ identity: identityOf(reference), reference }]
  })
}

/** What source or images.yaml names, whether it counts for rebuilds or not. */
function sourceIdentities(discovery: Discovery): string[] {
  const uses = discovery.kind === 'found' ? discovery.uses : discovery.named
  return uses.filter(({ reachable }) => reachable).map(({ reference }) => identityOf({ ...reference, digest: null }))
}

/** Whether a discovery says all that the next build pulls. */
function isExact({ uses, assumed, mayBe }: Extract<Discovery, { kind: 'found' }>): boolean {
  return assumed.length === 0 && mayBe.length === 0 && !uses.some((use) => use.assumed)
}

function evidenceUse(reference: BaseUse['reference'], enrollment: EnrolledImage, file: string): BaseUse {
  return {
    reference,
    kind: 'evidence',
    file,
    stage: '',
    line: enrollment.line,
    reachable: true,
    // Provenance does not tell the stages apart.
    runtime: true,
    platform: null,
    platforms: enrollment.build.platforms ?? [],
    assumed: false,
  }
}
