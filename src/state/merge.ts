import { createHash } from 'node:crypto'
import type { Override } from '../enrollment/overrides.js'
import { type Problem, problem } from '../enrollment/problem.js'
import { builtSince, type RebuiltBase, rebuildEligibleAt } from '../policy/index.js'
import { formatReference } from '../reference/index.js'
import { groupBy } from '../text/index.js'
import { isDataMap } from '../yaml/data.js'
import { evidenceRecord } from './evidence.js'
import { rebuiltImage, withEnrollmentState } from './judge.js'
import type { LinkedState } from './link.js'
import { enrollmentTimes, knownBase } from './match-records.js'
import { FOLDERS, type Records, type StateFiles, type TrackedBase, type TrackedImage } from './model.js'
import { type Observations, observeBase, observeImage, wantedPlatforms } from './observe.js'
import { STATE_HEADER } from './print.js'
import { baseDigestOf, digestOf, enrolledSeconds, recordWarnings, type StateRecord } from './record.js'
import { baseRecord, baseText, imageRecord, imageText } from './state-file.js'

export interface MergedState extends Omit<LinkedState, 'facts' | 'own'> {
  /** Text of every state file that should exist, by path relative to the state folder; all others are deleted. */
  readonly files: ReadonlyMap<string, string>
  readonly records: Records
  /** Changed digests of bases for which every affected image was already rebuilt. */
  readonly builtSince: ReadonlySet<string>
}

/** What the state is written from, besides its links. */
export interface Writing {
  readonly before: StateFiles
  /** ISO 8601; only appears in files that changed. */
  readonly now: string
  /** Whether the files are written: only then does `now` count as the enrollment of a new image. */
  readonly writes: boolean
  readonly observed: Observations
  /** Digests of bases whose rebuilds skip their waits. */
  readonly overridden: ReadonlySet<string>
}

/**
 * The state files after a run: keeps everything discovered at run time, adds the registries' answers, and moves what is
 * no longer enrolled or used to `_archive/`, from where it comes back with its history.
 */
export function writtenState(linked: LinkedState, writing: Writing): MergedState {
  const { before, now, observed } = writing
  const files = new Map<string, string>()
  const records = { images: new Map<string, StateRecord>(), bases: new Map<string, StateRecord>() }
  const { facts, own, ...state } = linked
  const tracked = trackedFor(state)
  for (const one of facts) {
    const { name } = one.enrollment
    const seen = observed.images.get(name)
    const known = own.get(name)?.record
    const looked = seen === undefined ? known : observeImage(known, seen, now)
    const evidence = seen?.evidence ?? null
    const record = evidence === null ? looked : { ...looked, evidence: evidenceRecord(evidence, tracked(name), now) }
    const written = imageRecord(one, record, enrollmentTimes(own.get(name), now), now)
    records.images.set(name, written)
    files.set(`${FOLDERS.images}/${name}.yaml`, imageText(written))
  }
  const enrolled = writing.writes ? withEnrollment(linked, now) : state.images
  const users = usersOf(enrolled)
  const looked = state.bases.map((base) => observedBase(base, users.get(base.name) ?? [], writing))
  const changes = looked.map(({ base, record }): RebuiltBase => {
    const images = (users.get(base.name) ?? []).map((image) => {
      return rebuiltImage(image, records.images.get(image.enrollment.name), base.name, record)
    })
    const change = { ...baseDigestOf(record), images }
    const written = baseRecord(base, { ...record, ...eligibility(record, change, writing) }, now)
    records.bases.set(base.name, written)
    files.set(`${FOLDERS.bases}/${base.name}.yaml`, baseText(written))
    return change
  })
  const taken = [...own.values(), ...state.bases.flatMap(({ name }) => knownBase(name, before) ?? [])]
  addArchive(before, files, new Set(taken.map(({ path }) => path)))
  const problems = [...state.problems, ...looked.flatMap((one) => one.problems)]
  const bases = looked.map(({ base }) => base)
  const images = enrolled.map((image) => {
    return withEnrollmentState(image, records.images.get(image.enrollment.name), records.bases)
  })
  return { ...state, images, bases, files, records, builtSince: builtSince(changes), problems }
}

/** The name of a tracked base, and whether only evidence names it. */
function trackedFor({ bases, uses }: Pick<LinkedState, 'bases' | 'uses'>) {
  const names = new Map(bases.map((base) => [formatReference({ ...base, digest: null }), base.name]))
  const shown = new Set(uses.flatMap(({ kind, image, base }) => (kind === 'evidence' ? [`${image} ${base}`] : [])))
  return (image: string) => (reference: string) => {
    const name = names.get(reference)
    return name === undefined ? null : { name, isFromEvidence: shown.has(`${image} ${name}`) }
  }
}

/** Adds the times in the new state files to the images, including new ones. */
function withEnrollment({ images, own }: LinkedState, now: string): TrackedImage[] {
  return images.map((image) => {
    const times = enrollmentTimes(own.get(image.enrollment.name), now)
    return { ...image, enrolledAt: enrolledSeconds(times) }
  })
}

function usersOf(images: readonly TrackedImage[]): Map<string, TrackedImage[]> {
  const enabled = images.filter(({ enrollment }) => enrollment.enabled)
  const uses = enabled.flatMap((image) => [...new Set(image.bases)].map((base) => ({ base, image })))
  const users = groupBy(uses, ({ base }) => base)
  return new Map([...users].map(([base, all]) => [base, all.map(({ image }) => image)]))
}

/** A base and its record after its tag was looked up. */
function observedBase(base: TrackedBase, users: readonly TrackedImage[], { before, now, observed }: Writing) {
  const known = knownBase(base.name, before)?.record
  const suspicious = known === undefined ? [] : recordWarnings(`${FOLDERS.bases}/${base.name}.yaml`, known, now)
  const facts = observed.bases.get(base.name)
  if (facts === undefined) return { base, record: known, problems: suspicious }
  const wanted = wantedPlatforms(users)
  const { record, event } = observeBase(known, facts, { now, wanted })
  const problems = event === 'returned' ? [...suspicious, returned(base, facts.digest)] : suspicious
  return { base: { ...base, baselineDigest: digestOf(record, 'baselineDigest') }, record, problems }
}

/** A tag that goes back is a mistake of its publisher, or an attack: it causes no rebuild. */
function returned(base: TrackedBase, digest: string): Problem {
  const name = formatReference({ ...base, digest: null })
  const message = `${name} went back to ${digest}, which it had before: nothing is rebuilt for that.`
  const file = `${FOLDERS.bases}/${base.name}.yaml`
  return problem('base-returned', message, {
    file,
    remedy: 'Ask its publisher; promote by hand if the older image is right.',
  })
}

/** When each image may be rebuilt for this base; omitted if it never changed and nothing is due. */
function eligibility(
  record: StateRecord | undefined,
  { images, ...base }: RebuiltBase,
  { overridden }: Writing,
): StateRecord {
  const isOverridden = base.digest !== null && overridden.has(base.digest)
  const due = images.map((image) => {
    return [image.policy.name, rebuildEligibleAt(image, base, { isOverridden })] as const
  })
  const before = isDataMap(record?.rebuildEligibleAt) ? record.rebuildEligibleAt : {}
  const { default: old = null, ...others } = before
  const isSaid = Object.keys(others).length > 0 || due.some(([, at]) => at !== null)
  if ((record?.lastUpdated ?? null) === null && !isSaid) return {}
  // A value of older files for all images is kept.
  const all = old === null ? {} : { default: old }
  return due.length === 0 ? {} : { rebuildEligibleAt: { ...all, ...Object.fromEntries(due) } }
}

/**
 * Moves files of records that are no longer used to the archive, unchanged, and keeps what is there. A file whose
 * record continues in another one is dropped; one whose archive path is taken gets another name. Files that we did not
 * write stay where they are.
 *
 * @param files the new files; the archive is added.
 * @param taken paths of the files whose records continue in another one.
 */
function addArchive(before: StateFiles, files: Map<string, string>, taken: ReadonlySet<string>): void {
  const folders = [
    [FOLDERS.archivedImages, FOLDERS.archivedImages],
    [FOLDERS.archivedBases, FOLDERS.archivedBases],
    [FOLDERS.images, FOLDERS.archivedImages],
    [FOLDERS.bases, FOLDERS.archivedBases],
  ] as const
  for (const [from, to] of folders) {
    for (const [path, text] of before.texts) {
      if (!path.startsWith(`${from}/`) || taken.has(path)) continue
      if (from !== to && !text.startsWith(STATE_HEADER)) {
        if (!files.has(path)) files.set(path, text)
        continue
      }
      const name = path.slice(from.length + 1, -'.yaml'.length)
      const place = `${to}/${name}.yaml`
      const isTaken = files.has(place) && files.get(place) !== text
      files.set(isTaken ? `${to}/${name}-${hashOf(text)}.yaml` : place, text)
    }
  }
}

function hashOf(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 8)
}

/**
 * The overrides that an image still waits for, and a notice about each of the others: they can be removed.
 *
 * @param file path of overrides.yaml as shown to people, relative to the top of the repository.
 */
export function activeOverrides(
  overrides: readonly Override[],
  { builtSince }: MergedState,
  file: string,
): { readonly active: readonly Override[]; readonly notices: readonly Problem[] } {
  const notices = overrides
    .filter(({ digest }) => builtSince.has(digest))
    .map(({ base, line }) => {
      const message = `the override of ${base} is no longer needed: every image that is rebuilt for it was built since.`
      return problem('override-done', message, { file, line, remedy: 'Remove it.' })
    })
  return { active: overrides.filter(({ digest }) => !builtSince.has(digest)), notices }
}
