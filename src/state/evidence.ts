import type { EnrolledImage } from '../enrollment/images-file.js'
import { type Problem, problem } from '../enrollment/problem.js'
import { baseImageName, identityOf, parseReference } from '../reference/index.js'
import type { BaseUse, Discovery } from '../sources/index.js'
import { count, listSome } from '../text/index.js'
import { type Data, isDataMap } from '../yaml/data.js'
import { placeOfEntry } from './model.js'
import { digestOf, isTrue, type StateRecord, textOf } from './record.js'

/** A base image of a published image, according to the image itself. */
export interface EvidencedBase {
  /** Canonical `registry/repository:tag`. */
  readonly reference: string
  /** Its digest when the image was built; null: not proven. */
  readonly digest: string | null
  /** What proves the digest. */
  readonly source: 'provenance' | 'layers' | 'none'
  /** The build pinned this digest, so a rebuild cannot get a newer one. */
  readonly isPinned: boolean
  /** The base's digest at the time of reading, which an image without proof may be built on; null: unknown. */
  readonly against: string | null
  /** The source does not name it: it is tracked because a published image was built on it. */
  readonly isFromEvidence?: boolean
}

/** A base image according to labels. */
export interface BaseClaim {
  readonly reference: string
  /** null: not specified. */
  readonly digest: string | null
}

/** How a published image was built, according to itself. */
export interface ImageEvidence {
  /** The digest that was read. */
  readonly image: string
  /** The strongest one among its bases. */
  readonly source: EvidencedBase['source']
  /** Commit that was built, according to its provenance; null if that names none. */
  readonly revision: string | null
  /** The base in its labels, canonical: a claim of the workflow's author, which proves nothing. */
  readonly claims: BaseClaim | null
  /** Tracked ones, and those in its provenance; sorted by reference. */
  readonly bases: readonly EvidencedBase[]
}

/**
 * Evidence in the format of an image's state file, under `evidence`.
 *
 * @param tracked name of a tracked base, and whether only evidence names it; null: it is not tracked.
 * @param at when it was read, ISO 8601.
 */
export function evidenceRecord(
  { image, source, revision, claims, bases }: ImageEvidence,
  tracked: (reference: string) => Pick<RecordedBase, 'name' | 'isFromEvidence'> | null,
  at: string,
): StateRecord {
  return {
    image,
    source,
    at,
    ...(revision === null ? {} : { revision }),
    ...(claims === null ? {} : { claims: { ref: claims.reference, digest: claims.digest } }),
    bases: bases.map(({ reference, digest, source: own, isPinned, against }) => {
      const base = tracked(reference)
      return {
        ...(base === null ? {} : { name: base.name }),
        ref: reference,
        digest,
        ...(own === 'none' ? { against } : { source: own }),
        ...(isPinned ? { pinned: true } : {}),
        ...(base?.isFromEvidence === true ? { kind: 'evidence' } : {}),
      }
    }),
  }
}

/** A base image in an image's state file, under `evidence`. */
interface RecordedBase extends EvidencedBase {
  /** Name of the tracked base; null if it is not tracked. */
  readonly name: string | null
  readonly isFromEvidence: boolean
}

/** The evidence in a state file; null if there is none that can be read. */
export function evidenceIn(
  record: StateRecord | undefined,
): (Omit<ImageEvidence, 'bases'> & { readonly bases: readonly RecordedBase[] }) | null {
  const evidence = record?.evidence
  const image = isDataMap(evidence) ? digestOf(evidence, 'image') : null
  if (!isDataMap(evidence) || image === null) return null
  const written: readonly Data[] = Array.isArray(evidence.bases) ? evidence.bases : []
  const bases = written.flatMap((one) => (isDataMap(one) ? (recordedBase(one) ?? []) : []))
  const revision = textOf(evidence, 'revision')
  return { image, source: sourceIn(evidence), revision, claims: claimIn(evidence.claims), bases }
}

function claimIn(claims: Data | undefined): BaseClaim | null {
  if (!isDataMap(claims)) return null
  const reference = textOf(claims, 'ref')
  return reference === null ? null : { reference, digest: digestOf(claims, 'digest') }
}

function recordedBase(one: StateRecord): RecordedBase | null {
  const reference = textOf(one, 'ref')
  if (reference === null) return null
  return {
    reference,
    digest: digestOf(one, 'digest'),
    source: sourceIn(one),
    isPinned: isTrue(one.pinned),
    against: digestOf(one, 'against'),
    name: textOf(one, 'name'),
    isFromEvidence: textOf(one, 'kind') === 'evidence',
  }
}

function sourceIn(record: StateRecord): EvidencedBase['source'] {
  const source = textOf(record, 'source')
  return source === 'provenance' || source === 'layers' ? source : 'none'
}

/**
 * Whether an image cannot show more than its record: each of its bases is proven, or was the same when it was read. A
 * build may have used a digest that was first seen later.
 *
 * @param current digest of each tracked base now, by its name; null where unknown.
 */
export function isWhollyRead(
  evidence: ReturnType<typeof evidenceIn>,
  current: ReadonlyMap<string, string | null>,
): boolean {
  return [...current].every(([name, digest]) => {
    const own = evidence?.bases.find((base) => base.name === name)
    return digest === null || (own !== undefined && (own.digest !== null || own.against === digest))
  })
}

/**
 * What an image proves about a base. Evidence about another digest than the currently published one proves nothing.
 *
 * @param name of the tracked base.
 */
export function provenBase(record: StateRecord | undefined, name: string) {
  const evidence = evidenceIn(record)
  if (evidence === null || evidence.image !== digestOf(record, 'currentDigest')) return null
  const found = evidence.bases.find((base) => base.name === name)
  if (found === undefined || found.source === 'none' || found.digest === null) return null
  const { source, digest, isPinned } = found
  return { source, digest, isPinned }
}

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
  const named = pulledBases(discovery).map(({ reference }) => identityOf({ ...reference, digest: null }))
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

/** The base images that a discovery is certain about, whether they cause rebuilds or not, if the build pulls them. */
export function pulledBases(discovery: Discovery): readonly BaseUse[] {
  return (discovery.kind === 'found' ? discovery.uses : discovery.named).filter(({ reachable }) => reachable)
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
