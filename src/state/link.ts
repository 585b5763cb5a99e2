import type { EnrolledImage } from '../enrollment/images-file.js'
import { type Problem, problem } from '../enrollment/problem.js'
import { isAllowedRegistry } from '../enrollment/registries.js'
import { countsForRebuild } from '../policy/index.js'
import { formatReference } from '../reference/index.js'
import type { BaseUse, Discovered, Discovery, RunIdentity } from '../sources/index.js'
import { by } from '../text/index.js'
import { type BaseCatalog, catalogBases, isWatchable, watchedIdentity } from './bases.js'
import { cycleProblems, type Publishers, publishersOf } from './links.js'
import { enrolledBefore, type MatchedRecord, matchRecords } from './match-records.js'
import { placeOfEntry, type StateFiles, type TrackedBase, type TrackedImage } from './model.js'
import { type StateRecord, textOf, textsOf } from './record.js'
import { type ImageFacts, runsOf } from './state-file.js'

/** One place where an image pulls a tracked base. */
export interface TrackedUse {
  readonly base: string
  readonly image: string
  readonly file: string
  readonly line: number
  readonly kind: BaseUse['kind']
}

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
}

/** Links images to the bases that discovery found: configuration follows images.yaml, bases follow discovery. */
export function linkState(input: MergeInput): LinkedState {
  const { discovered, before } = input
  const enrollments = [...input.enrollments].sort(by(({ name }) => name))
  const references = [...discovered.images.values()].flatMap((one) =>
    knownUses(one)
      .filter((use) => use.reachable)
      .map((use) => use.reference),
  )
  const catalog = catalogBases(before, references)
  const own = matchRecords(enrollments, before)
  const merged = enrollments.map((enrollment) =>
    mergeImage(enrollment, input, catalog, own.get(enrollment.name)?.record),
  )
  const names = [...new Set(merged.flatMap(({ facts }) => facts.bases))].sort()
  const publisher = publishersOf(enrollments)
  const bases = names.flatMap((name) => catalog.byName.get(name) ?? []).map((base) => linked(base, publisher))
  return {
    images: merged.map(({ facts: { enrollment, bases, runs } }) => {
      return { enrollment, bases, enrolledAt: enrolledBefore(own.get(enrollment.name)), runs }
    }),
    bases,
    uses: merged.flatMap(({ uses }) => uses),
    branches: branchesOf(merged.map(({ facts }) => facts)),
    facts: merged.map(({ facts }) => facts),
    own,
    problems: [
      ...catalog.problems,
      ...merged.flatMap(({ problems }) => problems),
      ...collisionProblems(enrollments, bases, input.imagesFile),
      ...cycleProblems(
        merged.map(({ facts }) => facts),
        { catalog, publisher },
        input.imagesFile,
      ),
    ],
  }
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

/** The uses whose base is tracked, and what is to be said of the others. */
function placedUses(
  enrollment: EnrolledImage,
  uses: readonly BaseUse[],
  input: MergeInput,
  catalog: BaseCatalog,
): Pick<MergedImage, 'uses' | 'problems'> {
  return {
    uses: uses.flatMap((use): TrackedUse[] => {
      const base = catalog.byIdentity.get(watchedIdentity(use.reference) ?? '')
      if (base === undefined || !isAllowed(use, input)) return []
      return [{ base: base.name, image: enrollment.name, file: use.file, line: use.line, kind: use.kind }]
    }),
    problems: uses.flatMap((use) => useProblems(enrollment, use, input)),
  }
}

function isAllowed({ reference }: BaseUse, { allowedRegistries }: MergeInput): boolean {
  return isAllowedRegistry(`${reference.registry}/${reference.repository}`, allowedRegistries)
}

/** Why a base is not watched, or watched in vain. A Dockerfile of others must not stop the whole factory: warnings. */
function useProblems(enrollment: EnrolledImage, use: BaseUse, input: MergeInput): Problem[] {
  const { reference, file, line, kind } = use
  const about = placeOfEntry(enrollment, input.imagesFile)
  const place = `${enrollment.name}: ${file}:${line}`
  const base = `${kind === 'named' ? 'names' : 'pulls'} ${formatReference({ ...reference, digest: null })}`
  const problems: Problem[] = []
  if (reference.digest !== null) {
    // It is what the build pulls, whatever the tag says by then.
    const watched = reference.tag === null ? 'nothing can be watched' : 'a rebuild pulls the same image again'
    const remedy = 'Name the tag without a digest, or let a bot raise the digest.'
    problems.push(problem('warning', `${place} pins ${formatReference(reference)}: ${watched}.`, { ...about, remedy }))
  }
  if (!isWatchable(reference)) {
    const remedy = 'Mirror it to a repository without doubled separators, on a host with a name.'
    const message = `${place} ${base}, which Kargo cannot watch: its changes rebuild nothing.`
    problems.push(problem('warning', message, { ...about, remedy }))
  }
  if (!isAllowed(use, input)) {
    const remedy = 'Take the image from an allowed registry, or add its registry to settings.allowedRegistries.'
    const message = `${place} ${base}, which is in no allowed registry: it is not watched.`
    problems.push(problem('warning', message, { ...about, remedy }))
  }
  return problems
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
    return [problem('error', message, { ...placeOfEntry(image, file), remedy: 'Rename the image.' })]
  })
}
