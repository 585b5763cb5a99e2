import type { EnrolledImage } from '../enrollment/images-file.js'
import { type Problem, problem } from '../enrollment/problem.js'
import { baseImageName, identityOf, parseReference } from '../reference/index.js'
import type { BaseUse, Discovery } from '../sources/index.js'
import { count, listSome } from '../text/index.js'
import type { ImageEvidence } from './evidence.js'
import { placeOfEntry } from './model.js'

/** Evidence about the bases of one enrolled image, from its published image. */
export interface EvidenceInput {
  readonly enrollment: EnrolledImage
  readonly discovery: Discovery | undefined
  readonly evidence: ImageEvidence | null
  readonly imagesFile: string
  /** Names of all enrolled images, which bases must not get. */
  readonly taken: ReadonlySet<string>
}

/** Base images in the evidence that the source does not name, and problems with them. */
export interface EvidenceBases {
  readonly uses: readonly BaseUse[]
  readonly problems: readonly Problem[]
}

/** Limit for tracked ones: anyone who can push the image can name any number. */
const MAX_TRACKED = 20

const NAMES_SHOWN = 5

/**
 * The base images that a published image's provenance names but its source does not. If the source is exact, they are a
 * notice: the Dockerfile has changed since, or something else is built. Otherwise they are tracked, except those that
 * the build pinned, which never change.
 *
 * Provenance is not signed: nothing here is an error, and names of enrolled images are protected from forged ones.
 */
export function evidenceBases(input: EvidenceInput): EvidenceBases {
  const { enrollment, discovery, imagesFile } = input
  // For a disabled image everything stays unchanged.
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
  const remedy = 'List those that matter under `bases`.'
  return { uses, problems: [problem('bases-untracked', message, { ...about, remedy })] }
}

export const NO_EVIDENCE: EvidenceBases = { uses: [], problems: [] }

/** The bases in its provenance, without duplicates; if a newer image has none, those tracked since an earlier one. */
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

/** The bases in source or images.yaml, whether they cause rebuilds or not. */
function sourceIdentities(discovery: Discovery): string[] {
  const uses = discovery.kind === 'found' ? discovery.uses : discovery.named
  return uses.filter(({ reachable }) => reachable).map(({ reference }) => identityOf({ ...reference, digest: null }))
}

/** Whether a discovery contains everything that the next build pulls. */
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
    // Provenance does not distinguish stages.
    runtime: true,
    platform: null,
    platforms: enrollment.build.platforms ?? [],
    assumed: false,
  }
}
