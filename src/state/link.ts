import type { EnrolledImage } from '../enrollment/images-file.js'
import { type Problem, problem } from '../enrollment/problem.js'
import { countsForRebuild } from '../policy/index.js'
import type { Discovered, Discovery } from '../sources/index.js'
import { by } from '../text/index.js'
import { type BaseCatalog, catalogBases, placedUses, type TrackedUse } from './bases.js'
import {
  type EvidenceBases,
  evidenceBases,
  evidenceIn,
  type ImageEvidence,
  NO_EVIDENCE,
  pulledBases,
} from './evidence.js'
import { cycleProblems, cyclesOf, type Publishers, publishersOf } from './links.js'
import { enrolledBefore, type MatchedRecord, matchRecords } from './match-records.js'
import { placeOfEntry, type StateFiles, type TrackedBase, type TrackedImage } from './model.js'
import { type StateRecord, textOf, textsOf } from './record.js'
import { type ImageFacts, runsOf } from './state-file.js'

/** Which image is built on what after a run, without the registries' answers. */
export interface LinkedState {
  readonly images: readonly TrackedImage[]
  /** Bases used by enrolled images, sorted by name. */
  readonly bases: readonly TrackedBase[]
  readonly uses: readonly TrackedUse[]
  /** Branch of each image's source that has none in images.yaml. */
  readonly branches: ReadonlyMap<string, string>
  readonly problems: readonly Problem[]
  /** What this run knows about each image, sorted by name. */
  readonly facts: readonly ImageFacts[]
  /** Previous record of each image, by image name. */
  readonly own: ReadonlyMap<string, MatchedRecord>
}

export interface MergeInput {
  readonly enrollments: readonly EnrolledImage[]
  readonly discovered: Discovered
  readonly before: StateFiles
  readonly imagesFile: string
  /** Registries that base images may come from; empty: any. */
  readonly allowedRegistries: readonly string[]
  /** Evidence read in this run, by image name; for other images that in the state. */
  readonly evidence?: ReadonlyMap<string, ImageEvidence>
}

/** Links images to the bases that discovery found: configuration comes from images.yaml, bases from discovery. */
export function linkState(input: MergeInput): LinkedState {
  const enrollments = [...input.enrollments].sort(by(({ name }) => name))
  const own = matchRecords(enrollments, input.before)
  const publisher = publishersOf(enrollments)
  const shown = evidenceOf(enrollments, own, input)
  let linking = linkImages(enrollments, own, shown, input)
  // Provenance is not signed: it must not stop a factory that is valid without it.
  for (let circles = evidenceInCircles(linking, publisher); circles.length > 0; ) {
    for (const name of circles) shown.set(name, { ...NO_EVIDENCE, problems: shown.get(name)?.problems ?? [] })
    linking = linkImages(enrollments, own, shown, input)
    circles = evidenceInCircles(linking, publisher)
  }
  const { merged, catalog } = linking
  const facts = merged.map((one) => one.facts)
  const names = [...new Set(facts.flatMap(({ bases }) => bases))].sort()
  const bases = names.flatMap((name): readonly TrackedBase[] => {
    const base = catalog.byName.get(name)
    if (base === undefined) return []
    const image = publisher(base)
    return [image === null ? base : { ...base, enrolledImage: image }]
  })
  return {
    images: facts.map(({ enrollment, bases, runs }) => {
      return { enrollment, bases, enrolledAt: enrolledBefore(own.get(enrollment.name)), runs }
    }),
    bases,
    uses: merged.flatMap(({ uses }) => uses),
    branches: branchesOf(facts),
    facts,
    own,
    problems: [
      ...catalog.problems,
      ...merged.flatMap(({ problems }) => problems),
      ...collisionProblems(enrollments, bases, input.imagesFile),
      ...cycleProblems(facts, catalog, publisher, input.imagesFile),
    ],
  }
}

/** Bases that evidence adds to those of the source, by image name. */
function evidenceOf(
  enrollments: readonly EnrolledImage[],
  own: ReadonlyMap<string, MatchedRecord>,
  { discovered, imagesFile, evidence }: MergeInput,
): Map<string, EvidenceBases> {
  const taken = new Set(enrollments.map(({ name }) => name))
  return new Map(
    enrollments.map((enrollment) => {
      const { name } = enrollment
      const seen = evidence?.get(name) ?? evidenceIn(own.get(name)?.record)
      const discovery = discovered.images.get(name)
      return [name, evidenceBases({ enrollment, discovery, evidence: seen, imagesFile, taken })]
    }),
  )
}

/** All images with their bases, those that evidence adds included. */
function linkImages(
  enrollments: readonly EnrolledImage[],
  own: ReadonlyMap<string, MatchedRecord>,
  shown: ReadonlyMap<string, EvidenceBases>,
  input: MergeInput,
) {
  const { discovered, before } = input
  const pulled = [...discovered.images.values()].flatMap(pulledBases)
  const uses = [...pulled, ...[...shown.values()].flatMap((one) => one.uses)]
  const catalog = catalogBases(
    before,
    uses.map(({ reference }) => reference),
  )
  const merged = enrollments.map((enrollment) => {
    const record = own.get(enrollment.name)?.record
    const image = mergeImage(enrollment, input, catalog, record)
    return withEvidence(image, shown.get(enrollment.name) ?? NO_EVIDENCE, input, catalog)
  })
  return { merged, catalog }
}

function withEvidence(
  { facts, uses, problems }: MergedImage,
  shown: EvidenceBases,
  input: MergeInput,
  catalog: BaseCatalog,
): MergedImage {
  const placed = placedUses(facts.enrollment, shown.uses, input, catalog)
  const bases = [...new Set([...facts.bases, ...placed.uses.map((use) => use.base)])].sort()
  return {
    facts: { ...facts, bases },
    uses: [...uses, ...placed.uses],
    problems: [...problems, ...shown.problems, ...placed.problems],
  }
}

/** Images in a cycle that evidence closes, or may close. */
function evidenceInCircles({ merged, catalog }: ReturnType<typeof linkImages>, publisher: Publishers): string[] {
  const closing = merged.filter(({ uses }) => uses.some(({ kind }) => kind === 'evidence'))
  if (closing.length === 0) return []
  const facts = merged.map((one) => one.facts)
  const circles = new Set(cyclesOf(facts, catalog, publisher).flat())
  return closing.map((one) => one.facts.enrollment.name).filter((name) => circles.has(name))
}

interface MergedImage {
  readonly facts: ImageFacts
  readonly uses: readonly TrackedUse[]
  readonly problems: readonly Problem[]
}

function mergeImage(
  enrollment: EnrolledImage,
  input: MergeInput,
  catalog: BaseCatalog,
  before: StateRecord | undefined,
): MergedImage {
  const discovery = input.discovered.images.get(enrollment.name)
  const { facts, ...placed } =
    discovery?.kind === 'found'
      ? foundBases(enrollment, discovery, input, catalog, before)
      : keptBases(enrollment, discovery, input, catalog, before)
  const runs = runsOf(enrollment, input.discovered.runs.get(enrollment.name), before)
  return { facts: { enrollment, runs, ...facts }, ...placed }
}

/**
 * A failed lookup does not mean "no bases": the last known ones are kept, as for a disabled image. A base that is no
 * longer named manually is kept as well: the unreadable Dockerfile may contain it.
 */
function keptBases(
  enrollment: EnrolledImage,
  discovery: Extract<Discovery, { kind: 'failed' }> | undefined,
  input: MergeInput,
  catalog: BaseCatalog,
  before: StateRecord | undefined,
) {
  const named = placedUses(enrollment, discovery?.named ?? [], input, catalog)
  const last = textsOf(before, 'baseImages').filter((name) => catalog.byName.has(name))
  const bases = [...last, ...named.uses.map((use) => use.base)]
  const { status, reason } = outcome(enrollment, discovery, before)
  const defaultBranch = enrollment.source?.branch === null ? textOf(before, 'defaultBranch') : null
  const known = status === 'external' ? [] : [...new Set(bases)].sort()
  return { facts: { status, reason, bases: known, defaultBranch }, ...named }
}

function foundBases(
  enrollment: EnrolledImage,
  discovery: Extract<Discovery, { kind: 'found' }>,
  input: MergeInput,
  catalog: BaseCatalog,
  before: StateRecord | undefined,
) {
  const counted = discovery.uses.filter((use) => countsForRebuild(enrollment.rebuildOn, use))
  const placed = placedUses(enrollment, counted, input, catalog)
  const kept = lastKnown(discovery.mayBe, before, catalog)
  const bases = [...new Set([...placed.uses.map((use) => use.base), ...kept])].sort()
  // Named base images need no source to be read, so its branch stays the same.
  const branch = discovery.branch ?? (discovery.file === null ? textOf(before, 'defaultBranch') : null)
  const defaultBranch = enrollment.source?.branch === null ? branch : null
  return { facts: { status: 'success' as const, reason: null, bases, defaultBranch }, ...placed }
}

/** The outcome of a discovery without new results: a disabled image keeps its last one. */
function outcome(
  { source }: EnrolledImage,
  discovery: Exclude<Discovery, { kind: 'found' }> | undefined,
  before: StateRecord | undefined,
): Pick<ImageFacts, 'status' | 'reason'> {
  if (discovery !== undefined) return { status: 'failed', reason: discovery.message }
  if (source === null) return { status: 'external', reason: null }
  const was = textOf(before, 'discoveryStatus')
  if (was === 'failed') return { status: was, reason: textOf(before, 'discoveryError') }
  return { status: was === 'success' ? was : 'pending', reason: null }
}

/** Bases of the last run that may be those which discovery could not determine: unknown does not mean removed. */
function lastKnown(
  mayBe: readonly string[],
  before: StateRecord | undefined,
  { byName }: BaseCatalog,
): readonly string[] {
  if (mayBe.length === 0) return []
  return textsOf(before, 'baseImages').filter((name) => {
    const base = byName.get(name)
    return (
      base !== undefined && mayBe.some((pattern) => fits(`${base.registry}/${base.repository}:${base.tag}`, pattern))
    )
  })
}

/** Whether a text matches a pattern, in which `*` matches any text. */
function fits(text: string, pattern: string): boolean {
  const [first = '', ...rest] = pattern.split('*')
  const last = rest.pop()
  if (last === undefined) return text === pattern
  if (!text.startsWith(first) || !text.endsWith(last)) return false
  let from = first.length
  for (const part of rest) {
    const at = text.indexOf(part, from)
    if (at < 0) return false
    from = at + part.length
  }
  return from <= text.length - last.length
}

function branchesOf(facts: readonly ImageFacts[]): Map<string, string> {
  return new Map(
    facts.flatMap((one) => (one.defaultBranch === null ? [] : [[one.enrollment.name, one.defaultBranch] as const])),
  )
}

function collisionProblems(
  enrollments: readonly EnrolledImage[],
  bases: readonly TrackedBase[],
  file: string,
): Problem[] {
  const byName = new Map(bases.map((base) => [base.name, base]))
  return enrollments.flatMap((image) => {
    const base = byName.get(image.name)
    if (base === undefined) return []
    const message = `the name ${image.name} is taken by the base image ${base.registry}/${base.repository}:${base.tag}.`
    return [problem('name-taken', message, { ...placeOfEntry(image, file), remedy: 'Rename the image.' })]
  })
}
