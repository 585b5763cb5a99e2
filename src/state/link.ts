import type { EnrolledImage } from '../enrollment/images-file.js'
import { type Problem, problem } from '../enrollment/problem.js'
import { countsForRebuild } from '../policy/index.js'
import type { BaseUse, Discovered, Discovery, RunIdentity } from '../sources/index.js'
import { by } from '../text/index.js'
import { type BaseCatalog, catalogBases } from './bases.js'
import { evidenceIn, type ImageEvidence } from './evidence.js'
import { type EvidenceBases, evidenceBases, NO_EVIDENCE } from './evidence-bases.js'
import { cycleProblems, imagesInCycles, type Publishers, publishersOf } from './links.js'
import { enrolledBefore, type MatchedRecord, matchRecords } from './match-records.js'
import { placeOfEntry, type StateFiles, type TrackedBase, type TrackedImage } from './model.js'
import { type StateRecord, textOf, textsOf } from './record.js'
import { type ImageFacts, runsOf } from './state-file.js'
import { placedUses, type TrackedUse } from './tracked-uses.js'

/** Who is built on what after a run; what registries say is not part of it yet. */
export interface LinkedState {
  readonly images: readonly TrackedImage[]
  /** Bases that an enrolled image uses, sorted by name. */
  readonly bases: readonly TrackedBase[]
  readonly uses: readonly TrackedUse[]
  /** Branch of each image's source where images.yaml names none. */
  readonly branches: ReadonlyMap<string, string>
  readonly problems: readonly Problem[]
  /** What this run knows about each image, sorted by name. */
  readonly facts: readonly ImageFacts[]
  /** The record each image goes on from, by the image's name. */
  readonly own: ReadonlyMap<string, MatchedRecord>
}

/** What the merge is made from. */
export interface MergeInput {
  readonly enrollments: readonly EnrolledImage[]
  readonly discovered: Discovered
  readonly before: StateFiles
  readonly imagesFile: string
  /** Where base images may come from; empty: anywhere. */
  readonly allowedRegistries: readonly string[]
  /** What published images were seen to be built on in this run, by the image's name; of others the state says it. */
  readonly evidence?: ReadonlyMap<string, ImageEvidence>
}

/** Links images to the bases that discovery found: configuration follows images.yaml, bases follow discovery. */
export function linkState(input: MergeInput): LinkedState {
  const enrollments = [...input.enrollments].sort(by(({ name }) => name))
  const own = matchRecords(enrollments, input.before)
  const publisher = publishersOf(enrollments)
  const shown = evidenceOf(enrollments, own, input)
  let linking = linkImages(enrollments, own, shown, input)
  // Provenance is not signed: what it says must not stop a factory that stands without it.
  for (let circles = evidenceInCircles(linking, publisher); circles.length > 0; ) {
    for (const name of circles) shown.set(name, { ...NO_EVIDENCE, problems: shown.get(name)?.problems ?? [] })
    linking = linkImages(enrollments, own, shown, input)
    circles = evidenceInCircles(linking, publisher)
  }
  const { merged, catalog } = linking
  const facts = merged.map((one) => one.facts)
  const names = [...new Set(facts.flatMap(({ bases }) => bases))].sort()
  const bases = names.flatMap((name) => catalog.byName.get(name) ?? []).map((base) => linked(base, publisher))
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
      ...cycleProblems(facts, { catalog, publisher }, input.imagesFile),
    ],
  }
}

/** What evidence adds to what source says, by the image's name. */
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

interface Linking {
  readonly merged: readonly MergedImage[]
  readonly catalog: BaseCatalog
}

function linkImages(
  enrollments: readonly EnrolledImage[],
  own: ReadonlyMap<string, MatchedRecord>,
  shown: ReadonlyMap<string, EvidenceBases>,
  input: MergeInput,
): Linking {
  const { discovered, before } = input
  const found = [...discovered.images.values()].flatMap(knownUses)
  const uses = [...found.filter(({ reachable }) => reachable), ...[...shown.values()].flatMap((one) => one.uses)]
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

/** Images in a circle that evidence closes, or that it may close. */
function evidenceInCircles({ merged, catalog }: Linking, publisher: Publishers): string[] {
  const closing = merged.filter(({ uses }) => uses.some(({ kind }) => kind === 'evidence'))
  if (closing.length === 0) return []
  const facts = merged.map((one) => one.facts)
  const circles = new Set(imagesInCycles(facts, { catalog, publisher }))
  return closing.map((one) => one.facts.enrollment.name).filter((name) => circles.has(name))
}

/** Says of a base which enrolled image it is. */
function linked(base: TrackedBase, publisher: Publishers): TrackedBase {
  const image = publisher(base)
  return image === null ? base : { ...base, enrolledImage: image }
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
  const runs = runsOf(enrollment, input.discovered.runs.get(enrollment.name), before)
  if (discovery?.kind === 'found') return foundImage(enrollment, { discovery, runs, before }, input, catalog)
  // A failed look-up is not "no bases": what was known last is kept, as it is for an image that is switched off. A base
  // that is no longer named by hand is kept as well: the Dockerfile that cannot be read may have it.
  const named = placedUses(enrollment, discovery?.named ?? [], input, catalog)
  const last = textsOf(before, 'baseImages').filter((name) => catalog.byName.has(name))
  const bases = [...last, ...named.uses.map((use) => use.base)]
  const { status, reason } = outcome(enrollment, discovery, before)
  const defaultBranch = enrollment.source?.branch === null ? textOf(before, 'defaultBranch') : null
  const known = status === 'external' ? [] : [...new Set(bases)].sort()
  return { facts: { enrollment, status, reason, bases: known, defaultBranch, runs }, ...named }
}

/** What a discovery knows of base images for certain. */
function knownUses(discovery: Discovery): readonly BaseUse[] {
  return discovery.kind === 'found' ? discovery.uses : discovery.named
}

/** What is said of a discovery that found nothing new: an image that is switched off keeps what was said last. */
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

type FoundDiscovery = Extract<Discovery, { kind: 'found' }>

interface FoundBases {
  readonly discovery: FoundDiscovery
  readonly runs: RunIdentity
  readonly before: StateRecord | undefined
}

function foundImage(
  enrollment: EnrolledImage,
  { discovery, runs, before }: FoundBases,
  input: MergeInput,
  catalog: BaseCatalog,
): MergedImage {
  const counted = discovery.uses.filter((use) => countsForRebuild(enrollment.rebuildOn, use))
  const placed = placedUses(enrollment, counted, input, catalog)
  const kept = lastKnown(discovery, before, catalog)
  const bases = [...new Set([...placed.uses.map((use) => use.base), ...kept])].sort()
  // Base images that are named are known without reading the source, whose branch stays what it was.
  const branch = discovery.branch ?? (discovery.file === null ? textOf(before, 'defaultBranch') : null)
  const defaultBranch = enrollment.source?.branch === null ? branch : null
  return { facts: { enrollment, status: 'success', reason: null, bases, defaultBranch, runs }, ...placed }
}

/** Bases of the last run that an image may be which could not be named: not known is not the same as gone. */
function lastKnown(
  { mayBe }: FoundDiscovery,
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

/** Whether a text fits a pattern, in which `*` is any text. */
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
