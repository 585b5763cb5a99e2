import type { Enrollment } from '../enrollment/enrollment.js'
import { type Problem, problem } from '../enrollment/problem.js'
import { formatReference } from '../reference/index.js'
import type { BaseUse, Discovered, Discovery } from '../sources/index.js'
import { baseFile } from './base-file.js'
import { type BaseCatalog, catalogBases, isWatchable, watchedIdentity } from './bases.js'
import { cycleProblems } from './cycles.js'
import { type ImageFacts, imageFile } from './image-file.js'
import { publishersOf } from './links.js'
import { FOLDERS, type StateFiles, type TrackedBase, type TrackedImage } from './model.js'
import { type StateRecord, textOf, textsOf } from './record.js'

/** One place where an image pulls a tracked base. */
export interface TrackedUse {
  readonly base: string
  readonly image: string
  readonly file: string
  readonly line: number
  readonly kind: BaseUse['kind']
}

/** The state after a run. */
export interface MergedState {
  readonly images: readonly TrackedImage[]
  /** Bases that an enrolled image uses, sorted by name. */
  readonly bases: readonly TrackedBase[]
  readonly uses: readonly TrackedUse[]
  /** Branch of each image's source where images.yaml names none. */
  readonly branches: ReadonlyMap<string, string>
  /** Text of every state file there shall be, by its path relative to the state folder; all others go. */
  readonly files: ReadonlyMap<string, string>
  readonly problems: readonly Problem[]
}

/** What the merge is made from. */
export interface MergeInput {
  readonly enrollments: readonly Enrollment[]
  readonly discovered: Discovered
  readonly before: StateFiles
  /** ISO 8601; lands only in files whose result changed. */
  readonly now: string
  readonly imagesFile: string
}

/**
 * The state after a run: configuration follows images.yaml, bases follow discovery, everything that was found out at
 * run time is kept, and what is no longer enrolled or used moves to `_archive/`, from where it comes back as it was.
 */
export function mergeState(input: MergeInput): MergedState {
  const { discovered, before } = input
  const enrollments = [...input.enrollments].sort((a, b) => (a.name < b.name ? -1 : 1))
  const references = [...discovered.images.values()].flatMap((one) =>
    one.kind === 'found' ? one.uses.filter((use) => use.reachable).map((use) => use.reference) : [],
  )
  const catalog = catalogBases(before, references)
  const merged = enrollments.map((enrollment) => mergeImage(enrollment, input, catalog))
  const names = [...new Set(merged.flatMap(({ facts }) => facts.bases))].sort()
  const bases = names.flatMap((name) => catalog.byName.get(name) ?? []).map(linked(enrollments))
  return {
    images: merged.map(({ facts }) => ({ enrollment: facts.enrollment, bases: facts.bases })),
    bases,
    uses: merged.flatMap(({ uses }) => uses),
    branches: branchesOf(merged.map(({ facts }) => facts)),
    files: filesOf(
      merged.map(({ facts }) => facts),
      bases,
      input,
    ),
    problems: [
      ...catalog.problems,
      ...merged.flatMap(({ problems }) => problems),
      ...collisionProblems(enrollments, bases, input.imagesFile),
      ...cycleProblems(
        merged.map(({ facts }) => facts),
        catalog,
        input.imagesFile,
      ),
    ],
  }
}

/** Says of a base which enrolled image it is. */
function linked(enrollments: readonly Enrollment[]): (base: TrackedBase) => TrackedBase {
  const publisher = publishersOf(enrollments)
  return (base) => {
    const image = publisher(base)
    return image === null ? base : { ...base, enrolledImage: image }
  }
}

interface MergedImage {
  readonly facts: ImageFacts
  readonly uses: readonly TrackedUse[]
  readonly problems: readonly Problem[]
}

function mergeImage(enrollment: Enrollment, input: MergeInput, catalog: BaseCatalog): MergedImage {
  const discovery = input.discovered.images.get(enrollment.name)
  const before = recordOf(input.before, enrollment.name)
  if (discovery?.kind === 'found') return foundImage(enrollment, discovery, input, catalog)
  // A failed look-up is not "no bases": what was known last stands. So it does for an image that is switched off.
  const bases = textsOf(before, 'baseImages').filter((name) => catalog.byName.has(name))
  const { status, reason } = outcome(enrollment, discovery, before)
  const defaultBranch = enrollment.source?.branch === null ? textOf(before, 'defaultBranch') : null
  const known = status === 'external' ? [] : [...new Set(bases)].sort()
  return { facts: { enrollment, status, reason, bases: known, defaultBranch }, uses: [], problems: [] }
}

/** What is said of a discovery that found nothing new: an image that is switched off keeps what was said last. */
function outcome(
  { source }: Enrollment,
  discovery: Exclude<Discovery, { kind: 'found' }> | undefined,
  before: StateRecord | undefined,
): Pick<ImageFacts, 'status' | 'reason'> {
  if (discovery !== undefined) return { status: 'failed', reason: discovery.message }
  if (source === null) return { status: 'external', reason: null }
  const was = textOf(before, 'discoveryStatus')
  if (was === 'failed') return { status: was, reason: textOf(before, 'discoveryError') }
  return { status: was === 'success' ? was : 'pending', reason: null }
}

function foundImage(
  enrollment: Enrollment,
  discovery: Extract<Discovery, { kind: 'found' }>,
  input: MergeInput,
  catalog: BaseCatalog,
): MergedImage {
  const counted = discovery.uses.filter((use) => use.reachable && (enrollment.rebuildOn === 'all' || use.runtime))
  const uses = counted.flatMap((use): TrackedUse[] => {
    const base = catalog.byIdentity.get(watchedIdentity(use.reference) ?? '')
    if (base === undefined) return []
    return [{ base: base.name, image: enrollment.name, file: use.file, line: use.line, kind: use.kind }]
  })
  const bases = [...new Set(uses.map((use) => use.base))].sort()
  const defaultBranch = enrollment.source?.branch === null ? discovery.branch : null
  return {
    facts: { enrollment, status: 'success', reason: null, bases, defaultBranch },
    uses,
    problems: counted.flatMap((use) => [
      ...pinnedProblem(enrollment, use, use.file, input.imagesFile),
      ...unwatchableProblem(enrollment, use, input.imagesFile),
    ]),
  }
}

/** A Dockerfile elsewhere must not stop the whole factory: what Kargo cannot watch is left out, and said. */
function unwatchableProblem(enrollment: Enrollment, use: BaseUse, imagesFile: string): Problem[] {
  if (isWatchable(use.reference)) return []
  const base = formatReference({ ...use.reference, digest: null })
  const message = `${enrollment.name}: ${use.file}:${use.line} pulls ${base}, which Kargo cannot watch: its changes rebuild nothing.`
  const remedy = 'Mirror it to a repository without doubled separators, on a host with a name.'
  const about = { file: imagesFile, line: enrollment.line, column: enrollment.column, image: enrollment.name, remedy }
  return [problem('warning', message, about)]
}

/** A digest in the Dockerfile is what the build pulls, whatever the tag says by then. */
function pinnedProblem(enrollment: Enrollment, use: BaseUse, file: string, imagesFile: string): Problem[] {
  if (use.reference.digest === null) return []
  const watched = use.reference.tag === null ? 'nothing can be watched' : 'a rebuild pulls the same image again'
  const message = `${enrollment.name}: ${file}:${use.line} pins ${formatReference(use.reference)}: ${watched}.`
  const remedy = 'Name the tag without a digest, or let a bot raise the digest.'
  const about = { file: imagesFile, line: enrollment.line, column: enrollment.column, image: enrollment.name, remedy }
  return [problem('warning', message, about)]
}

function recordOf(files: StateFiles, image: string): StateRecord | undefined {
  return files.images.get(image) ?? files.archivedImages.get(image)
}

function branchesOf(facts: readonly ImageFacts[]): Map<string, string> {
  return new Map(
    facts.flatMap((one) => (one.defaultBranch === null ? [] : [[one.enrollment.name, one.defaultBranch] as const])),
  )
}

function collisionProblems(enrollments: readonly Enrollment[], bases: readonly TrackedBase[], file: string): Problem[] {
  const byName = new Map(bases.map((base) => [base.name, base]))
  return enrollments.flatMap((image) => {
    const base = byName.get(image.name)
    if (base === undefined) return []
    const message = `the name ${image.name} is taken by the base image ${base.registry}/${base.repository}:${base.tag}.`
    const { line, column } = image
    return [problem('error', message, { file, line, column, image: image.name, remedy: 'Rename the image.' })]
  })
}

function filesOf(facts: readonly ImageFacts[], bases: readonly TrackedBase[], input: MergeInput): Map<string, string> {
  const { before, now } = input
  const files = new Map<string, string>()
  for (const one of facts) {
    const { name } = one.enrollment
    files.set(`${FOLDERS.images}/${name}.yaml`, imageFile(one, recordOf(before, name), now))
  }
  for (const base of bases) {
    const record = before.bases.get(base.name) ?? before.archivedBases.get(base.name)
    files.set(`${FOLDERS.bases}/${base.name}.yaml`, baseFile(base, record, now))
  }
  archive(before, 'images', 'archivedImages', files)
  archive(before, 'bases', 'archivedBases', files)
  return files
}

/** What has a file and no place any more moves to the archive unchanged; what is there stays, unless it came back. */
function archive(
  before: StateFiles,
  live: 'images' | 'bases',
  archived: 'archivedImages' | 'archivedBases',
  files: Map<string, string>,
): void {
  for (const folder of [archived, live] as const) {
    for (const name of before[folder].keys()) {
      const text = before.texts.get(`${FOLDERS[folder]}/${name}.yaml`)
      const isLive = files.has(`${FOLDERS[live]}/${name}.yaml`)
      if (text !== undefined && !isLive) files.set(`${FOLDERS[archived]}/${name}.yaml`, text)
    }
  }
}
